// What one request of each row costs, counted: calls of the platform, SQL statements, rows, and calls between JavaScript
// and wasm. None of it depends on the machine. A change that costs more, or less, says so in `costs.json`:
// `WRITE_COSTS=1 node --test worker-client/e2e/costs.test.mjs` writes it anew.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { Agent } from './agent.mjs';
import { App, hostOf } from './app.mjs';
import { Lab } from './lab.mjs';
import { HOST, Server } from './server.mjs';

const FILE = new URL('costs.json', import.meta.url);
const isWriting = process.env.WRITE_COSTS === '1';
const held = JSON.parse(readFileSync(FILE, 'utf8'));
const found = {};
/** Calls between JavaScript and wasm vary by one or two with the order in which promises are ready. */
const SLACK = { 'JavaScript called from wasm': 12, 'wasm called from JavaScript': 6 };

describe('the cost of one request', () => {
  let lab, app, server;
  const browser = () => new Agent(app, lab);
  const costs = async () => JSON.parse((await app.fetch({ method: 'GET', url: 'https://app.example/costs' })).body);
  const logIn = async (agent, host = 'as.example') => {
    const form = {
      url: `https://app.example/login?url=${host}`,
      body: `<form method="post" action="/login"><input name="url" value="${host}"></form>`,
    };
    assert.equal((await agent.submit(form)).status, 200);
    await quiet();
  };
  /** Waits until the alarm has done what there was to do. */
  const quiet = async () => {
    while (await app.rows('account', 'outbox')) await setTimeout(50);
    await setTimeout(100);
  };
  const use = (agent, path = '/api') => agent.json('POST', '/use', { body: { url: `${HOST}${path}` } });
  let paths = 0;
  /** A fetch of a path that was not asked for before: the rows are looked at. */
  const useAnother = (agent) => use(agent, `/api/${(paths += 1)}`);
  const begin = (agent) => agent.json('POST', '/login', { body: { url: 'as.example' } });
  const connected = async (count) => {
    const agent = browser();
    for (let i = 1; i < count; i += 1) await logIn(agent, `r${i}.example`);
    await logIn(agent);
    await use(agent);
    await quiet();
    return agent;
  };

  /** Runs a request twice on the same ground, and holds the second to what is committed. */
  async function holds(name, ground, request) {
    let cost;
    for (let i = 0; i < 2; i += 1) {
      const at = await ground();
      await costs();
      const answer = await request(at);
      assert.ok(answer.status < 400, `${answer.status} ${answer.body}`);
      cost = await costs();
    }
    found[name] = cost;
    if (isWriting) return cost;
    const [expected, names] = [held[name] ?? {}, new Set([...Object.keys(cost), ...Object.keys(held[name] ?? {})])];
    for (const what of names) {
      const [is, was] = [cost[what] ?? 0, expected[what] ?? 0];
      assert.ok(Math.abs(is - was) <= (SLACK[what] ?? 0), `${name}: ${what}: ${is}, and ${was} in costs.json`);
    }
    return cost;
  }

  before(async () => {
    lab = new Lab();
    server = new Server();
    lab.host('as.example', server.answer);
    for (let i = 1; i < 20; i += 1) lab.host(`r${i}.example`, new Server(`https://r${i}.example`).answer);
    app = await App.start({ modules: await hostOf('counted-host.mjs'), lab });
  });

  after(async () => {
    await app.stop();
    await lab.stop();
    if (isWriting) writeFileSync(FILE, `${JSON.stringify(found, null, 2)}\n`);
  });

  test('a path that is not ours', () =>
    holds('GET of another path', browser, async (agent) => ({ ...(await agent.json('GET', '/x')), status: 200 })));

  test('a probe that is remembered: no call of the platform at all', async () => {
    const probe = (agent) => agent.json('GET', '/probe?url=as.example');
    const cost = await holds('GET /probe, remembered', browser, probe);
    for (const what of ['cache read', 'fetch of a host', 'account asked', 'SQL statement', 'timer'])
      assert.equal(cost[what] ?? 0, 0, what);
  });

  test('POST /login of a fresh browser', () => holds('POST /login, a fresh browser', browser, begin));

  test('POST /login of a known browser', async () => {
    const agent = await connected(1);
    await holds('POST /login, a known browser', () => agent, begin);
  });

  test('an authorized fetch: the number of connections does not matter', async () => {
    const costs = [];
    for (const count of [1, 20]) {
      const agent = await connected(count);
      // The session secrets of the logins before the last one are swept up.
      await app.elapse(120);
      await quiet();
      await use(agent);
      const name = `an authorized fetch, ${count} connection${count > 1 ? 's' : ''}`;
      const again = await holds(name, () => agent, use);
      assert.equal(again['SQL statement'] ?? 0, 0, 'what was read is remembered until the next write');
      costs.push(await holds(`${name}, of another path`, () => agent, useAnother));
    }
    assert.ok(costs[0]['SQL statement'] > 0, 'the control');
    assert.equal(costs[0]['rows written'] ?? 0, 0, 'what reads does not write');
    for (const what of ['SQL statement', 'account asked']) assert.equal(costs[1][what], costs[0][what], what);
    // The first row of the next origin is looked at: there the search ends.
    assert.ok(costs[1]['rows read'] <= costs[0]['rows read'] + 1, `${costs[1]['rows read']} rows read`);
  });

  test('GET /callback', () =>
    holds(
      'GET /callback',
      async () => {
        const agent = browser();
        const { headers } = await begin(agent);
        const { location } = (await lab.fetch({ method: 'GET', url: headers.get('location') })).headers;
        return { agent, path: location.slice('https://app.example'.length) };
      },
      async ({ agent, path }) => {
        const answer = await agent.json('GET', path);
        // The alarm that tells the registrar is part of it.
        await quiet();
        return answer;
      },
    ));

  test('an authorized fetch that refreshes', () =>
    holds(
      'an authorized fetch that refreshes',
      async () => {
        server.firstLifetime = 1;
        const agent = browser();
        await logIn(agent);
        server.firstLifetime = 3600;
        await setTimeout(1100);
        return agent;
      },
      use,
    ));

  test('GET /connections', async () => {
    const agent = await connected(20);
    await holds(
      'GET /connections, 20',
      () => agent,
      (agent) => agent.json('GET', '/connections'),
    );
  });
});
