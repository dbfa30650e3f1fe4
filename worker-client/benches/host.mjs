// The smallest program around the Worker, with one route for an authorized request, and one by which what the cache of the
// platform has of a host is copied to another one, which the isolate has not met.
import { Account, Login, Registrar } from 'worker-client';
import manifest from '../npm/package.json';

export { Account, Registrar };

export default {
  async fetch(request, env) {
    const login = Login.byCookie(env, request);
    const answer = await login.handle(request);
    if (answer) return answer;
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === '/use') return login.fetch((await request.json()).url);
    if (pathname !== '/edge') return new Response('nothing here', { status: 404 });
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
