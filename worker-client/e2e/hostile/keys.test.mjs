// Section S: a change of keys reaches every sealed row, and a row that cannot be opened stays what it is.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { Agent } from '../agent.mjs';
import { hostOf, sealedIn } from '../app.mjs';
import { eventually, wait } from '../waiting.mjs';
import { World } from './world.mjs';

const [K1, K2, K3] = Array.from({ length: 3 }, () => randomBytes(32).toString('base64'));
const BOTH = { keys: { k1: K1, k2: K2 }, active: 'k2' };
const WITHOUT = { keys: { k2: K2 }, active: 'k2' };
const GIVEN_UP = { ...WITHOUT, lost: ['k1'] };
const DAY = 86_400;

let world, server, browser;

async function start({ modules } = {}) {
  const MASTER_KEYS = JSON.stringify({ active: 'k1', keys: { k1: K1 } });
  world = await World.start({ modules, bindings: { MASTER_KEYS, UNUSED_CLIENT_SECONDS: '300' } });
  const fetch = (request) => world.fetch({ ...request, headers: { ...request.headers, 'x-user': 'ann' } });
  [server, browser] = [world.server(), modules ? new Agent({ fetch }, world.lab) : world.browser()];
  server.on.register = (_, honest) =>
    honest({ registration_client_uri: `${server.issuer}/manage/1`, registration_access_token: 'manage' });
  await world.logIn(server, browser);
  await eventually(async () => (await world.app.rows('registrar', 'holder')) === 1, 'the client is held');
}

beforeEach(() => start());
afterEach(async () => {
  const leaks = await world.leaks();
  await world.stop();
  assert.deepEqual(leaks, { answers: [], urls: [], log: [], disk: [] });
});

const ring = (keys) => world.app.restart({ bindings: { MASTER_KEYS: JSON.stringify(keys) } });
const use = (who = browser) => world.use(who, `${server.issuer}/api`);
const disconnect = async () => {
  const [{ id }] = await world.connections(browser);
  return (await browser.json('DELETE', `/connections/${id}`)).json;
};
const lines = (event) =>
  [...world.app.log.matchAll(/\{"event":.*\}/g)]
    .map(([line]) => JSON.parse(line))
    .filter((line) => line.event === event);
const outbox = () => world.app.rows('account', 'outbox');
const deleted = () => server.managements.filter(({ method }) => method === 'DELETE').length;
/** Every column of the schema that holds sealed values, each with its values. */
async function columns() {
  let found;
  await world.app.whileStopped(({ account, registrar }) => {
    found = sealedIn([...account, ...registrar]);
  });
  const names = new Set(found.map(({ table, column }) => `${table}.${column}`));
  return Object.fromEntries(
    [...names].map((name) => [
      name,
      found.flatMap(({ table, column, value }) => (`${table}.${column}` === name ? (value ?? []) : [])),
    ]),
  );
}

/** A row in every table that has sealed values: a session, a login under way, a connection, a task, a registration. */
async function fillEveryTable() {
  await world.upToCallback(server, browser);
  await world
    .login(server.host, browser, { label: 'second' })
    .then(({ headers }) => browser.visit(headers.get('location')));
  server.on.revoke = () => ({ status: 503, headers: {}, body: '' });
  await disconnect();
}

describe('a change of keys', () => {
  test('S08 reaches every sealed column of the schema, and then nothing is left under the old key', async () => {
    await fillEveryTable();
    const before = await columns();
    for (const [name, values] of Object.entries(before))
      assert.ok(values.length && values.every((value) => /^v2\.k1\./.test(value)), `${name}: this test makes a row`);
    assert.ok(Object.keys(before).length >= 6, Object.keys(before).join());
    await ring(BOTH);
    assert.equal((await use()).status, 200);
    await world.logIn(server, world.browser());
    await eventually(() => new Set(lines('resealed').map(({ kind }) => kind)).size >= 6, 'every kind is sealed anew');
    for (const [name, values] of Object.entries(await columns()))
      for (const value of values) assert.match(value, /^v2\.k2\./, `${name}: no change of keys reaches it`);
    // What the operator reads before the old key goes: the rows sealed anew, and none left, for that key.
    assert.ok(lines('resealed').every(({ key, count }) => key === 'k1' && count > 0));
    const left = lines('left-under-key');
    assert.ok(left.length >= 2 && left.every(({ key, count }) => key === 'k1' && count === 0), JSON.stringify(left));
    await ring(WITHOUT);
    assert.equal((await use()).status, 200);
    assert.deepEqual(lines('unsealable'), []);
  });

  test('S08 reaches an account and a registrar that nobody asks, within 30 days', async () => {
    const sleeper = world.browser();
    const other = world.server();
    await world.logIn(other, sleeper);
    await eventually(async () => (await outbox()) === 0, 'nothing is left to do');
    await world.rows('UPDATE session SET expires = expires + 31536000');
    await ring(BOTH);
    // The sessions, which nothing prolongs, are not what it wakes for.
    await world.app.elapse(30 * DAY);
    await eventually(async () => (await world.app.sealed()).every((value) => value.startsWith('v2.k2.')), 'all rows');
  });
});

describe('a row whose key is gone', () => {
  test('S08 a task is kept until the key is back', async () => {
    server.on.revoke = () => ({ status: 503, headers: {}, body: '' });
    await disconnect();
    assert.equal(server.accepted().length, 1);
    server.on = {};
    await ring(WITHOUT);
    await world.app.elapse(2 * DAY);
    await eventually(
      () => lines('unsealable').some(({ kind, key }) => kind === 'outbox' && key === 'k1'),
      'it is told',
    );
    assert.equal(
      Math.max(
        ...lines('unsealable')
          .filter(({ kind }) => kind === 'outbox')
          .map(({ count }) => count),
      ),
      2,
    );
    assert.equal(await outbox(), 2);
    assert.equal(server.accepted().length, 1);
    await ring(BOTH);
    await world.app.elapse(2 * DAY);
    await eventually(() => server.accepted().length === 0, 'both tokens are revoked');
    assert.deepEqual(lines('given-up'), []);
  });

  test('S08 a task is given up when an operator names its key, and not before', async () => {
    server.on.revoke = () => ({ status: 503, headers: {}, body: '' });
    await disconnect();
    await eventually(async () => (await outbox()) === 2, 'the registrar is told, and the tokens wait');
    await ring(GIVEN_UP);
    await world.app.elapse(2 * DAY);
    await eventually(async () => (await outbox()) === 0, 'they are gone');
    await eventually(() => lines('given-up').some(({ kind }) => kind === 'outbox'), 'it is told');
    const told = lines('given-up').filter(({ kind }) => kind === 'outbox');
    assert.deepEqual(
      told.map(({ key, count }) => [key, count]),
      [['k1', 2]],
    );
  });

  test('S08 T16 a connection that ends is not reported as revoked, and is revoked when the key is back', async () => {
    await world.stop();
    // A user whom the host program names has no session of ours that could be missing too.
    await start({ modules: await hostOf('named-host.mjs') });
    await ring(WITHOUT);
    assert.equal((await use()).json.type, 'login-again');
    assert.equal((await world.connections(browser))[0].needs_login, true);
    await ring(BOTH);
    assert.equal((await world.connections(browser))[0].needs_login, false, 'nothing was written down for ever');
    assert.equal((await use()).status, 200);
    await world.app.restart({ bindings: { MASTER_KEYS: JSON.stringify({ active: 'k3', keys: { k3: K3 } }) } });
    assert.deepEqual(await disconnect(), { refresh_token: 'unreadable', access_token: 'unreadable' });
    assert.deepEqual(await world.connections(browser), []);
    await world.app.elapse(2 * DAY);
    await eventually(() => lines('unsealable').some(({ kind }) => kind === 'grant'), 'it is told');
    assert.deepEqual([server.revocations.length, await outbox()], [0, 1]);
    await ring(BOTH);
    await world.app.elapse(2 * DAY);
    await eventually(() => server.accepted().length === 0, 'both tokens are revoked');
    await eventually(async () => (await outbox()) === 0, 'and the registrar is told');
    await world.app.elapse(400);
    await eventually(() => deleted() === 1, 'the client is deleted');
  });

  test('S08 T16 a new login in the place of one that cannot be opened revokes that one later', async () => {
    await world.stop();
    await start({ modules: await hostOf('named-host.mjs') });
    await ring(WITHOUT);
    await world.logIn(server, browser);
    assert.equal((await use()).status, 200);
    assert.equal(server.accepted().length, 2);
    await ring(BOTH);
    await world.app.elapse(2 * DAY);
    await eventually(() => server.accepted().length === 1, 'those of the earlier one');
    assert.equal((await use()).status, 200);
  });

  test('S08 R06 one of two connections with a client: it is held while the other cannot be read', async () => {
    const second = await world.login(server.host, browser, { label: 'second' });
    await browser.visit(second.headers.get('location'));
    assert.equal(server.registrations.length, 1);
    await eventually(async () => (await outbox()) === 0, 'the registrar is told');
    await world.rows("UPDATE connection SET sealed = replace(sealed, '.k1.', '.k7.') WHERE label = ''");
    const { id } = (await world.connections(browser)).find(({ label }) => label === 'second');
    const receipt = await browser.json('DELETE', `/connections/${id}`);
    assert.deepEqual(receipt.json, { refresh_token: 'revoked', access_token: 'revoked' });
    await eventually(async () => (await outbox()) === 0, 'nothing is left to do');
    assert.equal(await world.app.rows('registrar', 'holder'), 1);
    await world.rows("UPDATE connection SET sealed = replace(sealed, '.k7.', '.k1.')");
    assert.equal((await use()).status, 200);
    await disconnect();
    await eventually(async () => (await world.app.rows('registrar', 'holder')) === 0, 'the last one: it is released');
  });

  test('S08 R06 a registration: no DELETE is told of that was not sent, and it is sent when the key is back', async () => {
    await disconnect();
    await eventually(async () => (await world.app.rows('registrar', 'holder')) === 0, 'nobody uses it');
    await ring(WITHOUT);
    await world.app.elapse(400);
    await eventually(
      () => lines('unsealable').some(({ kind, key }) => kind === 'client' && key === 'k1'),
      'it is told',
    );
    await wait(500);
    assert.deepEqual([deleted(), lines('unregistered')], [0, []]);
    assert.equal(await world.app.rows('registrar', 'registration'), 1);
    await ring(BOTH);
    await world.app.elapse(2 * DAY);
    await eventually(() => lines('unregistered').length === 1, 'it is deleted');
    assert.equal(deleted(), 1);
  });

  test('R06 a server that deletes no clients, or will not: neither is told of as a DELETE', async () => {
    server.on.manage = () => ({ status: 405, headers: {}, body: '' });
    await disconnect();
    await eventually(async () => (await world.app.rows('registrar', 'holder')) === 0, 'nobody uses it');
    await world.app.elapse(400);
    await eventually(() => lines('not-unregistered').length === 1, 'it is told as it was');
    assert.deepEqual(lines('unregistered'), []);
  });
});
