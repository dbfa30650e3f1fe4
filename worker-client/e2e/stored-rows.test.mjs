// Stored rows: of earlier and later versions, under a new key, and what goes away by itself.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { Agent } from './agent.mjs';
import { hostOf, ORIGIN, sql, sqlEach } from './app.mjs';
import { app, browser, connections, eventually, lab, logIn, server, start, use } from './counting.mjs';
import { json, nothing } from './lab.mjs';
import { toFirstForm } from './sealed.mjs';
import { HOST } from './server.mjs';

/** Undoes the steps of the migrations since sealed values are bound to their use. */
const UNBOUND = {
  account: `
    ALTER TABLE connection DROP COLUMN access_token;
    ALTER TABLE session DROP COLUMN sealed;
    ALTER TABLE outbox DROP COLUMN field;
    ALTER TABLE outbox DROP COLUMN issuer;
    ALTER TABLE outbox DROP COLUMN resource;
    ALTER TABLE outbox DROP COLUMN label;
    UPDATE meta SET value = '4' WHERE name = 'version';`,
  registrar: `
    ALTER TABLE holder DROP COLUMN since;
    UPDATE meta SET value = '3' WHERE name = 'version';`,
};

/** Makes the rows what the version before that wrote, values and all. */
function unbind({ account, registrar }) {
  for (const [files, statements] of [
    [account, UNBOUND.account],
    [registrar, UNBOUND.registrar],
  ])
    for (const file of files) {
      toFirstForm(app.keys, file);
      sql(file, statements);
    }
}

describe('stored rows', () => {
  test('of the time before values were bound to their use are brought forward: connection, session, login under way, task and registration', async () => {
    await start();
    server.manages = true;
    const ann = browser();
    await logIn(ann);
    await logIn(ann, 'url=as.example&label=second');
    server.revoke = () => ({ status: 503, headers: {}, body: '' });
    await ann.json('DELETE', `/connections/${(await connections(ann)).find(({ label }) => label === 'second').id}`);
    const away = await ann.submit(
      await ann.visit('/login?url=as.example&label=third'),
      {},
      { until: (url) => url.includes('/callback/') },
    );
    await app.whileStopped(unbind);
    assert.equal((await use(ann)).status, 200);
    assert.equal((await ann.visit(away.url)).status, 200);
    assert.deepEqual((await connections(ann)).map(({ label }) => label).sort(), [null, 'third']);
    server.revoke = () => ({ status: 200, headers: {}, body: '' });
    server.revoked = [];
    await app.elapse(120);
    await eventually(() => server.revoked.length === 2, 'the tasks are done');
    await logIn(browser());
    assert.equal(server.registered, 1, 'the registration is read');
    const sealed = await app.sealed();
    assert.ok(sealed.length > 4 && sealed.every((value) => /^v2\.k1\./.test(value)), sealed.join('\n'));
    assert.doesNotMatch(app.log, /"event":"unsealable"/);
  });

  test('of the time before the part in use was sealed apart serve as they are, and it is apart after a refresh', async () => {
    await start();
    const ann = browser();
    await logIn(ann);
    // Sessions were sealed by then: one that is not is none of this account.
    const forged = randomBytes(32).toString('base64url');
    const digest = createHash('sha256').update(forged).digest('base64url');
    await app.whileStopped(({ account }) => {
      for (const file of account)
        sql(
          file,
          `ALTER TABLE connection DROP COLUMN access_token; UPDATE meta SET value = '5' WHERE name = 'version';
          INSERT INTO session (digest, expires, sealed) SELECT '${digest}', max(expires), '' FROM session;`,
        );
    });
    const [name] = ann.cookies('app.example').get('__Host-sid').split('.');
    const listed = (secret) =>
      app.fetch({ method: 'GET', url: `${ORIGIN}/connections`, headers: { cookie: `__Host-sid=${name}.${secret}` } });
    assert.equal((await listed(forged)).body, '[]');
    const partsInUse = async () => {
      let found;
      await app.whileStopped(({ account }) => {
        found = sqlEach(account, '', "SELECT 'sealed ' || coalesce(substr(access_token, 1, 6), '') FROM connection");
      });
      return found.filter((part) => part.startsWith('sealed'));
    };
    const sent = [];
    server.resource = ({ authorization }) => {
      sent.push(authorization);
      return json({ ok: true });
    };
    await use(ann);
    assert.deepEqual(await partsInUse(), ['sealed ']);
    await app.elapse(3600);
    await use(ann);
    assert.deepEqual(await partsInUse(), ['sealed v2.k1.']);
    await use(ann);
    assert.deepEqual(sent, ['Bearer access-1', 'Bearer access-2', 'Bearer access-2']);
    assert.deepEqual(await partsInUse(), ['sealed v2.k1.']);
  });

  test('of the first version are brought forward, and nothing is lost', async () => {
    await start();
    const ann = browser();
    await logIn(ann);
    await app.whileStopped(async (files) => {
      unbind(files);
      for (const file of files.account) {
        sql(
          file,
          `
          CREATE TABLE old (
            id TEXT PRIMARY KEY, resource TEXT NOT NULL UNIQUE, issuer TEXT NOT NULL,
            scope TEXT, title TEXT, description TEXT, icon TEXT,
            sealed TEXT NOT NULL, issued INTEGER NOT NULL, created INTEGER NOT NULL,
            needs_login INTEGER NOT NULL DEFAULT 0, intent INTEGER NOT NULL DEFAULT 0
          );
          INSERT INTO old SELECT id, resource, issuer, scope, title, description, icon,
            sealed, issued, created, needs_login, intent FROM connection;
          DROP TABLE connection;
          ALTER TABLE old RENAME TO connection;
          DROP TABLE outbox;
          DROP TABLE pause;
          DELETE FROM meta WHERE name <> 'salt';`,
        );
      }
      for (const file of files.registrar) {
        sql(
          file,
          `
          CREATE TABLE old (
            redirect_uri TEXT PRIMARY KEY, server TEXT NOT NULL, client_id TEXT NOT NULL,
            sealed TEXT NOT NULL, created INTEGER NOT NULL
          );
          INSERT INTO old SELECT redirect_uri, server, client_id, sealed, created FROM registration;
          DROP TABLE registration;
          ALTER TABLE old RENAME TO registration;
          DROP TABLE holder;
          DROP TABLE relaxation;
          DELETE FROM meta WHERE name <> 'salt';`,
        );
      }
    });
    assert.equal((await use(ann)).status, 200);
    await logIn(ann, 'url=as.example&label=second');
    await logIn(browser());
    assert.equal(server.registered, 1);
    assert.equal((await connections(ann)).length, 2);
  });

  test('of an account that was deleted as a whole are made anew, in the same life of its object', async () => {
    await start({ modules: await hostOf('named-host.mjs') });
    const fetch = (request) => app.fetch({ ...request, headers: { ...request.headers, 'x-user': 'ann' } });
    const ann = new Agent({ fetch }, lab);
    await logIn(ann);
    await ann.json('DELETE', `/connections/${(await connections(ann))[0].id}`);
    await eventually(async () => (await app.rows('account', 'meta')) === 0, 'everything is deleted');
    await logIn(ann);
    assert.equal((await connections(ann)).length, 1);
  });

  test('of a later version are left alone', async () => {
    await start();
    const ann = browser();
    await logIn(ann);
    const before = server.registered;
    await app.whileStopped(async ({ account, registrar }) => {
      for (const file of [...account, ...registrar]) sql(file, "UPDATE meta SET value = '99' WHERE name = 'version'");
    });
    const refused = await ann.json('GET', '/connections');
    assert.deepEqual([refused.status, refused.json.type], [503, 'newer-rows']);
    assert.equal((await browser().json('POST', '/login', { body: { url: 'as.example' } })).json.type, 'newer-rows');
    assert.equal(server.registered, before);
  });

  test('S08 are sealed with a new key when it becomes the active one', async () => {
    await start();
    const ann = browser();
    await logIn(ann);
    const { active, keys } = JSON.parse(app.keys);
    const both = JSON.stringify({
      active: 'k2',
      keys: { ...keys, k2: Buffer.alloc(32, 'another key of ours').toString('base64') },
    });
    await app.restart({ bindings: { MASTER_KEYS: both } });
    assert.equal((await use(ann)).status, 200);
    await eventually(() => app.log.includes('"event":"resealed"'), 'resealed');
    // The log is ahead of the disk.
    const isNew = (value) => value.startsWith('v2.k2.');
    await eventually(async () => (await app.sealed(['account'])).every(isNew), 'on disk');
    const onlyNew = JSON.parse(both);
    delete onlyNew.keys[active];
    await app.restart({ bindings: { MASTER_KEYS: JSON.stringify(onlyNew) } });
    assert.equal((await use(ann)).status, 200, 'the old key is not needed any more');
  });

  test('S08 whose key is gone ask for a new login and say so in the log', async () => {
    await start();
    const ann = browser();
    await logIn(ann);
    const other = JSON.stringify({
      active: 'k9',
      keys: { k9: Buffer.alloc(32, 'a key that knows nothing').toString('base64') },
    });
    await app.restart({ bindings: { MASTER_KEYS: other } });
    assert.equal((await use(ann)).json.type, 'login-again');
    assert.match(app.log, /"event":"unsealable"/);
  });

  test('Q18 of logins that nobody completed go away', async () => {
    await start();
    const page = await browser().visit('/login?url=as.example');
    for (let i = 0; i < 20; i += 1) await browser().submit(page, {}, { until: (url) => url.startsWith(HOST) });
    assert.equal(await app.rows('account', 'pending'), 20);
    await app.elapse(660);
    await eventually(async () => (await app.rows('account', 'pending')) === 0, 'they are gone');
  });

  test('the secret of a session goes a minute after the next one was used, whoever comes', async () => {
    await start();
    const agent = browser();
    const away = await agent.submit(
      await agent.visit('/login?url=as.example'),
      {},
      { until: (url) => url.includes('/callback/') },
    );
    await agent.json('GET', new URL(away.url).pathname + new URL(away.url).search);
    // The alarm has nothing to do before the sessions end, in a month.
    await eventually(async () => (await app.rows('account', 'outbox')) === 0, 'the registrar was told');
    assert.equal((await connections(agent)).length, 1);
    assert.equal(await app.rows('account', 'session'), 2, 'for a second tab');
    await app.elapse(61);
    await eventually(async () => (await app.rows('account', 'session')) === 1, 'the earlier one is gone');
    assert.equal((await use(agent)).status, 200);
  });
});
