// A guard of the code, and its replacement in a mutant. A guard that is no longer found makes the check fail.
export const flow = (file) => `worker-client/flow/src/${file}.rs`;
export const src = (file) => `worker-client/src/${file}.rs`;

/** A guard that tests on the host reach. `tests`: the packages of these tests, the nearest first. */
export const host = (guard, file, changes, tests = nearestFirst(file)) => ({
  guard,
  file,
  changes: [].concat(typeof changes[0] === 'string' ? [changes] : changes),
  tests,
});

const nearestFirst = (file) =>
  file.startsWith('worker-client/flow/') ? ['login-flow', 'worker-client'] : ['worker-client', 'login-flow'];

export const RELEASE = '. npm/dist --features entry';
export const RUST_HOST = 'examples/rust-worker examples/rust-worker/build';
export const PANICS = '. .run/panics --features entry,panic-on-purpose';
export const RUST_PANICS = 'examples/rust-worker .run/rust-panics --features worker-client/panic-on-purpose';

/** A guard that only the Worker has. `tests`: the tests that must notice. `builds`: what they run, as `build.sh` is called. */
export const workerBy = (guard, file, changes, tests, builds = [RELEASE]) => ({
  ...host(guard, file, changes, tests),
  builds,
});

/** The same, noticed by the tests of some rows in a file of this folder. */
export const worker = (guard, file, changes, section, rows, builds) =>
  workerBy(guard, file, changes, [`--test-name-pattern=\\b(?:${rows})\\b`, `e2e/hostile/${section}.test.mjs`], builds);
