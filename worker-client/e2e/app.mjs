// A built Worker in workerd, with its Durable Objects on disk.
import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { Miniflare, kCurrentWorker } from 'miniflare';

export const ORIGIN = 'https://app.example';

/** The platform as wrangler.toml asks for it, with the Durable Objects in a folder. */
export const objects = (storage) => ({
  compatibilityDate: '2026-05-01',
  compatibilityFlags: ['global_fetch_strictly_public'],
  durableObjects: {
    ACCOUNT: { className: 'Account', useSQLite: true },
    REGISTRAR: { className: 'Registrar', useSQLite: true },
  },
  durableObjectsPersist: storage,
  // Far above what a test asks, except where a test says otherwise.
  ratelimits: limits(1000, 1000),
});

/** So many questions a minute of one user, and of one address. */
export const limits = (user, address) => ({
  LIMIT_USER: { simple: { limit: user, period: 60 } },
  LIMIT_ADDRESS: { simple: { limit: address, period: 60 } },
});

/** The artefact in a directory: an ES module and the wasm beside it. */
export async function artefact(directory) {
  return [
    { type: 'ESModule', path: 'index.js', contents: await readFile(join(directory, 'index.js'), 'utf8') },
    { type: 'CompiledWasm', path: 'index_bg.wasm', contents: await readFile(join(directory, 'index_bg.wasm')) },
  ];
}

/** Where the package imports its artefact. */
const WITHIN = { filter: /^\.\/dist\/index\.js$/ };

/** A Worker of ours that imports the npm package, bundled as wrangler would; `built` is the artefact in the package. */
export async function hostOf(file, built = '../npm/dist', plugins = []) {
  const folder = fileURLToPath(new URL(built, import.meta.url));
  const artefactIn = { path: join(folder, 'index.js') };
  const {
    outputFiles: [bundle],
  } = await build({
    entryPoints: [fileURLToPath(new URL(file, import.meta.url))],
    bundle: true,
    write: false,
    format: 'esm',
    alias: { 'worker-client': fileURLToPath(new URL('../npm/login.js', import.meta.url)) },
    external: ['cloudflare:*', 'node:*', './index_bg.wasm'],
    plugins: [{ name: 'built', setup: ({ onResolve }) => onResolve(WITHIN, () => artefactIn) }, ...plugins],
  });
  const [, wasm] = await artefact(folder);
  return [{ type: 'ESModule', path: 'index.js', contents: bundle.text }, wasm];
}

export class App {
  static #started = Promise.resolve();
  #miniflare;
  #options;
  /** Everything the runtime printed. */
  log = '';

  /**
   * `limits`: questions a minute of a user and of an address; `events`: the Worker is told of changes by itself;
   * `platform`: anything else of miniflare's.
   */
  static async start({ modules, lab, bindings = {}, limits: perMinute, events = false, platform = {} }) {
    const app = new App();
    app.storage = await mkdtemp(join(tmpdir(), 'worker-client-'));
    app.keys = JSON.stringify({ active: 'k1', keys: { k1: randomBytes(32).toString('base64') } });
    app.#options = {
      ...objects(app.storage),
      ...(perMinute === undefined ? {} : { ratelimits: perMinute ? limits(...perMinute) : {} }),
      ...(events ? { serviceBindings: { EVENTS: kCurrentWorker } } : {}),
      modules,
      bindings: { ORIGIN, MASTER_KEYS: app.keys, ...bindings },
      outboundService: await lab.open(),
      handleRuntimeStdio: (stdout, stderr) => {
        for (const stream of [stdout, stderr])
          stream.on('data', (chunk) => {
            app.log += chunk;
          });
      },
      ...platform,
    };
    await app.#run();
    return app;
  }

  /** Ends workerd and starts it again on the same storage, with other settings if any are named. */
  async restart({ bindings = {} } = {}) {
    Object.assign(this.#options.bindings, bindings);
    await this.whileStopped(() => {});
  }

  /** What is remembered of hosts lives in the runtime alone. */
  forget() {
    return this.restart();
  }

  /** Ends workerd, lets `change` work on the files of the objects, and starts it again. */
  async whileStopped(change) {
    await this.#miniflare.dispose();
    await change(await this.#files());
    await this.#run();
  }

  /** Kills workerd in whatever it is doing, lets `look` at the files that it left, and starts it again. */
  async crash(look = () => {}) {
    process.kill(this.pid, 'SIGKILL');
    await this.whileStopped(look);
  }

  /** Lets that many seconds pass, as far as the objects and their alarms can tell. */
  elapse(seconds) {
    return this.whileStopped(({ account, registrar, alarms }) => {
      const nanoseconds = `${seconds}000000000`;
      const back = (table, ...columns) =>
        `UPDATE ${table} SET ${columns.map((column) => `${column} = ${column} - ${seconds}`)};`;
      sqlEach(
        account,
        `${back('session', 'expires')} ${back('pending', 'expires')}
        UPDATE _cf_METADATA SET value = value - ${nanoseconds} WHERE key = 1;`,
      );
      // An account without any connection has not these tables.
      sqlEach(
        account,
        `${back('connection', 'issued', 'created')} ${back('outbox', 'created', 'due')}
        UPDATE pause SET until = until - ${seconds}000, since = since - ${seconds}000;`,
      );
      sqlEach(
        registrar,
        `${back('registration', 'created', 'idle_since')}
        UPDATE meta SET value = value - ${seconds}000 WHERE name = 'paused_until';
        UPDATE _cf_METADATA SET value = value - ${nanoseconds} WHERE key = 1;`,
      );
      sqlEach(alarms, `UPDATE _cf_ALARM SET scheduled_time = scheduled_time - ${nanoseconds};`);
    });
  }

  /** How many rows the objects of a kind have in a table. */
  async rows(kind, table) {
    const files = (await this.#files())[kind];
    return sqlEach(files, '', `SELECT count(*) FROM ${table}`).reduce((sum, count) => sum + Number(count), 0);
  }

  /** Every sealed value that the objects of these kinds have on disk, whatever its table. */
  async sealed(kinds = ['account', 'registrar']) {
    const files = await this.#files();
    return sealedIn(kinds.flatMap((kind) => files[kind])).flatMap(({ value }) => value ?? []);
  }

  /** What the host program was told, where it keeps it. */
  async events() {
    const answer = await this.fetch({ method: 'GET', url: `${ORIGIN}/events`, headers: {} });
    return JSON.parse(answer.body);
  }

  /** The answer while it still comes. A `signal` that is raised is a client that goes away. */
  open({ method, url, headers, body, signal }) {
    return this.#miniflare.dispatchFetch(url, { method, headers, body: body || undefined, redirect: 'manual', signal });
  }

  async fetch(request) {
    const answer = await this.open(request);
    const text = await answer.text();
    const list = [...answer.headers].flat();
    return { status: answer.status, headers: list, body: text };
  }

  /** Every byte that the Durable Objects have on disk. */
  async disk() {
    const files = (await readdir(this.storage, { recursive: true })).filter((name) => /sqlite/.test(name));
    // The log beside a database goes when its object does.
    const gone = (error) => {
      if (error.code === 'ENOENT') return Buffer.alloc(0);
      throw error;
    };
    return Buffer.concat(await Promise.all(files.map((name) => readFile(join(this.storage, name)).catch(gone))));
  }

  /** Ends workerd, and its files after `look` had a look at them. */
  async stop(look = () => {}) {
    await this.#miniflare.dispose();
    await look();
    await rm(this.storage, { recursive: true, force: true });
  }

  async #files() {
    const all = (await readdir(this.storage, { recursive: true })).filter((name) => name.endsWith('.sqlite'));
    const of = (pattern) => all.filter((name) => pattern.test(name)).map((name) => join(this.storage, name));
    return {
      account: of(/Account\/[0-9a-f]+\.sqlite$/),
      registrar: of(/Registrar\/[0-9a-f]+\.sqlite$/),
      alarms: of(/metadata\.sqlite$/),
    };
  }

  /** One after another: the process that is new is then this one's. */
  #run() {
    const run = App.#started.then(async () => {
      const before = new Set(runtimes());
      this.#miniflare = new Miniflare(this.#options);
      await this.#miniflare.ready;
      this.pid = runtimes().findLast((pid) => !before.has(pid));
    });
    App.#started = run.catch(() => {});
    return run;
  }
}

/** The workerd processes that this one started and that live; the last is the newest. */
function runtimes() {
  const listed = spawnSync('ps', ['-o', 'pid=,stat=,comm=', '--ppid', String(process.pid)], {
    encoding: 'utf8',
  }).stdout;
  return [...listed.matchAll(/(\d+) +[^Z\s]\S* +workerd/g)].map(([, pid]) => Number(pid)).sort((a, b) => a - b);
}

/**
 * Every value of every table that has the form of a sealed one, and every column that is named so: `{ table, column,
 * value }`, without a value where the column has none.
 */
export function sealedIn(files) {
  return JSON.parse(
    execFileSync(
      'python3',
      [
        '-c',
        `
import json, re, sqlite3, sys
found = []
for file in json.load(sys.stdin):
    db = sqlite3.connect(file, timeout=5)
    for (table,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        for column in [row[1] for row in db.execute(f'PRAGMA table_info("{table}")')]:
            values = [value for (value,) in db.execute(f'SELECT "{column}" FROM "{table}"')]
            sealed = [value for value in values if re.match(r"v\\d+\\.\\w+\\.[\\w-]+\\.[\\w-]+$", str(value))]
            if column == "sealed": sealed = values or [None]
            found += [{"table": table, "column": column, "value": value} for value in sealed]
    db.close()
json.dump(found, sys.stdout)`,
      ],
      { encoding: 'utf8', input: JSON.stringify(files), maxBuffer: 1 << 28 },
    ),
  );
}

/**
 * Runs statements on a database file, and answers with the first value of a query; an object that is empty has no
 * tables.
 */
export const sql = (file, statements, query = '') => sqlEach([file], statements, query)[0];

/** The same on many files, with an answer for each. */
export function sqlEach(files, statements, query = '') {
  return JSON.parse(
    execFileSync(
      'python3',
      [
        '-c',
        `
import json, sqlite3, sys
files, statements, query = json.load(sys.stdin)
answers = []
for file in files:
    db = sqlite3.connect(file, timeout=5)
    answer = '0'
    try:
        db.executescript(statements)
        row = db.execute(query).fetchone() if query else None
        answer = '' if row is None else str(row[0])
    except sqlite3.OperationalError as error:
        if 'no such table' not in str(error): raise
    db.close()
    answers.append(answer)
json.dump(answers, sys.stdout)`,
      ],
      { encoding: 'utf8', input: JSON.stringify([files, statements, query]), maxBuffer: 1 << 28 },
    ),
  );
}
