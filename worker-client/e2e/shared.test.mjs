// Workers that bind the Durable Objects of a deployed worker-client by `script_name`.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Miniflare } from 'miniflare';
import { Agent } from './agent.mjs';
import { artefact, hostOf, objects } from './app.mjs';
import { Lab } from './lab.mjs';
import { start } from './peers/oidc-provider.mjs';

const OIDC = 'oidc.example';
const WHOAMI = `https://${OIDC}/api/whoami`;

let lab, miniflare, storage;
/** Passes each request to the host program that it names. */
const FRONT = 'export default { fetch: (request, env) => env[request.headers.get("x-host")].fetch(request) }';
/** Is told of every change, and tells what it was told. */
const TOLD =
  'const events = []; export default { async fetch(request) { if (request.method === "POST") ' +
  'events.push(await request.json()); return Response.json(events); } }';
/** A browser whose requests one of the host programs answers, for a user that it knows or for whoever uses it. */
const browser = (host, user) =>
  new Agent(
    {
      async fetch({ method, url, headers, body }) {
        const answer = await miniflare.dispatchFetch(url, {
          method,
          headers: { ...headers, 'x-host': host, ...(user ? { 'x-user': user } : {}) },
          body: body || undefined,
          redirect: 'manual',
        });
        return { status: answer.status, headers: [...answer.headers].flat(), body: await answer.text() };
      },
    },
    lab,
  );
const logIn = async (agent, prefix = '/connect') => agent.submit(await agent.visit(`${prefix}/login?url=${OIDC}`));
const use = (agent) => agent.json('POST', '/use', { body: { url: WHOAMI } });
const connections = async (agent, prefix = '/connect') => (await agent.json('GET', `${prefix}/connections`)).json;
const registrations = () => lab.requests(OIDC, { method: 'POST', path: '/reg' }).map(({ body }) => JSON.parse(body));
const bearer = () => lab.requests(OIDC, { path: '/api/whoami' }).at(-1).headers.authorization;

before(async () => {
  lab = new Lab();
  lab.peer(await start({ issuer: `https://${OIDC}`, accessTokenSeconds: 4 }));
  storage = await mkdtemp(join(tmpdir(), 'worker-client-'));
  const outboundService = await lab.open();
  const { durableObjectsPersist, ...platform } = objects(storage);
  const borrowed = {
    ACCOUNT: { className: 'Account', scriptName: 'worker-client' },
    REGISTRAR: { className: 'Registrar', scriptName: 'worker-client' },
  };
  const modules = await hostOf('shared-host.mjs');
  const host = (name, bindings) => ({
    ...platform,
    name,
    modules,
    outboundService,
    durableObjects: borrowed,
    bindings: { ORIGIN: 'https://app.example', PREFIX: '/connect', ...bindings },
  });
  miniflare = new Miniflare({
    durableObjectsPersist,
    workers: [
      {
        name: 'front',
        compatibilityDate: platform.compatibilityDate,
        modules: true,
        script: FRONT,
        serviceBindings: { one: 'one', two: 'two', none: 'none', told: 'told' },
      },
      { name: 'told', compatibilityDate: platform.compatibilityDate, modules: true, script: TOLD },
      {
        ...platform,
        name: 'worker-client',
        modules: await artefact(fileURLToPath(new URL('../npm/dist', import.meta.url))),
        outboundService,
        serviceBindings: { EVENTS: 'told' },
        bindings: {
          ORIGIN: 'https://login.example',
          MASTER_KEYS: JSON.stringify({ active: 'k1', keys: { k1: randomBytes(32).toString('base64') } }),
        },
      },
      host('one', { NAMESPACE: 'one', CLIENT_NAME: 'One' }),
      host('two', { NAMESPACE: 'two', CLIENT_NAME: 'Two', PREFIX: '/accounts' }),
      host('none', {}),
    ],
  });
  await miniflare.ready;
});

after(async () => {
  await miniflare?.dispose();
  await lab.stop();
  if (storage) await rm(storage, { recursive: true, force: true });
});

describe('a host without keys', () => {
  let ann, bob;
  before(() => {
    [ann, bob] = [browser('one', 'ann'), browser('one', 'bob')];
  });

  test('is healthy: the objects of the other Worker have keys', async () => {
    assert.equal((await ann.json('GET', '/connect/health')).status, 200);
  });

  test('logs a user in through the objects of the other Worker', async () => {
    const page = await logIn(ann);
    assert.equal(page.status, 200, page.body);
    assert.equal(new URL(page.url).pathname, '/connect/', page.body);
    assert.match(page.body, /<h3 class="host">oidc\.example</);
    assert.match(
      registrations()[0].redirect_uris[0],
      /^https:\/\/app\.example\/connect\/callback\//,
      'to where the host lives, not to where the objects do',
    );
  });

  test('makes requests as that user, renewed when due', async () => {
    assert.equal((await use(ann)).json.user, 'demo');
    const first = bearer();
    await new Promise((resolve) => setTimeout(resolve, 5000));
    assert.equal((await use(ann)).json.user, 'demo');
    assert.notEqual(bearer(), first);
  });

  test('does so for browsers, told apart by a cookie', async () => {
    const [hers, his] = [browser('one'), browser('one')];
    assert.equal((await use(hers)).json.type, 'no-session');
    assert.equal((await logIn(hers)).status, 200);
    assert.equal((await use(hers)).json.user, 'demo');
    assert.deepEqual(await connections(his), []);
  });

  test('keeps two users apart', async () => {
    assert.deepEqual(await connections(bob), []);
    const before = lab.requests(OIDC, { path: '/api/whoami' }).length;
    assert.equal((await use(bob)).json.type, 'no-connection');
    assert.equal(lab.requests(OIDC, { path: '/api/whoami' }).length, before);
    const [{ id }] = await connections(ann);
    assert.equal((await bob.json('DELETE', `/connect/connections/${id}`)).status, 404);
    await logIn(bob);
    assert.equal((await use(bob)).json.user, 'demo');
    const bobs = bearer();
    await use(ann);
    assert.notEqual(bearer(), bobs);
    assert.equal(registrations().length, 1, 'one registration for both');
  });
});

describe('two hosts that share the objects', () => {
  const ACCOUNTS = '/accounts';

  test('and call their users the same see nothing of each other', async () => {
    const [hers, other] = [browser('one', 'carol'), browser('two', 'carol')];
    await logIn(hers);
    assert.equal((await connections(hers)).length, 1);
    assert.deepEqual(await connections(other, ACCOUNTS), []);
    assert.equal((await use(other)).json.type, 'no-connection');
    await logIn(other, ACCOUNTS);
    const [{ id }] = await connections(other, ACCOUNTS);
    assert.equal((await other.json('DELETE', `${ACCOUNTS}/connections/${id}`)).status, 200);
    assert.deepEqual(await connections(other, ACCOUNTS), []);
    assert.equal((await connections(hers)).length, 1);
  });

  test('no name of a user of one reaches a user of the other', async () => {
    await logIn(browser('one', 'dora'));
    assert.equal((await connections(browser('one', 'dora'))).length, 1);
    for (const [host, user] of [
      ['none', 'dora'],
      ['none', 'onedora'],
      ['none', 'one\ndora'],
      ['two', 'one\ndora'],
    ]) {
      assert.deepEqual(
        await connections(browser(host, encodeURIComponent(user)), host === 'two' ? ACCOUNTS : '/connect'),
        [],
        `${host} ${user}`,
      );
    }
  });

  test('changes are told with whose user it is', async () => {
    await logIn(browser('one', 'eve'));
    await logIn(browser('two', 'eve'), ACCOUNTS);
    const told = async () => {
      const events = await (
        await miniflare.dispatchFetch('https://told.example/', { headers: { 'x-host': 'told' } })
      ).json();
      return events.filter(({ user }) => user === 'eve').map(({ event, namespace }) => [event, namespace]);
    };
    for (let left = 50; left > 0 && (await told()).length < 2; left -= 1)
      await new Promise((resolve) => setTimeout(resolve, 100));
    assert.deepEqual(await told(), [
      ['connected', 'one'],
      ['connected', 'two'],
    ]);
  });

  test('each is registered under its own name', () => {
    assert.deepEqual(
      registrations().map(({ client_name }) => client_name),
      ['One', 'Two'],
    );
  });
});
