// Generates the threat table (row, tests, result): `node e2e/hostile/rows.mjs` runs every test that names a row, in
// Rust and in JavaScript, and writes ROWS.md; `rows.test.mjs` fails if a row is missing. `rows.mjs FILE` takes the results
// of a run of the JavaScript tests that `reporter.mjs` wrote.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { THREATS } from './threats.mjs';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
export const TABLE = here('ROWS.md');

/** The rows that a test's name begins with: `D03 D04 …` or `d03_d04_…`. */
export function idsOf(name) {
  const [ids] = /^(?:[dractpsblx]\d\d[ _:,]+)*(?:[dractpsblx]\d\d\b|[dractpsblx]\d\d(?=_))?/i.exec(name);
  return [...ids.matchAll(/[dractpsblx]\d\d/gi)].map(([id]) => id.toUpperCase());
}

/** Everything that ran: `{ ids, file, name, result }`. */
function results() {
  const tests = [...javascript(), ...rust()];
  return tests.map((test) => ({ ...test, ids: idsOf(test.name) })).filter(({ ids }) => ids.length);
}

function javascript() {
  return readFileSync(process.argv[2] ?? run(), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .map(({ name, file, passed, todo, skip }) => ({
      name,
      file: relative(root, file),
      result: skip ? 'skipped' : todo ? 'todo' : passed ? 'passed' : 'FAILED',
    }));
}

/** Runs every file that names a row; the file with the results. */
function run() {
  const output = join(mkdtempSync(join(tmpdir(), 'rows-')), 'tests.jsonl');
  const files = execFileSync('git', ['grep', '-liE', "['`][drctpsbaxl][0-9]{2}\\b", '--', '*.test.mjs'], {
    cwd: root,
    encoding: 'utf8',
  })
    .trim()
    .split('\n');
  spawnSync(
    'node',
    [
      '--test',
      '--test-concurrency=1',
      `--test-reporter=${here('reporter.mjs')}`,
      `--test-reporter-destination=${output}`,
      ...files.map((file) => join(root, file)),
    ],
    { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  return output;
}

function rust() {
  const { stdout } = spawnSync('cargo', ['test', '--workspace', '--locked', '--no-fail-fast'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return [...stdout.matchAll(/^test (\S+)(?: - should panic)? \.\.\. (ok|FAILED|ignored)$/gm)].map(
    ([, path, result]) => {
      const name = path.split('::').at(-1);
      return { name, file: defines(name), result: { ok: 'passed', FAILED: 'FAILED', ignored: 'skipped' }[result] };
    },
  );
}

function defines(name) {
  const found = spawnSync('git', ['grep', '-lE', `fn ${name}\\b`, '--', '*.rs'], {
    cwd: root,
    encoding: 'utf8',
  }).stdout.trim();
  return found.split('\n')[0];
}

/** The table as it is committed. */
function table(tests) {
  const lines = [
    '# What the client withstands',
    '',
    'Made by `node e2e/hostile/rows.mjs`; the ids stand in the names of the tests.',
  ];
  for (const section of new Set(THREATS.map((threat) => threat.section))) {
    lines.push('', `## ${section}`, '', '| row | threat | where tested | result |', '|---|---|---|---|');
    for (const { id, threat, no, tested = [] } of THREATS.filter((row) => row.section === section)) {
      const own = tests.filter(({ ids }) => ids.includes(id));
      const places = [...new Set([...own.map(({ file }) => file), ...tested])].map((file) => `\`${file}\``);
      const count = (result) => own.filter((test) => test.result === result).length;
      const counts = ['passed', 'todo', 'skipped', 'FAILED']
        .filter(count)
        .map((result) => `${count(result)} ${result}`);
      lines.push(
        `| ${id} | ${threat} | ${[...places, ...(no ? [`not tested: ${no}`] : [])].join(', ')} | ` +
          `${counts.join(', ') || (tested.length ? 'passed' : '–')} |`,
      );
    }
  }
  return `${lines.join('\n')}\n`;
}

if (fileURLToPath(import.meta.url) === process.argv[1]) {
  writeFileSync(TABLE, table(results()));
  const problems = problemsOf(readFileSync(TABLE, 'utf8'));
  console.log(problems.length ? problems.join('\n') : 'every row is tested, or says why not');
  process.exit(problems.length ? 1 : 0);
}

/** What a table lacks. */
export function problemsOf(text) {
  return THREATS.flatMap(({ id, no }) => {
    const line = text.split('\n').find((row) => row.startsWith(`| ${id} |`));
    if (!line) return [`${id} has no line`];
    const [, , , where, result] = line.split('|').map((cell) => cell.trim());
    if (/FAILED/.test(result)) return [`${id} fails`];
    if (no) return where.includes(no) ? [] : [`${id} does not say why it is not tested`];
    return /passed/.test(result) ? [] : [`${id} is not tested`];
  });
}
