// Section S: whoever can write to the storage, and has no key, moves no token, opens no session and changes no endpoint.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, before, beforeEach, describe, test } from 'node:test';
import { APP, World } from './world.mjs';

let world, server, browser;
before(async () => {
  world = await World.start();
});
after(async () => {
  const leaks = await world.leaks();
  await world.stop();
  assert.deepEqual(leaks, { answers: [], urls: [], log: [], disk: [] });
});
beforeEach(async () => {
  [server, browser] = [world.server(), world.browser()];
  await world.logIn(server, browser);
});

const id = async (index = 0, who = browser) => (await world.connections(who)).at(index).id;
/** What left the app for a host with a token. */
const tokensAt = (host) => world.lab.requests(host).filter(({ headers }) => headers.authorization);
const use = (url, more = {}) => world.use(browser, url, more);

describe('a connection', () => {
  test('S06 P01 whose resource is another: no token goes there', async () => {
    const evil = world.server('evil');
    for (const resource of [evil.issuer, `${server.issuer}/other`]) {
      const rows = `UPDATE connection SET resource = '${resource}' WHERE id = '${await id()}'`;
      await world.rows(rows);
      const answer = await use(`${resource}/api`);
      assert.deepEqual([answer.status, answer.json.type], [409, 'login-again'], answer.body);
    }
    assert.deepEqual([tokensAt(evil.host), tokensAt(server.host)], [[], []]);
    await world.rows(`UPDATE connection SET resource = '${server.issuer}' WHERE id = '${await id()}'`);
    assert.equal((await use(`${server.issuer}/api`)).status, 200, 'as it was');
  });

  test('S06 P16 whose resource, label or issuer is that of another one of the same person', async () => {
    await world.logIn(server, browser, `${server.issuer}/api/inner`);
    const labelled = await world.login(server.host, browser, { label: 'work' });
    await browser.visit(labelled.headers.get('location'));
    const columns = ['resource', 'label', 'issuer'];
    const rows = await world.rows(
      `SELECT id, ${columns}, sealed, access_token FROM connection WHERE issuer = '${server.issuer}'`,
    );
    assert.equal(rows.length, 3);
    const set = ({ id }, values) =>
      `UPDATE connection SET ${Object.entries(values).map(([name, value]) => `${name} = ${value === null ? 'NULL' : `'${value}'`}`)} WHERE id = '${id}'`;
    const [inner, work] = [rows.find(({ resource }) => /inner/.test(resource)), rows.find(({ label }) => label)];
    const plain = rows.find((row) => row !== inner && row !== work);
    for (const [victim, changes] of [
      [plain, { resource: `${server.issuer}/api/inner/more` }],
      [inner, { label: 'home' }],
      [plain, { access_token: inner.access_token }],
      [work, { access_token: plain.access_token }],
      [plain, { access_token: plain.sealed }],
      [plain, { access_token: '' }],
      // As a row of the time before the two were apart.
      [plain, { sealed: inner.sealed, access_token: null }],
      [work, { sealed: plain.sealed, access_token: null }],
      [plain, { sealed: plain.access_token, access_token: null }],
      [inner, { issuer: 'https://evil.example' }],
    ]) {
      await world.rows(set(victim, changes));
      const { resource, label } = { ...victim, ...changes };
      const before = tokensAt(server.host).length;
      const answer = await use(`${resource}/api`, label ? { label } : {});
      assert.equal(answer.json?.type, 'login-again', `${JSON.stringify(changes)} ${answer.body}`);
      assert.equal(tokensAt(server.host).length, before);
      const { id, file, ...was } = victim;
      await world.rows(set({ id, file }, was));
    }
    assert.equal((await use(`${server.issuer}/api`)).status, 200, 'as it was');
    assert.equal((await use(`${server.issuer}/api`, { label: 'work' })).status, 200);
  });

  test('S06 T14 whose grant is that of another one: nothing is renewed with it', async () => {
    await world.logIn(server, browser, `${server.issuer}/api/inner`);
    const rows = await world.rows(`SELECT id, resource, sealed FROM connection WHERE issuer = '${server.issuer}'`);
    const [inner] = rows.filter(({ resource }) => resource.includes('inner'));
    const [plain] = rows.filter((row) => row !== inner);
    const over = (grant) =>
      `UPDATE connection SET sealed = '${grant}', issued = issued - 3600 WHERE id = '${plain.id}'`;
    await world.rows(over(inner.sealed));
    const before = tokensAt(server.host).length;
    assert.equal((await use(`${server.issuer}/api`)).json?.type, 'login-again');
    assert.deepEqual([server.refreshes, tokensAt(server.host).length], [[], before]);
    await world.rows(over(plain.sealed));
    assert.equal((await use(`${server.issuer}/api`)).status, 200, 'its own renews it');
    assert.equal(server.refreshes.length, 1);
  });

  test('S06 S09 that lies in the object of another person, with its salt', async () => {
    const thief = await world.logIn(world.server());
    const theirs = await id(0, thief);
    const [stolen] = (await world.rows('SELECT * FROM connection')).filter(({ issuer }) => issuer === server.issuer);
    const salts = await world.rows("SELECT value FROM meta WHERE name = 'salt'");
    const { value: salt } = salts.find(({ file }) => file === stolen.file);
    const [{ file }] = (await world.rows(`SELECT id FROM connection WHERE id = '${theirs}'`)).slice(-1);
    assert.notEqual(file, stolen.file);
    await world.rows(
      `UPDATE meta SET value = '${salt}' WHERE name = 'salt' AND EXISTS (SELECT 1 FROM connection WHERE id = '${theirs}')`,
      `UPDATE connection SET id = '${stolen.id}x', sealed = '${stolen.sealed}',
        access_token = '${stolen.access_token}', issuer = '${stolen.issuer}',
        resource = '${stolen.resource}' WHERE id = '${theirs}'`,
    );
    assert.equal((await world.use(thief, `${server.issuer}/api`)).status >= 400, true);
    assert.deepEqual(tokensAt(server.host), []);
    assert.equal((await use(`${server.issuer}/api`)).status, 200, 'its owner uses it');
  });
});

describe('a session', () => {
  const secret = () => randomBytes(32).toString('base64url');
  const digest = (text) => createHash('sha256').update(text).digest('base64url');
  const account = () => browser.cookies('app.example').get('__Host-sid').split('.')[0];
  const listFor = async (cookie) => {
    const headers = { cookie: `__Host-sid=${cookie}`, accept: 'application/json' };
    return JSON.parse((await world.fetch({ method: 'GET', url: `${APP}/connections`, headers })).body);
  };
  const usedBy = async (cookie) => {
    const headers = { cookie: `__Host-sid=${cookie}`, origin: APP, 'sec-fetch-site': 'same-origin' };
    const body = JSON.stringify({ url: `${server.issuer}/api` });
    return (await world.fetch({ method: 'POST', url: `${APP}/use`, headers, body })).status;
  };
  const own = () => browser.cookies('app.example').get('__Host-sid');
  const [later] = [Math.floor(Date.now() / 1000) + 86_400];

  /** Rows that a writer makes for a secret of their own, from what is there. */
  const FORGED = [
    [
      'made up',
      (mine) => `INSERT OR IGNORE INTO session (digest, expires, sealed) VALUES ('${mine}', ${later}, 'v2.k1.a.b')`,
    ],
    ['without a seal', (mine) => `INSERT OR IGNORE INTO session (digest, expires) VALUES ('${mine}', ${later})`],
    [
      'with the seal of another session',
      (mine) =>
        `INSERT OR IGNORE INTO session (digest, expires, sealed) SELECT '${mine}', expires, sealed FROM session LIMIT 1`,
    ],
    ['renamed', (mine) => `UPDATE session SET digest = '${mine}' WHERE rowid = (SELECT max(rowid) FROM session)`],
    [
      'in a row that says that it is older than seals',
      (mine) => `INSERT INTO session (digest, expires, sealed) VALUES ('${mine}', ${later}, '')`,
      "UPDATE meta SET value = '4' WHERE name = 'version' AND EXISTS (SELECT 1 FROM session)",
      'ALTER TABLE connection DROP COLUMN access_token',
      'ALTER TABLE session DROP COLUMN sealed',
      'ALTER TABLE outbox DROP COLUMN field',
      'ALTER TABLE outbox DROP COLUMN issuer',
      'ALTER TABLE outbox DROP COLUMN resource',
      'ALTER TABLE outbox DROP COLUMN label',
    ],
  ];
  for (const [name, forged, ...more] of FORGED)
    test(`S01 S04 ${name}: it opens nothing`, async () => {
      const mine = secret();
      const here = (statement) => statement;
      assert.equal((await listFor(own())).length, 1);
      await world.rows(here(forged(digest(mine))), ...more);
      const cookie = `${account()}.${mine}`;
      assert.deepEqual(await listFor(cookie), []);
      assert.ok((await usedBy(cookie)) >= 400);
      assert.deepEqual(tokensAt(server.host), []);
    });

  test('S01 S04 one that has ended, or is about to, is not prolonged', async () => {
    const first = own();
    assert.equal((await listFor(first)).length, 1);
    await world.logIn(server, browser);
    assert.equal((await listFor(own())).length, 1, 'the earlier ones end in a minute');
    assert.equal((await listFor(first)).length, 1, 'for a second tab');
    await world.rows(`UPDATE session SET expires = ${later} WHERE expires < ${later}`);
    assert.deepEqual(await listFor(first), []);
    assert.equal((await listFor(own())).length, 1, 'the present one is as it was');
  });
});

describe('a registration', () => {
  test('S06 R01 whose endpoints are others: the client goes nowhere with its secret', async () => {
    const members = { token_endpoint_auth_methods_supported: ['client_secret_post'] };
    server = world.server('secret', { members });
    await world.logIn(server, world.browser());
    const control = await world.logIn(server);
    assert.equal(server.registrations.length, 1, 'one for everybody');
    assert.equal((await world.connections(control)).length, 1);
    const secret = server.exchanges[0].sent.get('client_secret');
    assert.match(secret, /^CANARY-client/);
    // The metadata moves, and a writer makes the row agree.
    Object.assign(server.members, { token_endpoint: `${server.issuer}/elsewhere/token` });
    await world.rows(
      `UPDATE registration SET server = replace(server, '${server.issuer}/token', '${server.issuer}/elsewhere/token')`,
    );
    await world.logIn(server, world.browser());
    const there = world.lab.requests(server.host, { method: 'POST', path: '/elsewhere/token' });
    assert.equal(there.length, 1);
    assert.ok(!there[0].body.includes(secret), 'another registration, with a secret of its own');
    assert.equal(server.registrations.length, 2);
  });

  test('S06 R06 under the identifier of another one is not read', async () => {
    server = world.server();
    await world.logIn(server, world.browser());
    await world.rows(`UPDATE registration SET client_id = 'another' WHERE client_id = 'client-1-at-${server.host}'`);
    await world.logIn(server, world.browser());
    assert.equal(server.registrations.length, 2);
  });
});
