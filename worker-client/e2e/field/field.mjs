// What the tests of the field share: the app, a server that is new to it, and a person's browser. Each test has its own.
import assert from 'node:assert/strict';
import { after, before, beforeEach } from 'node:test';
import { Agent } from '../agent.mjs';
import { App, hostOf } from '../app.mjs';
import { Lab } from '../lab.mjs';
import { Server } from '../server.mjs';

export const METADATA = '/.well-known/oauth-authorization-server';
export const DAY = 86_400;
export const text = (status, body = '', headers = {}) => ({
  status,
  headers: { 'content-type': 'text/plain', ...headers },
  body,
});
export const page = (status) => text(status, '<title>Sorry</title>', { 'content-type': 'text/html' });

export let lab, app, server, agent;
/** The name of the authorization server of the test, which is new to the app, and its address. */
export let name, HOST;
let tests = 0;
let began = 0;
/** A use of the connection by the host program. */
export const use = (path = '/api', more = {}) =>
  agent.json('POST', '/use', { body: { url: `${HOST}${path}`, ...more } });
export const connection = async () => (await agent.json('GET', '/connections')).json[0];
export const begin = (url = name) => agent.json('POST', '/login', { body: { url } });
/** A problem that asks to wait for that long; what has passed since the test began may be off it. */
export const isTryLater = (answer, seconds) => {
  assert.deepEqual([answer.status, answer.json?.type], [503, 'try-later'], answer.body);
  const { retry_after } = answer.json;
  assert.ok(retry_after > 0, answer.body);
  if (!seconds) return;
  const passed = (Date.now() - began) / 1000;
  assert.ok(retry_after <= seconds + 5 && retry_after >= seconds - 5 - passed, `${answer.body} after ${passed} s`);
};

export async function logIn({ firstLifetime = 3600 } = {}) {
  server.firstLifetime = firstLifetime;
  const end = await agent.submit(await agent.visit(`/login?url=${name}`));
  assert.equal(end.url, 'https://app.example/?notice=connected', end.body);
}

before(async () => {
  lab = new Lab();
  app = await App.start({ modules: await hostOf('host.mjs'), lab });
});

after(async () => {
  await app.stop();
  await lab.stop();
});

beforeEach(() => {
  name = `as-${(tests += 1)}.example`;
  HOST = `https://${name}`;
  server = new Server(HOST);
  lab.host(name, server.answer);
  agent = new Agent(app, lab);
  began = Date.now();
});
