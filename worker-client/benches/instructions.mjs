// The instructions outside the kernel that workerd executes for a request, of all its threads: a figure that is the same to
// two hundredths on a machine that other programs use too. It says how much work there is, not how long it takes: a Worker in
// JavaScript waits longer for each of its instructions than one in wasm.
// `node worker-client/benches/instructions.mjs [--only TEXT] [--beside FOLDER]…`; a FOLDER holds another build of the Worker.
// It needs `qemu-x86_64` (the Debian package qemu-user, of QEMU 7 or 8) and a C compiler, on x86-64.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ROWS } from './rows.mjs';
import { Subject } from './subject.mjs';
import { WORKERD, builds, floor, peer } from './workers.mjs';

const { values: options } = parseArgs({
  options: { only: { type: 'string', default: '' }, beside: { type: 'string', multiple: true, default: [] } },
});
/** Nothing is made ready for a request of these rows, which would be counted too. */
const rows = ROWS.filter(({ name, hasFloor }) => hasFloor && name.includes(options.only));

const folder = mkdtempSync(join(tmpdir(), 'instructions-'));
const [plugin, emulated, counted] = ['count.so', 'workerd', 'count'].map((name) => join(folder, name));
const source = fileURLToPath(new URL('instructions.c', import.meta.url));
execFileSync('cc', ['-O2', '-shared', '-fPIC', '-fvisibility=hidden', '-o', plugin, source], { stdio: 'inherit' });
writeFileSync(emulated, `#!/bin/sh\nexec qemu-x86_64 -plugin ${plugin} ${WORKERD} "$@"\n`);
chmodSync(emulated, 0o700);
process.env.MINIFLARE_WORKERD_PATH = emulated;
process.env.COUNT_FILE = counted;

const soFar = () => Number(readFileSync(counted).readBigUInt64LE(0));

/** Instructions of one request, once the platform has compiled well what it compiles soon. */
async function measure(row, name, modules) {
  // Each process counts from nothing.
  rmSync(counted, { force: true });
  const subject = await Subject.start(name, modules);
  try {
    await subject.measure(row, row.warm, 1);
    const before = soFar();
    await subject.measure(row, REQUESTS, 1);
    return (soFar() - before) / REQUESTS;
  } finally {
    await subject.stop();
  }
}

const REQUESTS = 500;

try {
  const modules = await builds(options.beside);
  modules.set('peer', await peer()).set('floor', await floor());
  console.log(`| request, thousands of instructions | ${[...modules.keys()].join(' | ')} | to the peer |`);
  console.log(`|---|${'---|'.repeat(modules.size + 1)}`);
  for (const row of rows) {
    const found = new Map();
    for (const [name, built] of modules) found.set(name, await measure(row, name, built));
    const figures = [...found.values()].map((instructions) => Math.round(instructions / 1000));
    const ratio = (found.get('worker-client') / found.get('peer')).toFixed(2);
    console.log(`| ${row.name} | ${figures.join(' | ')} | ${ratio} |`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit();
