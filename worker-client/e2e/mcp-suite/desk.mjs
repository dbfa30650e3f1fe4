// Runs a suite of MCP against the Worker in workerd: the MCP client example is the program, and a person without
// JavaScript uses it. The desk is where the command of each scenario hands in its work.
import { spawn } from 'node:child_process';
import http from 'node:http';
import { fileURLToPath } from 'node:url';
import { parse } from 'node-html-parser';
import { Agent } from '../agent.mjs';
import { App, hostOf } from '../app.mjs';
import { Lab, pairs } from '../lab.mjs';
import { listen } from '../peers/listen.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const EXAMPLE = '../examples/mcp-client/src/index.ts';

/**
 * The servers of the suites, which are on loopback. They know the app under a name that is no public one and therefore
 * refused as its own: it has another one, and each side hears its own.
 */
class Servers extends Lab {
  async fetch({ method, url, headers = {}, body = '' }) {
    const { host, hostname, port, pathname, search } = new URL(url);
    if (hostname !== 'localhost') return super.fetch({ method, url, headers, body });
    const entry = { method, url, status: 0, answer: '' };
    this.all.push(entry);
    const sent = theirs(body);
    const list = { ...headers, host };
    for (const name of ['accept-encoding', 'transfer-encoding']) delete list[name];
    if (sent) list['content-length'] = Buffer.byteLength(sent);
    const answer = await new Promise((resolve, reject) => {
      const request = http.request(
        { host: 'localhost', port, method, path: theirs(pathname + search), headers: list },
        (response) => {
          const chunks = [];
          response.on('data', (chunk) => chunks.push(chunk));
          response.on('end', () =>
            resolve({
              status: response.statusCode,
              headers: pairs(response.rawHeaders).flat().map(ours),
              body: ours(String(Buffer.concat(chunks))),
            }),
          );
        },
      );
      // Some servers leave a GET unanswered, and do not end before it has.
      request.setTimeout(MOST_SILENCE_MS, () => request.destroy(new Error('no answer')));
      request.on('error', reject).end(sent);
    });
    return Object.assign(entry, answer);
  }

  all = [];
}
const theirs = (text) => text.replaceAll(/app\.example(\/|%2F)connect/gi, 'conformance-test.local');
const ours = (text) => text.replaceAll('conformance-test.local', 'app.example/connect');

/** One person: adds the server, logs in as often as they are led to, calls its tool, and says what they saw last. */
async function person(app, servers, url) {
  const agent = new Agent(app, servers);
  const button = ({ body }) => parse(body).querySelector('a.button')?.getAttribute('href').replaceAll('&#38;', '&');
  const open = (page) => agent.submit(page, {}, { form: 'main > form' });
  const tool = (page) => parse(page.body).querySelector('form.card');
  let page = await agent.submit(await agent.visit('/'), { url });
  let hasCalled = 0;
  for (let step = 0; step < 12; step += 1) {
    if (button(page)) {
      const confirm = await agent.visit(button(page), { site: 'same-origin' });
      if (!parse(confirm.body).querySelector('form[action$="/login"]')) return confirm;
      page = await agent.submit(confirm);
      if (new URL(page.url).pathname !== '/') return page;
      page = await open(page);
    } else if (tool(page) && hasCalled < 2) {
      hasCalled += 1;
      page = await agent.submit(page, {}, { form: 'form.card' });
    } else return page;
  }
  return page;
}

const shown = ({ body }) => parse(body).querySelector('main')?.textContent.replaceAll(/\s+/g, ' ').trim() ?? body;

export class Desk {
  #door;
  #apps = [];
  servers = new Servers();
  /** What each scenario ended with. */
  ends = new Map();

  /** `program` is the file of the host program. */
  static async open(bindings = {}, program = EXAMPLE) {
    const desk = new Desk();
    const modules = await hostOf(program, '../.run/dist');
    const start = async (more = {}) => {
      const settings = { PREFIX: '/connect', ...bindings, ...more };
      const app = await App.start({ modules, lab: desk.servers, bindings: settings });
      desk.#apps.push(app);
      return app;
    };
    const shared = await start();
    desk.#door = await listen(async (request, response) => {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      const { scenario, context, url } = JSON.parse(String(Buffer.concat(chunks)));
      try {
        const { client_id, client_secret, issuer } = context;
        const named = client_id && (issuer ?? (await issuerOf(desk.servers, url)));
        const app = named
          ? await start({ CLIENTS: JSON.stringify({ [named]: { client_id, client_secret } }) })
          : shared;
        const page = shown(await person(app, desk.servers, url));
        desk.ends.set(scenario, page);
        response.writeHead(/Tools|answered/.test(page) ? 200 : 500).end(page);
      } catch (error) {
        desk.ends.set(scenario, String(error));
        response.writeHead(500).end(`${error.stack}`);
      }
    });
    return desk;
  }

  /** Runs a suite as its command line does; answers with what it printed. */
  async run(version, ...options) {
    const command = `${process.execPath} ${here('client.mjs')} http://127.0.0.1:${this.#door.port}`;
    const suite = spawn(
      here('node_modules/.bin/node'),
      [
        here(`node_modules/${version}/dist/index.js`),
        'client',
        '--command',
        command,
        '--verbose',
        '--timeout',
        '60000',
        ...options,
      ],
      { cwd: here('.'), stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let output = '';
    // A scenario that has ended may leave a socket open.
    const patience = setTimeout(() => suite.kill(), MOST_MS);
    for (const stream of [suite.stdout, suite.stderr]) stream.on('data', (chunk) => (output += chunk));
    const code = await new Promise((resolve) => suite.on('close', resolve));
    clearTimeout(patience);
    return { code, output };
  }

  async close() {
    await this.#door.stop();
    await Promise.all(this.#apps.map((app) => app.stop()));
    await this.servers.stop();
  }
}

const MOST_MS = 120_000;
/** Longer than the app waits for any answer. */
const MOST_SILENCE_MS = 10_000;

/** The issuer that a server's operator would name to whoever they gave a client. */
async function issuerOf(servers, url) {
  const { origin, pathname } = new URL(url);
  const metadata = await servers.fetch({
    method: 'GET',
    url: `${origin}/.well-known/oauth-protected-resource${pathname}`,
  });
  return JSON.parse(metadata.body).authorization_servers[0];
}
