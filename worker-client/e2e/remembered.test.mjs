// The public answers that an isolate remembers: the end of each, and all that it depends on.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { Agent } from './agent.mjs';
import { App, hostOf } from './app.mjs';
import { Lab } from './lab.mjs';
import { HOST, Server } from './server.mjs';

/** A program that asks under other settings when it is told so, and puts away what the platform remembers. */
const PROGRAM = {
  type: 'ESModule',
  path: 'program.js',
  contents: `
    import app from './index.js';
    export * from './index.js';
    const CACHE = 'worker-client 0.1.0';
    export default {
      async fetch(request, env) {
        const settings = JSON.parse(request.headers.get('x-settings') ?? '{}');
        const url = new URL(request.url);
        if (url.pathname !== '/edge') return app.fetch(request, { ...env, ...settings });
        const cache = await caches.open(CACHE);
        if (request.method === 'PUT') {
          const headers = { 'cache-control': 'max-age=60' };
          await cache.put(url.searchParams.get('key'), new Response(await request.json(), { headers }));
        }
        if (request.method === 'DELETE') return Response.json(await cache.delete(url.searchParams.get('key')));
        const kept = await cache.match(url.searchParams.get('key'));
        return Response.json(kept ? await kept.text() : null);
      },
    };`,
};
const PROBE = 'https://app.example/cache/probe?of=https%3A%2F%2Fas.example';

describe('what is remembered', () => {
  let lab, server, app, agent;
  const asked = () => lab.requests('as.example', { path: '/.well-known/oauth-authorization-server' }).length;
  const probe = async (settings = {}) => {
    const headers = { 'x-settings': JSON.stringify(settings) };
    const answer = await agent.json('GET', '/probe?url=as.example', { headers });
    assert.equal(answer.status, 200, answer.body);
    return answer.json.verdict;
  };
  const edge = async (method, body) =>
    (await agent.json(method, `/edge?key=${encodeURIComponent(PROBE)}`, { body })).json;

  before(async () => {
    lab = new Lab();
    server = new Server();
    server.metadata = { registration_endpoint: undefined };
    lab.host('as.example', server.answer);
    app = await App.start({ modules: [PROGRAM, ...(await hostOf('host.mjs'))], lab });
    agent = new Agent(app, lab);
  });

  after(async () => {
    await app.stop();
    await lab.stop();
  });

  test('a host is asked once; the platform keeps the end beside the value', async () => {
    assert.equal(await probe(), 'no_registration');
    assert.equal(await probe(), 'no_registration');
    assert.equal(asked(), 1);
    const [end, json] = (await edge('GET')).split('\n');
    assert.ok(Math.abs(Number(end) - Date.now() - 60_000) < 5_000, end);
    assert.match(json, /NoRegistration/);
  });

  test('without the cache of the platform the isolate still answers, under these settings alone', async () => {
    assert.equal(await edge('DELETE'), true);
    assert.equal(await edge('GET'), null, 'it is gone from there');
    assert.equal(await probe(), 'no_registration');
    assert.equal(asked(), 1, 'the isolate remembers it');
    const CLIENTS = JSON.stringify({ [HOST]: { client_id: 'known' } });
    assert.equal(await probe({ CLIENTS }), 'registrable', 'a client that is known: another answer');
    assert.equal(asked(), 2);
    assert.equal(await probe(), 'no_registration', 'which is not the answer without it');
    assert.equal(await probe({ ALLOW_HOSTS: 'as.example' }), 'no_registration');
    assert.equal(asked(), 3, 'other hosts that may be asked');
    assert.equal(await probe({ DENY_HOSTS: 'evil.example' }), 'no_registration');
    assert.equal(asked(), 4);
    await probe({ ORIGIN: 'https://other.example' });
    assert.equal(asked(), 5, 'another app');
    await probe({ PREFIX: '' });
    assert.equal(asked(), 5, 'what is the same setting is the same answer');
  });

  test('an end does not move: what the platform has kept for a while is not remembered for another minute', async () => {
    await app.forget();
    await probe();
    const [, json] = (await edge('GET')).split('\n');
    await app.forget();
    const before = asked();
    await edge('PUT', `${Date.now() + 2000}\n${json}`);
    assert.equal(await probe(), 'no_registration');
    assert.equal(asked(), before, 'the platform remembers it');
    await setTimeout(2100);
    await probe();
    assert.equal(asked(), before + 1);
  });
});
