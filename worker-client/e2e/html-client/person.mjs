// A person at the page without a server, in a real browser: the production build, at a plain static server, against
// real authorization servers at https names.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Lab } from '../lab.mjs';
import { start as oidc } from '../peers/oidc-provider.mjs';
import { start as mcpTs } from '../peers/mcp-ts-sdk.mjs';
import { browse, folder } from '../tls-lab.mjs';

export const built = fileURLToPath(new URL('../../examples/html-client/build/', import.meta.url));
const axe = createRequire(import.meta.url).resolve('axe-core');
export const PAGE = 'https://page.example/';

export const CORS = () => oidc({ issuer: 'https://cors.example', cors: 'all' });
export const MCP_TS = () => mcpTs({ issuer: 'https://mcp-ts.example' });

export let lab, browser;
let stop;

/** The page, and the servers that `starts` start, for the tests of a file. */
export function meet(...starts) {
  before(async () => {
    lab = new Lab();
    lab.host('page.example', folder(join(built, 'site')));
    const single = readFileSync(join(built, 'html-client.html'));
    lab.host('single.example', () => ({ status: 200, headers: { 'content-type': 'text/html' }, body: single }));
    lab.host('dark.example', () => ({ status: 200, headers: { 'content-type': 'application/json' }, body: '{}' }));
    for (const start of starts) lab.peer(await start());
    ({ browser, stop } = await browse(lab));
  });

  after(async () => {
    await stop?.();
    await lab?.stop();
  });
}

/** A browser of one person, and what it complained about; CORS is a complaint that the tests ask for. */
export async function person(options = {}) {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, ...options });
  await context.addInitScript({ path: axe });
  const complaints = [];
  const open = async (url = PAGE) => {
    const page = await context.newPage();
    page.on('console', (message) => {
      if (!/CORS|Failed to load resource/.test(message.text())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(url);
    await page.getByLabel('Host or URL').waitFor();
    return page;
  };
  return { context, complaints, open, close: () => context.close() };
}

export async function look(page, host) {
  await page.getByLabel('Host or URL').fill(host);
  await page.getByRole('button', { name: 'Continue' }).click();
}

export async function logIn(page, host, { keep = false } = {}) {
  await look(page, host);
  await page.getByText('You will agree at').waitFor();
  if (keep) await page.getByLabel('Stay logged in').check();
  await page.getByRole('button', { name: /^Log in at/ }).click();
}

/** Waits until the person is back and logged in. */
export const arrival = (page, host) => page.getByText(`You are logged in to ${host}`).waitFor();

export const connection = (page, host) => page.getByRole('listitem').filter({ hasText: host });

export async function open(page, resource) {
  await page.getByRole('button', { name: `Use ${resource}`, exact: true }).click();
  await page.getByRole('heading', { name: 'A request as you' }).waitFor();
}

/** A request as the user; the status and the text of its answer. */
export async function ask(page, url, body) {
  await page.getByLabel('URL').fill(url);
  if (body) {
    await page.getByLabel('Method').selectOption('POST');
    await page.getByText('Body of a POST').click();
    await page.getByLabel('JSON').fill(body);
  }
  await page.getByRole('button', { name: 'Send' }).click();
  await page.getByRole('heading', { name: /^Answer: / }).waitFor();
  const [, status] = /(\d+)/.exec(await page.getByRole('heading', { name: /^Answer: / }).innerText());
  return { status: Number(status), text: await page.getByLabel('The answer').innerText() };
}

export const logOut = async (page, host) => {
  await connection(page, host)
    .getByRole('button', { name: /^Log out/ })
    .click();
  await page.getByText(`You are logged out of ${host}`).waitFor();
};

export const form = (entry) => Object.fromEntries(new URLSearchParams(entry.body));

/** The token requests of a kind that a host received and that a login or refresh made. */
export const grants = (host, kind) =>
  lab
    .requests(host, { method: 'POST' })
    .filter(({ url }) => /token$/.test(new URL(url).pathname))
    .map((entry) => ({ ...entry, form: form(entry) }))
    .filter((entry) => entry.form.grant_type === kind && entry.form.code !== 'none');

/** Everything that the page has stored, as anybody who reads the disk finds it. */
export const stored = (page) =>
  page.evaluate(async () => {
    const result = (request) =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const database = await result(indexedDB.open('html-client'));
    const all = async (store, what) => result(database.transaction(store).objectStore(store)[what]());
    const [rows, values, keys] = [
      await all('rows', 'getAllKeys'),
      await all('rows', 'getAll'),
      await all('keys', 'getAll'),
    ];
    const text = values.map(({ sealed }) => new TextDecoder('latin1').decode(sealed)).join('');
    for (const key of keys) {
      const exported = await crypto.subtle.exportKey('raw', key).catch(() => undefined);
      if (exported) throw new Error('the key can be taken out');
    }
    database.close();
    const [session, local] = [sessionStorage, localStorage].map((storage) => JSON.stringify(storage));
    return { rows, keys: keys.length, text, session, local };
  });
