// The host program of the tests, with one route more: what the cache of the platform has of a host is copied to another
// one, which the isolate has not met.
import app from '../e2e/host.mjs';
import manifest from '../npm/package.json';

export * from '../e2e/host.mjs';

export default {
  async fetch(request, env) {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname !== '/edge') return app.fetch(request, env);
    const cache = await caches.open(`worker-client ${manifest.version}`);
    for (const [kind, path] of [
      ['probe', ''],
      ['about', '/'],
    ]) {
      const key = (host) => `${env.ORIGIN}/cache/${kind}?of=${encodeURIComponent(`https://${host}${path}`)}`;
      const [from, to] = ['of', 'to'].map((name) => searchParams.get(name));
      const kept = await cache.match(key(from));
      if (!kept) return new Response(`nothing is kept: ${key(from)}`, { status: 404 });
      const headers = { 'cache-control': 'max-age=60' };
      // The first line is the time at which it is over.
      const [, json] = (await kept.text()).split('\n');
      await cache.put(key(to), new Response(`${Date.now() + 60_000}\n${json}`, { headers }));
    }
    return new Response(null, { status: 204 });
  },
};
