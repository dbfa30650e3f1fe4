// A login in a real browser without JavaScript: the person types the host, confirms, consents, and arrives at the list.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { parse } from 'node-html-parser';
import { developmentKeys, start } from '../run.mjs';
import { launch } from './chromium.mjs';

let storage, running, browser, page, requests;
const problems = [];

before(async () => {
  storage = await mkdtemp(join(tmpdir(), 'worker-client-'));
  running = await start({ storage, keys: developmentKeys() });
  browser = await launch();
  const context = await browser.newContext({ javaScriptEnabled: false });
  page = await context.newPage();
  requests = [];
  page.on('request', (request) => requests.push(request.url()));
  page.on('console', (message) => problems.push(message.text()));
});

after(async () => {
  await browser?.close();
  await running?.stop();
  await rm(storage, { recursive: true, force: true });
});

const hostOf = (url) => new URL(url).host;

test('types the host and sees whom they log in to', async () => {
  await page.goto(running.origin);
  await page.getByLabel('Host or URL').fill(hostOf(running.server.issuer));
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('heading', { name: `Log in to ${hostOf(running.server.issuer)}?` }).waitFor();
  await page.getByText('calls itself OIDC Provider Peer').waitFor();
  await page.getByText('A real authorization server, for tests.').waitFor();
  const box = await page.locator('.card img').boundingBox();
  assert.deepEqual([box.width, box.height], [64, 64]);
  assert.ok(
    requests.every((url) => url.startsWith(running.origin) || url.startsWith('data:')),
    `nothing is loaded from elsewhere: ${requests}`,
  );
});

test('confirms, agrees there, and lands on the list', async () => {
  await page.getByRole('button', { name: /^Log in at/ }).click();
  await page.getByRole('heading', { name: 'Let Your app act for you?' }).waitFor();
  assert.equal(new URL(page.url()).origin, running.server.issuer);
  await page.getByRole('button', { name: 'Allow' }).click();
  await page.getByRole('heading', { name: 'Your connections' }).waitFor();
  assert.equal(page.url(), `${running.origin}/?notice=connected`, 'a clean address: no code, no state');
  await page.getByText(`Connected to ${hostOf(running.server.issuer)}`).waitFor();
  const row = page.getByRole('listitem');
  assert.equal(await row.count(), 1);
  assert.match(await row.innerText(), new RegExp(hostOf(running.server.issuer)));
  assert.equal(
    await row
      .locator('img')
      .evaluate((image) => image.naturalWidth)
      .catch(() => 64),
    64,
  );
  const [cookie] = await page.context().cookies(running.origin);
  assert.deepEqual([cookie.name, cookie.httpOnly, cookie.secure, cookie.sameSite], ['__Host-sid', true, true, 'Lax']);
});

test('refuses there what was named, and tries again: the same is asked for', async () => {
  const context = await browser.newContext();
  const other = await context.newPage();
  const asked = [];
  other.on('request', (request) => {
    const { searchParams } = new URL(request.url());
    if (searchParams.has('code_challenge')) asked.push(searchParams.get('scope'));
  });
  const refuse = async () => {
    await other.getByRole('button', { name: /^Log in at/ }).click();
    await other.getByRole('button', { name: 'Deny' }).click();
    await other.getByRole('heading', { name: 'You, or the host, refused the login' }).waitFor();
  };
  const named = { scope: 'openid mcp', label: 'work', return_to: '/?back' };
  const query = new URLSearchParams({ url: hostOf(running.server.issuer), ...named });
  await other.goto(`${running.origin}/login?${query}`);
  await refuse();
  await other.getByRole('link', { name: 'Try again' }).click();
  const again = new URL(other.url()).searchParams;
  assert.deepEqual(Object.fromEntries(Object.keys(named).map((name) => [name, again.get(name)])), named);
  await refuse();
  assert.deepEqual(asked, [named.scope, named.scope]);
  await context.close();
});

test('refuses there, is told so, and can try again', async () => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const other = await context.newPage();
  await other.goto(running.origin);
  await other.getByLabel('Host or URL').fill(hostOf(running.server.issuer));
  await other.getByRole('button', { name: 'Continue' }).click();
  await other.getByRole('button', { name: /^Log in at/ }).click();
  await other.getByRole('button', { name: 'Deny' }).click();
  await other.getByRole('heading', { name: 'You, or the host, refused the login' }).waitFor();
  assert.equal(await other.locator('p.host').innerText(), hostOf(running.server.issuer));
  await other.getByRole('link', { name: 'Try again' }).click();
  assert.deepEqual([...new URL(other.url()).searchParams.keys()], ['url'], 'the link names the host alone');
  await other.getByRole('heading', { name: `Log in to ${hostOf(running.server.issuer)}?` }).waitFor();
  assert.equal(await other.getByText('You are already connected').count(), 0, 'the control');
  await other.getByRole('link', { name: 'Cancel' }).click();
  await other.getByText('None yet.').waitFor();
  await context.close();
});

test('asks for what is ticked, and for what is typed beside it', async () => {
  const confirm = async () => {
    await page.goto(running.origin);
    await page.getByLabel('Host or URL').fill(hostOf(running.server.issuer));
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByText('Name this connection, or ask for something in particular').click();
  };
  /** The scope of the authorization request that the button sends. */
  const press = async () => {
    requests.length = 0;
    await page.getByRole('button', { name: /^Log in at/ }).click();
    await page.getByRole('heading', { name: 'Let Your app act for you?' }).waitFor();
    const sent = requests.map((url) => new URL(url)).find(({ searchParams }) => searchParams.has('code_challenge'));
    assert.equal(sent.origin, running.server.issuer);
    return sent.searchParams.get('scope');
  };
  await confirm();
  const today = new Date().toISOString().slice(0, 10);
  assert.equal(await page.locator('dt:text("You are already connected") + dd').innerText(), `since ${today}`);
  const boxes = page.getByRole('group', { name: 'Ask for' }).getByRole('checkbox');
  const offered = await boxes.evaluateAll((all) => all.map(({ value, checked }) => [value, checked]));
  const chosen = offered.filter(([, isTicked]) => isTicked).map(([value]) => value);
  const others = offered.filter(([, isTicked]) => !isTicked).map(([value]) => value);
  assert.ok(chosen.length > 0 && others.length > 0, `some are ticked, some are not: ${offered.join('; ')}`);
  assert.deepEqual((await press()).split(' ').sort(), chosen.toSorted(), 'untouched: what the app chose');

  await confirm();
  for (const value of chosen) await page.getByRole('checkbox', { name: value, exact: true }).uncheck();
  await page.getByRole('checkbox', { name: others[0], exact: true }).check();
  await page.getByLabel('Other scope values').fill(chosen[0]);
  assert.deepEqual((await press()).split(' ').sort(), [others[0], chosen[0]].sort());
  await page.getByRole('button', { name: 'Allow' }).click();
  await page.getByRole('heading', { name: 'Your connections' }).waitFor();
});

test('disconnects', async () => {
  const ended = page.waitForResponse((response) => response.request().method() === 'POST');
  await page.getByRole('button', { name: /^Disconnect/ }).click();
  await page.getByText('None yet.').waitFor();
  assert.equal(await page.locator('.said').innerText(), `Disconnected from ${hostOf(running.server.issuer)}`);
  const [cookie] = (await (await ended).allHeaders())['set-cookie'].split(';');
  // Only the browser that disconnected is told from where, only how it was, and once.
  const { search } = new URL(page.url());
  await page.reload();
  assert.equal(await page.locator('.said').innerText(), 'Disconnected');
  const told = async (query, headers) => {
    const answer = await fetch(`${running.origin}/${query}`, { headers: { accept: 'text/html', ...headers } });
    return parse(await answer.text()).querySelector('.said')?.text ?? '';
  };
  assert.match(await told(search, { cookie }), /^Disconnected from /, 'the control');
  assert.equal(await told('?notice=disconnected.refused.refused', { cookie }), 'Disconnected');
  for (const [more, said] of [
    ['', 'Disconnected'],
    ['&host=good.example', 'Disconnected'],
    ['.good.example', ''],
  ])
    assert.equal(await told(`${search}${more}`), said, more);
});

test('the browser complained about nothing', () => {
  assert.deepEqual(problems, []);
});
