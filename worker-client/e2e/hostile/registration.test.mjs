// Section R: the handling of a registration by a server, and attacks by client information responses.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { json } from '../lab.mjs';
import { found } from './canary.mjs';
import { html, redirect } from './faults.mjs';
import { World } from './world.mjs';

let world;
before(async () => {
  world = await World.start();
});
after(() => world.stop());

/** A server that registers this way; the answer to a login there. */
async function registering(register, options) {
  const server = world.server('good', options);
  server.on.register = register;
  return { server, answer: await world.login(server.host) };
}

const basic = { members: { token_endpoint_auth_methods_supported: ['client_secret_basic'] } };

describe('the request', () => {
  test('R08 asks for little', async () => {
    const server = world.server();
    await world.logIn(server);
    const [{ authorization, ...asked }] = server.registrations;
    assert.equal(authorization, undefined);
    const {
      redirect_uris: [redirectUri, ...more],
    } = asked;
    assert.equal(more.length, 0);
    assert.match(redirectUri, /^https:\/\/app\.example\/callback\/[\w-]{22}$/);
    assert.deepEqual(asked, {
      redirect_uris: [redirectUri],
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      client_name: 'app.example',
      application_type: 'web',
    });
  });

  test('R09 a redirect of the POST is not followed', async () => {
    const evil = world.server('evil');
    for (const status of [302, 303, 307, 308]) {
      const { answer } = await registering(() => redirect(`${evil.issuer}/register`, status));
      assert.equal(answer.json.type, 'not-registered', answer.body);
    }
    assert.equal(world.lab.requests(evil.host).length, 0);
    await world.logIn(evil);
  });

  test('R04 fifty people at once: one registration', async () => {
    const server = world.server();
    const answers = await Promise.all(Array.from({ length: 50 }, () => world.login(server.host)));
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [303]);
    assert.equal(server.registrations.length, 1);
    const ids = answers.map(({ headers }) => new URL(headers.get('location')).searchParams.get('client_id'));
    assert.equal(new Set(ids).size, 1);
  });

  for (const [name, answer] of [
    ['fails', () => html('oh', 500)],
    ['refuses this app', () => json({ error: 'access_denied' }, 403)],
    ['refuses its redirection URI', () => json({ error: 'invalid_redirect_uri' }, 400)],
  ])
    test(`R04 a server that ${name} is not asked at every click`, async () => {
      const { server } = await registering(answer);
      for (let n = 0; n < 9; n += 1) await world.login(server.host);
      assert.equal(world.lab.requests(server.host, { method: 'POST' }).length, 1);
      // Another server is not held up by it.
      await world.logIn(world.server());
    });

  test('R12 two tenants with one registration endpoint keep their own clients', async () => {
    const host = world.name('as');
    const [one, two] = ['/t1', '/t2'].map((path) => world.server('as', { path }));
    for (const tenant of [one, two]) {
      Object.assign(tenant, {
        host,
        issuer: `https://${host}${tenant.path}`,
        members: { registration_endpoint: `https://${host}/register` },
      });
    }
    world.lab.host(host, (request) => {
      const { pathname } = new URL(request.url);
      return (pathname.includes('/t2') || /AT-t2/.test(request.body) ? two : one).answer(request);
    });
    const browser = await world.logIn(one, world.browser(), `${host}/t1`);
    await world.logIn(two, browser, `${host}/t2`);
    const registered = world.lab.requests(host, { method: 'POST', path: '/register' });
    assert.equal(registered.length, 2);
    const uris = registered.map(({ body }) => JSON.parse(body).redirect_uris[0]);
    assert.equal(new Set(uris).size, 2, 'each issuer has its own redirection URI');
  });
});

describe('the answer', () => {
  for (const [name, change] of [
    ['another redirection URI', { redirect_uris: ['https://evil.example/cb'] }],
    ['one more redirection URI', ({ redirect_uris: [own] }) => ({ redirect_uris: [own, 'https://evil.example/cb'] })],
    ['redirection URIs that are no list', { redirect_uris: 'https://evil.example/cb' }],
    ['private_key_jwt', { token_endpoint_auth_method: 'private_key_jwt' }],
    ['no authorization codes', { grant_types: ['client_credentials'] }],
    ['a secret that is needed and missing', { token_endpoint_auth_method: 'client_secret_post' }],
  ])
    test(`R02 ${name}: discarded`, async () => {
      const { server, answer } = await registering((request, honest) =>
        honest(typeof change === 'function' ? change(JSON.parse(request.body)) : change),
      );
      assert.equal(answer.json?.type, 'not-registered', answer.body);
      assert.equal(server.authorizations.length, 0);
    });

  for (const [name, redirect_uris] of [
    ['none', undefined],
    ['an empty list', []],
  ]) {
    test(`R02 ${name} of the redirection URIs in the answer: ours is the one`, async () => {
      const server = world.server();
      server.on.register = (_, honest) => honest({ redirect_uris });
      await world.logIn(server);
    });
  }

  test('R02 `none` after a secret was asked for: obeyed', async () => {
    const server = world.server('good', basic);
    server.on.register = (_, honest) => honest({ token_endpoint_auth_method: 'none', client_secret: undefined });
    await world.logIn(server);
    assert.equal(server.exchanges[0].headers.authorization, undefined);
    assert.equal(server.exchanges[0].sent.get('client_secret'), null);
  });

  for (const [name, expires, registrations] of [
    ['is over', 1, 2],
    ['is not said', undefined, 1],
    ['never comes', 0, 1],
  ]) {
    test(`R03 a secret whose end ${name}`, async () => {
      const server = world.server('good', basic);
      server.on.register = (_, honest) => honest({ client_secret_expires_at: expires });
      await world.logIn(server);
      await world.logIn(server);
      assert.equal(server.registrations.length, registrations, 'and no loop');
      assert.equal(server.exchanges.length, 2);
    });
  }

  test('R06 D05 where a registration is managed, as a hostile server says: nobody goes there', async () => {
    for (const uri of [
      'https://127.0.0.1/x',
      '/manage/1',
      'http://good.example/x',
      'https://elsewhere.example/x',
      'https://app.example/x',
    ]) {
      const before = world.lab.all.length;
      const server = world.server();
      server.on.register = (_, honest) => honest({ registration_client_uri: uri, registration_access_token: 'token' });
      const browser = await world.logIn(server);
      await browser.json('DELETE', `/connections/${(await world.connections(browser))[0].id}`);
      const asked = world.lab.all.slice(before).map(({ url }) => new URL(url).host);
      assert.ok(
        asked.every((host) => host === server.host || host === 'app.example'),
        `${uri}: ${asked}`,
      );
    }
  });

  test('R07 a client_id that is made to break out of the URL', async () => {
    const server = world.server();
    server.on.register = (_, honest) => honest({ client_id: 'x&redirect_uri=https://evil.example' });
    await world.logIn(server);
    const [{ url }] = world.lab.requests(server.host, { path: '/authorize' });
    assert.equal(url.match(/redirect_uri=/g).length, 1, url);
    assert.equal(server.authorizations[0].get('client_id'), 'x&redirect_uri=https://evil.example');
    assert.equal(server.exchanges[0].sent.get('client_id'), 'x&redirect_uri=https://evil.example');
  });

  test('R07 T14 a secret with every kind of character, by Basic', async () => {
    const server = world.server('good', basic);
    server.on.register = (_, honest) => honest({ client_secret: 'a:b%&+ é' });
    await world.logIn(server);
    const [, text] = server.exchanges[0].headers.authorization.split(' ');
    const [id, secret] = Buffer.from(text, 'base64')
      .toString()
      .split(':')
      .map((part) => decodeURIComponent(part.replaceAll('+', ' ')));
    assert.deepEqual([id, secret], [server.exchanges[0].sent.get('client_id'), 'a:b%&+ é']);
    assert.equal(server.exchanges[0].sent.get('client_secret'), null, 'in one place');
  });

  for (const [name, answer, works] of [
    ['200', (_, honest) => ({ ...honest(), status: 200 }), true],
    ['201', (_, honest) => honest(), true],
    ['no client_id', (_, honest) => honest({ client_id: undefined })],
    ['client_id null', (_, honest) => honest({ client_id: null })],
    ['client_id a number', (_, honest) => honest({ client_id: 7 })],
    ['client_id empty', (_, honest) => honest({ client_id: '' })],
    ['client_id of control characters', (_, honest) => honest({ client_id: 'a\r\nb' })],
    ['a list', () => json([], 201)],
    ['a page', () => html('<p>ok', 201)],
  ])
    test(`R11 ${name}`, async () => {
      const {
        server,
        answer: { status, json: problem, body },
      } = await registering(answer);
      if (works) return assert.equal(status, 303, body);
      assert.equal(problem?.type, 'not-registered', body);
      assert.ok(!(await world.app.disk()).includes(server.host), 'nothing is stored');
    });

  test('R10 the error of a server, a megabyte of it', async () => {
    const text = `<img src=x onerror=alert(1)>${'MARK'.repeat(250_000)}`;
    const server = world.server();
    server.on.register = () => json({ error: 'invalid_client_metadata', error_description: text }, 400);
    const browser = world.browser();
    const page = await browser.submit(await browser.visit(`/login?url=${server.host}`));
    assert.ok(page.status >= 400 && !page.body.includes('<img src=x'), page.body.slice(0, 3000));
    assert.ok(page.body.split('MARK').length < 60, 'cut');
    const short = world.server();
    short.on.register = () =>
      json({ error: 'invalid_client_metadata', error_description: '<img src=x onerror=alert(1)> because' }, 400);
    const other = world.browser();
    const second = await other.submit(await other.visit(`/login?url=${short.host}`));
    assert.ok(!second.body.includes('<img src=x'), second.body);
  });
});

describe('whose it is', () => {
  test('R01 D29 another authorization server in the place of the one that registered us', async () => {
    const good = world.server('good', basic);
    const evil = world.server('evil', basic);
    await world.logIn(good);
    const [{ answer }] = world.lab.requests(good.host, { path: '/register' });
    const { client_id: id, client_secret: secret } = JSON.parse(answer);
    // The issuer stays; the endpoints that receive secrets do not. The app forgets what it read when it restarts.
    const members = ['authorization', 'token', 'registration'].map((name) => [
      `${name}_endpoint`,
      evil.metadata[`${name}_endpoint`],
    ]);
    good.members = { ...basic.members, ...Object.fromEntries(members) };
    await world.app.restart();
    const login = await world.login(good.host, undefined, { cross_site_hosts: evil.host });
    assert.equal(login.status, 303, login.body);
    assert.equal(evil.registrations.length, 1, 'registered anew');
    const away = new URL(login.headers.get('location'));
    assert.deepEqual([away.host, away.searchParams.get('client_id')], [evil.host, `client-1-at-${evil.host}`]);
    const received = world.lab
      .requests(evil.host)
      .map(({ url, body, headers }) => `${url} ${body} ${headers.authorization ?? ''}`)
      .join('\n');
    assert.deepEqual([...found(received, [secret]), received.includes(id)], [false]);
    assert.equal(found(good.exchanges[0].headers.authorization, [secret]).length, 1, 'the secret would be found');
  });

  test('R05 another origin of ours: another registration', async () => {
    const server = world.server();
    await world.logIn(server);
    await world.app.restart({ bindings: { ORIGIN: 'https://other-app.example' } });
    const answer = await world.asks('POST', '/login', {
      body: { url: server.host },
      headers: { origin: 'https://other-app.example' },
    });
    await world.app.restart({ bindings: { ORIGIN: 'https://app.example' } });
    assert.equal(answer.status, 303, answer.body);
    assert.equal(server.registrations.length, 2);
    assert.match(server.registrations[1].redirect_uris[0], /^https:\/\/other-app\.example\//);
    assert.equal(new URL(answer.headers.get('location')).searchParams.get('client_id'), `client-2-at-${server.host}`);
  });
});
