// The stand-ins in workerd beside the crates they stand in for: the same program prints the same tables with both.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const { Miniflare } = createRequire(new URL('../package.json', import.meta.url))('miniflare');
const here = fileURLToPath(new URL('.', import.meta.url));
const target = process.env.CARGO_TARGET_DIR ?? join(here, '../../target');
const folder = join(target, 'standins');
const WASM = join(target, 'wasm32-unknown-unknown/release/standins_tests.wasm');
const MAIN = `
import { initSync, table } from './standins_tests.js';
import module from './standins_tests_bg.wasm';
initSync({ module });
export default { fetch: async (request) => new Response(table(await request.text())) };`;

let worker;

function run(command, args, env = {}) {
  return execFileSync(command, args, {
    cwd: join(here, 'tests'),
    env: { ...process.env, CARGO_TARGET_DIR: target, ...env },
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** As `build.sh` patches them in, which changes what is locked, in a copy. */
async function build() {
  await mkdir(folder, { recursive: true });
  const lock = join(folder, 'Cargo.lock');
  await copyFile(join(here, 'Cargo.lock'), lock);
  const patches = ['encoding_rs', 'idna_adapter'].map((name) => `patch.crates-io.${name}.path='${join(here, name)}'`);
  run(
    'cargo',
    [
      ...['build', '--quiet', '--release', '--lib', '--target=wasm32-unknown-unknown'],
      ...patches.map((patch) => `--config=${patch}`),
    ],
    { RUSTUP_TOOLCHAIN: run(join(here, '../nightly.sh'), []).trim(), CARGO_RESOLVER_LOCKFILE_PATH: lock },
  );
  run('wasm-bindgen', ['--target=web', '--no-typescript', `--out-dir=${folder}`, WASM]);
}

/** The lines in which the two tables differ, `[input, crate, stand-in]`, and how many there are in all. */
async function compare(name) {
  const theirs = run('cargo', ['run', '--quiet', '--release', '--locked', '--', name]).split('\n');
  const answer = await worker.dispatchFetch('http://standins.example/', { method: 'POST', body: name });
  const ours = (await answer.text()).split('\n');
  assert.equal(ours.length, theirs.length, `${answer.status} ${ours[0]}`);
  const differences = theirs.flatMap((line, index) => {
    if (line === ours[index]) return [];
    const [input, ...results] = line.split('\t');
    return [[input, results.join('\t'), ours[index].slice(input.length + 1)]];
  });
  return { differences, count: theirs.length };
}

before(async () => {
  await build();
  const module = async (type, path) => ({ type, path, contents: await readFile(join(folder, path)) });
  worker = new Miniflare({
    modules: [
      { type: 'ESModule', path: 'main.js', contents: MAIN },
      await module('ESModule', 'standins_tests.js'),
      await module('CompiledWasm', 'standins_tests_bg.wasm'),
    ],
    compatibilityDate: '2026-05-01',
  });
  await worker.ready;
});

after(() => worker.dispose());

// The alefs of mathematics are mapped to Hebrew letters.
const RIGHT_TO_LEFT = /[\u2135-\u2138\u0590-\u08ff\ufb1d-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]|xn--4db/u;

/** The differences that the documentation of `idna_adapter` names: the kinds of domains that only one side takes. */
const TAKEN_BY_THE_PLATFORM = [
  ['a right-to-left character where the rules for them forbid it', RIGHT_TO_LEFT],
  ['a joiner after a joiner, or later in such a label', /[\u200c\u200d].*[\u200c\u200d]/],
  ['a mark of a recent version of Unicode at the start of a label', /^[\p{Mark}\p{Unassigned}]/u],
];
const TAKEN_BY_THE_CRATE = [
  ['a character that is not assigned', /\p{Unassigned}/u],
  ['an A-label within an A-label', /xn--\u00ad*xn--/],
];

const unescaped = (text) => text.replace(/\\u\{([0-9a-f]+)\}/g, (_, code) => String.fromCodePoint(parseInt(code, 16)));

test('encoding_rs: a label means the same charset', async () => {
  const { differences, count } = await compare('labels');
  assert.ok(count > 900, `${count} labels`);
  assert.deepEqual(differences, []);
});

test('encoding_rs: bytes mean the same text; U+FFFD itself counts as an error', async () => {
  const { differences, count } = await compare('decoded');
  assert.ok(count > 300_000, `${count} sequences`);
  assert.deepEqual(differences, [
    ['utf-16le [fd, ff]', '\\u{fffd}', 'with errors \\u{fffd}'],
    ['utf-16be [ff, fd]', '\\u{fffd}', 'with errors \\u{fffd}'],
  ]);
});

test('encoding_rs: bytes in pieces mean the same text', async () => {
  const { differences, count } = await compare('streamed');
  assert.ok(count > 15_000, `${count} texts`);
  assert.deepEqual(differences, []);
});

for (const name of ['characters', 'composed']) {
  test(`idna_adapter: ${name}: a domain that both take is the same; the rest is of known kinds`, async (t) => {
    const { differences, count } = await compare(name);
    assert.ok(count > 400_000, `${count} domains`);
    const seen = new Map();
    for (const [input, crate, platform] of differences) {
      assert.ok(crate === '!' || platform === '!', `${input}: ${crate} and ${platform}`);
      const kinds = crate === '!' ? TAKEN_BY_THE_PLATFORM : TAKEN_BY_THE_CRATE;
      const [kind] = kinds.find(([, shape]) => shape.test(unescaped(input))) ?? [];
      assert.ok(kind, `${input}: ${crate} and ${platform}`);
      seen.set(kind, (seen.get(kind) ?? 0) + 1);
    }
    for (const [kind, times] of seen) t.diagnostic(`${kind}: ${times}`);
  });
}
