// What a refusal may and may not lead to: at most one request more, for less, at the one issuer that refused.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { json } from '../lab.mjs';
import { canary } from './canary.mjs';
import { APP, isCallback, place, World } from './world.mjs';

let world;
before(async () => {
  world = await World.start();
});
after(() => world.stop());

const pick = (sent) => [sent.get('scope'), sent.has('resource')];

/** The server answers an authorization request with an error while `refuses` says so. */
function refusing(error, refuses = () => true, options = {}) {
  const server = world.server('strict', options);
  server.on.authorize = ({ url }, honest) => {
    const sent = new URL(url).searchParams;
    if (!refuses(sent)) return honest();
    server.authorizations.push(sent);
    const back = new URL(sent.get('redirect_uri'));
    back.searchParams.append('error', error);
    back.searchParams.append('error_description', `no ${error} here`);
    back.searchParams.append('state', sent.get('state'));
    return { status: 302, headers: { location: back.href }, body: '' };
  };
  return server;
}

const begin = async (server, browser = world.browser(), options = {}) =>
  browser.submit(await browser.visit(`/login?url=${server.host}`), {}, options);

describe('an authorization request that is refused', () => {
  const supported = { members: { scopes_supported: ['a', 'b'] } };
  const openid = { members: { scopes_supported: ['openid'] } };
  // The error, the server, and both requests: scope, and whether `resource` is sent.
  for (const [error, options, first, second] of [
    ['invalid_target', {}, [null, true], [null, false]],
    ['invalid_scope', supported, [null, true], ['a b', true]],
    ['invalid_scope', openid, ['openid', true], [null, true]],
    ['access_denied', supported, [null, true], ['a b', true]],
    ['access_denied', openid, ['openid', true], [null, true]],
  ]) {
    test(`${error}, ${JSON.stringify(options)}: once more, and then in the server's own words`, async () => {
      const server = refusing(error, () => true, options);
      const browser = world.browser();
      const page = await begin(server, browser);
      assert.ok(page.status >= 400, page.body);
      assert.match(page.body, new RegExp(`no ${error} here`));
      assert.deepEqual(server.authorizations.map(pick), [first, second]);
      assert.equal(server.registrations.length, 1);
      assert.equal(server.exchanges.length, 0);
      // What did not work is not remembered: the next login asks for what is best.
      await begin(server);
      assert.deepEqual(server.authorizations.slice(2).map(pick), [first, second]);
    });

    test(`the control, ${error}, ${JSON.stringify(options)}: accepted the second time, and remembered`, async () => {
      const server = refusing(error, (sent) => String(pick(sent)) === String(first), options);
      const browser = await world.logIn(server);
      assert.deepEqual(server.authorizations.map(pick), [first, second]);
      assert.equal((await world.connections(browser))[0].relaxations.length, 1);
      await world.logIn(server);
      assert.deepEqual(server.authorizations.slice(2).map(pick), [second]);
      assert.equal(server.registrations.length, 1);
    });
  }

  for (const error of ['server_error', 'unauthorized_client', 'invalid_request', 'temporarily_unavailable'])
    test(`${error} names nothing to leave out`, async () => {
      const server = refusing(error, () => true, supported);
      assert.ok((await begin(server)).status >= 400);
      assert.equal(server.authorizations.length, 1);
    });

  test('a person who refuses on a page of the server is not asked again', async () => {
    const server = refusing('access_denied', () => true, supported);
    const page = await begin(server, world.browser(), { headers: { referer: `${server.issuer}/` } });
    assert.ok(page.status >= 400, page.body);
    assert.equal(server.authorizations.length, 1);
  });

  test('a scope that the person chose is not exchanged', async () => {
    const server = refusing('invalid_scope', () => true, supported);
    const browser = world.browser();
    const page = await browser.submit(await browser.visit(`/login?url=${server.host}`), { scope: 'a' });
    assert.ok(page.status >= 400, page.body);
    assert.deepEqual(server.authorizations.map(pick), [['a', true]]);
  });

  test('what one issuer requires is nothing to another', async () => {
    const strict = refusing('invalid_target', (sent) => sent.has('resource'));
    const other = world.server('good');
    const browser = await world.logIn(strict);
    await world.logIn(other, browser);
    assert.deepEqual(other.authorizations.map(pick), [[null, true]]);
    assert.ok(other.exchanges[0].sent.has('resource'));
    assert.ok(!strict.exchanges[0].sent.has('resource'));
  });
});

describe('a response that is not genuine', () => {
  const forgeries = {
    'without a state': (url) => url.searchParams.delete('state'),
    'with the state of nobody': (url) => url.searchParams.set('state', canary('state')),
    "on another issuer's path": (url) => (url.pathname = '/callback/AAAAAAAAAAAAAAAAAAAAAA'),
    'twice the error': (url) => url.searchParams.append('error', 'invalid_target'),
    'with a code': (url) => url.searchParams.set('code', 'c'),
  };
  for (const [how, forge] of Object.entries(forgeries))
    test(`${how} relaxes nothing, and the genuine one still completes the login`, async () => {
      const server = world.server('good');
      const browser = world.browser();
      const genuine = await world.upToCallback(server, browser);
      const url = new URL(genuine);
      url.searchParams.delete('code');
      url.searchParams.set('error', 'invalid_target');
      forge(url);
      const page = await browser.visit(url.href, { site: 'cross-site' });
      assert.ok(page.status >= 400, page.body);
      assert.equal(server.authorizations.length, 1, 'no second request');
      const done = await browser.visit(genuine, { site: 'cross-site' });
      assert.equal(place(done.url), `${APP}/`, done.body);
      assert.deepEqual((await world.connections(browser))[0].relaxations, []);
      await world.logIn(server);
      assert.deepEqual(server.authorizations.at(-1).has('resource'), true);
    });

  test('another browser with a right state relaxes nothing', async () => {
    const server = world.server('good');
    const victim = world.browser();
    const genuine = new URL(await world.upToCallback(server, victim));
    genuine.searchParams.delete('code');
    genuine.searchParams.set('error', 'invalid_target');
    const page = await world.browser().visit(genuine.href, { site: 'cross-site' });
    assert.ok(page.status >= 400, page.body);
    assert.equal(server.authorizations.length, 1);
  });
});

describe('a token request that is refused', () => {
  const refuse = (server, error, refuses = () => true) => {
    server.on.exchange = (request, honest) => {
      const sent = new URLSearchParams(request.body);
      if (!refuses(sent, request.headers)) return honest();
      server.exchanges.push({ sent, headers: request.headers });
      return json({ error, error_description: `no ${error} here` }, error === 'invalid_client' ? 401 : 400);
    };
  };

  test('invalid_target: once more with the same code, and then in the server’s own words', async () => {
    const server = world.server('strict');
    refuse(server, 'invalid_target');
    const page = await begin(server);
    assert.match(page.body, /no invalid_target here/);
    const codes = server.exchanges.map(({ sent }) => [sent.get('code'), sent.has('resource')]);
    assert.equal(codes.length, 2);
    assert.deepEqual(codes, [
      [codes[0][0], true],
      [codes[0][0], false],
    ]);
    assert.equal(server.authorizations.length, 1);
  });

  test('the control: accepted without, refreshed without', async () => {
    const server = world.server('strict');
    server.lifetime = 1;
    refuse(server, 'invalid_target', (sent) => sent.has('resource'));
    const browser = await world.logIn(server);
    assert.equal(server.exchanges.length, 2);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    assert.equal((await world.use(browser, `${server.issuer}/api`)).status, 200);
    assert.deepEqual(
      server.refreshes.map(({ sent }) => sent.has('resource')),
      [false],
    );
  });

  test('invalid_target that spends the code: one redirect more, without', async () => {
    const server = world.server('strict');
    const spent = new Set();
    server.on.exchange = (request, honest) => {
      const sent = new URLSearchParams(request.body);
      if (spent.has(sent.get('code'))) return json({ error: 'invalid_grant' }, 400);
      if (!sent.has('resource')) return honest();
      spent.add(sent.get('code'));
      return json({ error: 'invalid_target' }, 400);
    };
    await world.logIn(server);
    assert.deepEqual(server.authorizations.map(pick), [
      [null, true],
      [null, false],
    ]);
    assert.equal(server.exchanges.length, 1);
  });

  const all = { members: { token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'] } };
  const way = ({ sent, headers }) =>
    sent.has('client_secret') ? 'body' : headers.authorization ? 'header' : 'nothing';

  test('invalid_client to a new client: each way once, no second client, and it is not forgotten', async () => {
    const server = world.server('strict', all);
    refuse(server, 'invalid_client');
    const page = await begin(server);
    assert.match(page.body, /no invalid_client here/);
    assert.deepEqual(server.exchanges.map(way), ['header', 'body']);
    assert.equal(server.authorizations.length, 1);
    server.exchanges.length = 0;
    await begin(server);
    assert.equal(server.registrations.length, 1, 'the client of seconds ago is used');
    assert.equal(server.exchanges.length, 2);
  });

  test('the control: what works is remembered for the next person, and for the refresh', async () => {
    const server = world.server('strict', all);
    server.lifetime = 1;
    refuse(server, 'invalid_client', (sent) => !sent.has('client_secret'));
    const browser = await world.logIn(server);
    assert.deepEqual(server.exchanges.map(way), ['header', 'body']);
    await world.logIn(server);
    assert.deepEqual(server.exchanges.slice(2).map(way), ['body']);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    assert.equal((await world.use(browser, `${server.issuer}/api`)).status, 200);
    assert.deepEqual(server.refreshes.map(way), ['body']);
    assert.equal(server.registrations.length, 1);
  });

  test('a secret that came with the method `none` is sent only after a refusal', async () => {
    const server = world.server('strict', {
      members: { token_endpoint_auth_methods_supported: ['none', 'client_secret_post'] },
    });
    server.on.register = (_, honest) => honest({ client_secret: canary('client'), client_secret_expires_at: 0 });
    refuse(server, 'invalid_client', (sent) => !sent.has('client_secret'));
    await world.logIn(server);
    assert.deepEqual(server.exchanges.map(way), ['nothing', 'body']);
    const honest = world.server('good', server);
    honest.on.register = server.on.register;
    await world.logIn(honest);
    assert.deepEqual(honest.exchanges.map(way), ['nothing'], 'the control');
  });
});

describe('a registration that is refused', () => {
  const refuse = (server, refuses = () => true, error = 'invalid_client_metadata') => {
    server.asked = [];
    server.on.register = (request, honest) => {
      const asked = JSON.parse(request.body);
      server.asked.push([asked.scope, asked.grant_types.length]);
      return refuses(asked) ? json({ error, error_description: 'not that' }, 400) : honest();
    };
  };
  const members = { scopes_supported: ['a'], grant_types_supported: ['authorization_code'] };

  test('once more for less, and then in the server’s own words', async () => {
    const server = world.server('strict', { members });
    refuse(server);
    assert.match((await begin(server)).body, /not that/);
    assert.deepEqual(server.asked, [
      ['a', 2],
      [undefined, 1],
    ]);
  });

  test('the control: strict-grant-types, accepted the second time', async () => {
    const server = world.server('strict', { members });
    refuse(server, (asked) => asked.grant_types.length > 1);
    const browser = await world.logIn(server);
    assert.deepEqual((await world.connections(browser))[0].relaxations, [
      'listed-grant-types',
      'registration-without-scope',
    ]);
    assert.equal(server.asked.length, 2);
  });

  test('a redirection URI that is refused is not asked for again', async () => {
    const server = world.server('strict', { members });
    refuse(server, () => true, 'invalid_redirect_uri');
    assert.match((await begin(server)).body, /not that/);
    assert.equal(server.asked.length, 1);
  });
});

describe('a scope that was not registered', () => {
  test('is registered before the person is sent anywhere', async () => {
    const server = world.server('good', { members: { scopes_supported: ['a'] } });
    const browser = await world.logIn(server);
    assert.equal(server.registrations[0].scope, 'a');
    const page = await browser.visit(`/login?url=${server.host}&scope=a+admin`);
    await browser.submit(page);
    assert.deepEqual(
      server.registrations.map(({ scope }) => scope),
      ['a', 'a admin'],
    );
    assert.equal(server.authorizations.at(-1).get('client_id'), `client-2-at-${server.host}`);
    await browser.submit(await browser.visit(`/login?url=${server.host}&scope=admin`));
    assert.equal(server.registrations.length, 2, 'and not again');
  });

  test('is added to the client where the server offers that (RFC 7592)', async () => {
    const server = world.server('good', { members: { scopes_supported: ['a'] } });
    const updates = [];
    const management = () => ({
      registration_client_uri: `${server.issuer}/manage/1`,
      registration_access_token: canary('client'),
    });
    server.on.register = (_, honest) => honest(management());
    server.on.manage = ({ body }) => {
      updates.push(JSON.parse(body));
      return json({ ...updates.at(-1), ...management() });
    };
    const browser = await world.logIn(server);
    await browser.submit(await browser.visit(`/login?url=${server.host}&scope=admin`));
    assert.deepEqual(
      updates.map(({ scope }) => scope),
      ['a admin'],
    );
    assert.equal(server.registrations.length, 1);
    assert.equal(server.authorizations.at(-1).get('scope'), 'admin');
  });

  test('does not stop a login where the server refuses to register it', async () => {
    const server = world.server('good');
    const browser = await world.logIn(server);
    server.on.register = () => json({ error: 'invalid_client_metadata' }, 400);
    await browser.submit(await browser.visit(`/login?url=${server.host}&scope=admin`));
    assert.equal(server.authorizations.at(-1).get('scope'), 'admin');
    assert.equal(server.authorizations.at(-1).get('client_id'), `client-1-at-${server.host}`);
  });
});
