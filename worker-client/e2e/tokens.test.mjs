// The effect of a faulty token endpoint on a connection.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { Agent } from './agent.mjs';
import { App, hostOf } from './app.mjs';
import { Lab, json, nothing } from './lab.mjs';
import { HOST, Server } from './server.mjs';

let lab, app, server, agent;

before(async () => {
  lab = new Lab();
  app = await App.start({ modules: await hostOf('host.mjs'), lab });
});

after(async () => {
  await app.stop();
  await lab.stop();
});

describe('a connection survives what is not final', () => {
  const use = () => agent.json('POST', '/use', { body: { url: `${HOST}/api` } });
  const connections = async () => (await agent.json('GET', '/connections')).json;

  async function logIn(firstLifetime) {
    server.firstLifetime = firstLifetime;
    const page = await agent.submit(await agent.visit('/login?url=as.example'));
    assert.equal(page.url, 'https://app.example/?notice=connected', page.body);
  }

  beforeEach(() => {
    server = new Server();
    lab.host('as.example', server.answer);
    agent = new Agent(app, lab);
  });

  const reset = () => {
    throw new Error('reset');
  };
  for (const [name, refresh] of [
    ['503', () => ({ status: 503, headers: {}, body: '' })],
    ['429', () => ({ status: 429, headers: { 'retry-after': '2' }, body: '' })],
    ['200 with HTML', () => ({ status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' })],
    ['a broken connection', reset],
    ['a redirect', () => ({ status: 307, headers: { location: 'https://evil.example/token' }, body: '' })],
  ])
    test(`t03 a refresh answered with ${name}: the tokens stay, and the next one succeeds`, async () => {
      await logIn(0);
      server.refresh = refresh;
      const first = await use();
      assert.deepEqual([first.status, first.json.type], [503, 'try-later'], first.body);
      assert.ok(first.json.retry_after > 0);
      assert.equal((await connections())[0].needs_login, false);
      server.refresh = () => server.tokens();
      const patience = await use();
      assert.deepEqual([patience.status, patience.json.type], [503, 'try-later']);
      assert.equal(server.refreshes.length, 1, 'a server that is down is left alone for a moment');
      await new Promise((resolve) => setTimeout(resolve, patience.json.retry_after * 1000));
      assert.equal((await use()).status, 200);
      assert.deepEqual(
        server.refreshes.map((sent) => sent.get('refresh_token')),
        ['refresh-1', 'refresh-1'],
      );
      assert.equal(lab.requests('evil.example').length, 0, 'no redirect is followed');
    });

  test('a refused refresh token: the person is asked to log in again, and the token is not sent twice', async () => {
    await logIn(0);
    server.refresh = () => json({ error: 'invalid_grant' }, 400);
    assert.equal((await use()).json.type, 'login-again');
    assert.equal((await use()).json.type, 'login-again');
    assert.equal(server.refreshes.length, 1);
    const page = await agent.visit('/');
    assert.match(page.body, /Log in again: the host no longer accepts this connection/);
    server.firstLifetime = 3600;
    await agent.submit(await agent.submit(page, {}, { form: '.connections form[method="get"]' }));
    assert.equal((await use()).status, 200);
    assert.equal((await connections()).length, 1, 'in place of the old one');
  });

  test('a client that the server has forgotten: registered again with the next login', async () => {
    await logIn(0);
    const before = server.registered;
    // A client of this minute is not taken for a forgotten one.
    await app.elapse(61);
    server.refresh = () => json({ error: 'invalid_client' }, 401);
    assert.equal((await use()).json.type, 'login-again');
    await logIn(3600);
    assert.equal(server.registered, before + 1);
    assert.equal((await use()).status, 200);
  });

  test('t11 a host that refuses every token: one refresh, then its own answer', async () => {
    await logIn(3600);
    const tokens = [];
    server.resource = ({ authorization }) => {
      tokens.push(authorization);
      return json({ error: 'invalid_token' }, 401);
    };
    assert.equal((await use()).status, 401);
    assert.equal(server.refreshes.length, 1);
    assert.deepEqual(tokens, ['Bearer access-1', 'Bearer access-2'], 'once with each');
  });

  test('t17 a disconnect during a refresh: nothing comes back', async () => {
    await logIn(0);
    const [{ id }] = await connections();
    let answer;
    const asked = new Promise((resolve) => {
      server.refresh = () =>
        new Promise((release) => {
          answer = () => release(server.tokens());
          resolve();
        });
    });
    const using = use();
    await asked;
    assert.equal((await agent.json('DELETE', `/connections/${id}`)).status, 200);
    answer();
    assert.equal((await using).status, 404);
    assert.deepEqual(await connections(), []);
  });

  test('p01 no request leaves for where no connection covers', async () => {
    await logIn(3600);
    lab.host('evil.example', nothing);
    for (const url of [
      'https://as.example.evil.example/',
      'https://evil.example/?https://as.example',
      'http://as.example/api',
      'https://as.example:8443/api',
    ]) {
      const answer = await agent.json('POST', '/use', { body: { url } });
      assert.ok(answer.status >= 400, url);
    }
    assert.ok(lab.all.every(({ url, headers }) => new URL(url).host === 'as.example' || !headers.authorization));
  });

  test('p02 p03 what the program sends along, and where a redirect leads', async () => {
    await logIn(3600);
    server.resource = () => ({ status: 307, headers: { location: 'https://evil.example/' }, body: '' });
    const headers = {
      Authorization: 'Bearer mine',
      Cookie: 'a=b',
      'X-Forwarded-For': '1.2.3.4',
      Forwarded: 'for=1.2.3.4',
      'X-Own': 'kept',
    };
    const answer = await agent.json('POST', '/use', { body: { url: `${HOST}/api`, headers } });
    assert.equal(answer.status, 307, 'the redirect comes back as it is');
    const seen = lab.requests('as.example', { path: '/api' }).at(-1).headers;
    assert.match(seen.authorization, /^Bearer access-\d+$/);
    assert.deepEqual(
      [seen.cookie, seen['x-forwarded-for'], seen.forwarded, seen['x-own']],
      [undefined, undefined, undefined, 'kept'],
    );
    assert.equal(lab.requests('evil.example').filter(({ headers }) => headers.authorization).length, 0);
  });
});

describe('a request that the resource refuses is sent again for one reason alone', () => {
  let received;
  const challenge = (value) => ({ 'www-authenticate': `Bearer ${value}` });
  const invalid = { status: 401, headers: challenge('error="invalid_token"'), body: '' };
  const lacking = { status: 403, headers: challenge('error="insufficient_scope", scope="more"'), body: '' };
  const withoutRefreshToken = {
    exchange: () => json({ access_token: 'only', token_type: 'Bearer', expires_in: 3600 }),
  };
  const downAtRefresh = { refresh: () => ({ status: 503, headers: {}, body: '' }) };

  /** A new connection at a server with these faults, whose resource answers everything in this way. */
  async function connected(resource, faults = {}) {
    server = Object.assign(new Server(), faults);
    received = [];
    lab.host('as.example', (sent) => {
      if (new URL(sent.url).pathname !== '/api') return server.answer(sent);
      received.push(sent);
      return resource(sent);
    });
    agent = new Agent(app, lab);
    const page = await agent.submit(await agent.visit('/login?url=as.example'));
    assert.equal(page.url, 'https://app.example/?notice=connected', page.body);
  }
  const post = (body, headers) =>
    agent.json('POST', '/use', { body: { url: `${HOST}/api`, method: 'POST', body, headers } });

  for (const [name, answer, status, faults, headers] of [
    ['400', { status: 400, headers: {}, body: '' }, 400],
    ['403 without a reason', { status: 403, headers: {}, body: '' }, 403],
    ['403 for a scope that was not granted', lacking, 403],
    ['409', { status: 409, headers: {}, body: '' }, 409],
    ['429', { status: 429, headers: { 'retry-after': '0' }, body: '' }, 429],
    ['500', { status: 500, headers: {}, body: '' }, 500],
    ['503', { status: 503, headers: { 'retry-after': '0' }, body: '' }, 503],
    ['a redirect to a page to sign in', { status: 303, headers: { location: `${HOST}/signin` }, body: '' }, 303],
    ['401, and there is no refresh token', invalid, 409, withoutRefreshToken],
    ['401, and the token endpoint is down', invalid, 401, downAtRefresh],
    ['401, and the body is not held', invalid, 401, {}, { 'transfer-encoding': 'chunked' }],
  ])
    for (const body of headers ? ['order=1'] : ['order=1', undefined])
      test(`P13 a POST ${body ? 'with' : 'without'} a body that is refused with ${name} is received once`, async () => {
        await connected(() => answer, faults);
        const { status: came, body: said } = await post(body, headers);
        assert.deepEqual(
          received.map(({ method, body }) => [method, body]),
          [['POST', body ?? '']],
          `${came} ${said}`,
        );
        assert.equal(came, status, said);
      });

  for (const body of ['order=1', undefined])
    test(`P13 control: a POST ${body ? 'with' : 'without'} a body whose token was refused is received twice, with another token`, async () => {
      await connected(({ headers }) => (headers.authorization.endsWith('access-1') ? invalid : json({ ok: true })));
      assert.equal((await post(body)).status, 200);
      assert.deepEqual(
        received.map(({ method, body, headers }) => [method, body, headers.authorization]),
        [
          ['POST', body ?? '', 'Bearer access-1'],
          ['POST', body ?? '', 'Bearer access-2'],
        ],
      );
    });
});
