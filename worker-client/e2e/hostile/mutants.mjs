// Removes each guard in turn, in a copy of the source, and checks that a test fails.
//
//   node e2e/hostile/mutants.mjs            guards that `cargo test` reaches
//   node e2e/hostile/mutants.mjs --worker   guards of the Worker: each is built, which takes minutes
//   node e2e/hostile/mutants.mjs [--worker] WORD…   guards with one of the words in their name
import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HOST, WORKER } from './guards.mjs';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const words = process.argv.slice(2).filter((word) => word !== '--worker');
const isWorker = process.argv.includes('--worker');
const guards = (isWorker ? WORKER : HOST).filter(
  ({ guard }) => !words.length || words.some((word) => guard.includes(word)),
);

const copy = mkdtempSync(join(tmpdir(), 'mutants-'));
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .trim()
  .split('\n');
for (const file of files.filter((name) => existsSync(join(root, name)))) {
  mkdirSync(join(copy, file, '..'), { recursive: true });
  cpSync(join(root, file), join(copy, file));
}
// Packages as they are here, but for our own: its JavaScript belongs to the wasm that was built with it.
const packages = join(copy, 'worker-client/node_modules');
mkdirSync(packages);
for (const name of readdirSync(join(root, 'worker-client/node_modules'))) {
  symlinkSync(
    name === 'worker-client' ? '../npm' : join(root, 'worker-client/node_modules', name),
    join(packages, name),
  );
}
// The Worker is built quickly instead of small.
const quick = isWorker && {
  CARGO_PROFILE_RELEASE_CODEGEN_UNITS: '16',
  CARGO_PROFILE_RELEASE_LTO: 'off',
  WASM_OPT_BIN: 'true',
};
const env = { ...process.env, ...quick, CARGO_TARGET_DIR: process.env.MUTANTS_TARGET ?? join(copy, 'target') };

/** A mutant that does not compile shows nothing. */
class Broken extends Error {}

/** Whether the tests that guard it pass. */
function pass({ tests, builds }, seconds = 300) {
  const here = join(copy, 'worker-client');
  // Without its guard a loop may not end: that is noticed too.
  const run = (...command) =>
    spawnSync('timeout', [String(seconds), ...command], { cwd: here, env, encoding: 'utf8', maxBuffer: 1 << 26 });
  if (!isWorker) {
    // The first package that notices is enough.
    for (const name of tests) {
      const { status, stdout, stderr } = run('cargo', 'test', '--locked', '--quiet', '--package', name);
      if (/^error(\[|: could not compile)/m.test(stderr)) throw new Broken(stderr.slice(0, 2000));
      const failed = [...stdout.matchAll(/^    (\S+)$/gm)].map(([, test]) => test.split('::').at(-1));
      if (status) return { passed: false, failed };
    }
    return { passed: true, failed: [] };
  }
  for (const build of builds) {
    const built = run('./build.sh', ...build.split(' '));
    if (built.status) throw new Broken(built.stderr.slice(-3000));
  }
  const { status, stdout } = run('node', '--test', '--test-concurrency=1', '--test-reporter=tap', ...tests);
  return { passed: status === 0, failed: [...stdout.matchAll(/^ +not ok \d+ - (.*)$/gm)].map(([, name]) => name) };
}

const survivors = [];
try {
  const all = [...new Set(guards.flatMap(({ tests }) => tests))];
  const builds = [...new Set(guards.flatMap((guard) => guard.builds ?? []))];
  const tests = all.filter((word) => !isWorker || word.startsWith('e2e/'));
  const { passed, failed } = pass({ tests, builds }, 3600);
  if (!passed) throw new Error(`without a mutant there fails: ${failed.join('; ')}`);
  for (const guard of guards) {
    const path = join(copy, guard.file);
    const text = readFileSync(path, 'utf8');
    let mutant = text;
    for (const [from, to] of guard.changes) {
      if (!mutant.includes(from)) throw new Error(`${guard.guard}: ${guard.file} has no\n${from}`);
      mutant = mutant.replace(from, () => to);
    }
    writeFileSync(path, mutant);
    try {
      const mutated = pass(guard);
      const by = [...new Set(mutated.failed)].slice(0, 3).join('; ');
      console.log(mutated.passed ? `SURVIVES  ${guard.guard}` : `noticed   ${guard.guard}: ${by || 'no end'}`);
      if (mutated.passed) survivors.push(guard.guard);
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
      console.log(`BROKEN    ${guard.guard}: ${error.message}`);
      survivors.push(guard.guard);
    } finally {
      writeFileSync(path, text);
    }
  }
} finally {
  rmSync(copy, { recursive: true, force: true });
}
console.log(
  survivors.length ? `${survivors.length} of ${guards.length} survive` : `each of ${guards.length} is noticed`,
);
process.exit(survivors.length ? 1 : 0);
