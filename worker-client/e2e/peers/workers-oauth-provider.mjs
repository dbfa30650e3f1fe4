// @cloudflare/workers-oauth-provider in workerd: RFC 9207 `iss`, exact resources, refresh.
import { build } from 'esbuild';
import { Miniflare } from 'miniflare';
import { fileURLToPath } from 'node:url';

/** Its tokens live for 60 s at the least; `expireTokens` ends those that it has issued. */
export async function start({ issuer, port = 0, accessTokenSeconds = 3600 }) {
  const {
    outputFiles: [bundle],
  } = await build({
    entryPoints: [fileURLToPath(new URL('workers-oauth-provider.worker.js', import.meta.url))],
    bundle: true,
    write: false,
    format: 'esm',
    external: ['cloudflare:*', 'node:*'],
    conditions: ['workerd', 'worker'],
  });
  const miniflare = new Miniflare({
    modules: [{ type: 'ESModule', path: 'worker.js', contents: bundle.text }],
    compatibilityDate: '2026-04-01',
    compatibilityFlags: ['nodejs_compat', 'global_fetch_strictly_public'],
    kvNamespaces: ['OAUTH_KV'],
    bindings: { ISSUER: issuer, ACCESS_TOKEN_SECONDS: Math.max(accessTokenSeconds, 60) },
    host: '127.0.0.1',
    port,
    // It sees the public name, as behind a proxy.
    upstream: issuer,
  });
  const url = await miniflare.ready;
  const expireTokens = async () => {
    const tokens = await miniflare.getKVNamespace('OAUTH_KV');
    const { keys } = await tokens.list({ prefix: 'token:' });
    await Promise.all(keys.map(({ name }) => tokens.delete(name)));
    return keys.length;
  };
  return { issuer, port: Number(url.port), expireTokens, stop: () => miniflare.dispose() };
}
