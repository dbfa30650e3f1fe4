// Invalid input and invalid responses: the error that the person and the program receive; nothing is stored and no
// token is requested.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Agent } from './agent.mjs';
import { App, hostOf } from './app.mjs';
import { Lab, json, nothing } from './lab.mjs';
import { start } from './peers/oidc-provider.mjs';

const METADATA = '/.well-known/oauth-authorization-server';
const metadata = (issuer, members = {}) => ({
  issuer,
  authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${issuer}/token`,
  registration_endpoint: `${issuer}/register`,
  response_types_supported: ['code'],
  code_challenge_methods_supported: ['S256'],
  ...members,
});

describe('what cannot be logged in to', () => {
  let lab, app;

  before(async () => {
    lab = new Lab();
    app = await App.start({ modules: await hostOf('host.mjs'), lab });
    lab.host('nothing.example', nothing);
    lab.host('closed.example', ({ url }) =>
      url.endsWith(METADATA)
        ? json(metadata('https://closed.example', { registration_endpoint: undefined }))
        : nothing(),
    );
    lab.host('no-pkce.example', ({ url }) =>
      url.endsWith(METADATA)
        ? json(metadata('https://no-pkce.example', { code_challenge_methods_supported: ['plain'] }))
        : nothing(),
    );
    lab.host('evil.example', ({ url }) =>
      url.endsWith(METADATA)
        ? json(metadata('https://evil.example', { authorization_endpoint: 'https://good.example/authorize' }))
        : nothing(),
    );
    lab.host('refusing.example', ({ url, method }) => {
      if (url.endsWith(METADATA)) return json(metadata('https://refusing.example'));
      return method === 'POST'
        ? json({ error: 'invalid_client_metadata', error_description: '<img src=x onerror=alert(1)>' }, 400)
        : nothing();
    });
  });

  after(async () => {
    await app.stop();
    await lab.stop();
  });

  const OPERATOR = 'the operator of the authorization server';
  const INVALID = [400, 'invalid-host', 'That is not a host this app can log in to', 'you'];
  const UNUSABLE = [422, 'unusable', 'The host&#39;s way to log in cannot be used', OPERATOR];
  const CLOSED = [422, 'no-registration', 'The host does not let new apps register', OPERATOR];
  for (const [typed, status, type, title, actor] of [
    ['', ...INVALID],
    ['not a url', ...INVALID],
    ['javascript:alert(1)', ...INVALID],
    ['127.0.0.1', ...INVALID],
    ['app.example', ...INVALID],
    ['unknown.example', 422, 'unreachable', 'The host does not answer', 'you'],
    ['nothing.example', 422, 'no-metadata', 'The host does not say how to log in', 'the operator of the host'],
    ['closed.example', ...CLOSED],
    ['no-pkce.example', ...UNUSABLE],
    ['evil.example', ...UNUSABLE],
    ['refusing.example', 502, 'not-registered', 'The host did not register this app', OPERATOR],
  ])
    test(`${typed || 'nothing typed'}: ${type}`, async () => {
      const agent = new Agent(app, lab);
      // The page a person gets: by typing it in where the question can fail, by confirming where only the login can.
      let page = await agent.visit(`/login?url=${encodeURIComponent(typed)}`);
      if (page.status === 200) page = await agent.submit(page);
      assert.equal(page.status, status, page.body);
      for (const text of [title, actor, 'What to do next'])
        assert.ok(page.body.includes(text), `${text}\n${page.body}`);
      if (type !== 'invalid-host') assert.ok(page.body.includes(`<p class="host">${typed}</p>`), page.body);
      assert.ok(!page.body.includes('<img src=x'));
      // The answer a program gets.
      const answer = await agent.json('POST', '/login', { body: { url: typed } });
      assert.equal(answer.status, status, answer.body);
      assert.match(answer.headers.get('content-type'), /^application\/problem\+json/);
      assert.equal(answer.json.type, type);
      assert.equal(answer.json.actor, actor);
      // Nothing is stored, no token is asked for.
      assert.equal(agent.cookies('app.example').size, 0);
      assert.ok(!lab.all.some(({ url }) => url.endsWith('/token')));
    });

  test('none of it is on disk', async () => {
    const disk = await app.disk();
    for (const host of ['unknown.example', 'closed.example', 'no-pkce.example', 'evil.example', 'refusing.example']) {
      assert.ok(!disk.includes(host), host);
    }
  });

  test('a form of another site does nothing', async () => {
    for (const headers of [
      { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': '', origin: 'null' },
    ]) {
      const agent = new Agent(app, lab);
      const seen = lab.all.length;
      const answer = await agent.json('POST', '/login', { body: { url: 'refusing.example' }, headers });
      assert.deepEqual([answer.status, answer.json.type], [403, 'cross-site'], JSON.stringify(headers));
      assert.equal(lab.all.length, seen, 'nothing was sent');
    }
  });

  test('an image of another site asks no host', async () => {
    const seen = lab.all.length;
    const answer = await new Agent(app, lab).visit('/login?url=nothing.example', {
      headers: { 'sec-fetch-dest': 'image', 'sec-fetch-mode': 'no-cors' },
    });
    assert.equal(answer.status, 403);
    assert.equal(lab.all.length, seen);
  });

  test('every answer, errors included, is protected', async () => {
    const agent = new Agent(app, lab);
    for (const path of [
      '/',
      '/login?url=closed.example',
      '/login?url=refusing.example',
      '/callback/x?state=y&code=z',
      '/connections',
      '/icon/x',
    ]) {
      const { headers } = await agent.visit(path);
      assert.match(headers.get('content-security-policy'), /default-src 'none'.*frame-ancestors 'none'/, path);
      assert.equal(headers.get('x-frame-options'), 'DENY', path);
      assert.equal(headers.get('referrer-policy'), 'no-referrer', path);
      assert.equal(headers.get('cache-control'), 'no-store', path);
      assert.equal(headers.get('x-content-type-options'), 'nosniff', path);
      assert.match(headers.get('strict-transport-security'), /max-age=63072000/, path);
    }
  });
});

describe('a callback that is not genuine', () => {
  const isCallback = (url) => url.startsWith('https://app.example/callback/');
  const changed = (url, change) => {
    const next = new URL(url);
    change(next.searchParams);
    return next.href;
  };
  let lab, server, app, agent, callback;
  const exchanges = () => lab.requests('oidc.example', { method: 'POST', path: '/token' });

  before(async () => {
    lab = new Lab();
    server = lab.peer(await start({ issuer: 'https://oidc.example' }));
    app = await App.start({ modules: await hostOf('host.mjs'), lab });
  });

  after(async () => {
    await app.stop();
    await lab.stop();
  });

  /** A login up to its genuine callback, which is not visited yet. */
  async function upToCallback() {
    agent = new Agent(app, lab);
    const page = await agent.submit(await agent.visit('/login?url=oidc.example'), {}, { until: isCallback });
    callback = page.url;
    assert.ok(new URL(callback).searchParams.get('code'), callback);
  }

  async function refused(url, status, title, who = agent) {
    const before = exchanges().length;
    const page = await who.visit(url);
    assert.equal(page.status, status, page.body);
    assert.ok(page.body.includes(title), page.body);
    const { status: again, json: problem } = await who.json('GET', new URL(url).pathname + new URL(url).search);
    assert.equal(again, status);
    assert.ok(problem.actor && problem.remedy);
    assert.equal(exchanges().length, before, 'no token request');
    assert.equal((await who.json('GET', '/connections')).json.length ?? 0, 0, 'nothing is stored');
    return page;
  }

  const forged = (query) => {
    query.delete('code');
    query.set('error', 'access_denied');
    query.set('iss', 'https://evil.example');
  };
  const UNKNOWN = 'This login cannot be completed here';
  for (const [name, change, title] of [
    ['another state', (query) => query.set('state', 'A'.repeat(43)), UNKNOWN],
    ['no state', (query) => query.delete('state'), 'The host&#39;s answer cannot be used'],
    ['an empty state', (query) => query.set('state', ''), 'The host&#39;s answer cannot be used'],
    ['two states', (query) => query.append('state', 'b'), UNKNOWN],
    ['another iss', (query) => query.set('iss', 'https://evil.example'), 'Another server answered'],
    ['no iss, though it is advertised', (query) => query.delete('iss'), 'Another server answered'],
    ['an error with another iss', forged, 'Another server answered'],
    ['no code', (query) => query.delete('code'), 'The host&#39;s answer cannot be used'],
  ])
    test(`${name}: refused, and the genuine one still completes`, async () => {
      await upToCallback();
      await refused(changed(callback, change), 400, title);
      const done = await agent.visit(callback);
      assert.equal(done.url, 'https://app.example/?notice=connected', done.body);
      assert.match(done.body, /<h3 class="host">oidc.example</);
    });

  test("another issuer's callback address: refused, and the genuine one still completes", async () => {
    await upToCallback();
    await refused(
      callback.replace(/callback\/[^?]+/, 'callback/AAAAAAAAAAAAAAAAAAAAAA'),
      400,
      'Another server answered',
    );
    assert.equal((await agent.visit(callback)).url, 'https://app.example/?notice=connected');
  });

  test('another browser: refused as an unknown state is, and the genuine one still completes', async () => {
    await upToCallback();
    const stranger = await refused(callback, 400, UNKNOWN, new Agent(app, lab));
    const unknown = await agent.visit(changed(callback, (query) => query.set('state', 'A'.repeat(43))));
    assert.equal(stranger.body, unknown.body);
    assert.equal((await agent.visit(callback)).url, 'https://app.example/?notice=connected');
  });

  test('a second time: one token request, and no second connection', async () => {
    await upToCallback();
    const before = exchanges().length;
    const answers = await Promise.all([agent.visit(callback), agent.visit(callback)]);
    await agent.visit(callback);
    assert.equal(exchanges().length, before + 1);
    assert.ok(answers.some(({ url }) => url === 'https://app.example/?notice=connected'));
    assert.equal((await agent.json('GET', '/connections')).json.length, 1);
  });

  test('HEAD and prefetch do not use it up', async () => {
    await upToCallback();
    const cookie = [...agent.cookies('app.example')].map((pair) => pair.join('=')).join();
    assert.equal((await app.fetch({ method: 'HEAD', url: callback, headers: { cookie } })).status, 405);
    assert.equal((await agent.visit(callback, { headers: { 'sec-purpose': 'prefetch' } })).status, 405);
    assert.equal((await agent.visit(callback)).url, 'https://app.example/?notice=connected');
  });

  test('a cookie that names the account without its secret opens nothing', async () => {
    await upToCallback();
    await agent.visit(callback);
    const [[name, value]] = agent.cookies('app.example');
    const ask = (cookie) =>
      app.fetch({ method: 'GET', url: 'https://app.example/connections', headers: { cookie: `${name}=${cookie}` } });
    const [account] = value.split('.');
    assert.equal(JSON.parse((await ask(value)).body).length, 1);
    for (const forged of [
      `${account}.${'A'.repeat(43)}`,
      `${account}.`,
      account,
      `${'A'.repeat(22)}.${value.split('.')[1]}`,
    ]) {
      const answer = await ask(forged);
      assert.ok(!answer.body.includes('oidc.example'), `${forged}: ${answer.body}`);
    }
  });

  test('what it says is escaped', async () => {
    await upToCallback();
    const page = await agent.visit(
      changed(callback, (query) => {
        query.delete('code');
        query.set('error', '<svg/onload=alert(1)>');
        query.set('error_description', '</script><script>alert(1)</script>');
      }),
    );
    assert.equal(page.status, 502);
    assert.ok(
      page.body.includes('svg') &&
        !page.body.includes('<svg') &&
        !/<script(?! src="\/script.js" defer>)/.test(page.body),
      page.body,
    );
  });
});

test('consent denied: said so, nothing stored, no token request', async () => {
  const lab = new Lab();
  lab.peer(await start({ issuer: 'https://oidc.example', consent: 'deny' }));
  const app = await App.start({ modules: await hostOf('host.mjs'), lab });
  const agent = new Agent(app, lab);
  const page = await agent.submit(await agent.visit('/login?url=oidc.example'));
  assert.equal(page.status, 403, page.body);
  assert.match(page.body, /You, or the host, refused the login/);
  assert.match(page.body, /Start again and agree/);
  assert.equal(lab.requests('oidc.example', { path: '/token' }).length, 0);
  assert.deepEqual((await agent.json('GET', '/connections')).json, []);
  await app.stop();
  await lab.stop();
});
