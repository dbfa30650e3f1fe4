// The app among hosts, with a record of its responses, of the requests that hosts received, and of leaks between them.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { Agent } from '../agent.mjs';
import { App, hostOf } from '../app.mjs';
import { Lab, isPing } from '../lab.mjs';
import { found } from './canary.mjs';
import { silence } from './faults.mjs';
import { Server } from './server.mjs';

export const APP = 'https://app.example';
/** An address without what the start page says once. */
export const place = (url) => url.replace(/\?notice=\w+$/, '');
export const isCallback = (url) => url.startsWith(`${APP}/callback/`);

export class World {
  /** Everything that the app answered. */
  answers = [];
  #count = 0;

  static async start({ modules, ...options } = {}) {
    const world = new World();
    world.lab = new Lab();
    world.app = await App.start({ modules: modules ?? (await hostOf('host.mjs')), lab: world.lab, ...options });
    return world;
  }

  async stop() {
    await this.app.stop();
    await this.lab.stop();
  }

  /** As the app's `fetch`, and written down. */
  fetch = async (request) => {
    const answer = await this.app.fetch(request);
    this.answers.push({ request, ...answer });
    return answer;
  };

  /** A name that no host had before: `name('evil')` is `evil-1.example`. */
  name(word) {
    return `${word}-${(this.#count += 1)}.example`;
  }

  /** An honest server under a name of its own. */
  server(word = 'good', options = {}) {
    return new Server(this.lab, this.name(word), options);
  }

  browser() {
    return new Agent({ fetch: this.fetch }, this.lab);
  }

  /** The POSTs that a host received, or all hosts, but for a ping. */
  writes(host) {
    const received = host ? this.lab.requests(host) : this.lab.all;
    return received.filter((request) => request.method === 'POST' && !isPing(request));
  }

  /** The answer of a program's question, and how many requests left the app for it. */
  async asks(method, path, options = {}, browser = this.browser()) {
    const before = this.lab.all.length;
    const answer = await browser.json(method, path, options);
    return { ...answer, sent: this.lab.all.length - before };
  }

  /** Begins a login as a program does: `303` to the authorization server, or a problem. */
  login(host, browser = this.browser(), wish = {}) {
    return this.asks('POST', '/login', { body: { url: host, ...wish } }, browser);
  }

  /** A whole login of a person; fails when it does not end on the start page. */
  async logIn(server, browser = this.browser(), named = server.host) {
    const page = await browser.submit(await browser.visit(`/login?url=${encodeURIComponent(named)}`));
    assert.equal(place(page.url), `${APP}/`, page.body);
    return browser;
  }

  /** A login up to its genuine callback, which is not visited yet. */
  async upToCallback(server, browser = this.browser()) {
    const page = await browser.submit(
      await browser.visit(`/login?url=${encodeURIComponent(server.host)}`),
      {},
      { until: isCallback },
    );
    assert.ok(isCallback(page.url), page.body);
    return page.url;
  }

  /** A request of the program around the app, as its user. */
  use(browser, url, request = {}) {
    return browser.json('POST', '/use', { body: { url, ...request } });
  }

  /**
   * The runtime ends while a request waits for its answer, which never comes. `step` is that of the server, `answered`
   * what the server did all the same.
   */
  async endDuring(step, server, request, answered = () => {}) {
    const arrived = new Promise((resolve) => {
      server.on[step] = (_, honest) => {
        answered(honest);
        resolve();
        return silence();
      };
    });
    const lost = request().catch(() => undefined);
    await arrived;
    await this.app.restart();
    await lost;
  }

  async connections(browser) {
    return (await browser.json('GET', '/connections')).json;
  }

  /** Runs statements on every object's rows while workerd is away; answers with what they select. */
  async rows(...statements) {
    let rows;
    await this.app.whileStopped(() => {
      const input = JSON.stringify({ folder: this.app.storage, statements });
      rows = JSON.parse(execFileSync('python3', ['-c', SQL], { input, encoding: 'utf8' }));
    });
    return rows;
  }

  /** Canaries where they do not belong: in what the app answered, in a URL, in a log, on disk. */
  async leaks() {
    const urls = this.lab.all.map(({ url }) => url).join('\n');
    const kinds = /CANARY-(access|refresh|client)/;
    return {
      answers: this.answers.flatMap(({ request, body, headers }) =>
        found(`${body}${headers.filter((_, n, all) => !/^location$/i.test(all[n - 1] ?? ''))}`).filter(
          () => !request.mayHold,
        ),
      ),
      urls: found(urls).filter((secret) => kinds.test(secret)),
      log: found(this.app.log),
      disk: found(await this.app.disk()),
    };
  }
}

// A table that an object does not have selects nothing.
const SQL = `
import glob, json, sqlite3, sys
asked = json.load(sys.stdin)
rows = []
for file in glob.glob(asked["folder"] + "/*/*.sqlite"):
    database = sqlite3.connect(file)
    database.row_factory = sqlite3.Row
    for statement in asked["statements"]:
        try:
            rows += [{"file": file, **dict(row)} for row in database.execute(statement)]
        except sqlite3.OperationalError as error:
            if "no such table" not in str(error):
                raise
    database.commit()
    database.close()
print(json.dumps(rows))
`;
