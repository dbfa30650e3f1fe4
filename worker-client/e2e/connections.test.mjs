// The life of a connection from login to disconnect: its tokens, the events of a host program, and the limits.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Agent } from './agent.mjs';
import { hostOf } from './app.mjs';
import { app, browser, connections, eventually, lab, logIn, server, start, use } from './counting.mjs';
import { json, nothing } from './lab.mjs';
import { HOST } from './server.mjs';

/** A host program that names its users, and a second Worker that receives its events. */
const HOST_PROGRAM = 'named-host.mjs';

const tokenOf = (index) => lab.requests('as.example', { path: '/api' }).at(index).headers.authorization;

describe('a connection', () => {
  test('is replaced by a new login to the same resource, and its tokens are revoked', async () => {
    await start();
    const ann = browser();
    await logIn(ann);
    const [first] = await connections(ann);
    await logIn(ann);
    const [second, ...more] = await connections(ann);
    assert.equal(more.length, 0);
    assert.notEqual(second.id, first.id);
    await eventually(() => server.revoked.length === 2, 'both are revoked');
    assert.deepEqual(server.revoked, ['refresh-1', 'access-1'], 'the refresh token first');
    assert.equal((await use(ann)).status, 200);
    assert.equal(tokenOf(-1), 'Bearer access-2');
  });

  test('with a label stands beside one without', async () => {
    await start();
    const ann = browser();
    await logIn(ann);
    await logIn(ann, 'url=as.example&label=work');
    assert.deepEqual((await connections(ann)).map(({ label }) => label).sort(), [null, 'work'].sort());
    assert.equal(server.revoked.length, 0);
    assert.equal((await use(ann)).status, 200);
    assert.equal(tokenOf(-1), 'Bearer access-1');
    assert.equal((await use(ann, `${HOST}/api`, { label: 'work' })).status, 200);
    assert.equal(tokenOf(-1), 'Bearer access-2');
    assert.equal((await use(ann, `${HOST}/api`, { label: 'home' })).json.type, 'no-connection');
  });

  test('P16 is found by the longest prefix', async () => {
    await start();
    const ann = browser();
    await logIn(ann);
    await logIn(ann, 'url=https://as.example/api/inner');
    await use(ann, `${HOST}/api/inner/x`);
    await use(ann, `${HOST}/api/innermost`);
    const tokens = lab
      .requests('as.example')
      .filter(({ url, headers }) => url.includes('/api/inner') && headers.authorization)
      .map(({ headers }) => headers.authorization);
    assert.deepEqual(tokens, ['Bearer access-2', 'Bearer access-1']);
  });

  test('that ends while the server is down is erased, and revoked when it is back', async () => {
    await start();
    const ann = browser();
    await logIn(ann);
    server.revoke = () => ({ status: 503, headers: {}, body: '' });
    const receipt = await ann.json('DELETE', `/connections/${(await connections(ann))[0].id}`);
    assert.deepEqual(receipt.json, { refresh_token: 'failed_will_retry', access_token: 'failed_will_retry' });
    assert.deepEqual(await connections(ann), []);
    server.revoke = () => ({ status: 200, headers: {}, body: '' });
    server.revoked = [];
    await app.elapse(120);
    await eventually(() => server.revoked.length === 2, 'asked again');
    assert.deepEqual(server.revoked, ['refresh-1', 'access-1']);
  });

  test('ends with a receipt of what could not be revoked', async () => {
    await start();
    const ann = browser();
    await logIn(ann);
    server.revoke = () => json({ error: 'unsupported_token_type' }, 400);
    const page = await ann.submit(await ann.visit('/'), {}, { form: 'form[action$="/disconnect"]' });
    assert.match(page.body, /the host refused to revoke it/);
    server.metadata = { revocation_endpoint: undefined };
    await app.forget();
    await logIn(ann);
    const receipt = await ann.json('DELETE', `/connections/${(await connections(ann))[0].id}`);
    assert.deepEqual(receipt.json, { refresh_token: 'not_offered', access_token: 'not_offered' });
  });

  test('brings the person back to where the host sent them from', async () => {
    await start();
    const back = await logIn(browser(), `url=as.example&return_to=${encodeURIComponent('/servers?added=1')}`).catch(
      (error) => error,
    );
    // There is no such page in this program, and that is where the person was brought to.
    assert.match(String(back), /nothing here/);
    for (const away of ['//evil.example', '/\\evil.example', 'https://evil.example/', 'javascript:alert(1)']) {
      const page = await logIn(browser(), `url=as.example&return_to=${encodeURIComponent(away)}`);
      assert.equal(page.url, 'https://app.example/?notice=connected', away);
    }
  });

  test('that asks for more than was agreed to says what, and where to agree', async () => {
    await start();
    const ann = browser();
    await logIn(ann);
    server.resource = () => ({
      status: 403,
      headers: { 'www-authenticate': 'Bearer error="insufficient_scope", scope="files:write"' },
      body: '',
    });
    const { status, json: problem } = await use(ann);
    assert.deepEqual([status, problem.type], [403, 'needs-consent']);
    assert.equal(new URL(problem.login).searchParams.get('scope'), 'files:write');
    const page = await ann.visit(problem.login);
    assert.match(page.body, /<bdi>files:write<\/bdi>/);
    server.resource = () => ({ status: 403, headers: {}, body: 'no' });
    assert.equal((await use(ann)).status, 403);
    assert.equal((await use(ann)).body, 'no', "a refusal that is about something else is the host's own");
  });

  test('T01 that has expired is renewed once, however many ask', async () => {
    await start();
    for (const callers of [2, 10, 100, 1000]) {
      const ann = browser();
      server.firstLifetime = 0;
      server.refreshes = [];
      await logIn(ann);
      server.refresh = async () => {
        await new Promise((resolve) => setTimeout(resolve, 50));
        return server.tokens();
      };
      const answers = await Promise.all(Array.from({ length: callers }, () => use(ann)));
      assert.equal(answers.filter(({ status }) => status === 200).length, callers);
      assert.equal(server.refreshes.length, 1, `${callers} callers`);
    }
  });

  test('is kept fresh while it is used, and left alone while it is not', async () => {
    await start();
    const [ann, bob] = [browser(), browser()];
    server.firstLifetime = 600;
    await logIn(ann);
    await logIn(bob);
    await use(ann);
    await app.elapse(585);
    await eventually(() => server.refreshes.length === 1, 'one is renewed ahead of time');
    assert.equal(server.refreshes[0].get('refresh_token'), 'refresh-1');
  });
});

describe('what is told to the host program', () => {
  test('connected, needs a login, disconnected: each once', async () => {
    await start({ modules: await hostOf(HOST_PROGRAM), events: true });
    const ann = new Agent(
      { fetch: (request) => app.fetch({ ...request, headers: { ...request.headers, 'x-user': 'ann' } }) },
      lab,
    );
    server.firstLifetime = 0;
    await logIn(ann);
    await eventually(async () => (await app.events()).length === 1, 'connected');
    server.refresh = () => json({ error: 'invalid_grant' }, 400);
    assert.equal((await use(ann)).json.type, 'login-again');
    await eventually(async () => (await app.events()).length === 2, 'needs a login');
    await ann.json('DELETE', `/connections/${(await connections(ann))[0].id}`);
    await eventually(async () => (await app.events()).length === 3, 'disconnected');
    const events = await app.events();
    assert.deepEqual(
      events.map(({ event, user, resource }) => [event, user, resource]),
      [
        ['connected', 'ann', HOST],
        ['needs_login', 'ann', HOST],
        ['disconnected', 'ann', HOST],
      ],
    );
  });
});

describe('limits', () => {
  test('D24 a person who asks many hosts is stopped, and not one who asks the same again', async () => {
    await start({ limits: [20, 60] });
    const ann = browser();
    await logIn(ann);
    const answers = [];
    for (let i = 0; i < 25; i += 1) answers.push(await ann.json('GET', `/probe?url=host-${i}.example`));
    const stopped = answers.findIndex(({ status }) => status === 429);
    assert.equal(stopped, 20, 'the twenty-first question; at the login nobody was counted yet');
    assert.equal(answers[stopped].headers.get('retry-after'), '60');
    assert.equal(
      (await ann.json('GET', '/probe?url=as.example')).status,
      200,
      'what is remembered costs nobody anything',
    );
    assert.equal((await browser().json('GET', '/probe?url=other.example')).status, 200, 'another person');
  });

  test('the app on its own does not run without them', async () => {
    await start({ limits: null });
    assert.equal((await browser().visit('/')).status, 503);
    assert.match(app.log, /the rate limit binding LIMIT_USER is missing/);
  });
});
