// Section S: the stored rows, their separation by user, and their value to a thief.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { after, before, beforeEach, describe, test } from 'node:test';
import { artefact } from '../app.mjs';
import { pairs } from '../lab.mjs';
import { APP, place, World } from './world.mjs';

let world, server, browser;
const NAME = '__Host-sid';
const key = () => randomBytes(32).toString('base64');
const use = (who = browser, at = server) => world.use(who, `${at.issuer}/api`);
const cookieOf = (who) => who.cookies('app.example').get(NAME);
/** The list as whoever sends this header sees it. */
const listFor = async (cookie) =>
  JSON.parse((await world.fetch({ method: 'GET', url: `${APP}/connections`, headers: { cookie } })).body);

before(async () => {
  world = await World.start();
});
after(() => world.stop());
beforeEach(() => {
  server = world.server();
  browser = world.browser();
});

describe('the session', () => {
  test('S16 reading makes none', async () => {
    for (const path of [
      '/',
      `/login?url=${server.host}`,
      `/probe?url=${server.host}`,
      '/connections',
      '/callback/x?state=a&code=b',
    ])
      await browser.visit(path);
    assert.equal(browser.cookies('app.example').size, 0);
    await world.logIn(server, browser);
    assert.equal(browser.cookies('app.example').size, 1);
  });

  test('S02 the cookie as it is set', async () => {
    const { headers } = await world.login(server.host);
    assert.match(
      headers.getSetCookie().join(),
      /^__Host-sid=[\w-]{22}\.[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Lax; Max-Age=2592000$/,
    );
  });

  test('S01 a cookie that somebody else chose is replaced', async () => {
    const chosen = `${'A'.repeat(22)}.${'A'.repeat(43)}`;
    const answer = await world.fetch({
      method: 'POST',
      url: `${APP}/login`,
      headers: {
        cookie: `${NAME}=${chosen}`,
        origin: APP,
        'sec-fetch-site': 'same-origin',
        'content-type': 'application/json',
      },
      body: JSON.stringify({ url: server.host }),
    });
    const [set] = new Headers(pairs(answer.headers)).getSetCookie();
    assert.ok(set && !set.includes('AAAAAAAA'), set);
    assert.deepEqual(await listFor(`${NAME}=${chosen}`), []);
  });

  test('S01 its secret changes with each login, and the one before ends soon', async () => {
    await world.logIn(server, browser);
    const first = cookieOf(browser);
    await world.logIn(server, browser);
    const second = cookieOf(browser);
    assert.notEqual(first, second);
    assert.equal(first.split('.')[0], second.split('.')[0]);
    const rows = await world.rows('SELECT digest, expires FROM session ORDER BY expires');
    const own = rows.filter(({ file }, _, all) => all.filter((row) => row.file === file).length > 1);
    assert.ok(own[0].expires <= Date.now() / 1000 + 61, 'a minute, for a second tab');
  });

  test('S03 a cookie that is there twice, or that only a lenient parser finds', async () => {
    await world.logIn(server, browser);
    const pair = `${NAME}=${cookieOf(browser)}`;
    assert.equal((await listFor(pair)).length, 1);
    assert.equal((await listFor(`a=b; ${pair};c=d`)).length, 1);
    for (const header of [
      `${pair}; ${pair}`,
      `${NAME}=a; ${NAME}=b`,
      `$Version=1; ${NAME}=a`,
      `${pair}; ${NAME}=x`,
      pair.toLowerCase(),
      `${NAME} =${cookieOf(browser)}`,
      `"${pair}"`,
      pair.replace('=', '=='),
    ]) {
      assert.deepEqual(await listFor(header), [], header);
    }
  });

  test('S15 logged out: the cookie is worth nothing, and a GET ends nothing', async () => {
    await world.logIn(server, browser);
    const pair = `${NAME}=${cookieOf(browser)}`;
    assert.equal((await browser.visit('/logout')).status, 405);
    const foreign = await world.fetch({
      method: 'POST',
      url: `${APP}/logout`,
      headers: { cookie: pair, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
      body: '',
    });
    assert.equal(foreign.status, 403);
    assert.equal((await listFor(pair)).length, 1);
    const [account, secret] = cookieOf(browser).split('.');
    const guessed = `${NAME}=${account}.${[...secret].reverse().join('')}`;
    assert.deepEqual(await listFor(guessed), [], 'the account is named, and the secret is not known');
    const answer = await browser.json('POST', '/logout');
    assert.equal(answer.headers.getSetCookie()[0], `${NAME}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0`);
    assert.deepEqual(await listFor(pair), []);
  });
});

describe('the rows', () => {
  test('S04 S05 what is on disk opens nothing', async () => {
    server = world.server('good', { members: { token_endpoint_auth_methods_supported: ['client_secret_basic'] } });
    server.on.register = (_, honest) =>
      honest({
        registration_client_uri: `${server.issuer}/manage/1`,
        registration_access_token: 'MANAGE-CANARY-0123456789',
      });
    await world.logIn(server, browser);
    await world.upToCallback(server, browser);
    await use();
    const disk = await world.app.disk();
    assert.ok(disk.includes(server.issuer), 'what is no secret is found');
    const verifiers = server.exchanges.map(({ sent }) => sent.get('code_verifier'));
    for (const secret of [
      cookieOf(browser).split('.')[1],
      ...verifiers,
      ...server.authorizations.map((asked) => asked.get('state')),
      'MANAGE-CANARY',
    ]) {
      assert.ok(!disk.includes(secret), secret);
    }
    assert.deepEqual((await world.leaks()).disk, []);
  });

  test('S06 sealed rows that change places do not open', async () => {
    await world.logIn(server, browser);
    const other = world.server();
    const victim = await world.logIn(other);
    const [{ id: mine }] = await world.connections(browser);
    const [{ id: theirs }] = await world.connections(victim);
    const rows = await world.rows('SELECT id, sealed, access_token, issuer, resource FROM connection');
    const stolen = rows.find(({ id }) => id === theirs);
    await world.rows(
      `UPDATE connection SET sealed = '${stolen.sealed}', access_token = '${stolen.access_token}', ` +
        `issuer = '${stolen.issuer}', resource = '${stolen.resource}' WHERE id = '${mine}'`,
    );
    const answer = await use(browser, other);
    assert.deepEqual([answer.status, answer.json.type], [409, 'login-again'], answer.body);
    assert.equal(other.refreshes.length + world.lab.requests(other.host, { path: '/api' }).length, 0);
    assert.equal((await use(victim, other)).status, 200, 'in its own place it opens');
    await world.logIn(other, browser);
    assert.equal((await use(browser, other)).status, 200, 'and a new login mends it');
  });

  test('S10 a label, a scope and a name that are made for a statement', async () => {
    const hostile = "'; DROP TABLE connection;--";
    server.on.page = () => ({
      status: 200,
      headers: { 'content-type': 'text/html' },
      body: `<title>${hostile}</title>`,
    });
    server.on.exchange = (_, honest) => honest({ scope: hostile });
    const { headers } = await world.login(server.host, browser, { label: hostile, scope: 'read' });
    await browser.visit(headers.get('location'));
    const [connection, ...more] = await world.connections(browser);
    assert.equal(more.length, 0);
    assert.deepEqual([connection.label, connection.scope, connection.title], [hostile, hostile, hostile]);
    assert.equal((await browser.json('DELETE', `/connections/${encodeURIComponent(hostile)}`)).status, 404);
    assert.equal((await world.connections(browser)).length, 1);
  });

  test('S11 logins that nobody finishes: twenty are kept', async () => {
    const callbacks = [];
    for (let n = 0; n < 30; n += 1) callbacks.push(await world.upToCallback(server, browser));
    const counts = await world.rows('SELECT count(*) AS n FROM pending');
    assert.equal(Math.max(...counts.map(({ n }) => n)), 20);
    assert.equal(place((await browser.visit(callbacks.at(-1))).url), `${APP}/`);
  });

  test('S11 the oldest of them, not any', async () => {
    const callbacks = [];
    for (let n = 0; n < 30; n += 1) callbacks.push(await world.upToCallback(server, browser));
    for (const callback of callbacks.slice(0, 10)) assert.equal((await browser.visit(callback)).status, 400);
    assert.equal(place((await browser.visit(callbacks[12])).url), `${APP}/`);
  });

  test('S12 the runtime ends between any two steps: the session stays', async () => {
    await world.logIn(server, browser);
    await world.app.restart();
    assert.equal((await use()).status, 200);
    const callback = await world.upToCallback(world.server(), browser);
    await world.app.restart();
    assert.equal(place((await browser.visit(callback)).url), `${APP}/`);
    await world.app.restart();
    assert.equal((await world.connections(browser)).length, 2);
  });

  test('S19 what a person leaves behind: nothing, the salt of their keys included', async () => {
    await world.logIn(server, browser);
    const [{ id }] = await world.connections(browser);
    const file = (await world.rows('SELECT id FROM connection')).find((row) => row.id === id).file;
    const inFile = async () => (await world.rows('SELECT name FROM meta')).filter((row) => row.file === file);
    assert.ok((await inFile()).some(({ name }) => name === 'salt'));
    await browser.json('POST', '/logout');
    // The requests to the server go first; then the rows.
    for (let n = 0; n < 50 && server.revocations.length < 2; n += 1)
      await new Promise((resolve) => {
        setTimeout(resolve, 100);
      });
    await new Promise((resolve) => {
      setTimeout(resolve, 500);
    });
    assert.equal(server.revocations.length, 2);
    assert.deepEqual(await inFile(), []);
  });
});

describe('the keys', () => {
  const dist = fileURLToPath(new URL('../../npm/dist', import.meta.url));

  for (const [name, keys, platform] of [
    ['not set', undefined, { bindings: { ORIGIN: APP } }],
    ['empty', ''],
    ['no JSON', 'k'],
    ['of 16 bytes', ring({ k1: randomBytes(16).toString('base64') })],
    ['all zero', ring({ k1: Buffer.alloc(32).toString('base64') })],
    ['without the active one', ring({ k2: key() })],
    ['the example of the settings', '{"active":"k1","keys":{"k1":"<32 random bytes, base64>"}}'],
  ])
    test(`S07 keys that are ${name}: 503 everywhere, and the log does not tell them`, async () => {
      const alone = await World.start({ modules: await artefact(dist), bindings: { MASTER_KEYS: keys }, platform });
      for (const path of [
        '/',
        '/connections',
        '/login?url=good.example',
        '/callback/x?state=a',
        '/health',
        '/probe?url=good.example',
      ]) {
        assert.equal((await alone.fetch({ method: 'GET', url: `${APP}${path}`, headers: {} })).status, 503, path);
      }
      assert.equal(alone.lab.all.length, 0);
      assert.match(alone.app.log, /MASTER_KEYS/);
      for (const secret of Object.values(JSON.parse(/^\{/.test(keys ?? '') ? keys : '{"keys":{}}').keys))
        assert.ok(!alone.app.log.includes(secret));
      await alone.stop();
    });

  test('S08 another key: rows of the old one open and are sealed anew, and then it may go', async () => {
    const [k1, k2] = [key(), key()];
    const rotating = await World.start({ bindings: { MASTER_KEYS: ring({ k1 }) } });
    const at = rotating.server();
    const who = await rotating.logIn(at);
    const early = await rotating.logIn(at);
    const sealedWith = async (kid) =>
      (await rotating.rows('SELECT sealed FROM connection')).filter(({ sealed }) => sealed.startsWith(`v2.${kid}.`))
        .length;
    assert.equal(await sealedWith('k1'), 2);
    await rotating.app.restart({ bindings: { MASTER_KEYS: ring({ k1, k2 }, 'k2') } });
    assert.equal((await rotating.use(who, `${at.issuer}/api`)).status, 200);
    // A session and a connection; the log is ahead of the disk.
    const isNew = (value) => value.startsWith('v2.k2.');
    const count = async () => (await rotating.app.sealed(['account'])).filter(isNew).length;
    for (let n = 0; n < 20 && (!/resealed/.test(rotating.app.log) || (await count()) < 2); n += 1)
      await new Promise((resolve) => {
        setTimeout(resolve, 250);
      });
    assert.equal(await sealedWith('k2'), 1, 'of whoever came');
    await rotating.app.restart({ bindings: { MASTER_KEYS: ring({ k2 }, 'k2') } });
    assert.equal((await rotating.use(who, `${at.issuer}/api`)).status, 200);
    const lost = await rotating.use(early, `${at.issuer}/api`);
    assert.equal(lost.json.type, 'login-again', 'removed too early: the person is asked, and nothing breaks');
    await rotating.logIn(at, early);
    assert.equal((await rotating.use(early, `${at.issuer}/api`)).status, 200);
    await rotating.stop();
  });

  function ring(keys, active = 'k1') {
    return JSON.stringify({ active, keys });
  }
});
