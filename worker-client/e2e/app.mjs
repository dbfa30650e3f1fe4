// A built Worker in workerd, with its Durable Objects on disk.
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { Miniflare } from 'miniflare';

export const ORIGIN = 'https://app.example';

/** The platform as wrangler.toml asks for it, with the Durable Objects in a folder. */
export const objects = (storage) => ({
  compatibilityDate: '2026-05-01',
  compatibilityFlags: ['global_fetch_strictly_public'],
  durableObjects: {
    ACCOUNT: { className: 'Account', useSQLite: true },
    REGISTRAR: { className: 'Registrar', useSQLite: true },
  },
  durableObjectsPersist: storage,
  // Far above what a test asks, except where a test says otherwise.
  ratelimits: limits(1000, 1000),
});

/** So many questions a minute of one user, and of one address. */
export const limits = (user, address) => ({
  LIMIT_USER: { simple: { limit: user, period: 60 } },
  LIMIT_ADDRESS: { simple: { limit: address, period: 60 } },
});

/** The artefact in a directory: an ES module and the wasm beside it. */
export async function artefact(directory) {
  return [
    { type: 'ESModule', path: 'index.js', contents: await readFile(join(directory, 'index.js'), 'utf8') },
    { type: 'CompiledWasm', path: 'index_bg.wasm', contents: await readFile(join(directory, 'index_bg.wasm')) },
  ];
}

/** A Worker of ours that imports the npm package, bundled as wrangler would. */
export async function hostOf(file) {
  const { outputFiles: [bundle] } = await build({
    entryPoints: [fileURLToPath(new URL(file, import.meta.url))],
    bundle: true,
    write: false,
    format: 'esm',
    external: ['cloudflare:*', './index_bg.wasm'],
  });
  const [, wasm] = await artefact(fileURLToPath(new URL('../npm/dist', import.meta.url)));
  return [{ type: 'ESModule', path: 'index.js', contents: bundle.text }, wasm];
}

export class App {
  #miniflare;
  #options;
  /** Everything the runtime printed. */
  log = '';

  static async start({ modules, lab, bindings = {}, platform = {} }) {
    const app = new App();
    app.storage = await mkdtemp(join(tmpdir(), 'worker-client-'));
    app.#options = {
      ...objects(app.storage),
      modules,
      bindings: { ORIGIN, MASTER_KEYS: JSON.stringify({ active: 'k1', keys: { k1: randomBytes(32).toString('base64') } }), ...bindings },
      outboundService: await lab.open(),
      handleRuntimeStdio: (stdout, stderr) => {
        for (const stream of [stdout, stderr]) stream.on('data', (chunk) => { app.log += chunk; });
      },
      ...platform,
    };
    await app.#run();
    return app;
  }

  /** Ends workerd and starts it again on the same storage, with other variables if need be. */
  restart(bindings = {}) {
    return this.away(() => Object.assign(this.#options.bindings, bindings));
  }

  /** Ends workerd, does something meanwhile, and starts it again on the same storage. */
  async away(meanwhile) {
    await this.#miniflare.dispose();
    await meanwhile();
    await this.#run();
  }

  /** The answer while it still comes. */
  open({ method, url, headers, body, signal }) {
    return this.#miniflare.dispatchFetch(url, { method, headers, body: body || undefined, redirect: 'manual', signal });
  }

  async fetch(request) {
    const answer = await this.open(request);
    const text = await answer.text();
    const list = [...answer.headers].flat();
    return { status: answer.status, headers: list, body: text };
  }

  /** Every byte that the Durable Objects have on disk. */
  async disk() {
    const files = (await readdir(this.storage, { recursive: true })).filter((name) => /sqlite/.test(name));
    return Buffer.concat(await Promise.all(files.map((name) => readFile(join(this.storage, name)))));
  }

  async stop() {
    await this.#miniflare.dispose();
    await rm(this.storage, { recursive: true, force: true });
  }

  async #run() {
    this.#miniflare = new Miniflare(this.#options);
    await this.#miniflare.ready;
  }
}
