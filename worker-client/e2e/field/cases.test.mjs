// CASES.md: each case has a test with its id in its name, and each kind of A to D ten cases of our own with a source.
import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { test } from 'node:test';

const read = (path) => readFile(new URL(path, import.meta.url), 'utf8');
const files = async (path, ending) => {
  const names = await readdir(new URL(path, import.meta.url));
  return Promise.all(names.filter((name) => name.endsWith(ending)).map((name) => read(path + name)));
};

/** The names of the tests: of JavaScript with their tables, and of Rust. */
async function names() {
  const script = [await read('../about.test.mjs'), ...(await files('./', '.test.mjs'))].join('\n');
  const rust = await Promise.all(['../../flow/tests/', '../../../conformance/tests/it/'].map((at) => files(at, '.rs')));
  const inScript = [...script.matchAll(/(?:test\(\s*|\[\s*)['"`]([^'"`\n]+)/g)].map(([, name]) => name);
  const inRust = [
    ...rust
      .flat()
      .join('\n')
      .matchAll(/^(?:async )?fn (\w+)/gm),
  ];
  return [...inScript, ...inRust.map(([, name]) => name.replaceAll('_', '-'))];
}

test('each case of CASES.md is in the name of a test', async () => {
  const all = await names();
  const kinds = (await read('CASES.md')).split(/^## /m).slice(1);
  const counted = {};
  for (const kind of kinds) {
    const rows = [...kind.matchAll(/^\| `([\w-]+)` \|.*\| (.*?) ?\|$/gm)];
    for (const [, id] of rows)
      assert.ok(
        all.some((name) => name.includes(id)),
        `no test is called ${id}`,
      );
    const own = rows.filter(([, , source]) => /\w+\/[\w.-]+#\d+/.test(source)).length;
    counted[kind[0]] = [rows.length - own, own];
  }
  assert.deepEqual(Object.keys(counted), ['A', 'B', 'C', 'D', 'E', 'F']);
  assert.equal(
    Object.values(counted).reduce((sum, [given]) => sum + given, 0),
    39,
  );
  for (const kind of ['A', 'B', 'C', 'D']) assert.ok(counted[kind][1] >= 10, `${kind}: ${counted[kind][1]}`);
});
