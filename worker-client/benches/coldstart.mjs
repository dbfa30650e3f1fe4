// From starting workerd to the first byte of `GET /`: the built Worker, the same job in TypeScript, and no Worker at
// all, in turn. `node worker-client/benches/coldstart.mjs [--rounds 15] [--beside FOLDER]…`; a FOLDER holds another build
// of the Worker.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ORIGIN, artefact, objects } from '../e2e/app.mjs';
import { processorTime } from './processor.mjs';
import { WORKERD, empty, peer } from './workers.mjs';

const { values: options } = parseArgs({
  options: { rounds: { type: 'string', default: '15' }, beside: { type: 'string', multiple: true, default: [] } },
});
const ROUNDS = Number(options.rounds);
const { compatibilityDate, compatibilityFlags } = objects('');
const keys = JSON.stringify({ active: 'k1', keys: { k1: randomBytes(32).toString('base64') } });
const folder = await mkdtemp(join(tmpdir(), 'coldstart-'));

/** Writes a Worker and its configuration down; nothing is read at the start that it would not read when deployed. */
async function prepare(name, modules) {
  const at = join(folder, name);
  await mkdir(join(at, 'objects'), { recursive: true });
  for (const { path, contents } of modules) await writeFile(join(at, path), contents);
  const text = JSON.stringify;
  const kind = { ESModule: 'esModule', CompiledWasm: 'wasm' };
  const embedded = modules.map(({ type, path }) => `(name = ${text(path)}, ${kind[type]} = embed ${text(path)})`);
  await writeFile(
    join(at, 'config.capnp'),
    `
    using Workerd = import "/workerd/workerd.capnp";
    const config :Workerd.Config = (
      services = [
        (name = "app", worker = .app),
        (name = "objects", disk = (path = ${text(join(at, 'objects'))}, writable = true)),
      ],
      sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "app")],
      extensions = [(modules = [(name = "bench:limits", internal = true, esModule = ${text(LIMITS)})])],
    );
    const app :Workerd.Worker = (
      modules = [${embedded.join(', ')}],
      compatibilityDate = ${text(compatibilityDate)},
      compatibilityFlags = [${compatibilityFlags.map(text).join(', ')}],
      bindings = [
        (name = "ORIGIN", text = ${text(ORIGIN)}),
        (name = "MASTER_KEYS", text = ${text(keys)}),
        (name = "ACCOUNT", durableObjectNamespace = "Account"),
        (name = "REGISTRAR", durableObjectNamespace = "Registrar"),
        (name = "LIMIT_USER", wrapped = (moduleName = "bench:limits")),
        (name = "LIMIT_ADDRESS", wrapped = (moduleName = "bench:limits")),
      ],
      durableObjectNamespaces = [
        (className = "Account", uniqueKey = "account", enableSql = true),
        (className = "Registrar", uniqueKey = "registrar", enableSql = true),
      ],
      durableObjectStorage = (localDisk = "objects"),
    );`,
  );
  return { name, config: join(at, 'config.capnp'), times: [] };
}

/** Starts it, asks once, and ends it: milliseconds from the start to the first byte, and those of processor time. */
async function start({ name, config }) {
  const begun = performance.now();
  const child = spawn(WORKERD, ['serve', config, '--control-fd=3'], {
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  try {
    const port = await new Promise((resolve, reject) => {
      child.once('exit', () => reject(new Error(`${name}: workerd ended`)));
      let said = '';
      child.stdio[3].on('data', (chunk) => {
        said += chunk;
        const listening = said
          .split('\n')
          .filter((line) => line.endsWith('}'))
          .map((line) => JSON.parse(line))
          .find(({ event }) => event === 'listen');
        if (listening) resolve(listening.port);
      });
    });
    return await new Promise((resolve, reject) => {
      http
        .get(
          {
            host: '127.0.0.1',
            port,
            path: '/',
            headers: { accept: 'text/html', 'sec-fetch-site': 'none' },
            agent: false,
          },
          (answer) => {
            const taken = () => resolve([performance.now() - begun, processorTime(child.pid) / 1e6]);
            answer.once('data', taken).once('end', taken).resume();
            if (answer.statusCode !== 200) reject(new Error(`${name}: ${answer.statusCode}`));
          },
        )
        .once('error', reject);
    });
  } finally {
    child.kill();
    await ended;
  }
}

const LIMITS = 'class Ratelimit { async limit() { return { success: true }; } } export default () => new Ratelimit();';
const median = (numbers) => numbers.sort((a, b) => a - b)[numbers.length >> 1];

try {
  const subjects = [
    await prepare('worker-client', await artefact(fileURLToPath(new URL('../npm/dist', import.meta.url)))),
    ...(await Promise.all(
      options.beside.map(async (other) => prepare(basename(other), await artefact(resolve(other)))),
    )),
    await prepare('peer', await peer()),
    await prepare('empty', empty()),
  ];
  for (let round = -1; round < ROUNDS; round += 1)
    for (const subject of subjects) {
      const taken = await start(subject);
      if (round >= 0) subject.times.push(taken);
    }
  const column = ({ times }, which) => times.map((taken) => taken[which]);
  const over = (subject, which) => median(column(subject, which)) - median(column(subjects.at(-1), which));
  console.log(`From starting workerd to the first byte of GET /, the median of ${ROUNDS}, in milliseconds\n`);
  console.log('| Worker | median | least | over the empty one | processor: median | least | over the empty one |');
  console.log('|---|---|---|---|---|---|---|');
  for (const subject of subjects) {
    const cells = [0, 1].flatMap((which) => {
      const all = column(subject, which);
      return [median(all), Math.min(...all), over(subject, which)].map((number) => number.toFixed(0));
    });
    console.log(`| ${[subject.name, ...cells].join(' | ')} |`);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
