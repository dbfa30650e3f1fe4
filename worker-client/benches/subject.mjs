// A Worker under measurement: in a workerd of its own, with hosts and storage of its own.
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Miniflare } from 'miniflare';
import { Agent } from '../e2e/agent.mjs';
import { ORIGIN, limits, objects } from '../e2e/app.mjs';
import { Lab } from '../e2e/lab.mjs';
import { Server } from '../e2e/server.mjs';
import { processorTime, runtimes } from './processor.mjs';

/** Storage in memory, where there is such a folder: the disk is not what is compared. */
const STORAGE = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

export class Subject {
  static async start(name, modules) {
    const subject = new Subject();
    subject.name = name;
    subject.storage = await mkdtemp(join(STORAGE, 'bench-'));
    subject.lab = new Lab();
    subject.server = new Server();
    subject.lab.host('as.example', (sent) => subject.server.answer(sent));
    for (let i = 0; i < 200; i += 1) {
      const host = new Server(`https://r${i}.example`);
      subject.lab.host(`r${i}.example`, host.answer);
    }
    const others = runtimes();
    subject.miniflare = new Miniflare({
      ...objects(subject.storage),
      ratelimits: limits(1_000_000, 1_000_000),
      modules,
      bindings: {
        ORIGIN,
        MASTER_KEYS: JSON.stringify({ active: 'k1', keys: { k1: randomBytes(32).toString('base64') } }),
      },
      outboundService: await subject.lab.open(),
    });
    subject.url = await subject.miniflare.ready;
    subject.pid = runtimes().find((pid) => !others.includes(pid));
    subject.sockets = new http.Agent({ keepAlive: true, maxSockets: 16 });
    return subject;
  }

  /** A browser of its own. */
  browser() {
    return new Agent({ fetch: (request) => this.send(request) }, this.lab);
  }

  /** A whole login, by a browser, or one up to the address that `until` knows. */
  async logIn(agent, host = 'as.example', until = () => false) {
    const form = {
      url: `${ORIGIN}/login?url=${host}`,
      body: `<form method="post" action="/login"><input name="url" value="${host}"></form>`,
    };
    const page = await agent.submit(form, {}, { until });
    if (page.status !== 200 && !until(page.url)) throw new Error(`${this.name}: no login: ${page.status} ${page.body}`);
    return page;
  }

  /** The cookies of a browser with that many connections, that of `as.example` among them. */
  async connected(count) {
    const agent = this.browser();
    for (let i = 1; i < count; i += 1) await this.logIn(agent, `r${i}.example`);
    await this.logIn(agent);
    return cookies(agent);
  }

  /** Straight to workerd; the header is how miniflare is told which URL it is. */
  send({ method, url, headers, body }) {
    const { hostname, port } = this.url;
    const { pathname, search } = new URL(url);
    const options = { host: hostname, port, method, path: pathname + search, agent: this.sockets };
    options.headers = { ...headers, 'mf-original-url': url };
    return new Promise((resolve, reject) => {
      const request = http.request(options, (answer) => {
        const chunks = [];
        answer.on('data', (chunk) => chunks.push(chunk));
        answer.on('end', () => {
          const { statusCode: status, rawHeaders, headers } = answer;
          resolve({
            status,
            headers: rawHeaders,
            location: headers.location ?? '',
            body: String(Buffer.concat(chunks)),
          });
        });
      });
      request.on('error', reject);
      request.end(body || undefined);
    });
  }

  /** One request of a row, with what was prepared for it. */
  async ask(row, prepared) {
    const { method, path, headers, body } = { ...row.request, ...prepared };
    const sent = {
      accept: 'application/json',
      origin: ORIGIN,
      'sec-fetch-site': 'same-origin',
      'sec-fetch-mode': 'cors',
      ...headers,
      ...(prepared?.cookie ? { cookie: prepared.cookie } : {}),
    };
    const answer = await this.send({ method, url: ORIGIN + path, headers: sent, body });
    if (!row.expect(answer)) throw new Error(`${this.name}: ${row.name}: ${answer.status} ${answer.body}`);
  }

  /**
   * That many requests, so many at once; the time for one in microseconds. `prepare` makes what each needs before the
   * clock runs; where a row has none, all have what `begin` made once.
   */
  async measure(row, count, atOnce) {
    this.begun ??= new Map();
    // The platform calls alone have no logins.
    if (row.begin && this.name !== 'floor' && !this.begun.has(row)) this.begun.set(row, await row.begin(this));
    const prepared = [];
    for (let i = 0; i < count; i += 1) prepared.push(row.prepare ? await row.prepare(this) : this.begun.get(row));
    const times = [];
    const used = processorTime(this.pid);
    const started = performance.now();
    const worker = async () => {
      while (prepared.length) {
        const asked = performance.now();
        await this.ask(row, prepared.pop());
        times.push(performance.now() - asked);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
    const seconds = (performance.now() - started) / 1000;
    times.sort((a, b) => a - b);
    const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))] * 1000;
    return {
      processor: (processorTime(this.pid) - used) / count / 1000,
      rate: count / seconds,
      p50: at(0.5),
      p99: at(0.99),
    };
  }

  async stop() {
    this.sockets.destroy();
    await this.miniflare.dispose();
    await this.lab.stop();
    await rm(this.storage, { recursive: true, force: true });
  }
}

export const cookies = (agent) =>
  [...agent.cookies('app.example')].map(([name, value]) => `${name}=${value}`).join('; ');
