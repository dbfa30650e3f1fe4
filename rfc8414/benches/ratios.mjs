// The ratios that the crates promise, measured in one run: criterion's figures beside those of oauth4webapi in Node.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = new URL('../../', import.meta.url).pathname;
const run = (command, args, cwd) =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
// Each measured program has one core, where the system can say so.
const pinned = existsSync('/usr/bin/taskset') ? ['taskset', '-c', '0'] : [];
const measure = (command, args, cwd) =>
  run(...((line) => [line[0], line.slice(1)])([...pinned, command, ...args]), cwd);

// The same documents for both: full ones that name their issuer by an https URL.
const documents = ['metadata', 'openid', 'malformed']
  .flatMap((kind) => {
    const folder = join(root, 'vectors/recorded', kind);
    return readdirSync(folder)
      .sort()
      .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')));
  })
  .flatMap(({ partial, fragment, response: { body } }) => {
    if (partial || fragment || body === null) return [];
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    try {
      const { issuer } = JSON.parse(text.replace(/^\ufeff/, ''));
      return new URL(issuer).protocol === 'https:' ? [{ issuer, body: text }] : [];
    } catch {
      return [];
    }
  });
const lines = join(mkdtempSync(join(tmpdir(), 'ratios-')), 'documents.jsonl');
writeFileSync(lines, documents.map((document) => JSON.stringify(document) + '\n').join(''));

const peer = join(root, 'vectors/oauth4webapi');
run('npm', ['ci', '--silent', '--no-audit', '--no-fund'], peer);
const inNode = () => JSON.parse(measure('node', ['bench.mjs', lines], peer).split('\n')[0]);
const target = JSON.parse(run('cargo', ['metadata', '--format-version', '1', '--no-deps'], root)).target_directory;
const criterion = () => {
  measure('cargo', ['bench', '--quiet', '-p', 'rfc8414', '--', '--noplot'], root);
  const read = (name, file) => JSON.parse(readFileSync(join(target, 'criterion/rfc8414', name, 'new', file), 'utf8'));
  const microseconds = (name) => {
    const [{ Elements: count }] = [read(name, 'benchmark.json').throughput];
    return { microseconds: read(name, 'estimates.json').median.point_estimate / count / 1000, count };
  };
  return { value: microseconds('value'), typed: microseconds('typed read'), audited: microseconds('read and audit') };
};

// In turn, three times, and the least of each: whatever else the machine does only adds.
const rounds = [1, 2, 3].map(() => ({ node: inNode(), rust: criterion() }));
const least = (pick) => Math.min(...rounds.map(pick));
const [
  {
    node: { documents: inNodeCount, bytes_mean: bytes },
    rust: {
      typed: { count },
    },
  },
] = rounds;
const node = least((round) => round.node.microseconds_median);
const value = least((round) => round.rust.value.microseconds);
const typed = least((round) => round.rust.typed.microseconds);
const audited = least((round) => round.rust.audited.microseconds);

const rows = [
  ['oauth4webapi.processDiscoveryResponse, Node', node, ''],
  ['serde_json::from_slice::<Value>', value, ''],
  [
    'rfc8414, typed read with its URL checks',
    typed,
    `${(node / typed).toFixed(1)} times oauth4webapi (at least 2.5), ` +
      `${(typed / value).toFixed(2)} of Value (at most 1.2)`,
  ],
  ['rfc8414, read and audit', audited, `${(node / audited).toFixed(1)} times oauth4webapi (at least 2)`],
];
console.log(
  `${count} documents in Rust, ${inNodeCount} in Node, ${Math.round(bytes)} bytes on average; ` +
    'microseconds a document\n',
);
for (const [name, microseconds, ratio] of rows) console.log(`| ${name} | ${microseconds.toFixed(2)} | ${ratio} |`);
process.exitCode = node / typed >= 2.5 && typed / value <= 1.2 && node / audited >= 2 ? 0 : 1;
