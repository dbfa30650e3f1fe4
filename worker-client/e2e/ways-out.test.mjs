// Each row of STATES.md in workerd: a connection in each state meets each event, and there is a way out.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { parse } from 'node-html-parser';
import { Agent } from './agent.mjs';
import { App, hostOf } from './app.mjs';
import { Lab, json } from './lab.mjs';
import { Server } from './server.mjs';

const table = readFileSync(new URL('../STATES.md', import.meta.url), 'utf8');
const ROWS = table
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim().replaceAll('`', '')),
  );
const DAY = 86_400;
/** Past every pause that a failure without `Retry-After` leads to. */
const PAUSE = 400;

let lab, app;
before(async () => {
  lab = new Lab();
  app = await App.start({ modules: await hostOf('host.mjs'), lab });
});
after(async () => {
  await app.stop();
  await lab.stop();
});

class Person {
  static #count = 0;

  constructor() {
    this.name = `state-${(Person.#count += 1)}.example`;
    this.server = new Server(`https://${this.name}`);
    this.agent = new Agent(app, lab);
    lab.host(this.name, this.server.answer);
  }

  use() {
    return this.agent.json('POST', '/use', { body: { url: `https://${this.name}/api` } });
  }

  async connection() {
    return (await this.agent.json('GET', '/connections')).json[0];
  }

  async logIn(lifetime) {
    this.server.firstLifetime = lifetime;
    const end = await this.agent.submit(await this.agent.visit(`/login?url=${this.name}`));
    assert.equal(end.url, 'https://app.example/?notice=connected', end.body);
  }

  down() {
    this.server.refresh = () => ({ status: 503, headers: {}, body: '' });
  }

  back() {
    this.server.refresh = () => this.server.tokens();
  }
}

/** The connection comes into each state; its token is over. */
const STATES = {
  works: (person) => person.logIn(0),
  async try_later(person) {
    await person.logIn(0);
    person.down();
    await person.use();
  },
  async try_later_or_login(person) {
    await STATES.try_later(person);
    await app.elapse(DAY + 60);
  },
  async needs_login(person) {
    await person.logIn(0);
    person.server.refresh = () => json({ error: 'invalid_grant' }, 400);
    await person.use();
  },
};

const challenge = (status, value) => () => ({ status, headers: { 'www-authenticate': `Bearer ${value}` }, body: '' });
/** Each event, before the use that shows where it leads. */
const EVENTS = {
  renews: (person) => person.back(),
  fails: (person) => person.down(),
  async 'fails for a day'(person) {
    person.down();
    await person.use();
    await app.elapse(DAY + 60);
  },
  'says gone'(person) {
    person.server.refresh = () => json({ error: { code: 'session_expired' } }, 401);
  },
  'refuses every token'(person) {
    person.back();
    person.server.resource = challenge(401, 'error="invalid_token"');
  },
  'asks for more'(person) {
    person.back();
    person.server.resource = challenge(403, 'error="insufficient_scope", scope="more"');
  },
  'is evicted': () => app.restart(),
  async 'logs in again'(person) {
    person.back();
    await person.logIn(3600);
  },
  async disconnects(person) {
    const ended = await person.agent.json('DELETE', `/connections/${(await person.connection()).id}`);
    assert.equal(ended.status, 200, ended.body);
  },
};

for (const [state, event, next, answers, wayOut, offers] of ROWS)
  test(`${state}: ${event}: ${next}`, async () => {
    const person = new Person();
    await STATES[state](person);
    assert.equal((await person.connection()).state, state);
    if (event !== 'is evicted' && event !== 'disconnects') await app.elapse(PAUSE);
    await EVENTS[event](person);
    const answer = await person.use();
    assert.equal(answer.json?.type ?? String(answer.status), answers, answer.body);
    for (const way of ['retry_after', 'login']) {
      const isOffered = answer.json?.[way] !== undefined && answer.json[way] !== null;
      assert.equal(isOffered, wayOut.split(', ').includes(way), `${way}: ${answer.body}`);
    }
    assert.equal((await person.connection())?.state ?? 'none', next);
    const page = parse((await person.agent.visit('/')).body);
    const forms = page.querySelectorAll('.connections form').map((form) => form.querySelector('button').text);
    if (next === 'none') assert.deepEqual(forms, []);
    else
      assert.deepEqual(
        forms.map((text) => (text.startsWith('Log in again') ? 'log in again' : 'disconnect')),
        offers.split(', '),
      );
    // The way out leads out.
    const link = answer.json?.login;
    if (!link) return;
    person.back();
    person.server.resource = () => json({ ok: true });
    person.server.firstLifetime = 3600;
    const end = await person.agent.submit(await person.agent.visit(link));
    assert.equal(end.url, 'https://app.example/?notice=connected', end.body);
    assert.equal((await person.use()).status, 200);
    assert.equal((await person.connection()).state, 'works');
  });
