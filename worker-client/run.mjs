// `make run`: the Worker in local workerd with its Durable Objects on disk, and a real authorization server beside it.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Miniflare } from 'miniflare';
import { artefact, objects } from './e2e/app.mjs';
import { start as startServer } from './e2e/peers/oidc-provider.mjs';

const state = fileURLToPath(new URL('.run', import.meta.url));

/** Starts both on loopback; `port` 0 takes any that is free. */
export async function start({ appPort = 0, serverPort = 0, storage = `${state}/objects`, keys }) {
  // An issuer names its port, so the port is found first.
  const port = serverPort || (await freePort());
  const server = await startServer({ issuer: `http://127.0.0.1:${port}`, port, consent: 'page' });
  const appAt = appPort || (await freePort());
  const origin = `http://localhost:${appAt}`;
  const miniflare = new Miniflare({
    ...objects(storage),
    modules: await artefact(`${state}/dist`),
    bindings: { ORIGIN: origin, MASTER_KEYS: keys, CLIENT_NAME: 'Your app' },
    host: '127.0.0.1',
    port: appAt,
  });
  await miniflare.ready;
  return { origin, server, stop: () => Promise.all([miniflare.dispose(), server.stop()]) };
}

/** Keys of this machine alone, made once. */
export function developmentKeys() {
  const file = `${state}/keys.json`;
  mkdirSync(state, { recursive: true });
  if (!existsSync(file)) {
    const keys = { active: 'dev', keys: { dev: randomBytes(32).toString('base64') } };
    writeFileSync(file, JSON.stringify(keys), { mode: 0o600 });
  }
  return readFileSync(file, 'utf8');
}

async function freePort() {
  const { listen } = await import('./e2e/peers/listen.mjs');
  const { port, stop } = await listen(() => {});
  await stop();
  return port;
}

if (fileURLToPath(import.meta.url) === process.argv[1]) {
  // The server remembers nothing from one start to the next, so the app starts afresh as well.
  rmSync(`${state}/objects`, { recursive: true, force: true });
  const appPort = Number(process.env.PORT ?? 8787);
  const serverPort = Number(process.env.SERVER_PORT ?? 4101);
  const { origin, server, stop } = await start({ appPort, serverPort, keys: developmentKeys() }).catch((error) => {
    const isTaken = ['EADDRINUSE', 'ERR_ADDRESS_IN_USE'].includes(error.code);
    console.error(isTaken ? `Port ${appPort} or ${serverPort} is taken: set PORT or SERVER_PORT to another.` : error);
    process.exit(1);
  });
  console.log(`
  The app:                   ${origin}/
  An authorization server:   ${server.issuer}

  Open the app and type      ${new URL(server.issuer).host}
  It needs no account: press Allow when it asks. Ctrl-C ends both.
`);
  process.once('SIGINT', () => stop().then(() => process.exit(0)));
  process.once('SIGTERM', () => stop().then(() => process.exit(0)));
}
