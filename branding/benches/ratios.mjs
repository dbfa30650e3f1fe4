// The promises of the crate, measured in one run beside its peers: scraper and webpage in Rust, unfurl.js and metascraper
// in Node, and the HTMLRewriter of workerd beside the crate as wasm.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const peers = new URL('../peers/', import.meta.url).pathname;
const run = (command, args, env = {}) =>
  execFileSync(command, args, {
    cwd: peers,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
// Each measured program has one core, where the system can say so.
const pinned = existsSync('/usr/bin/taskset') ? ['taskset', '-c', '0'] : [];
const measure = (command, ...args) =>
  JSON.parse(run(...((line) => [line[0], line.slice(1)])([...pinned, command, ...args])));

const root = new URL('../../', import.meta.url).pathname;
const metadata = JSON.parse(
  execFileSync('cargo', ['metadata', '--format-version', '1', '--no-deps'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  }),
);
const target = metadata.target_directory;
const age = (file) => statSync(join(peers, file), { throwIfNoEntry: false })?.mtimeMs ?? 0;
// Without scripts: one compiles for minutes what nothing here needs.
if (age('node_modules/.package-lock.json') < age('package-lock.json'))
  run('npm', ['ci', '--silent', '--no-audit', '--no-fund', '--ignore-scripts']);
const build = (args, env) =>
  run('cargo', ['build', '--quiet', '--release', '--locked', '--target-dir', target, ...args], env);
build(['-p', 'branding-peers']);
build(['-p', 'branding-worker', '--target', 'wasm32-unknown-unknown'], {
  CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS: '-C target-feature=+simd128',
});

const folder = mkdtempSync(join(tmpdir(), 'branding-'));
// In turn, and the least of each: whatever else the machine does only adds.
const rounds = [1, 2, 3].map(() => ({
  rust: measure(join(target, 'release/branding-peers'), folder),
  node: measure('node', 'peers.mjs', folder),
}));
const workerd = measure(
  'node',
  'workerd.mjs',
  folder,
  join(target, 'wasm32-unknown-unknown/release/branding_worker.wasm'),
);
const heap = measure(join(target, 'release/heap'));
const pages = JSON.parse(readFileSync(join(folder, 'pages.json'), 'utf8'));
rmSync(folder, { recursive: true });

const mean = (numbers) => numbers.reduce((a, b) => a + b) / numbers.length;
const everywhere = rounds.map(({ rust, node }) => [...rust.readers, ...node]);
const readers = everywhere[0].map(({ name, titles }, i) => ({
  name,
  titles,
  microseconds: pages.map((_, page) => Math.min(...everywhere.map((round) => round[i].microseconds[page]))),
  heap: heap.find((reader) => reader.name === name)?.pages.map(({ bytes }) => bytes),
}));
const [ours] = readers;
const [wasm, ...inWorkerd] = [
  'crate',
  'htmlRewriter',
  'htmlRewriterHead',
  'crateOfStream',
  'htmlRewriterOfStream',
  'htmlRewriterHeadOfStream',
].map((name) => workerd.find((reader) => reader.name === name));
const [whole, head, stream, wholeStream, headStream] = inWorkerd;
const traps = rounds[0].rust.traps.map(({ name }, i) => ({
  name,
  microseconds: Math.min(...rounds.map(({ rust }) => rust.traps[i].microseconds)),
}));
const worst = traps.reduce((a, b) => (a.microseconds > b.microseconds ? a : b));

const kib = (bytes) => (bytes ? (bytes / 1024).toFixed(1) : '');
const row = (...cells) => console.log(`| ${cells.join(' | ')} |`);
const times = (slower, faster) => `${(slower / faster).toFixed(1)} times as long`;
console.log(`${pages.length} pages of ${kib(mean(pages.map(({ bytes }) => bytes)))} KiB on average\n`);
row('', 'mean, µs', 'slowest page, µs', 'largest heap, KiB', '');
for (const { name, microseconds, heap: bytes } of readers) {
  row(
    name,
    mean(microseconds).toFixed(1),
    Math.max(...microseconds).toFixed(0),
    kib(bytes && Math.max(...bytes)),
    name === 'branding' ? '' : times(mean(microseconds), mean(ours.microseconds)),
  );
}
row('branding, in workerd', wasm.microseconds.toFixed(1), '', '', '');
row('HTMLRewriter', whole.microseconds.toFixed(1), '', '', times(whole.microseconds, wasm.microseconds));
row(
  'HTMLRewriter, stopped at the body by an error',
  head.microseconds.toFixed(1),
  '',
  '',
  times(head.microseconds, wasm.microseconds),
);
row('branding, in workerd, from a stream', stream.microseconds.toFixed(1), '', '', '');
row(
  'HTMLRewriter, from a stream',
  wholeStream.microseconds.toFixed(1),
  '',
  '',
  times(wholeStream.microseconds, stream.microseconds),
);
row(
  'HTMLRewriter, from a stream, stopped',
  headStream.microseconds.toFixed(1),
  '',
  '',
  times(headStream.microseconds, stream.microseconds),
);
console.log(
  `\nthe worst of ${traps.length} pages that are made to take time: ${worst.name}, ` +
    `${(worst.microseconds / 1000).toFixed(1)} ms`,
);

// They do the same work: all find the same titles, but for what they do not decode. metascraper has an order of its
// own.
const plain = (title) => title?.replace('&amp;', '&');
const isUnicode = pages.map(({ name }) => !['Japanese', 'Russian'].includes(name));
const differ = [...readers, ...workerd].filter(({ name, titles }) =>
  titles.some((title, i) => isUnicode[i] && plain(title) !== ours.titles[i] && !(name === 'metascraper' && title)),
);
for (const { name } of differ) console.log(`${name} finds other titles`);

const held = {
  'a page takes 60 µs at most on average': mean(ours.microseconds) <= 60,
  'and 64 KiB of heap at most': Math.max(...ours.heap) <= 64 * 1024,
  'a trap takes 50 ms at most': worst.microseconds <= 50_000,
  'HTMLRewriter takes at least 5 times as long': whole.microseconds / wasm.microseconds >= 5,
  'all find the same titles': differ.length === 0,
};
for (const [promise, is] of Object.entries(held)) console.log(`${is ? 'held' : 'NOT HELD'}: ${promise}`);
process.exitCode = Object.values(held).every(Boolean) ? 0 : 1;
