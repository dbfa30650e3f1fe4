// Requests per second and latency in local workerd, beside a Worker in TypeScript that does the same job. Both are
// asked in turn in one run, over the same sockets, with the same host behind them. Where other programs share the
// processors, the time on them is the figure to trust: what workerd used for a request.
// `node worker-client/benches/worker.mjs [rounds]`
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Miniflare } from 'miniflare';
import { Agent } from '../e2e/agent.mjs';
import { ORIGIN, limits, objects } from '../e2e/app.mjs';
import { Lab } from '../e2e/lab.mjs';
import { HOST, Server } from '../e2e/server.mjs';
import { ours, peer } from './workers.mjs';

const ROUNDS = Number(process.argv[2] ?? 5);
const CASES = [
  {
    name: 'GET /probe, remembered',
    count: 200,
    request: { method: 'GET', path: '/probe?url=as.example' },
    expect: ({ status, body }) => status === 200 && body.includes('registrable'),
  },
  {
    name: 'POST /login, a fresh browser',
    count: 100,
    request: {
      method: 'POST',
      path: '/login',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'url=as.example',
    },
    expect: ({ status, headers }) => status === 303 && headers.location.startsWith(`${HOST}/authorize?`),
  },
  {
    name: 'an authorized fetch',
    count: 200,
    needsLogin: true,
    request: {
      method: 'POST',
      path: '/use',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ method: 'GET', url: `${HOST}/api` }),
    },
    expect: ({ status, body }) => status === 200 && body === '{"ok":true}',
  },
];
const CONCURRENCY = [1, 16];

class Subject {
  static async start(name, modules) {
    const subject = new Subject();
    subject.name = name;
    subject.storage = await mkdtemp(join(tmpdir(), 'bench-'));
    subject.lab = new Lab();
    subject.lab.host('as.example', new Server().answer);
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
    const others = runtimes();
    subject.url = await subject.miniflare.ready;
    subject.pid = runtimes().find((pid) => !others.includes(pid));
    subject.sockets = new http.Agent({ keepAlive: true, maxSockets: Math.max(...CONCURRENCY) });
    await subject.logIn();
    return subject;
  }

  /** A whole login, by a browser. */
  async logIn() {
    const agent = new Agent({ fetch: (request) => this.send(request) }, this.lab);
    const question = {
      url: `${ORIGIN}/login?url=as.example`,
      body: '<form method="post" action="/login"><input name="url" value="as.example"></form>',
    };
    const page = await agent.submit(question);
    if (page.status !== 200) throw new Error(`${this.name}: no login: ${page.status} ${page.body}`);
    this.cookie = [...agent.cookies('app.example')].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  /** Straight to workerd; the header is how miniflare is told which URL it is. */
  send({ method, url, headers, body }) {
    const { hostname, port } = this.url;
    const options = {
      host: hostname,
      port,
      method,
      path: new URL(url).pathname + new URL(url).search,
      agent: this.sockets,
      headers: { ...headers, 'mf-original-url': url },
    };
    return new Promise((resolve, reject) => {
      const request = http.request(options, (answer) => {
        const chunks = [];
        answer.on('data', (chunk) => chunks.push(chunk));
        answer.on('end', () =>
          resolve({
            status: answer.statusCode,
            headers: answer.rawHeaders,
            location: answer.headers.location,
            body: String(Buffer.concat(chunks)),
          }),
        );
      });
      request.on('error', reject);
      request.end(body || undefined);
    });
  }

  async ask({ name, request: { method, path, headers, body }, needsLogin, expect }) {
    const sent = {
      accept: 'application/json',
      origin: ORIGIN,
      'sec-fetch-site': 'same-origin',
      'sec-fetch-mode': 'cors',
      ...headers,
      ...(needsLogin ? { cookie: this.cookie } : {}),
    };
    const answer = await this.send({ method, url: ORIGIN + path, headers: sent, body });
    if (!expect({ ...answer, headers: { location: answer.location ?? '' } }))
      throw new Error(`${this.name}: ${name}: ${answer.status} ${answer.body}`);
  }

  async measure(which, concurrency, count) {
    const times = [];
    let left = count;
    const used = processorSeconds(this.pid);
    const begun = performance.now();
    await Promise.all(
      Array.from({ length: concurrency }, async () => {
        while ((left -= 1) >= 0) {
          const asked = performance.now();
          await this.ask(which);
          times.push(performance.now() - asked);
        }
      }),
    );
    const seconds = (performance.now() - begun) / 1000;
    times.sort((a, b) => a - b);
    const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))];
    const processor = ((processorSeconds(this.pid) - used) / count) * 1000;
    return { processor, rate: count / seconds, p50: at(0.5), p99: at(0.99) };
  }

  async stop() {
    this.sockets.destroy();
    await this.miniflare.dispose();
    await this.lab.stop();
    await rm(this.storage, { recursive: true, force: true });
  }
}

/** The processes of workerd that this one started; none where there is no `/proc`. */
function runtimes() {
  const children = (pid) => {
    try {
      return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
    } catch {
      return [];
    }
  };
  return children(process.pid).filter((pid) => readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'workerd');
}

/** What a process has used so far, in hundredths. */
function processorSeconds(pid) {
  if (!pid) return NaN;
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

const median = (numbers) => numbers.sort((a, b) => a - b)[numbers.length >> 1];
const subjects = [await Subject.start('worker-client', await ours()), await Subject.start('peer', await peer())];
try {
  console.log(
    `${ROUNDS} rounds in turn, the median of each figure; p50, p99 and the processor's time for a request in ` +
      'milliseconds\n',
  );
  console.log(
    '| what | at once | worker-client: requests/s, p50, p99, processor | peer: the same ' +
      '| requests/s to the peer | processor to the peer |\n|---|---|---|---|---|---|',
  );
  for (const which of CASES)
    for (const concurrency of CONCURRENCY) {
      const rounds = subjects.map(() => []);
      for (let round = -1; round < ROUNDS; round += 1) {
        // The first subject of a round is the last of the next; what remembers for a minute is reminded.
        const order = round % 2 ? [1, 0] : [0, 1];
        for (const i of order) {
          await subjects[i].measure({ ...CASES[0] }, 1, 1);
          const figures = await subjects[i].measure(
            which,
            concurrency,
            round < 0 ? Math.ceil(which.count / 5) : which.count,
          );
          if (round >= 0) rounds[i].push(figures);
        }
      }
      const figures = rounds.map((all) =>
        ['rate', 'p50', 'p99', 'processor'].map((key) => median(all.map((one) => one[key]))),
      );
      const [a, b] = figures.map(
        ([rate, p50, p99, processor]) =>
          `${rate.toFixed(0)}, ${p50.toFixed(2)}, ${p99.toFixed(2)}, ${processor.toFixed(2)}`,
      );
      console.log(
        `| ${which.name} | ${concurrency} | ${a} | ${b} | ${(figures[0][0] / figures[1][0]).toFixed(2)} | ` +
          `${(figures[0][3] / figures[1][3]).toFixed(2)} |`,
      );
    }
} finally {
  await Promise.all(subjects.map((subject) => subject.stop()));
}
