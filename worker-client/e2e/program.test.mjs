// `login.fetch` as a replacement of the platform's `fetch`: abort signals, and hosts that do not respond.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Agent } from './agent.mjs';
import { App, hostOf } from './app.mjs';
import { Lab, json } from './lab.mjs';
import { HOST, Server } from './server.mjs';

describe('login.fetch', () => {
  let lab, app, server, agent;
  const never = () => new Promise(() => {});
  const use = (more) => agent.json('POST', '/use', { body: { url: `${HOST}/api`, ...more } });
  const uses = () => lab.requests('as.example', { path: '/api' }).length;

  before(async () => {
    lab = new Lab();
    server = new Server();
    lab.host('as.example', server.answer);
    app = await App.start({ modules: await hostOf('host.mjs'), lab });
    agent = new Agent(app, lab);
    await agent.submit(await agent.visit('/login?url=as.example'));
  });

  after(async () => {
    await app.stop();
    await lab.stop();
  });

  test("ends when its signal aborts, with the signal's reason", async () => {
    server.resource = never;
    const answer = await use({ timeout: 1000 });
    assert.deepEqual([answer.status, answer.json.name], [500, 'TimeoutError']);
    assert.equal(uses(), 1, 'it was under way');
    server.resource = () => json({ ok: true });
    assert.equal((await use({ timeout: 20_000 })).status, 200);
  });

  test('ends so while the token is renewed, which is renewed all the same', async () => {
    let renew;
    server.firstLifetime = 0;
    server.refresh = () =>
      new Promise((resolve) => {
        renew = () => resolve(server.tokens());
      });
    await agent.submit(await agent.visit('/login?url=as.example'));
    assert.equal((await use({ timeout: 1000 })).json.name, 'TimeoutError');
    assert.equal(server.refreshes.length, 1);
    renew();
    assert.equal((await use()).status, 200);
    assert.equal(server.refreshes.length, 1, 'what nobody waited for was kept');
  });

  test('says where a person can log in, to a browser that is new', async () => {
    const {
      status,
      json: { type, login },
    } = await new Agent(app, lab).json('POST', '/use', { body: { url: `${HOST}/api` } });
    assert.deepEqual(
      [status, type, login],
      [401, 'no-session', 'https://app.example/login?url=https%3A%2F%2Fas.example%2Fapi'],
    );
  });

  test('says that a host does not answer', async () => {
    server.resource = () => {
      throw new Error('reset');
    };
    const answer = await use();
    assert.deepEqual([answer.status, answer.json.type], [502, 'unreachable']);
    server.resource = () => json({ ok: true });
    assert.equal((await use()).status, 200);
  });
});
