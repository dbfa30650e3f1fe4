// The failures of the other side, as they were met in the field: nothing is lost, the right party is named, and there is
// a way out. Each test is judged by what the other side received.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { parse } from 'node-html-parser';
import { Agent } from './agent.mjs';
import { App, hostOf } from './app.mjs';
import { Lab, json, nothing } from './lab.mjs';
import { Server } from './server.mjs';

const METADATA = '/.well-known/oauth-authorization-server';
const DAY = 86_400;
const text = (status, body = '', headers = {}) => ({
  status,
  headers: { 'content-type': 'text/plain', ...headers },
  body,
});
const page = (status) => text(status, '<title>Sorry</title>', { 'content-type': 'text/html' });

let lab, app, server, agent;
/** The name of the authorization server of the test, which is new to the app, and its address. */
let name, HOST;
let tests = 0;
/** A use of the connection by the host program. */
const use = (path = '/api', more = {}) => agent.json('POST', '/use', { body: { url: `${HOST}${path}`, ...more } });
const connection = async () => (await agent.json('GET', '/connections')).json[0];
const begin = (url = name) => agent.json('POST', '/login', { body: { url } });
/** The page of a failed use has this as its problem. */
const isTryLater = (answer, seconds) => {
  assert.deepEqual([answer.status, answer.json?.type], [503, 'try-later'], answer.body);
  if (seconds) assert.ok(Math.abs(answer.json.retry_after - seconds) <= 5, answer.body);
  assert.ok(answer.json.retry_after > 0, answer.body);
};

async function logIn({ firstLifetime = 3600 } = {}) {
  server.firstLifetime = firstLifetime;
  const end = await agent.submit(await agent.visit(`/login?url=${name}`));
  assert.equal(end.url, 'https://app.example/?notice=connected', end.body);
}

before(async () => {
  lab = new Lab();
  app = await App.start({ modules: await hostOf('host.mjs'), lab });
});

after(async () => {
  await app.stop();
  await lab.stop();
});

beforeEach(() => {
  name = `as-${(tests += 1)}.example`;
  HOST = `https://${name}`;
  server = new Server(HOST);
  lab.host(name, server.answer);
  agent = new Agent(app, lab);
});

describe('A: failed or refused is not missing', () => {
  const at = (name, answer) => lab.host(name, answer);
  for (const [id, answers, status, type, says] of [
    ['all-503', () => page(503), 503, 'try-later', /503/],
    ['all-429', () => text(429, 'slow', { 'retry-after': '90' }), 503, 'try-later', /429/],
    ['all-500-json', () => json({ error: 'internal' }, 500), 503, 'try-later', /500/],
    ['waf-403', () => page(403), 422, 'closed', /403/],
    ['waf-401', () => page(401), 422, 'closed', /401/],
    ['blocked-451', () => page(451), 422, 'closed', /451/],
    [
      'json-after-notice',
      ({ url }) => (url.endsWith(METADATA) ? { ...json({}), body: '\nNotice: x\n{"issuer":"x"}' } : nothing()),
      422,
      'unreadable',
      /JSON/,
    ],
    [
      'empty-json',
      ({ url }) => (url.endsWith(METADATA) ? { ...json({}), body: '' } : nothing()),
      422,
      'unreadable',
      /./,
    ],
    ['first-503-then-404', ({ url }) => (url.endsWith(METADATA) ? page(503) : nothing()), 503, 'try-later', /503/],
    ['nothing-there', () => nothing(), 422, 'no-metadata', /8414/],
    ['gone-410', () => page(410), 422, 'no-metadata', /8414/],
  ])
    test(`${id}: ${type}`, async () => {
      lab.host(name, answers);
      const answer = await begin(name);
      assert.deepEqual([answer.status, answer.json.type], [status, type], answer.body);
      assert.match(answer.json.detail, says);
      const probed = (await agent.json('GET', `/probe?url=${name}`)).json;
      assert.equal(probed.login, null);
      assert.equal(probed.verdict === 'no_metadata', type === 'no-metadata', JSON.stringify(probed));
      assert.equal(lab.requests(name, { method: 'POST' }).length, 0);
      if (type === 'try-later') assert.ok(probed.retry_after > 0 && answer.json.retry_after > 0);
    });

  test('first-503-then-metadata: a later document still makes a positive verdict', async () => {
    const documents = new Server('https://late.example');
    at('late.example', (sent) =>
      sent.url.endsWith(METADATA)
        ? page(503)
        : documents.answer({ ...sent, url: sent.url.replace('openid-configuration', 'oauth-authorization-server') }),
    );
    assert.equal((await begin('late.example')).status, 303);
  });

  test('apex-www: a redirect within the site is a pointer, one elsewhere is named', async () => {
    const www = new Server('https://www.apex.example');
    lab.host('www.apex.example', www.answer);
    const to = (host) => (sent) => text(301, '', { location: sent.url.replace(/^https:\/\/[^/]+/, host) });
    at('apex.example', to('https://www.apex.example'));
    assert.equal((await begin('apex.example')).status, 303);
    at('sold.example', to('https://evil.example'));
    lab.host('evil.example', nothing);
    assert.equal((await begin('sold.example')).json.type, 'no-metadata');
    assert.equal(lab.requests('evil.example').length, 0);
  });

  for (const [id, note] of [
    ['Latin-1', 'caf\u00e9'],
    ['UTF-8', Buffer.from('café').toString('latin1')],
  ])
    test(`headers-not-ascii: a document with a field in ${id}, after a redirect in it`, async () => {
      lab.host(name, async (sent) => {
        const { pathname } = new URL(sent.url);
        if (pathname === METADATA) return text(302, '', { location: `/${note}/metadata` });
        const metadata = await server.answer({ ...sent, url: `${HOST}${METADATA}` });
        if (pathname.endsWith('/metadata')) return { ...metadata, headers: { ...metadata.headers, 'x-note': note } };
        return server.answer(sent);
      });
      assert.equal((await begin()).status, 303);
      const [asked] = lab.requests(name).filter(({ url }) => url.endsWith('/metadata'));
      // The platform reads fields as UTF-8, and what is none as replacement characters.
      const bytes = id === 'UTF-8' ? '%C3%A9' : '%EF%BF%BD';
      assert.equal(new URL(asked.url).pathname, `/caf${bytes}/metadata`);
    });

  test('retry-after at the metadata: not asked before its time', async () => {
    at('busy.example', () => text(503, '', { 'retry-after': '300' }));
    isTryLater(await begin('busy.example'), 300);
    const asked = lab.requests('busy.example', { path: METADATA }).length;
    isTryLater(await begin('busy.example'), 300);
    isTryLater(await new Agent(app, lab).json('POST', '/login', { body: { url: 'busy.example' } }), 300);
    assert.equal(lab.requests('busy.example', { path: METADATA }).length, asked);
  });
});

describe('B and C: who is to blame, in whose words', () => {
  test('form-post-only: unusable before a login', async () => {
    server.metadata = { response_modes_supported: ['form_post'] };
    const answer = await begin();
    assert.equal(answer.json.type, 'unusable', answer.body);
    assert.match(answer.json.detail, /response mode/);
  });

  test('state-dropped: the server is to blame, and the login is not spent', async () => {
    let sent;
    server.authorize = (request) => {
      sent = request;
      return { code: 'code' };
    };
    const end = await agent.submit(await agent.visit(`/login?url=${name}`));
    assert.equal(end.status, 400);
    for (const words of ['carries no `state`', 'the operator of the authorization server']) {
      assert.ok(end.body.includes(words), end.body);
    }
    assert.equal(lab.requests(name, { path: '/token' }).length, 0);
    const callback = new URL(sent.get('redirect_uri'));
    callback.search = new URLSearchParams({ code: 'code', state: sent.get('state') });
    assert.equal((await agent.visit(callback.href)).url, 'https://app.example/?notice=connected');
  });

  test('scope-required: asked again for what is supported', async () => {
    server.metadata = { scopes_supported: ['read', 'write'] };
    const asked = [];
    server.authorize = (sent) => {
      asked.push(sent.get('scope'));
      const state = sent.get('state');
      return sent.get('scope') ? { code: 'code', state } : { error: 'invalid_scope', state };
    };
    await logIn();
    assert.deepEqual(asked, [null, 'read write']);
    assert.equal((await use()).status, 200);
  });

  test('strict-grant-types: registered for what is listed', async () => {
    server.metadata = { grant_types_supported: ['authorization_code'] };
    const asked = [];
    server.register = (sent) => {
      const { grant_types } = JSON.parse(sent.body);
      asked.push(grant_types);
      return grant_types?.includes('refresh_token')
        ? json({ error: 'invalid_client_metadata' }, 400)
        : server.client(sent);
    };
    await logIn();
    assert.deepEqual(asked, [['authorization_code', 'refresh_token'], ['authorization_code']]);
  });

  test('secret-demanded: the secret that came with a public client is tried once, and nothing registered twice', async () => {
    server.metadata = { token_endpoint_auth_methods_supported: ['none', 'client_secret_post'] };
    server.register = (sent) => server.client(sent, { client_secret: 'demanded', client_secret_expires_at: 0 });
    server.exchange = (form) =>
      form.get('client_secret') === 'demanded' ? server.tokens() : json({ error: 'invalid_client' }, 401);
    await logIn();
    assert.equal(server.registered, 1);
    assert.equal((await use()).status, 200);
    // The contradiction is told when the secret does not help either; the client is not taken for a forgotten one.
    server.exchange = () => json({ error: 'invalid_client' }, 401);
    const end = await agent.submit(await agent.visit(`/login?url=${name}`));
    assert.match(end.body, /invalid_client/);
    assert.equal(server.registered, 1);
  });

  test('gzip-always: every document is compressed, whatever was asked', async () => {
    lab.host(name, async (sent) => {
      const answer = await server.answer(sent);
      const headers = { ...answer.headers, 'content-encoding': 'gzip' };
      return { ...answer, headers, body: gzipSync(answer.body) };
    });
    await logIn();
    assert.equal((await use()).status, 200);
  });

  for (const [id, refusal, type, says] of [
    [
      'register-301',
      () => text(301, '', { location: 'https://elsewhere.example/register' }),
      'not-registered',
      'leads to “https://elsewhere.example/register”',
    ],
    [
      'trusted-hosts-403',
      () => json({ error: 'insufficient_scope', error_description: "Policy 'Trusted Hosts' rejected request" }, 403),
      'not-registered',
      "says “Policy 'Trusted Hosts' rejected request”",
    ],
    ['register-plain-403', () => text(403, 'Ask it@good.example'), 'not-registered', 'says “Ask it@good.example”'],
    ['register-html-403', () => page(403), 'not-registered', '403'],
    ['register-404', () => page(404), 'not-registered', '404'],
    ['register-detail-422', () => json({ detail: 'closed' }, 422), 'not-registered', 'says “closed”'],
    [
      'register-nested-400',
      () => json({ error: { code: 'no', message: 'not you' } }, 400),
      'not-registered',
      'not you',
    ],
    ['register-sentence', () => json({ error: 'Registration is off' }, 400), 'not-registered', 'Registration is off'],
    ['register-200-error', () => json({ error: 'access_denied' }, 200), 'not-registered', 'access_denied'],
    ['register-200-html', () => page(200), 'not-registered', 'client'],
    [
      'register-bidi',
      () => json({ error: 'x', error_description: '\u202egnp.exe\r\n<b>' }, 400),
      'not-registered',
      '“gnp.exe',
    ],
  ])
    test(`${id}: the words of the server, as a quotation`, async () => {
      server.register = refusal;
      const answer = await begin(name);
      assert.equal(answer.json.type, type, answer.body);
      assert.ok(answer.json.detail.includes(says), answer.body);
      assert.ok(!/[\u202e\r\n]/.test(answer.json.detail));
      assert.doesNotMatch(answer.json.remedy, /initial access token/);
      assert.equal(lab.requests('elsewhere.example').length, 0);
      // A refusal is not asked for again at every click.
      await begin(name);
      assert.equal(lab.requests(name, { path: '/register' }).length, 1);
    });

  test('denial-with-reason: shown with the right state, and not with another', async () => {
    const words = 'Your administrator must approve this app';
    server.authorize = (sent) => ({ error: 'access_denied', error_description: words, state: sent.get('state') });
    const end = await agent.submit(await agent.visit(`/login?url=${name}`));
    assert.equal(end.status, 403);
    assert.ok(end.body.includes(`says “${words}”`), end.body);
    server.authorize = () => ({ error: 'access_denied', error_description: words, state: 'A'.repeat(43) });
    const forged = await agent.submit(await agent.visit(`/login?url=${name}`));
    assert.ok(!forged.body.includes(words));
  });
});

describe('D: patience', () => {
  test('refresh-500-for-ever: kept, try-later from the first caller on, and after a day a new login beside it', async () => {
    await logIn({ firstLifetime: 0 });
    server.refresh = () => page(500);
    const first = await Promise.all([use(), use(), use(), use(), use()]);
    for (const answer of first) isTryLater(answer);
    assert.equal(server.refreshes.length, 1, 'one request for all of them');
    assert.match(first[0].json.detail, /500/);
    assert.equal(first[0].json.login, undefined);
    assert.deepEqual([(await connection()).needs_login, (await connection()).state], [false, 'try_later']);
    assert.ok(!(await agent.visit('/')).body.includes('Log in again'));
    await app.elapse(DAY + 60);
    const later = await use();
    isTryLater(later);
    assert.match(later.json.login, /^https:\/\/app\.example\/login\?url=https%3A%2F%2Fas-/);
    assert.equal((await connection()).state, 'try_later_or_login');
    const start = await agent.visit('/');
    assert.match(start.body, /for more than a day/);
    assert.ok(parse(start.body).querySelector('.connections form[method="get"] button'), 'a way out on the page');
    // The control: the server is back, and nothing was lost.
    server.refresh = () => server.tokens();
    await app.elapse(600);
    assert.equal((await use()).status, 200);
    assert.equal(server.refreshes.at(-1).get('refresh_token'), 'refresh-1');
    assert.equal((await connection()).state, 'works');
  });

  const date = (seconds) => new Date(Date.now() + seconds * 1000).toUTCString();
  for (const [id, headers, seconds] of [
    ['retry-after-seconds', () => ({ 'retry-after': '120' }), 120],
    ['retry-after-date', () => ({ 'retry-after': date(120) }), 120],
    // The server's clock is an hour behind.
    ['retry-after-date by its own clock', () => ({ date: date(-3600), 'retry-after': date(-3480) }), 120],
    ['retry-after a month', () => ({ 'retry-after': '2592000' }), DAY],
    ['retry-after that cannot be read', () => ({ 'retry-after': 'soon' }), 1],
    ['retry-after in the past', () => ({ 'retry-after': 'Sun, 06 Nov 1994 08:49:37 GMT' }), 1],
  ])
    for (const status of [429, 503])
      test(`${id}: ${status}, honoured across an eviction`, async () => {
        await logIn({ firstLifetime: 0 });
        server.refresh = () => text(status, 'slow down', headers());
        isTryLater(await use(), seconds);
        assert.equal(server.refreshes.length, 1);
        if (seconds < 60) return;
        await app.restart();
        isTryLater(await use(), seconds);
        await app.elapse(seconds - 30);
        isTryLater(await use(), 30);
        assert.equal(server.refreshes.length, 1, 'not before its time');
        server.refresh = () => server.tokens();
        await app.elapse(31);
        assert.equal((await use()).status, 200);
        assert.equal(server.refreshes.length, 2);
      });

  test('limits-after-eviction: the pause is the server’s, for every connection of the account', async () => {
    await logIn({ firstLifetime: 0 });
    server.firstLifetime = 0;
    const other = await agent.submit(await agent.visit(`/login?url=${name}%2Fapi%2Fother`));
    assert.equal(other.url, 'https://app.example/?notice=connected', other.body);
    server.refresh = () => text(429, '', { 'retry-after': '600' });
    isTryLater(await use('/api'), 600);
    await app.restart();
    isTryLater(await use('/api/other'), 600);
    assert.equal(server.refreshes.length, 1);
    isTryLater(await begin(), 600);
    const exchanges = lab.requests(name, { path: '/token' }).length;
    assert.equal(lab.requests(name, { path: '/token' }).length, exchanges);
  });

  test('register-429: try-later with its time, for everybody, across an eviction', async () => {
    server.register = () => text(429, 'Too many requests', { 'retry-after': '120' });
    const answers = await Promise.all([begin(), begin(), begin()]);
    for (const answer of answers) isTryLater(answer, 120);
    assert.match(answers[0].json.title, /register/);
    assert.match(answers[0].json.detail, /429.*“Too many requests”/);
    assert.equal(lab.requests(name, { path: '/register' }).length, 1);
    await app.restart();
    isTryLater(await new Agent(app, lab).json('POST', '/login', { body: { url: name } }), 120);
    assert.equal(lab.requests(name, { path: '/register' }).length, 1);
    server.register = (sent) => server.client(sent);
    await app.elapse(121);
    assert.equal((await begin()).status, 303);
  });

  test('exchange-503: try-later, and the server is left alone for as long as it asks', async () => {
    server.exchange = () => text(503, '', { 'retry-after': '60' });
    const end = await agent.submit(await agent.visit(`/login?url=${name}`));
    assert.equal(end.status, 503);
    assert.match(end.body, /cannot complete a login at the moment/);
    const sent = lab.requests(name, { path: '/token' }).length;
    isTryLater(await begin(), 60);
    await app.elapse(61);
    server.exchange = () => server.tokens();
    await logIn();
    assert.equal(lab.requests(name, { path: '/token' }).length, sent + 1);
  });

  test('revoke-429: asked again when the server allows it, and not before', async () => {
    await logIn();
    server.revoke = () => text(429, '', { 'retry-after': '600' });
    const ended = await agent.json('DELETE', `/connections/${(await connection()).id}`);
    assert.deepEqual(
      [ended.json.refresh_token, ended.json.access_token],
      ['failed_will_retry', 'failed_will_retry'],
      ended.body,
    );
    assert.equal(server.revoked.length, 1, 'the second token waits too');
    await app.elapse(300);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    assert.equal(server.revoked.length, 1);
    server.revoke = () => text(200);
    await app.elapse(301);
    for (let i = 0; i < 40 && server.revoked.length < 3; i += 1) {
      await app.elapse(120);
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    assert.deepEqual(server.revoked.slice(1).sort(), ['access-1', 'refresh-1']);
  });
});

describe('D: nothing spent is thrown away, nothing dead is kept', () => {
  for (const [id, dead] of [
    ['refresh-200-error', () => json({ error: 'bad_refresh_token' })],
    ['refresh-invalid-request', () => json({ error: 'invalid_request' }, 400)],
    ['refresh-nested', () => json({ error: { code: 'session_expired', message: 'Sign in again' } }, 401)],
    ['refresh-invalid-grant', () => json({ error: 'invalid_grant' }, 400)],
    ['refresh-errors-list', () => json({ errors: [{ code: 'token_revoked' }] }, 401)],
    ['refresh-sentence', () => json({ error: 'Invalid refresh token' }, 400)],
  ])
    test(`${id}: login-again with the link, and the token is not sent again`, async () => {
      await logIn({ firstLifetime: 0 });
      server.refresh = dead;
      const answer = await use();
      assert.deepEqual([answer.status, answer.json.type], [409, 'login-again'], answer.body);
      assert.match(answer.json.login, /\/login\?url=/);
      const shown = await connection();
      assert.deepEqual([shown.needs_login, shown.state], [true, 'needs_login']);
      assert.equal((await use()).json.type, 'login-again');
      assert.equal(server.refreshes.length, 1);
      assert.match((await agent.visit('/')).body, /Log in again/);
      await logIn();
      assert.equal((await use()).status, 200, 'the way out leads out');
    });

  for (const [id, answer] of [
    ['refresh-403-html', () => page(403)],
    ['refresh-403-forbidden', () => json({ error: 'Forbidden' }, 403)],
    ['refresh-404-html', () => page(404)],
    ['refresh-302', () => text(302, '', { location: 'https://evil.example/' })],
    ['refresh-200-html', () => page(200)],
    ['refresh-temporarily', () => json({ error: 'temporarily_unavailable' }, 400)],
    ['refresh-503-invalid-grant', () => json({ error: 'invalid_grant' }, 503)],
    ['refresh-invalid-scope', () => json({ error: 'invalid_scope' }, 400)],
    ['refresh-other-type', () => json({ access_token: 'x', token_type: 'mac' })],
    ['refresh-too-large', () => text(200, 'x'.repeat(70_000))],
  ])
    test(`${id}: the token is kept, and serves when the server is back`, async () => {
      await logIn({ firstLifetime: 0 });
      server.refresh = answer;
      isTryLater(await use());
      assert.equal((await connection()).needs_login, false);
      server.refresh = () => server.tokens();
      await app.elapse(31);
      assert.equal((await use()).status, 200);
      assert.equal(server.refreshes.at(-1).get('refresh_token'), 'refresh-1');
      assert.equal(lab.requests('evil.example').filter(({ method }) => method === 'POST').length, 0);
    });

  for (const [id, members, status] of [
    ['no-token-type', { token_type: undefined }, 200],
    ['status-201', {}, 201],
    ['empty error', { error: '' }, 200],
    ['an unreadable member', { expires_in: { a: 1 }, scope: 7 }, 200],
    ['scope-list', { scope: ['a', 'b'] }, 200],
  ])
    test(`${id}: a rotated refresh token is stored whatever the form of the answer`, async () => {
      await logIn({ firstLifetime: 0 });
      server.refresh = () =>
        json(
          { access_token: 'new', refresh_token: 'rotated', token_type: 'Bearer', expires_in: 1, ...members },
          status,
        );
      assert.equal((await use()).status, 200);
      if (id === 'scope-list') assert.equal((await connection()).scope, 'a b');
      server.refresh = () => server.tokens();
      server.resource = ({ authorization }) => (authorization === 'Bearer new' ? json({}, 401) : json({ ok: true }));
      await app.elapse(60);
      assert.equal((await use()).status, 200);
      assert.equal(server.refreshes.at(-1).get('refresh_token'), 'rotated');
    });

  for (const expires_in of [0, -1])
    test(`expires-in-0: ${expires_in} without a refresh token is used until the host refuses it`, async () => {
      server.exchange = () => json({ access_token: 'only', token_type: 'Bearer', expires_in });
      await logIn();
      assert.equal((await use()).status, 200);
      await app.elapse(DAY);
      assert.equal((await use()).status, 200);
      server.resource = () => text(401, '', { 'www-authenticate': 'Bearer error="invalid_token"' });
      assert.equal((await use()).json.type, 'login-again');
    });

  test('every-token-refused: one refresh, then calm', async () => {
    await logIn();
    server.resource = () => text(401, '', { 'www-authenticate': 'Bearer error="invalid_token"' });
    for (let i = 0; i < 20; i += 1) assert.equal((await use()).status, 401);
    assert.equal(server.refreshes.length, 1);
    // Half an hour of it: the pauses grow.
    for (let i = 0; i < 6; i += 1) {
      await app.elapse(300);
      await use();
      await use();
    }
    assert.ok(server.refreshes.length <= 6, `${server.refreshes.length} rotations`);
    // The control: a token that the host takes, and refuses when it is over, is replaced each time.
    server.resource = () => json({ ok: true });
    await app.elapse(8000);
    const refused = () => text(401, '', { 'www-authenticate': 'Bearer error="invalid_token"' });
    for (let i = 0; i < 3; i += 1) {
      const last = `Bearer access-${server.issued}`;
      server.resource = ({ authorization }) => (authorization === last ? refused() : json({ ok: true }));
      assert.equal((await use()).status, 200, `round ${i}`);
      await app.elapse(600);
    }
    assert.equal((await connection()).needs_login, false);
  });

  for (const [id, challenge] of [
    ['Basic', { 'www-authenticate': 'Basic realm="x"' }],
    ['no challenge', {}],
    ['invalid_request', { 'www-authenticate': 'Bearer error="invalid_request"' }],
    ['Bearer alone', { 'www-authenticate': 'Bearer realm="x"' }],
    ['malformed', { 'www-authenticate': 'Bearer error="invalid_token' }],
  ])
    test(`one-401-without-refresh: ${id} is passed on, and the connection is kept`, async () => {
      server.exchange = () => json({ access_token: 'only', token_type: 'Bearer', expires_in: 3600 });
      await logIn();
      server.resource = (headers, { url }) =>
        url.endsWith('/odd') ? text(401, 'as it is', challenge) : json({ ok: 1 });
      const answer = await use('/api/odd');
      assert.deepEqual([answer.status, answer.body], [401, 'as it is']);
      assert.equal(lab.requests(name, { path: '/api/odd' }).length >= 1, true);
      assert.equal((await use()).status, 200);
      assert.equal((await connection()).needs_login, false);
    });

  for (const [id, challenge, is] of [
    ['challenge', 'Bearer error="invalid_token"', 'login-again'],
    ['challenge-not-ascii', 'Bearer error_description="caf\u00e9", error="invalid_token"', 'login-again'],
    ['beside a malformed one', 'Basic realm="x, Bearer error="invalid_token"', 'login-again'],
  ])
    test(`one-401-without-refresh, the control: ${id} speaks of the token`, async () => {
      server.exchange = () => json({ access_token: 'only', token_type: 'Bearer', expires_in: 3600 });
      await logIn();
      server.resource = () => text(401, '', { 'www-authenticate': challenge });
      assert.equal((await use()).json.type, is);
    });

  test('several WWW-Authenticate fields: the good one is read beside a malformed one', async () => {
    await logIn();
    server.resource = () => ({
      status: 403,
      headers: [
        'www-authenticate',
        'Basic realm=',
        'www-authenticate',
        'Bearer error="insufficient_scope", scope="more"',
      ],
      body: '',
    });
    const answer = await use();
    assert.equal(answer.json.type, 'needs-consent', answer.body);
    assert.match(answer.json.login, /scope=more/);
  });

  test('challenge-not-ascii: the ASCII parameters are read', async () => {
    await logIn();
    const challenge = 'Bearer error="insufficient_scope", scope="a b", error_description="acc\u00e8s"';
    server.resource = () => text(403, '', { 'www-authenticate': challenge });
    const answer = await use();
    assert.equal(answer.json.type, 'needs-consent', answer.body);
    assert.match(answer.json.detail, /a b/);
  });

  test('403-for-expired: a granted scope that is missing is renewed once before anybody is asked', async () => {
    const tokens = (scope) => {
      server.issued += 1;
      const access_token = `access-${server.issued}`;
      return json({ access_token, refresh_token: 'r', token_type: 'Bearer', expires_in: 3600, scope });
    };
    server.exchange = () => tokens('a b');
    server.refresh = () => tokens('a b');
    await logIn();
    const missing = (scope) =>
      text(403, '', { 'www-authenticate': `Bearer error="insufficient_scope", scope="${scope}"` });
    server.resource = ({ authorization }) => (authorization === 'Bearer access-1' ? missing('a') : json({ ok: true }));
    assert.equal((await use()).status, 200);
    assert.equal(server.refreshes.length, 1);
    // The controls: what was not granted, and what is still missing after the renewal.
    server.resource = () => missing('a c');
    assert.equal((await use()).json.type, 'needs-consent');
    assert.equal(server.refreshes.length, 1);
    await app.elapse(60);
    server.resource = () => missing('b');
    assert.equal((await use()).json.type, 'needs-consent');
    assert.equal(server.refreshes.length, 2);
  });

  test('expired-redirects: renewed once where the lifetime is unknown, then passed on', async () => {
    server.exchange = () => json({ access_token: 'old', refresh_token: 'r', token_type: 'Bearer' });
    await logIn();
    const away = text(302, '', { location: '/sign-in' });
    server.resource = ({ authorization }) => (authorization === 'Bearer old' ? away : json({ ok: true }));
    assert.equal((await use()).status, 200);
    assert.equal(server.refreshes.length, 1);
    server.refresh = () => json({ access_token: 'unknown', token_type: 'Bearer' });
    await app.elapse(4000);
    server.resource = () => away;
    assert.equal((await use()).status, 302, 'passed on');
  });

  test('expired-redirects, the controls: a known lifetime, and a request that is not safe to repeat', async () => {
    await logIn();
    server.resource = () => text(302, '', { location: '/sign-in' });
    assert.equal((await use()).status, 302);
    assert.equal(server.refreshes.length, 0);
    server.exchange = () => json({ access_token: 'old', refresh_token: 'r', token_type: 'Bearer' });
    await logIn();
    lab.host(name, (sent) =>
      sent.method === 'POST' && sent.url.endsWith('/api') ? text(303, '', { location: '/done' }) : server.answer(sent),
    );
    const before = lab.requests(name, { path: '/api' }).length;
    assert.equal((await use('/api', { method: 'POST', body: 'x' })).status, 303);
    assert.equal(lab.requests(name, { path: '/api' }).length, before + 1, 'sent once');
    assert.equal(server.refreshes.length, 0);
  });
});
