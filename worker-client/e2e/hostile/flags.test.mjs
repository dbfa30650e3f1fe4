// Sections T, C and R: a flag that says that tokens are dead, an answer that says that a login is over, a call that says
// that a client has no user: each may be wrong, or late.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { Agent } from '../agent.mjs';
import { hostOf } from '../app.mjs';
import { json } from '../lab.mjs';
import { eventually, wait } from '../waiting.mjs';
import { APP, place, World } from './world.mjs';

const REVOKED = { refresh_token: 'revoked', access_token: 'revoked' };
const idOf = async (world, browser) => (await world.connections(browser))[0].id;

describe('a connection that needs a login', () => {
  let world, server, browser;
  before(async () => {
    world = await World.start();
  });
  after(() => world.stop());
  beforeEach(async () => {
    [server, browser] = [world.server(), world.browser()];
    server.lifetime = 0;
    await world.logIn(server, browser);
    server.lifetime = 3600;
  });

  const use = () => world.use(browser, `${server.issuer}/api`);
  const disconnect = async () => (await browser.json('DELETE', `/connections/${await idOf(world, browser)}`)).json;

  for (const [name, fail] of [
    ['the server refused the refresh token', () => json({ error: 'invalid_grant' }, 400)],
    ['the server refused the client', () => json({ error: 'invalid_client' }, 401)],
  ])
    test(`T16 ${name}: both tokens are revoked all the same`, async () => {
      server.on.refresh = fail;
      assert.equal((await use()).json.type, 'login-again');
      assert.deepEqual(await disconnect(), REVOKED);
      assert.equal(server.revocations.length, 2);
      assert.deepEqual(server.accepted(), []);
    });

  test('T16 T02 the answers of two refreshes were lost: both tokens are revoked all the same', async () => {
    for (let n = 0; n < 2; n += 1) await world.endDuring('refresh', server, use);
    assert.equal((await use()).json.type, 'login-again');
    assert.equal(server.accepted().length, 1, 'the server still takes them');
    assert.deepEqual(await disconnect(), REVOKED);
    assert.deepEqual(server.accepted(), []);
  });

  test('T16 a new login in its place revokes them too', async () => {
    server.on.refresh = () => json({ error: 'invalid_grant' }, 400);
    assert.equal((await use()).json.type, 'login-again');
    await world.logIn(server, browser);
    await eventually(() => server.revocations.length === 2, 'both are revoked');
    assert.equal(server.accepted().length, 1, 'those of the new login');
    assert.equal((await use()).status, 200);
  });

  test('T17 a new login while a refresh is on its way: who waits uses the new connection', async () => {
    const hold = server.hold('refresh');
    const using = use();
    await hold.arrived;
    await world.logIn(server, browser);
    hold.release();
    assert.equal((await using).status, 200);
    await eventually(() => server.accepted().length === 1, 'the late tokens are revoked');
    assert.equal((await use()).status, 200);
  });
});

describe('an answer that is not genuine', () => {
  let world;
  before(async () => {
    world = await World.start();
  });
  after(() => world.stop());

  for (const [name, change] of [
    ['access_denied', (query) => query.set('error', 'access_denied')],
    ['another error', (query) => query.set('error', 'server_error')],
    ['an empty error', (query) => query.set('error', '')],
    ['a code', (query) => query.set('code', 'forged')],
    ['an error and a code', (query) => ['error', 'code'].forEach((key) => query.set(key, 'x'))],
  ])
    test(`C07 C09 ${name} at another issuer's redirection URI, with the right state, ends no login`, async () => {
      const [server, evil, browser] = [world.server(), world.server('evil'), world.browser()];
      const genuine = await world.upToCallback(server, browser);
      const forged = new URL(await world.upToCallback(evil, browser));
      forged.search = '';
      forged.searchParams.set('state', new URL(genuine).searchParams.get('state'));
      change(forged.searchParams);
      const page = await browser.visit(forged.href);
      assert.equal(page.status, 400, page.body);
      assert.equal(server.exchanges.length, 0);
      assert.equal(place((await browser.visit(genuine)).url), `${APP}/`, 'the genuine one completes');
      // At its own address the same error is the server's, and final.
      const again = new URL(await world.upToCallback(server, browser));
      const code = again.searchParams.get('code');
      again.searchParams.delete('code');
      again.searchParams.set('error', 'access_denied');
      assert.equal((await browser.visit(again.href)).status, 403);
      again.searchParams.delete('error');
      again.searchParams.set('code', code);
      assert.equal((await browser.visit(again.href)).status, 400);
    });
});

describe('everything ends while something is under way', () => {
  let world;
  afterEach(() => world.stop());

  test('C14 S15 logged out while a login begins: it goes on in a session of its own', async () => {
    world = await World.start();
    const [first, server, browser] = [world.server(), world.server(), world.browser()];
    await world.logIn(first, browser);
    const hold = server.hold('register');
    const beginning = world.login(server.host, browser);
    await hold.arrived;
    await browser.json('POST', '/logout');
    await eventually(async () => (await world.app.rows('account', 'meta')) === 0, 'nothing is left of the account');
    hold.release();
    const { headers } = await beginning;
    assert.equal(place((await browser.visit(headers.get('location'))).url), `${APP}/`);
    assert.deepEqual(
      (await world.connections(browser)).map(({ issuer }) => issuer),
      [server.issuer],
    );
  });

  test('T17 a refusal that comes after a new login: nobody is told that the connection needs one', async () => {
    world = await World.start({ modules: await hostOf('named-host.mjs'), events: true });
    const fetch = (request) => world.fetch({ ...request, headers: { ...request.headers, 'x-user': 'ann' } });
    const [server, browser] = [world.server(), new Agent({ fetch }, world.lab)];
    server.lifetime = 0;
    await world.logIn(server, browser);
    server.on.refresh = () => json({ error: 'invalid_grant' }, 400);
    const hold = server.hold('refresh');
    const using = world.use(browser, `${server.issuer}/api`);
    await hold.arrived;
    server.lifetime = 3600;
    await world.logIn(server, browser);
    hold.release();
    assert.equal((await using).status, 200, 'by the new connection');
    assert.equal((await world.connections(browser))[0].needs_login, false);
    server.expireAll();
    assert.equal((await world.use(browser, `${server.issuer}/api`)).json.type, 'login-again', 'a control');
    const told = async () => (await world.app.events()).map(({ event }) => event);
    await eventually(async () => (await told()).length >= 3, 'it is told');
    assert.deepEqual(await told(), ['connected', 'connected', 'needs_login']);
  });

  test('T16 T02 evicted, and used again: what was to be revoked within the minute still is', async () => {
    world = await World.start({ modules: await hostOf('hostile/evicting-host.mjs') });
    const [first, second, browser] = [world.server(), world.server(), world.browser()];
    await world.logIn(first, browser);
    await world.logIn(second, browser);
    first.on.revoke = () => ({ status: 503, headers: {}, body: '' });
    const { id } = (await world.connections(browser)).find(({ issuer }) => issuer === first.issuer);
    const receipt = await browser.json('DELETE', `/connections/${id}`);
    assert.equal(receipt.json.refresh_token, 'failed_will_retry');
    await eventually(async () => (await world.app.rows('account', 'outbox')) === 2, 'the registrar is told');
    first.on = {};
    await browser.json('GET', '/evict');
    assert.equal((await world.use(browser, `${second.issuer}/api`)).status, 200);
    await world.app.elapse(120);
    await eventually(() => first.accepted().length === 0, 'both are revoked');
  });

  test('C14 S15 T17 logged out: nothing is stored, and what came is revoked', async () => {
    world = await World.start();
    const [first, server, browser] = [world.server(), world.server(), world.browser()];
    await world.logIn(first, browser);
    const callback = await world.upToCallback(server, browser);
    const hold = server.hold('exchange');
    const visiting = browser.visit(callback);
    await hold.arrived;
    const cookie = [...browser.cookies('app.example')].map((pair) => pair.join('=')).join();
    const headers = { cookie, origin: APP, 'sec-fetch-site': 'same-origin' };
    assert.equal((await world.fetch({ method: 'POST', url: `${APP}/logout`, headers, body: '' })).status, 303);
    hold.release();
    assert.equal((await visiting).status, 400);
    await eventually(() => server.accepted().length === 0, 'what came is revoked');
    assert.equal(first.accepted().length, 0);
    await eventually(async () => (await world.app.rows('account', 'meta')) === 0, 'nothing is left of the account');
  });

  test('T17 the last connection of a user whom the host program names: the rows stay for the answer', async () => {
    world = await World.start({ modules: await hostOf('named-host.mjs') });
    // It offers no revocation: the alarm has nothing to wait for.
    const first = world.server('good', { members: { revocation_endpoint: undefined } });
    const server = world.server();
    const browser = new Agent(
      { fetch: (request) => world.fetch({ ...request, headers: { ...request.headers, 'x-user': 'ann' } }) },
      world.lab,
    );
    await world.logIn(first, browser);
    const callback = await world.upToCallback(server, browser);
    const hold = server.hold('exchange');
    const visiting = browser.visit(callback);
    await hold.arrived;
    const { json: receipt } = await browser.json('DELETE', `/connections/${await idOf(world, browser)}`);
    assert.deepEqual(receipt, { refresh_token: 'not_offered', access_token: 'not_offered' });
    // The alarm tells the registrar; then nothing is stored but what the answer needs.
    await eventually(async () => (await world.app.rows('account', 'outbox')) === 0, 'the registrar is told');
    await wait(300);
    hold.release();
    assert.equal(place((await visiting).url), `${APP}/`);
    assert.deepEqual(
      (await world.connections(browser)).map(({ issuer }) => issuer),
      [server.issuer],
    );
    assert.deepEqual((await browser.json('DELETE', `/connections/${await idOf(world, browser)}`)).json, REVOKED);
    assert.deepEqual(server.accepted(), []);
  });
});

describe('the users of a registration', () => {
  let world, server, browser;
  beforeEach(async () => {
    world = await World.start({
      modules: await hostOf('hostile/evicting-host.mjs'),
      bindings: { UNUSED_CLIENT_SECONDS: '300' },
    });
    [server, browser] = [world.server(), world.browser()];
    server.on.register = (_, honest) =>
      honest({ registration_client_uri: `${server.issuer}/manage/1`, registration_access_token: 'manage' });
    await world.logIn(server, browser);
    await eventually(async () => (await world.app.rows('registrar', 'holder')) === 1, 'it is held');
  });
  afterEach(() => world.stop());

  const trouble = (kind, how) => browser.json('GET', `/trouble?kind=${kind}&how=${how}`);
  const disconnect = async () => browser.json('DELETE', `/connections/${await idOf(world, browser)}`);
  const outbox = () => world.app.rows('account', 'outbox');
  const deleted = () => server.managements.filter(({ method }) => method === 'DELETE').length;
  /** After the longest time that a client stays unused. */
  const later = async () => {
    await world.app.elapse(120);
    await eventually(async () => (await outbox()) === 0, 'the tasks are done');
    await world.app.elapse(400);
    await wait(1000);
  };
  const controls = async () => {
    await disconnect();
    await later();
    await eventually(() => deleted() === 1, 'the last user left: it is deleted');
  };

  for (const how of ['before', 'after'])
    test(`R06 a release that is lost ${how} it was heard, and repeated when the person is back: the client stays`, async () => {
      await trouble('Release', how);
      await disconnect();
      await eventually(async () => (await outbox()) === 1, 'it was lost');
      await world.logIn(server, browser);
      assert.equal(server.registrations.length, 1);
      await later();
      assert.equal(deleted(), 0);
      assert.equal((await world.use(browser, `${server.issuer}/api`)).status, 200);
      await controls();
    });

  test('R06 a release that arrives after the person is back: the client stays', async () => {
    await trouble('Release', 'held');
    await disconnect();
    await eventually(async () => (await browser.json('GET', '/arrived')).json, 'it is on its way');
    await browser.json('GET', '/evict');
    await world.logIn(server, browser);
    await eventually(async () => (await outbox()) === 0, 'the registrar was told of the new connection');
    await browser.json('GET', '/go');
    await wait(500);
    assert.equal(await world.app.rows('registrar', 'holder'), 1);
    await later();
    assert.equal(deleted(), 0);
    await controls();
  });

  test('R06 a hold that is repeated when the person has left: the client does not stay for ever', async () => {
    await disconnect();
    await eventually(async () => (await world.app.rows('registrar', 'holder')) === 0, 'nobody uses it');
    await trouble('Hold', 'before');
    await world.logIn(server, browser);
    await eventually(async () => (await outbox()) === 1, 'it was lost');
    await disconnect();
    await later();
    await eventually(() => deleted() === 1, 'it is deleted');
  });

  test('R06 a client whose deletion has begun is given to nobody', async () => {
    await disconnect();
    await eventually(async () => (await world.app.rows('registrar', 'holder')) === 0, 'nobody uses it');
    const hold = server.hold('manage');
    await world.app.elapse(400);
    await hold.arrived;
    await world.logIn(server, browser);
    hold.release();
    assert.equal(server.registrations.length, 2);
    assert.match(server.exchanges.at(-1).sent.get('client_id'), /^client-2-/);
    await later();
    assert.equal((await world.use(browser, `${server.issuer}/api`)).status, 200);
    await eventually(async () => (await world.app.rows('registrar', 'registration')) === 1, 'the other one is gone');
  });
});
