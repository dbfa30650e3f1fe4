// The Workers that are compared, as modules of workerd.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { hostOf } from '../e2e/app.mjs';

const path = (name) => fileURLToPath(new URL(name, import.meta.url));

/** The host program of the tests, around the built package, or around the one in another folder. */
export const ours = (built) => hostOf('../benches/host.mjs', built);

/** This Worker and other builds of it, in those folders, by their names. */
export async function builds(folders) {
  const found = new Map([['worker-client', await ours()]]);
  for (const folder of folders) found.set(basename(folder), await ours(`${resolve(folder)}/`));
  return found;
}

/** The runtime of miniflare. */
export const { default: WORKERD } = createRequire(import.meta.resolve('miniflare'))('workerd');

/** The platform calls alone. */
export const floor = async () => [
  { type: 'ESModule', path: 'index.js', contents: await readFile(path('floor.mjs'), 'utf8') },
];

/** The same job by others; `fair`: with what can be measured of what this Worker does beside it. */
export async function peer(isFair = false) {
  const {
    outputFiles: [bundle],
  } = await build({
    entryPoints: [path(isFair ? 'fair.ts' : 'peer.ts')],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    external: ['cloudflare:*'],
  });
  return [{ type: 'ESModule', path: 'index.js', contents: bundle.text }];
}

/** Nothing at all: what the runtime itself takes. */
export const empty = () => [
  {
    type: 'ESModule',
    path: 'index.js',
    contents: `
    import { DurableObject } from 'cloudflare:workers';
    export class Account extends DurableObject {}
    export class Registrar extends DurableObject {}
    export default { fetch: () => new Response('') };`,
  },
];
