// Every end-to-end test, in two lanes side by side: in each one file after another, for what a test measures is its own.
//
//   node e2e/lanes.mjs
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const files = readdirSync(here, { recursive: true }).filter(
  (file) => file.endsWith('.test.mjs') && !file.includes('node_modules'),
);
/** The lane of a file: both take about as long. */
const isSecond = (file) => /^(hostile|field|html-client|mcp-suite)\//.test(file.replaceAll('\\', '/'));

/** Runs a lane; `show` has what it prints while it runs, where two lanes would not mix. */
function run(lane, show = () => {}) {
  const paths = lane.sort().map((file) => `e2e/${file}`);
  const child = spawn(process.execPath, ['--test', '--test-concurrency=1', ...paths], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const printed = [];
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data) => {
      printed.push(data);
      show(data);
    });
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ code, printed: Buffer.concat(printed).toString() }));
  });
}

const [first, second] = await Promise.all([
  run(
    files.filter((file) => !isSecond(file)),
    (data) => process.stdout.write(data),
  ),
  run(files.filter(isSecond)),
]);
process.stdout.write(second.printed);
for (const { code, printed } of [first, second]) {
  if (code) process.exitCode = 1;
  // Said again at the end, where a reader of a long log looks first.
  for (const line of printed.match(/^ *(not ok|✖) .*$/gm) ?? []) console.log(`failed:${line}`);
}
