// The life of a registration from its first user to its last, and of connections from login to disconnect, at a server
// that counts both.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { Agent } from './agent.mjs';
import { App, hostOf, sql } from './app.mjs';
import { Lab, json, nothing } from './lab.mjs';
import { toFirstForm } from './sealed.mjs';
import { HOST, Server } from './server.mjs';

/** A host program that names its users, and a second Worker that it is told of changes through. */
const HOST_PROGRAM = 'named-host.mjs';

let lab, app, server;
const browser = () => new Agent(app, lab);

async function start({ modules, ...options } = {}) {
  app = await App.start({ modules: modules ?? (await hostOf('host.mjs')), lab, ...options });
  return app;
}

async function logIn(agent, query = 'url=as.example') {
  const page = await agent.submit(await agent.visit(`/login?${query}`));
  assert.equal(page.status, 200, page.body);
  return page;
}

const connections = async (agent) => (await agent.json('GET', '/connections')).json;
const use = (agent, url = `${HOST}/api`, more = {}) => agent.json('POST', '/use', { body: { url, ...more } });
const tokenOf = (index) => lab.requests('as.example', { path: '/api' }).at(index).headers.authorization;

/** Waits until it holds: what the alarm does comes a moment later. */
async function eventually(holds, what) {
  for (let i = 0; i < 100; i += 1) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.fail(`never: ${what}`);
}

beforeEach(() => {
  lab = new Lab();
  server = new Server();
  lab.host('as.example', (request) => server.answer(request));
});

afterEach(async () => {
  await app?.stop();
  await lab.stop();
  app = undefined;
});

describe('a registration', () => {
  test('R04 of fifty people who come at once is one', async () => {
    await start();
    server.register = async (sent) => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      return server.client(sent);
    };
    const people = Array.from({ length: 50 }, browser);
    const pages = await Promise.all(people.map((agent) => logIn(agent)));
    assert.equal(pages.length, 50);
    assert.equal(lab.requests('as.example', { method: 'POST', path: '/register' }).length, 1);
    assert.deepEqual(
      await Promise.all(people.map(async (agent) => (await connections(agent)).length)),
      Array(50).fill(1),
    );
  });

  test('R04 that is refused is not tried again within the minute', async () => {
    await start();
    server.register = () => ({ status: 500, headers: {}, body: '' });
    const page = await browser().visit('/login?url=as.example');
    for (let i = 0; i < 10; i += 1) assert.equal((await browser().submit(page)).status, 503);
    assert.equal(lab.requests('as.example', { path: '/register' }).length, 1);
  });

  test('R03 whose secret ends is made anew, and a server that forgets at once is not asked forever', async () => {
    await start();
    server.metadata = { token_endpoint_auth_methods_supported: ['client_secret_post'] };
    server.register = (sent) => server.client(sent, { client_secret: 's', client_secret_expires_at: 1 });
    for (let i = 0; i < 5; i += 1) await logIn(browser());
    assert.equal(server.registered, 5, 'each login with a client that has not ended');
    const page = await browser().submit(await browser().visit('/login?url=as.example'));
    assert.match(page.body, /keeps forgetting that this app is registered/);
    assert.equal(server.registered, 5);
  });

  test('R03 whose secret does not say when it ends is kept', async () => {
    await start();
    server.metadata = { token_endpoint_auth_methods_supported: ['client_secret_post'] };
    server.register = (sent) => server.client(sent, { client_secret: 's' });
    for (let i = 0; i < 3; i += 1) await logIn(browser());
    assert.equal(server.registered, 1);
  });

  test('R05 is made anew for another origin of ours', async () => {
    await start();
    await logIn(browser());
    await app.restart({ bindings: { ORIGIN: 'https://other.example' } });
    const answer = await app.fetch({
      method: 'POST',
      url: 'https://other.example/login',
      headers: { origin: 'https://other.example', 'content-type': 'application/json' },
      body: '{"url": "as.example"}',
    });
    assert.equal(answer.status, 303);
    const redirects = [...server.clients.values()].map(({ redirect_uris: [uri] }) => new URL(uri).host);
    assert.deepEqual(redirects, ['app.example', 'other.example']);
  });

  test('R01 is made anew when the endpoints move, and the old client goes nowhere new', async () => {
    await start();
    await logIn(browser());
    server.metadata = { token_endpoint: `${HOST}/token/2` };
    await app.forget();
    await logIn(browser());
    assert.equal(server.registered, 2);
    const moved = lab.requests('as.example', { method: 'POST', path: '/token/2' });
    assert.deepEqual(
      moved.map(({ body }) => new URLSearchParams(body).get('client_id')),
      ['client-2'],
    );
  });

  test('gets our new name where the server manages it (RFC 7592)', async () => {
    await start();
    server.manages = true;
    await logIn(browser());
    await app.restart({ bindings: { CLIENT_NAME: 'Another name' } });
    await logIn(browser());
    assert.deepEqual(
      server.updated.map(({ client_name, client_id }) => [client_name, client_id]),
      [['Another name', 'client-1']],
    );
    await logIn(browser());
    assert.equal(server.updated.length, 1, 'once');
    assert.equal(server.registered, 1);
  });

  test('is deleted when its last user leaves (RFC 7592), and not before', async () => {
    await start({ bindings: { UNUSED_CLIENT_SECONDS: '1' } });
    server.manages = true;
    const [ann, bob] = [browser(), browser()];
    await logIn(ann);
    await logIn(bob);
    await new Promise((resolve) => setTimeout(resolve, 2500));
    assert.deepEqual(server.deleted, [], 'two people use it');
    await ann.json('DELETE', `/connections/${(await connections(ann))[0].id}`);
    await new Promise((resolve) => setTimeout(resolve, 2500));
    assert.deepEqual(server.deleted, [], 'one person uses it');
    await bob.json('DELETE', `/connections/${(await connections(bob))[0].id}`);
    await eventually(() => server.deleted.length > 0, 'the client is deleted');
    assert.deepEqual(server.deleted, ['client-1']);
    await logIn(bob);
    assert.equal(server.registered, 2, 'and registered again for the next');
  });

  test('R06 is not managed elsewhere than where it was made', async () => {
    lab.host('evil.example', nothing);
    await start({ bindings: { UNUSED_CLIENT_SECONDS: '1' } });
    server.register = (sent) =>
      server.client(sent, {
        registration_client_uri: 'https://evil.example/register/x',
        registration_access_token: 'canary',
      });
    const ann = browser();
    await logIn(ann);
    await ann.json('DELETE', `/connections/${(await connections(ann))[0].id}`);
    await new Promise((resolve) => setTimeout(resolve, 2500));
    assert.equal(lab.requests('evil.example').length, 0);
  });

  test('that an operator made by hand is used, at its issuer alone', async () => {
    const known = { [HOST]: { client_id: 'by-hand', client_secret: 'canary' } };
    await start({ bindings: { CLIENTS: JSON.stringify(known) } });
    lab.host(
      'evil.example',
      (
        (evil) => (request) =>
          evil.answer(request)
      )(new Server('https://evil.example')),
    );
    await logIn(browser());
    assert.equal(server.registered, 0);
    const [{ headers, body }] = lab.requests('as.example', { method: 'POST', path: '/token' });
    assert.equal(new URLSearchParams(body).get('client_id'), 'by-hand');
    assert.equal(headers.authorization, `Basic ${Buffer.from('by-hand:canary').toString('base64')}`);
    await logIn(browser(), 'url=evil.example');
    assert.ok(
      lab
        .requests('evil.example')
        .every(({ headers, body }) => !/canary|by-hand|Basic/.test(JSON.stringify([headers, body]))),
    );
  });

  test('that was made by hand needs no server that registers', async () => {
    await start({ bindings: { CLIENTS: JSON.stringify({ [HOST]: { client_id: 'by-hand' } }) } });
    const evil = new Server('https://evil.example');
    lab.host('evil.example', evil.answer);
    for (const each of [server, evil]) each.metadata = { registration_endpoint: undefined };
    const agent = browser();
    await logIn(agent);
    assert.equal((await use(agent)).status, 200);
    const [{ body }] = lab.requests('as.example', { method: 'POST', path: '/token' });
    assert.equal(new URLSearchParams(body).get('client_id'), 'by-hand');
    assert.equal((await agent.json('POST', '/login', { body: { url: 'evil.example' } })).json.type, 'no-registration');
    assert.deepEqual(
      lab.all.filter(({ method, url }) => method === 'POST' && !url.startsWith(`${HOST}/token`)),
      [],
    );
  });

  test('uses the initial access token that an operator gave out', async () => {
    await start({ bindings: { CLIENTS: JSON.stringify({ [HOST]: { initial_access_token: 'invited' } }) } });
    await logIn(browser());
    const [{ headers }] = lab.requests('as.example', { path: '/register' });
    assert.equal(headers.authorization, 'Bearer invited');
  });
});

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

/** Undoes the step of the migrations that bound sealed values to their use. */
const UNBOUND = {
  account: `
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
