// The life of a registration from its first user to its last, at a server that counts both.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { app, browser, connections, eventually, lab, logIn, server, start, use } from './counting.mjs';
import { json, nothing } from './lab.mjs';
import { HOST, Server } from './server.mjs';

describe('a registration', () => {
  test('R04 of fifty people who come at once is one', async () => {
    await start();
    server.register = async (sent) => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      return server.client(sent);
    };
    const people = Array.from({ length: 50 }, browser);
    const pages = await Promise.all(people.map((agent) => logIn(agent)));
    assert.equal(pages.length, 50);
    assert.equal(lab.requests('as.example', { method: 'POST', path: '/register' }).length, 1);
    assert.deepEqual(
      await Promise.all(people.map(async (agent) => (await connections(agent)).length)),
      Array(50).fill(1),
    );
  });

  test('R04 that is refused is not tried again within the minute', async () => {
    await start();
    server.register = () => ({ status: 500, headers: {}, body: '' });
    const page = await browser().visit('/login?url=as.example');
    for (let i = 0; i < 10; i += 1) assert.equal((await browser().submit(page)).status, 503);
    assert.equal(lab.requests('as.example', { path: '/register' }).length, 1);
  });

  test('R03 whose secret ends is made anew, and a server that forgets at once is not asked forever', async () => {
    await start();
    server.metadata = { token_endpoint_auth_methods_supported: ['client_secret_post'] };
    server.register = (sent) => server.client(sent, { client_secret: 's', client_secret_expires_at: 1 });
    for (let i = 0; i < 5; i += 1) await logIn(browser());
    assert.equal(server.registered, 5, 'each login with a client that has not ended');
    const page = await browser().submit(await browser().visit('/login?url=as.example'));
    assert.match(page.body, /keeps forgetting that this app is registered/);
    assert.equal(server.registered, 5);
  });

  test('R03 whose secret does not say when it ends is kept', async () => {
    await start();
    server.metadata = { token_endpoint_auth_methods_supported: ['client_secret_post'] };
    server.register = (sent) => server.client(sent, { client_secret: 's' });
    for (let i = 0; i < 3; i += 1) await logIn(browser());
    assert.equal(server.registered, 1);
  });

  test('R05 is made anew for another origin of ours', async () => {
    await start();
    await logIn(browser());
    await app.restart({ bindings: { ORIGIN: 'https://other.example' } });
    const answer = await app.fetch({
      method: 'POST',
      url: 'https://other.example/login',
      headers: { origin: 'https://other.example', 'content-type': 'application/json' },
      body: '{"url": "as.example"}',
    });
    assert.equal(answer.status, 303);
    const redirects = [...server.clients.values()].map(({ redirect_uris: [uri] }) => new URL(uri).host);
    assert.deepEqual(redirects, ['app.example', 'other.example']);
  });

  test('R01 is made anew when the endpoints move, and the old client goes nowhere new', async () => {
    await start();
    await logIn(browser());
    server.metadata = { token_endpoint: `${HOST}/token/2` };
    await app.forget();
    await logIn(browser());
    assert.equal(server.registered, 2);
    const moved = lab.requests('as.example', { method: 'POST', path: '/token/2' });
    assert.deepEqual(
      moved.map(({ body }) => new URLSearchParams(body).get('client_id')),
      ['client-2'],
    );
  });

  test('gets our new name where the server manages it (RFC 7592)', async () => {
    await start();
    server.manages = true;
    await logIn(browser());
    await app.restart({ bindings: { CLIENT_NAME: 'Another name' } });
    await logIn(browser());
    assert.deepEqual(
      server.updated.map(({ client_name, client_id }) => [client_name, client_id]),
      [['Another name', 'client-1']],
    );
    await logIn(browser());
    assert.equal(server.updated.length, 1, 'once');
    assert.equal(server.registered, 1);
  });

  test('is deleted when its last user leaves (RFC 7592), and not before', async () => {
    await start({ bindings: { UNUSED_CLIENT_SECONDS: '1' } });
    server.manages = true;
    const [ann, bob] = [browser(), browser()];
    await logIn(ann);
    await logIn(bob);
    await new Promise((resolve) => setTimeout(resolve, 2500));
    assert.deepEqual(server.deleted, [], 'two people use it');
    await ann.json('DELETE', `/connections/${(await connections(ann))[0].id}`);
    await new Promise((resolve) => setTimeout(resolve, 2500));
    assert.deepEqual(server.deleted, [], 'one person uses it');
    await bob.json('DELETE', `/connections/${(await connections(bob))[0].id}`);
    await eventually(() => server.deleted.length > 0, 'the client is deleted');
    assert.deepEqual(server.deleted, ['client-1']);
    await logIn(bob);
    assert.equal(server.registered, 2, 'and registered again for the next');
  });

  test('R06 is not managed elsewhere than where it was made', async () => {
    lab.host('evil.example', nothing);
    await start({ bindings: { UNUSED_CLIENT_SECONDS: '1' } });
    server.register = (sent) =>
      server.client(sent, {
        registration_client_uri: 'https://evil.example/register/x',
        registration_access_token: 'canary',
      });
    const ann = browser();
    await logIn(ann);
    await ann.json('DELETE', `/connections/${(await connections(ann))[0].id}`);
    await new Promise((resolve) => setTimeout(resolve, 2500));
    assert.equal(lab.requests('evil.example').length, 0);
  });

  test('that is pre-registered is used, at its issuer alone', async () => {
    const known = { [HOST]: { client_id: 'by-hand', client_secret: 'canary' } };
    await start({ bindings: { CLIENTS: JSON.stringify(known) } });
    lab.host(
      'evil.example',
      (
        (evil) => (request) =>
          evil.answer(request)
      )(new Server('https://evil.example')),
    );
    await logIn(browser());
    assert.equal(server.registered, 0);
    const [{ headers, body }] = lab.requests('as.example', { method: 'POST', path: '/token' });
    assert.equal(new URLSearchParams(body).get('client_id'), 'by-hand');
    assert.equal(headers.authorization, `Basic ${Buffer.from('by-hand:canary').toString('base64')}`);
    await logIn(browser(), 'url=evil.example');
    assert.ok(
      lab
        .requests('evil.example')
        .every(({ headers, body }) => !/canary|by-hand|Basic/.test(JSON.stringify([headers, body]))),
    );
  });

  test('that is pre-registered needs no server that registers', async () => {
    await start({ bindings: { CLIENTS: JSON.stringify({ [HOST]: { client_id: 'by-hand' } }) } });
    const evil = new Server('https://evil.example');
    lab.host('evil.example', evil.answer);
    for (const each of [server, evil]) each.metadata = { registration_endpoint: undefined };
    const agent = browser();
    await logIn(agent);
    assert.equal((await use(agent)).status, 200);
    const [{ body }] = lab.requests('as.example', { method: 'POST', path: '/token' });
    assert.equal(new URLSearchParams(body).get('client_id'), 'by-hand');
    assert.equal((await agent.json('POST', '/login', { body: { url: 'evil.example' } })).json.type, 'no-registration');
    assert.deepEqual(
      lab.all.filter(({ method, url }) => method === 'POST' && !url.startsWith(`${HOST}/token`)),
      [],
    );
  });

  test('uses the initial access token that an operator gave out', async () => {
    await start({ bindings: { CLIENTS: JSON.stringify({ [HOST]: { initial_access_token: 'invited' } }) } });
    await logIn(browser());
    const [{ headers }] = lab.requests('as.example', { path: '/register' });
    assert.equal(headers.authorization, 'Bearer invited');
  });
});
