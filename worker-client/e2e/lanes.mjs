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

/** Runs a lane; what it prints is held back where two would mix. */
function run(lane, stdout) {
  const paths = lane.sort().map((file) => `e2e/${file}`);
  const child = spawn(process.execPath, ['--test', '--test-concurrency=1', ...paths], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    stdio: ['ignore', stdout, stdout],
  });
  const printed = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data) => printed.push(data));
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ code, printed: Buffer.concat(printed) }));
  });
}

const [first, second] = await Promise.all([
  run(
    files.filter((file) => !isSecond(file)),
    'inherit',
  ),
  run(files.filter(isSecond), 'pipe'),
]);
process.stdout.write(second.printed);
process.exitCode = first.code || second.code ? 1 : 0;
