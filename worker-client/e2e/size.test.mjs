// The compressed size that a Worker gains by this package.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

const DIST = new URL('../npm/dist/', import.meta.url);
// 600 KB, 60 KB for the table of public suffixes, and 10 KB for what is not part of a usual login: protected resource
// metadata as a second strategy of discovery, client id metadata documents, a resource that moves to another server, the
// one POST to a host without metadata, and pages that say what stands and what was; and 17 KB for speed: codings and the
// allocator that are built for it, what asks objects by their methods, and functions that stay apart because the platform
// compiles each whole.
const MOST = 687_000;

/** The names of the custom sections of a wasm module. */
function customSections(wasm) {
  let at = 8;
  const number = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = wasm[(at += 1) - 1];
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  };
  const names = [];
  while (at < wasm.length) {
    const kind = number();
    const end = number() + at;
    if (kind === 0) {
      const length = number();
      names.push(wasm.toString('latin1', at, at + length));
    }
    at = end;
  }
  return names;
}

test('the artefact is under 687 KB, compressed', async (t) => {
  const [wasm, glue] = await Promise.all(['index_bg.wasm', 'index.js'].map((name) => readFile(new URL(name, DIST))));
  const sections = customSections(wasm);
  assert.ok(sections.includes('target_features'), 'the sections are read');
  if (sections.includes('name')) return t.skip('a build with the names of functions is not for release');
  const size = [wasm, glue]
    .map((file) => execFileSync('gzip', ['-9c'], { input: file, maxBuffer: 2 ** 24 }).length)
    .reduce((sum, length) => sum + length);
  t.diagnostic(`${size} bytes`);
  assert.ok(size < MOST, `${size} bytes, ${size - MOST} too many`);
});
