// The page without a server, in a real browser: the production build, at a plain static server, against real
// authorization servers at https names; judged by what they received.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Lab } from './lab.mjs';
import { start as oidc } from './peers/oidc-provider.mjs';
import { start as mcpTs } from './peers/mcp-ts-sdk.mjs';
import { start as workers } from './peers/workers-oauth-provider.mjs';
import { start as fastmcp } from './peers/fastmcp.mjs';
import { browse, folder } from './tls-lab.mjs';
import { eventually } from './waiting.mjs';

const built = fileURLToPath(new URL('../examples/html-client/build/', import.meta.url));
const pictures = fileURLToPath(new URL('../.run/html-client', import.meta.url));
const axe = createRequire(import.meta.url).resolve('axe-core');
const PAGE = 'https://page.example/';

let lab, browser, stop;

before(async () => {
  rmSync(pictures, { recursive: true, force: true });
  mkdirSync(pictures, { recursive: true });
  lab = new Lab();
  lab.host('page.example', folder(join(built, 'site')));
  ({ browser, stop } = await browse(lab));
});

after(async () => {
  await stop?.();
  await lab?.stop();
});

/** A browser of one person, and what it complained about; CORS is a complaint that the tests ask for. */
async function person(options = {}) {
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

async function look(page, host) {
  await page.getByLabel('Host or URL').fill(host);
  await page.getByRole('button', { name: 'Continue' }).click();
}

async function logIn(page, host, { keep = false } = {}) {
  await look(page, host);
  await page.getByRole('heading', { name: /^Log in to/ }).waitFor();
  if (keep) await page.getByLabel('Stay logged in').check();
  await page.getByRole('button', { name: /^Log in at/ }).click();
}

test('thin', async () => {
  lab.peer(await mcpTs({ issuer: 'https://mcp-ts.example' }));
  const { open, complaints, close } = await person();
  const page = await open();
  page.on('console', (m) => console.log('C', m.text()));
  await logIn(page, 'mcp-ts.example');
  await page
    .getByText('You are logged in to mcp-ts.example')
    .waitFor({ timeout: 10000 })
    .catch((e) => console.log(e.message));
  await page.screenshot({ path: join(pictures, 'thin.png'), fullPage: true });
  for (const r of lab.all) if (!r.url.includes('page.example')) console.log(r.method, r.url, r.status);
  assert.deepEqual(complaints, []);
  await close();
});
