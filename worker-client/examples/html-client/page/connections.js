// The connections of this page: in memory, or in the store where the person asked for it.
import * as flow from '../build/glue/html_client.js';
import { here } from './address.js';
import { send } from './http_client.js';
import * as store from './store.js';

const memory = new Map();
const changes = new BroadcastChannel('html-client');
const platform = { send };

const row = (resource) => `connection ${resource}`;
const carried = () => `carried ${sessionStorage.tab}`;

/** Calls back when another tab has changed what is kept. */
export const onChange = (act) => changes.addEventListener('message', act);

export async function read(resource) {
  return memory.get(resource) ?? (await store.get(row(resource)))?.text;
}

export const isKept = (resource) => !memory.has(resource);

/** Keeps a connection in memory, or in the store. */
export async function write(resource, text, keep) {
  if (keep) {
    await store.put(row(resource), text);
    memory.delete(resource);
  } else {
    memory.set(resource, text);
    await store.take(row(resource));
  }
  changes.postMessage('changed');
}

export async function remove(resource) {
  memory.delete(resource);
  await store.take(row(resource));
  changes.postMessage('changed');
}

/** All connections without their secrets, in the order of their names. */
export async function all() {
  const kept = (await store.names('connection ')).map((name) => name.slice('connection '.length));
  const found = [];
  for (const resource of [...new Set([...memory.keys(), ...kept])].sort()) {
    const text = await read(resource);
    if (text) found.push({ ...JSON.parse(flow.shown(text, Date.now())), isKept: isKept(resource) });
  }
  return found;
}

/** What is in memory alone goes along while the person is away at a server, sealed, and for this tab only. */
export async function carry() {
  if (!memory.size) return;
  sessionStorage.tab ??= crypto.randomUUID();
  await store.put(carried(), JSON.stringify([...memory]));
}

export async function unpack() {
  if (!sessionStorage.tab) return;
  const taken = await store.take(carried());
  for (const [resource, text] of JSON.parse(taken?.text ?? '[]')) {
    if (!memory.has(resource)) memory.set(resource, text);
  }
}

/** One at a time, in all tabs: a refresh token that rotates can be spent once. */
const alone = (resource, work) => navigator.locks.request(row(resource), work);

/** Renews a connection that `isDue` still finds to be in need of it. Resolves to a failure, or to nothing. */
export function refresh(resource, isDue = () => true) {
  return alone(resource, async () => {
    const text = await read(resource);
    if (!text || !isDue(text)) return undefined;
    const { connection, failure } = JSON.parse(await flow.refresh(text, Date.now(), here, platform));
    await write(resource, JSON.stringify(connection), isKept(resource));
    return failure;
  });
}

/** Sends a request as the user, with a token that is renewed where that is due. */
export async function ask(resource, method, url, body) {
  const shown = (text) => JSON.parse(flow.shown(text, Date.now()));
  const first = await read(resource);
  if (!first) return { failure: { kind: 'gone', text: 'this connection is no longer there' } };
  if (shown(first).is_due && shown(first).can_refresh) {
    const failure = await refresh(resource, (text) => shown(text).is_due);
    if (failure) return { failure };
  }
  const used = await read(resource);
  const outcome = JSON.parse(await flow.ask(used, method, url, body, here, platform));
  if (!outcome.answered?.is_unauthorized || !shown(used).can_refresh) return outcome;
  // The host ended the token before its time.
  const failure = await refresh(resource, (text) => text === used);
  if (failure) return { failure };
  return JSON.parse(await flow.ask(await read(resource), method, url, body, here, platform));
}

/** Revokes a connection's tokens at its server: what became of each. */
export function revoke(resource) {
  return alone(resource, async () => {
    const text = await read(resource);
    return text ? JSON.parse(await flow.revoke(text, here, platform)) : [];
  });
}
