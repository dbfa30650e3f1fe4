// Section A: the authorization request and the authorization endpoint.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { json } from '../lab.mjs';
import { canary, found } from './canary.mjs';
import { APP, isCallback, place, World } from './world.mjs';

let world;
before(async () => {
  world = await World.start();
});
after(() => world.stop());

/** A server that publishes its document with this authorization endpoint, as JSON text. */
function sendingTo(endpoint) {
  const server = world.server('evil');
  server.on.metadata = () =>
    json({ ...server.metadata, authorization_endpoint: endpoint.replace('{own}', server.issuer) });
  return server;
}

describe('where a person is sent', () => {
  for (const endpoint of [
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    ' \tjavascript:alert(1)',
    'java\nscript:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    'file:///etc/passwd',
    'intent://x',
    'http://good.example/authorize',
    '//good.example/authorize',
    'blob:https://x/y',
  ]) {
    test(`A01 D06 ${JSON.stringify(endpoint)}: nobody`, async () => {
      const server = sendingTo(endpoint);
      const answer = await world.login(server.host);
      assert.ok(answer.status >= 400 && !answer.headers.get('location'), answer.body);
      const page = await world.browser().visit(`/login?url=${server.host}`);
      assert.ok(page.status >= 400, page.body);
      for (const text of [answer.body, page.body])
        assert.ok(!/(href|action|src)=["']?\s*(javascript|data:text|vbscript|file|intent)/i.test(text));
      assert.equal(server.registrations.length, 0);
    });
  }

  test('A01 to an https address: there', async () => {
    const server = sendingTo('{own}/authorize');
    assert.equal((await world.login(server.host)).status, 303);
  });

  test('A02 a header inside the endpoint', async () => {
    for (const endpoint of [
      '{own}/authorize\r\nSet-Cookie: x=1',
      '{own}/authorize%0d%0aSet-Cookie:%20x=1',
      '{own}/authorize?\nSet-Cookie: x=1',
    ]) {
      const answer = await world.login(sendingTo(endpoint).host);
      assert.ok(!answer.headers.getSetCookie().some((cookie) => /^x=/.test(cookie)), endpoint);
      const location = answer.headers.get('location') ?? '';
      assert.ok(!/[\r\n ]/.test(location), location);
    }
  });

  test('A12 an endpoint that carries parameters of ours: refused; others stay, a fragment does not', async () => {
    for (const name of [
      'state',
      'client_id',
      'redirect_uri',
      'code_challenge',
      'resource',
      'scope',
      'response_type',
      'code_challenge_method',
      'nonce',
      'prompt',
      'STATE',
      'Nonce',
      '%73tate',
      '%4eonce',
      'redirect%5Furi',
    ]) {
      const answer = await world.login(sendingTo(`{own}/authorize?${name}=x`).host);
      assert.equal(answer.json?.type, 'unusable', `${name}: ${answer.body}`);
    }
    const kept = await world.login(sendingTo('{own}/authorize?tenant=7').host);
    assert.equal(new URL(kept.headers.get('location')).searchParams.get('tenant'), '7');
    const fragment = await world.login(sendingTo('{own}/authorize#state=x').host);
    assert.ok(fragment.status >= 400, fragment.headers.get('location'));
  });
});

describe('what goes with them', () => {
  test('A03 A04 a state that says nothing, a verifier that nobody sees, both new each time', async () => {
    const server = world.server();
    const browser = world.browser();
    const back = `/servers?${canary('return')}`;
    for (let n = 0; n < 25; n += 1) await world.login(server.host, browser, { return_to: back });
    const urls = world.answers
      .map(({ headers }) => new Headers(pairsOf(headers)).get('location'))
      .filter((url) => url?.startsWith(`${server.issuer}/authorize`));
    const states = urls.map((url) => new URL(url).searchParams.get('state'));
    const challenges = urls.map((url) => new URL(url).searchParams.get('code_challenge'));
    assert.deepEqual([new Set(states).size, new Set(challenges).size], [25, 25]);
    for (const state of states) {
      assert.match(state, /^[\w-]{43}$/);
      assert.throws(() => JSON.parse(Buffer.from(state, 'base64url')));
    }
    assert.ok(
      urls.every((url) => !url.includes('servers')),
      'the way back stays here',
    );
    await world.logIn(server);
    const verifier = server.exchanges[0].sent.get('code_verifier');
    assert.match(verifier, /^[\w-]{43}$/);
    const shown = world.answers.map(({ body, headers }) => `${body} ${headers}`).join('\n');
    assert.deepEqual(found(shown, [verifier]), []);
    assert.deepEqual(found(world.lab.all.map(({ url }) => url).join('\n'), [verifier]), []);
    assert.notEqual(verifier, server.authorizations.at(-1).get('state'));
  });

  test('A05 T06 another token endpoint between the redirect and the callback, and before a refresh', async () => {
    const server = world.server();
    const evil = world.server('evil');
    const browser = world.browser();
    const callback = await world.upToCallback(server, browser);
    server.members = { token_endpoint: `${evil.issuer}/token`, revocation_endpoint: `${evil.issuer}/revoke` };
    const pinned = {
      ...server.metadata,
      token_endpoint: `${server.issuer}/token`,
      revocation_endpoint: `${server.issuer}/revoke`,
    };
    // The honest server still answers at its own endpoints, whatever it publishes.
    const answer = server.answer;
    world.lab.host(server.host, (request) => {
      if (request.method !== 'POST') return answer(request);
      const published = server.members;
      server.members = {};
      try {
        return answer(request);
      } finally {
        server.members = published;
      }
    });
    assert.equal(place((await browser.visit(callback)).url), `${APP}/`);
    assert.equal(server.exchanges.length, 1, pinned.token_endpoint);
    await world.app.restart();
    server.expireAll();
    assert.equal((await world.use(browser, `${server.issuer}/api`)).status, 200);
    assert.equal(server.refreshes.length, 1);
    await browser.json('DELETE', `/connections/${(await world.connections(browser))[0].id}`);
    assert.equal(server.revocations.length, 2);
    assert.equal(world.lab.requests(evil.host).length, 0);
  });

  test('A06 the resource in all three requests', async () => {
    const server = world.server();
    const browser = await world.logIn(server, world.browser(), `${server.host}/mcp`).catch(() => undefined);
    assert.ok(browser);
    server.resource = '/mcp';
    server.expireAll();
    assert.equal((await world.use(browser, `${server.issuer}/mcp`)).status, 200);
    const resources = [
      server.authorizations[0].get('resource'),
      server.exchanges[0].sent.get('resource'),
      server.refreshes[0].sent.get('resource'),
    ];
    assert.deepEqual(resources, Array(3).fill(`${server.issuer}/mcp`));
  });

  test('A07 no scope unless one is asked for, whatever the server supports', async () => {
    const server = world.server('good', { members: { scopes_supported: ['admin:all', 'read'] } });
    await world.logIn(server);
    assert.equal(server.authorizations[0].get('scope'), null);
    const { headers } = await world.login(server.host, world.browser(), { scope: 'read' });
    assert.equal(new URL(headers.get('location')).searchParams.get('scope'), 'read');
  });
});

describe('who may begin', () => {
  test('A08 an image, a script and a form of another site begin nothing', async () => {
    const server = world.server();
    const before = world.lab.all.length;
    for (const headers of [
      { 'sec-fetch-dest': 'image', 'sec-fetch-mode': 'no-cors', 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-dest': 'script', 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-dest': 'iframe', 'sec-fetch-site': 'cross-site' },
    ])
      assert.equal((await world.browser().visit(`/login?url=${server.host}`, { headers })).status, 403);
    for (const headers of [
      { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
      { 'sec-fetch-site': 'same-site', origin: 'https://evil.app.example' },
      { 'sec-fetch-site': '', origin: 'null' },
      { 'sec-fetch-site': '', origin: 'https://app.example.evil.example' },
    ])
      assert.equal((await world.asks('POST', '/login', { body: { url: server.host }, headers })).status, 403);
    assert.equal(world.lab.all.length, before, 'nobody was asked');
    assert.ok(!(await world.app.disk()).includes(server.host), 'nothing is stored');
    // A link on another site leads to the question, and asks nobody to register us.
    const page = await world.browser().visit(`/login?url=${server.host}`, { site: 'cross-site' });
    assert.equal(page.status, 200);
    assert.equal(server.registrations.length, 0);
    await world.logIn(server);
  });

  test('A09 A11 every answer, errors included, is not framed and tells nobody where it was', async () => {
    const server = world.server();
    const browser = await world.logIn(server);
    const [{ id }] = await world.connections(browser);
    for (const path of [
      '/',
      '/style.css',
      '/login',
      `/login?url=${server.host}`,
      '/login?url=127.0.0.1',
      '/callback/x',
      '/callback/x?state=a&code=b',
      '/probe',
      `/probe?url=${server.host}`,
      '/connections',
      `/icon/${id}`,
      '/icon/none',
      '/logout',
      '/health',
      '/openapi.json',
      `/connections/${id}`,
    ]) {
      const { headers, status } = await browser.visit(path, { until: (url) => !url.startsWith(APP) });
      const policy = headers?.get('content-security-policy') ?? '';
      assert.match(policy, /frame-ancestors 'none'/, `${path} ${status}`);
      assert.equal(headers.get('x-frame-options'), 'DENY', path);
      assert.equal(headers.get('referrer-policy'), 'no-referrer', path);
      assert.equal(headers.get('x-content-type-options'), 'nosniff', path);
    }
    const redirect = await world.login(server.host);
    assert.deepEqual(
      [redirect.status, redirect.headers.get('referrer-policy'), redirect.headers.get('x-frame-options')],
      [303, 'no-referrer', 'DENY'],
    );
  });

  test('A10 our form is answered with 303, so that nobody posts it on', async () => {
    const server = world.server();
    const page = await world
      .browser()
      .submit(await world.browser().visit(`/login?url=${server.host}`), {}, { until: isCallback });
    assert.deepEqual(
      page.hops.map(({ method, status }) => [method, status]),
      [
        ['POST', 303],
        ['GET', 302],
      ],
    );
    assert.equal(world.lab.requests(server.host, { path: '/authorize' })[0].body, '');
  });
});

/** A flat list of names and values as pairs. */
function pairsOf(list) {
  return list.flatMap((name, n) => (n % 2 ? [] : [[name, list[n + 1]]]));
}
