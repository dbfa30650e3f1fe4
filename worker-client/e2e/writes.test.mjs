// The number of writes to disk before the person continues with a login, counted by commits in the write-ahead log.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { Agent } from './agent.mjs';
import { App, hostOf } from './app.mjs';
import { Lab } from './lab.mjs';
import { Server } from './server.mjs';
import { writes } from './wal.mjs';

let lab, app, server;

before(async () => {
  lab = new Lab();
  server = new Server();
  lab.host('as.example', server.answer);
  app = await App.start({ modules: await hostOf('host.mjs'), lab });
});

after(async () => {
  await app.stop();
  await lab.stop();
});

/** What a step wrote: to the account, to the registrar, and what the account wrote once it had answered. */
async function wrote(step) {
  const kinds = ['Account', 'Registrar'];
  const earlier = await Promise.all(kinds.map((kind) => writes(app, kind)));
  const result = await step();
  while (await app.rows('account', 'outbox')) await setTimeout(50);
  const [account, registrar] = await Promise.all(kinds.map((kind, i) => writes(app, kind, earlier[i].looked)));
  // The alarm empties the outbox: that is told apart by what it takes out, not by when.
  const isLater = (change) =>
    change.outbox < 0 && Object.keys(change).every((table) => ['_cf_METADATA', 'outbox'].includes(table));
  const later = account.found.filter(isLater);
  return { result, before: account.found.filter((change) => !isLater(change)), later, registrar: registrar.found };
}

const begin = (agent) =>
  wrote(async () => {
    const question = await agent.visit('/login?url=as.example');
    return agent.submit(question, {}, { until: (url) => url.startsWith('https://app.example/callback/') });
  });
const finish = (agent, { url }) =>
  wrote(async () => {
    const home = 'https://app.example/?notice=connected';
    const page = await agent.visit(url, { until: (to) => to === home });
    assert.equal(page.url, home, page.body);
  });
const tables = (changes) => changes.map((change) => Object.keys(change).join(' '));

let agent;

test('a first login: one write before the redirect and two before the page, besides the registration', async () => {
  agent = new Agent(app, lab);
  const redirect = await begin(agent);
  assert.deepEqual(
    redirect.before,
    [{ _cf_METADATA: 1, meta: 3, pending: 1, session: 1 }],
    'the alarm is of the same write',
  );
  assert.deepEqual(
    redirect.registrar,
    [{ _cf_METADATA: 1, meta: 3, registration: 1 }],
    'the new registration, and the alarm by which a change of keys reaches it, of the same write',
  );
  assert.deepEqual(redirect.later, []);

  const page = await finish(agent, redirect.result);
  assert.deepEqual(tables(page.before), ['pending', '_cf_METADATA connection meta outbox session']);
  assert.equal(page.before[0].pending, -1, 'spent before the code is sent');
  assert.deepEqual(
    [page.before[1].connection, page.before[1].session],
    [1, 1],
    'the tokens, and the session that follows',
  );
  assert.deepEqual(tables(page.later), ['_cf_METADATA outbox'], 'the alarm tells the registrar');
  assert.deepEqual(
    page.registrar,
    [{ holder: 1, registration: 0 }],
    'for the alarm: one write, which also notes that the server accepts the client',
  );
});

test('the page that follows: the secrets before the one that arrived are cut short, in one write', async () => {
  const visit = () => wrote(() => agent.visit('/'));
  assert.deepEqual((await visit()).before, [{ _cf_METADATA: 0, session: 0 }], 'with the alarm that sweeps them up');
  assert.deepEqual((await visit()).before, []);
});

test('another person: the registration is there, and nothing is written to it before the redirect', async () => {
  const redirect = await begin(new Agent(app, lab));
  assert.equal(redirect.before.length, 1);
  assert.deepEqual(redirect.registrar, []);
  assert.equal(server.registered, 1);
});

test('the same person again: no more than before, though tokens are replaced and revoked', async () => {
  const redirect = await begin(agent);
  assert.deepEqual(
    redirect.before.map(({ pending }) => pending),
    [1],
  );
  assert.deepEqual(redirect.registrar, []);
  const page = await finish(agent, redirect.result);
  assert.equal(page.before.length, 2, JSON.stringify(page.before));
  assert.ok(page.later.length >= 1, 'what is revoked and told is written off afterwards');
  assert.ok(server.revoked.length >= 1);
});

test('what counts writes sees one that is there, and none where a page only reads', async () => {
  const [connection] = (await agent.json('GET', '/connections')).json;
  const read = await wrote(() => agent.json('GET', '/connections'));
  assert.deepEqual([...read.before, ...read.later], []);
  const left = await wrote(() => agent.json('DELETE', `/connections/${connection.id}`));
  assert.ok(
    left.before.some((change) => change.connection === -1),
    JSON.stringify(left),
  );
});
