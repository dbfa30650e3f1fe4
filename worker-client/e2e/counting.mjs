// One app and one server that counts what it is asked: the ground of the tests of registrations, connections and stored
// rows.
import assert from 'node:assert/strict';
import { afterEach, beforeEach } from 'node:test';
import { Agent } from './agent.mjs';
import { App, hostOf } from './app.mjs';
import { Lab } from './lab.mjs';
import { HOST, Server } from './server.mjs';
import { eventually as within } from './waiting.mjs';

export let lab, app, server;
export const browser = () => new Agent(app, lab);

export async function start({ modules, ...options } = {}) {
  app = await App.start({ modules: modules ?? (await hostOf('host.mjs')), lab, ...options });
  return app;
}

export async function logIn(agent, query = 'url=as.example') {
  const page = await agent.submit(await agent.visit(`/login?${query}`));
  assert.equal(page.status, 200, page.body);
  return page;
}

export const connections = async (agent) => (await agent.json('GET', '/connections')).json;
export const use = (agent, url = `${HOST}/api`, more = {}) => agent.json('POST', '/use', { body: { url, ...more } });

/** Waits until it holds, for ten seconds. */
export const eventually = (holds, what) => within(holds, what, 10);

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
