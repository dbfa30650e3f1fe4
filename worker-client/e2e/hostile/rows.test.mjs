// The committed threat table names the tests of every row, and they exist.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { TABLE, idsOf, problemsOf } from './rows.mjs';
import { THREATS } from './threats.mjs';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const table = readFileSync(TABLE, 'utf8');

test('every row has a line, a test that passed, or a reason', () => {
  assert.equal(new Set(THREATS.map(({ id }) => id)).size, 155);
  assert.deepEqual(problemsOf(table), []);
  // A table without one is noticed.
  assert.deepEqual(problemsOf(table.replace(/^\| D03 .*\n/m, '')), ['D03 has no line']);
  assert.deepEqual(problemsOf(table.replace(/^(\| D03 .*)\| [^|]* \|$/m, '$1| – |')), ['D03 is not tested']);
});

test('where a row is said to be tested, its id stands', () => {
  for (const line of table.split('\n')) {
    const id = /^\| ([A-Z]\d\d) /.exec(line)?.[1];
    const also = THREATS.find((row) => row.id === id)?.tested ?? [];
    for (const [, file] of id ? line.matchAll(/`([^`]+\.(?:rs|mjs))`/g) : []) {
      const text = readFileSync(`${root}/${file}`, 'utf8');
      assert.ok(also.includes(file) || new RegExp(`${id}\\b|${id.toLowerCase()}_`, 'i').test(text), `${id} in ${file}`);
    }
  }
});

test('a test names its rows', () => {
  for (const [name, expected] of [
    ['D03 D04 more', ['D03', 'D04']],
    ['d03_d04_names', ['D03', 'D04']],
    ['b09, b10: what', ['B09', 'B10']],
    ['B12: once', ['B12']],
    ['what D03 is', []],
    ['c15_only_a_path', ['C15']],
    ['Q10 x', []],
  ]) {
    assert.deepEqual(idsOf(name), expected, name);
  }
});
