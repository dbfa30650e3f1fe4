// The pictures that README.md shows: each is there, light and dark, and small.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';

const ROOT = new URL('../../', import.meta.url);

test('README shows each picture, light and dark, and none is larger than 60 KB', () => {
  const readme = readFileSync(new URL('README.md', ROOT), 'utf8');
  const shown = [...readme.matchAll(/"(pictures\/[^"]+)"/g)].map(([, path]) => path);
  const files = readdirSync(new URL('pictures/', ROOT)).map((name) => `pictures/${name}`);
  assert.deepEqual(shown.toSorted(), files.toSorted());
  assert.deepEqual(
    [...new Set(files.map((name) => name.replace(/-(light|dark)\.webp$/, '')))].length * 2,
    files.length,
  );
  for (const file of files) {
    const picture = readFileSync(new URL(file, ROOT));
    assert.equal(picture.toString('latin1', 8, 12), 'WEBP', file);
    assert.ok(picture.length > 1_000 && picture.length <= 60_000, `${file}: ${picture.length} bytes`);
  }
});
