// @cloudflare/workers-oauth-provider 0.0.5 in workerd: old, and still deployed.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const require = createRequire(new URL('../../worker-client/package.json', import.meta.url));

export async function start({ issuer, port }) {
  const { build } = require('esbuild');
  const { Miniflare } = require('miniflare');
  const {
    outputFiles: [bundle],
  } = await build({
    entryPoints: [fileURLToPath(new URL('old-workers-oauth-provider.worker.js', import.meta.url))],
    bundle: true,
    write: false,
    format: 'esm',
    external: ['cloudflare:*', 'node:*'],
    conditions: ['workerd', 'worker'],
  });
  const miniflare = new Miniflare({
    modules: [{ type: 'ESModule', path: 'worker.js', contents: bundle.text }],
    compatibilityDate: '2026-04-01',
    compatibilityFlags: ['nodejs_compat'],
    kvNamespaces: ['OAUTH_KV'],
    host: '127.0.0.1',
    port,
    upstream: issuer,
  });
  await miniflare.ready;
  return { issuer, port, stop: () => miniflare.dispose() };
}
