// The crate as wasm beside the HTMLRewriter, both in workerd, on the pages of a folder; prints JSON.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { transform } from 'esbuild';
import { Miniflare } from 'miniflare';

const [folder, wasm] = process.argv.slice(2);
const pages = JSON.parse(readFileSync(join(folder, 'pages.json'), 'utf8'));
const { code } = await transform(readFileSync(new URL('worker.ts', import.meta.url), 'utf8'), {
  loader: 'ts',
  format: 'esm',
});
const miniflare = new Miniflare({
  compatibilityDate: '2026-04-01',
  modules: [
    { type: 'ESModule', path: 'worker.js', contents: code },
    { type: 'CompiledWasm', path: 'branding.wasm', contents: readFileSync(wasm) },
    { type: 'ESModule', path: 'pages.json', contents: `export default ${JSON.stringify(pages)};` },
    {
      type: 'Data',
      path: 'pages.bin',
      contents: Buffer.concat(pages.map(({ file }) => readFileSync(join(folder, file)))),
    },
  ],
});

/** What all threads of a process have used of the processor, in microseconds; other programs do not count in it. */
const used = (pid) =>
  readdirSync(`/proc/${pid}/task`).reduce(
    (sum, task) => sum + Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]) / 1000,
    0,
  );
const child = () =>
  readdirSync('/proc').find((pid) => {
    const [, name, , parent] =
      (/^\d+$/.test(pid) &&
        existsSync(`/proc/${pid}/stat`) &&
        /\((.*)\) (.) (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))) ||
      [];
    return name === 'workerd' && Number(parent) === process.pid;
  });

/** From outside: the clock of a Worker stands still while it computes. */
async function run(reader, rounds) {
  const start = clock();
  const answer = await miniflare.dispatchFetch(`http://worker/?reader=${reader}&rounds=${rounds}`);
  const found = await answer.json();
  return { found, microseconds: clock() - start };
}

// In turn, and the least of each: whatever else the machine does only adds.
const ROUNDS = {
  crate: 40,
  crateOfStream: 8,
  htmlRewriter: 8,
  htmlRewriterOfStream: 3,
  htmlRewriterHead: 8,
  htmlRewriterHeadOfStream: 8,
};
let clock = () => performance.now() * 1000;
let nothing = Infinity;
const least = {};
const titles = {};
try {
  await run('crate', 1);
  const pid = existsSync('/proc/self/schedstat') && child();
  if (pid) clock = () => used(pid);
  for (let turn = 0; turn < 20; turn += 1)
    for (const [reader, rounds] of Object.entries(ROUNDS)) {
      nothing = Math.min(nothing, (await run(reader, 0)).microseconds);
      const { microseconds, found } = await run(reader, rounds);
      least[reader] = Math.min(least[reader] ?? Infinity, microseconds);
      titles[reader] = found.map(({ title }) => title ?? null);
    }
} finally {
  await miniflare.dispose();
}
console.log(
  JSON.stringify(
    Object.keys(ROUNDS).map((name) => ({
      name,
      microseconds: (least[name] - nothing) / ROUNDS[name] / pages.length,
      titles: titles[name],
    })),
  ),
);
