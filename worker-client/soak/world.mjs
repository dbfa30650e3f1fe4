// One deployment in a simulated internet; every response is searched for secrets.
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Agent } from '../e2e/agent.mjs';
import { App, hostOf, sqlEach } from '../e2e/app.mjs';
import { Lab } from '../e2e/lab.mjs';
import { Teeth } from './teeth.mjs';

/**
 * What was searched for secrets, in the whole run: how many bytes, and how many secrets were found where none belongs.
 */
export const searched = { bytes: 0, leaks: [] };

const CANARY = /canary-[\w.-]+/;

/** The internet with no more memory of it than it needs: hosts keep their own counts. */
export class Box extends Lab {
  #servers = new Map();

  host(name, answer) {
    this.#servers.set(name, answer);
  }

  async fetch(request) {
    const url = new URL(request.url);
    // Only what their own host sends out may hold secrets; an address never.
    search(`the URL ${url.origin}${url.pathname}`, url.search);
    const answer = this.#servers.get(url.host) ?? this.stranger?.(url.host);
    if (!answer) throw new Error(`nobody is called ${url.host}`);
    return answer(request);
  }
}

export class World {
  #clock = { elapsed: 0 };

  static async open({ program = 'host.mjs', lab = new Box(), directory = '../e2e', ...options } = {}) {
    const world = new World();
    world.lab = lab;
    world.app = await App.start({
      modules: await hostOf(`${directory}/${program}`),
      lab,
      limits: [1e6, 1e6],
      ...options,
    });
    return world;
  }

  /** A server of that name, which everybody can reach. */
  server(name, settings = {}) {
    const server = Object.assign(new Teeth(`https://${name}`), { clock: this.#clock, ...settings });
    this.lab.host(name, server.answer);
    return server;
  }

  /** A person's browser. `signal` can be set on it: it is then raised to make the browser go away. */
  person(name = 'somebody') {
    const app = { fetch: (request) => this.#fetch({ ...request, signal: agent.signal }) };
    const agent = new Agent(app, this.lab);
    agent.person = name;
    return agent;
  }

  /** Sends a person away to log in; answers with the callback that the server sends them back to. */
  async leave(agent, url, more = {}) {
    const begun = await agent.json('POST', '/login', { body: { url, ...more } });
    if (begun.status !== 303) return { status: begun.status, problem: begun.json };
    const away = await this.lab.fetch({
      method: 'GET',
      url: begun.headers.get('location'),
      headers: { 'x-person': agent.person },
    });
    return { status: 303, callback: new Headers(away.headers).get('location') };
  }

  /** Logs a person in to a host; answers with the callback's status: 303 when it went well. */
  async logIn(agent, url, more) {
    const { callback, ...refused } = await this.leave(agent, url, more);
    if (!callback) return refused;
    const back = await agent.json('GET', callback);
    return { status: back.status, problem: back.json };
  }

  /** Lets that many seconds pass, here and at every server. */
  async elapse(seconds) {
    await this.app.elapse(seconds);
    this.#clock.elapsed += seconds;
  }

  use(agent, url) {
    return agent.json('POST', '/use', { body: { url } });
  }

  async connections(agent) {
    return (await agent.json('GET', '/connections')).json;
  }

  async #fetch(request) {
    const answer = await this.app.fetch(request);
    search(`the answer to ${new URL(request.url).pathname}`, answer.body, answer.headers.join('\n'));
    return answer;
  }

  /**
   * Bytes of the database of each object of a kind, without the log that workerd keeps beside it. Ends workerd
   * meanwhile.
   */
  async sizes() {
    const query = 'SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()';
    let sizes;
    await this.app.whileStopped(({ account, registrar }) => {
      const of = (files) => sqlEach(files, '', query).map(Number);
      sizes = { accounts: of(account), registrars: of(registrar) };
    });
    return sizes;
  }

  async close() {
    const { storage } = this.app;
    await this.app.stop(async () => {
      const files = (await readdir(storage, { recursive: true })).filter((name) => /sqlite/.test(name));
      for (const name of files) search(`the file ${name}`, await readFile(join(storage, name), 'latin1'));
    });
    search('the log', this.app.log);
    await this.lab.stop();
  }
}

/** Does something so many times, so many of them at once; `work` is told which one it is. */
export async function crowd(count, atOnce, work) {
  let next = 0;
  await Promise.all(
    Array.from({ length: Math.min(atOnce, count) }, async () => {
      while (next < count) await work((next += 1) - 1);
    }),
  );
}

function search(where, ...texts) {
  for (const text of texts) {
    searched.bytes += text.length;
    const [found] = CANARY.exec(text) ?? [];
    if (found) searched.leaks.push(`${found} in ${where}`);
  }
}

export const API = (name, person = 'somebody') => `https://${name}/api/${person}`;
