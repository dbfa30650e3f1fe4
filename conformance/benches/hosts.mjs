// Ten thousand hosts on loopback: how fast, how much memory, and beside what others do with curl, jq and Node.
// `node conformance/benches/hosts.mjs [hosts]`; needs curl, jq and xargs for the comparison. Prints a table.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = new URL('../..', import.meta.url).pathname;
const count = Number(process.argv[2] ?? 10_000);
const port = 18_080;
const folder = mkdtempSync(join(tmpdir(), 'hosts-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

const cargo = (...args) =>
  execFileSync('cargo', ['build', '--release', '--quiet', '--package', 'login-conformance', ...args], {
    cwd: root,
    stdio: 'inherit',
  });
cargo('--bin', 'conformance');
cargo('--example', 'many_hosts');
const target = process.env.CARGO_TARGET_DIR ?? join(root, 'target');
const conformance = join(target, 'release/conformance');

const hosts = (n) => Array.from({ length: n }, (_, i) => `127.1.${i >> 8}.${i & 255}:${port}`);
const list = (n) => {
  const file = join(folder, `${n}.txt`);
  writeFileSync(file, hosts(n).join('\n') + '\n');
  return file;
};

function serve(pause) {
  const child = spawn(join(target, 'release/examples/many_hosts'), [String(port), String(pause)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return new Promise((resolve) => child.stdout.once('data', () => resolve(child)));
}

/** Runs to its end; the seconds it took and the most memory it held, in MiB. */
function measure(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const begun = performance.now();
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'], ...options });
    let most = 0;
    const watch = setInterval(() => {
      try {
        most = Math.max(
          most,
          Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0),
        );
      } catch {
        /* it has ended */
      }
    }, 10);
    child.once('error', reject);
    child.once('exit', (code) => {
      clearInterval(watch);
      resolve({ code, seconds: (performance.now() - begun) / 1000, most: most / 1024 });
    });
  });
}

const check = (n, ...more) => {
  const output = join(folder, 'out.jsonl');
  return measure(conformance, [
    'check',
    '--hosts',
    list(n),
    '--allow-loopback',
    '--json',
    '--output',
    output,
    '--concurrency',
    '256',
    ...more,
  ]).then((run) => {
    const supported = Number(spawnSync('grep', ['-c', '"verdict":"registrable"', output]).stdout);
    if (supported !== n) throw new Error(`${supported} of ${n} hosts supported`);
    return run;
  });
};

const rows = [];
const row = (what, n, { seconds, most }, note = '') =>
  rows.push(
    `| ${what} | ${n} | ${seconds.toFixed(2)} s | ${(n / seconds).toFixed(0)} | ` +
      `${most ? `${most.toFixed(0)} MiB` : ''} | ${note} |`,
  );

// Two requests for each host: its metadata and its root page.
let server = await serve(50);
const ideal = 256 / (0.05 * 2);
for (const n of [Math.min(1000, count), count]) {
  const run = await check(n);
  row(
    'conformance, answers after 50 ms',
    n,
    run,
    `${((n / run.seconds / ideal) * 100).toFixed(0)}% of the ideal ${ideal}`,
  );
}
server.kill();

server = await serve(0);
for (const n of [Math.min(1000, count), count]) row('conformance, answers at once', n, await check(n));
const one = join(folder, 'one.sh');
writeFileSync(
  one,
  `#!/bin/sh
# What people write: fetch the document, look for the endpoint, fetch the page.
curl -sS -m 10 "http://$1/.well-known/oauth-authorization-server" | jq -e '.issuer and .registration_endpoint' \
>/dev/null && curl -sS -m 10 -o /dev/null "http://$1/"
`,
  { mode: 0o755 },
);
// Fewer hosts for the slow ones.
const compare = async (what, n, command, ...args) => {
  const { seconds } = await measure(command, args);
  row(what, n, { seconds }, 'looks for two members');
};
const few = Math.min(1000, count);
const fewer = Math.min(100, count);
await compare(
  'curl and jq, a shell loop',
  fewer,
  'sh',
  '-c',
  'while read -r host; do "$0" "$host"; done <"$1"',
  one,
  list(fewer),
);
await compare('curl and jq, `xargs -P32`', few, 'xargs', '-a', list(few), '-P32', '-n1', one);
const script = join(folder, 'script.mjs');
writeFileSync(
  script,
  `
import { readFileSync } from 'node:fs';
const hosts = readFileSync(process.argv[2], 'utf8').trim().split('\\n');
let next = 0, supported = 0;
await Promise.all(Array.from({ length: 256 }, async () => {
  while (next < hosts.length) {
    const host = hosts[next++];
    const metadata = await (await fetch('http://' + host + '/.well-known/oauth-authorization-server')).json();
    await (await fetch('http://' + host + '/', { headers: { connection: 'close' } })).text();
    if (metadata.issuer && metadata.registration_endpoint) supported++;
  }
}));
if (supported !== hosts.length) process.exit(1);
`,
);
row(
  'a Node script, 256 at the same time',
  count,
  await measure(process.execPath, [script, list(count)]),
  'looks for two members',
);
server.kill();

console.log('| what | hosts | time | hosts per second | most memory | |\n|---|---|---|---|---|---|');
console.log(rows.join('\n'));
console.log(`\none report is ${(statSync(join(folder, 'out.jsonl')).size / count / 1024).toFixed(1)} KiB of JSON`);
