// A person at the page who does as people do: reloads, goes back, refuses, uses two tabs, logs out while a server is
// down.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { start as oidc } from '../peers/oidc-provider.mjs';
import { wait } from '../waiting.mjs';
import {
  CORS,
  MCP_TS,
  PAGE,
  arrival,
  ask,
  connection,
  grants,
  lab,
  logIn,
  look,
  meet,
  open,
  person,
  stored,
} from './person.mjs';

meet(CORS, MCP_TS);

describe('a person who does as people do', () => {
  before(async () => {
    lab.peer(await oidc({ issuer: 'https://ask.example', cors: 'all', consent: 'page' }));
    lab.peer(await oidc({ issuer: 'https://short.example', cors: 'all', accessTokenSeconds: 2 }));
  });

  test('reloads before, during and after', async () => {
    const { context, open: opens, close } = await person();
    const page = await opens();
    await look(page, 'ask.example');
    await page.getByRole('heading', { name: 'Log in to ask.example?' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Log in to ask.example?' }).waitFor();
    await page.getByLabel('Stay logged in').check();
    await page.getByRole('button', { name: /^Log in at/ }).click();
    await page.getByRole('button', { name: 'Allow' }).waitFor();
    await page.reload();

    // The code is on its way to the token endpoint when the page is reloaded.
    let held;
    const reached = new Promise((resolve) => (held = resolve));
    await context.route('https://ask.example/token', (route) => held(route));
    await page.getByRole('button', { name: 'Allow' }).click();
    const route = await reached;
    await page.reload();
    await route.abort().catch(() => {});
    await context.unroute('https://ask.example/token');
    await page.getByText('reloaded while the server was asked for the token').waitFor();
    assert.equal(page.url(), PAGE);
    await page.getByRole('button', { name: 'Log in again' }).click();
    await page.getByLabel('Stay logged in').check();
    await page.getByRole('button', { name: /^Log in at/ }).click();
    await page.getByRole('button', { name: 'Allow' }).click();
    await arrival(page, 'ask.example');
    await page.reload();
    await connection(page, 'ask.example').getByText('Kept on this device, encrypted').waitFor();
    assert.equal(grants('ask.example', 'authorization_code').length, 1, 'each code once, none twice');
    await close();
  });

  test('goes back from the server, and opens an answer a second time', async () => {
    const { open: opens, close } = await person();
    const page = await opens();
    await logIn(page, 'ask.example');
    await page.getByRole('button', { name: 'Allow' }).waitFor();
    await page.goBack();
    await page.getByRole('heading', { name: 'Log in to ask.example?' }).waitFor();
    await page.getByRole('button', { name: /^Log in at/ }).click();
    let answer;
    page.on('request', (request) => {
      if (request.isNavigationRequest() && request.url().startsWith(`${PAGE}?`)) answer = request.url();
    });
    await page.getByRole('button', { name: 'Allow' }).click();
    await arrival(page, 'ask.example');
    const before = grants('ask.example', 'authorization_code').length;
    await page.goto(answer);
    await page.getByText('does not belong to a login of this browser, or it was used before').waitFor();
    assert.equal(page.url(), PAGE);
    assert.equal(grants('ask.example', 'authorization_code').length, before, 'nothing was sent');
    await close();
  });

  for (const [what, { named, keep }] of Object.entries({
    'nothing in particular': { keep: false },
    'other scope values, and to stay logged in': { named: ['mcp', 'openid'], keep: true },
  }))
    test(`asks for ${what}, refuses at the server, and tries again: the same is asked for`, async () => {
      const { open: opens, close } = await person();
      const page = await opens();
      const asked = [];
      page.on('request', (request) => {
        const { hostname, searchParams } = new URL(request.url());
        if (hostname === 'ask.example' && searchParams.has('code_challenge')) asked.push(searchParams.get('scope'));
      });
      await look(page, 'ask.example');
      await page.getByText('You will agree at').waitFor();
      await page.getByLabel('Stay logged in').setChecked(keep);
      if (named) {
        await page.getByText('Ask for something in particular').click();
        for (const box of await page.getByRole('group', { name: 'Ask for' }).getByRole('checkbox').all())
          await box.uncheck();
        await page.getByRole('checkbox', { name: named[0], exact: true }).check();
        await page.getByLabel('Other scope values').fill(named[1]);
      }
      await page.getByRole('button', { name: /^Log in at/ }).click();
      // No person answers at once: what a server refuses at once it refuses for the scope.
      await wait(2100);
      await page.getByRole('button', { name: 'Deny' }).click();
      await page.getByText('The authorization server answered access_denied').waitFor();
      await page.getByRole('button', { name: 'Log in again' }).click();
      await page.getByText('You will agree at').waitFor();
      const [first] = asked;
      const values = (scope) => scope.split(' ').sort();
      const shown = await page.locator('dt:text("It will ask for") + dd').innerText();
      assert.deepEqual(values(shown), values(first), 'what is said is what was asked for');
      assert.equal(await page.getByLabel('Stay logged in').isChecked(), keep);
      await page.getByRole('button', { name: /^Log in at/ }).click();
      await page.getByRole('button', { name: 'Allow' }).click();
      await arrival(page, 'ask.example');
      assert.deepEqual(asked.map(values), [values(first), values(first)]);
      if (named) assert.deepEqual(values(first), named.toSorted());
      else assert.ok(values(first).length > 1, 'the control: the scope that the page chose');
      await close();
    });

  test('uses two tabs: each login is its own, what is kept is in both, and a refresh is made once', async () => {
    const { context, open: opens, close } = await person();
    const [one, two] = [await opens(), await opens()];
    await look(one, 'ask.example');
    await logIn(two, 'short.example', { keep: true });
    await arrival(two, 'short.example');
    await one.getByRole('button', { name: /^Log in at/ }).click();
    await one.getByRole('button', { name: 'Allow' }).click();
    await arrival(one, 'ask.example');
    assert.equal(await connection(one, 'short.example').count(), 1, 'what is kept is in both');
    assert.equal(await connection(two, 'ask.example').count(), 0, 'what is in memory is in one');

    await wait(2100);
    for (const page of [one, two]) await open(page, 'https://short.example');
    const before = grants('short.example', 'refresh_token').length;
    // Slow enough for the second tab to find the token that the first one is about to spend.
    await context.route('https://short.example/token', async (route) => {
      await wait(1000);
      await route.continue();
    });
    for (const page of [one, two]) await page.getByLabel('URL').fill('/api/whoami');
    const send = (page) => page.evaluate(() => document.querySelector('form button').click());
    await Promise.all([one, two].map(send));
    for (const page of [one, two]) await page.getByRole('heading', { name: 'Answer: 200' }).waitFor();
    const refreshes = grants('short.example', 'refresh_token').slice(before);
    assert.equal(new Set(refreshes.map((entry) => entry.form.refresh_token)).size, refreshes.length, 'no token twice');
    assert.ok(refreshes.every(({ status }) => status === 200));
    assert.ok(refreshes.length >= 1);
    await close();
  });

  test('has a connection in memory, and logs in to another host: both are there', async () => {
    const { open: opens, close } = await person();
    const page = await opens();
    for (const host of ['mcp-ts.example', 'cors.example']) {
      await logIn(page, host);
      await arrival(page, host);
    }
    assert.equal(await page.getByRole('listitem').count(), 2);
    await page.reload();
    await page.getByText('None yet.').waitFor();
    await close();
  });

  test('logs out while the server is down: it is kept, and tried again', async () => {
    const { context, open: opens, close } = await person();
    const page = await opens();
    await logIn(page, 'cors.example');
    await arrival(page, 'cors.example');
    const revocation = 'https://cors.example/token/revocation';
    const cors = { 'access-control-allow-origin': '*' };
    await context.route(revocation, (route) => route.fulfill({ status: 503, headers: cors }));
    await page.getByRole('button', { name: 'Log out of https://cors.example' }).click();
    await page.getByRole('heading', { name: 'The server has not confirmed the log out' }).waitFor();
    await context.unroute(revocation);
    const before = lab.requests('cors.example', { path: '/token/revocation' }).length;
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('You are logged out of cors.example').waitFor();
    assert.equal(lab.requests('cors.example', { path: '/token/revocation' }).length, before + 2);
    await close();
  });

  test('forgets everything: tokens are revoked, and nothing is stored', async () => {
    const { open: opens, close } = await person();
    const page = await opens();
    await logIn(page, 'cors.example', { keep: true });
    await arrival(page, 'cors.example');
    const before = lab.requests('cors.example', { path: '/token/revocation' }).length;
    await page.getByRole('button', { name: 'Log out of all, and forget everything' }).click();
    await page.getByText('everything is forgotten').waitFor();
    assert.equal(lab.requests('cors.example', { path: '/token/revocation' }).length, before + 2);
    assert.deepEqual(await stored(page), { rows: [], keys: 0, text: '', session: '{}', local: '{}' });
    await close();
  });
});
