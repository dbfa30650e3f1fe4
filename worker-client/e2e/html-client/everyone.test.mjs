// Every state of the page at two widths, light and dark, and by keyboard alone.
import assert from 'node:assert/strict';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { CORS, PAGE, arrival, ask, look, meet, open, person } from './person.mjs';

const pictures = fileURLToPath(new URL('../../.run/html-client', import.meta.url));

meet(CORS);

before(() => {
  rmSync(pictures, { recursive: true, force: true });
  mkdirSync(pictures, { recursive: true });
});

describe('everyone can use it', () => {
  for (const width of [360, 1280]) {
    for (const colorScheme of ['light', 'dark']) {
      test(`${colorScheme}, ${width} px wide: every state fits, and axe-core finds nothing`, async () => {
        const { context, open: opens, close } = await person({ viewport: { width, height: 720 }, colorScheme });
        const page = await opens();
        const state = async (name) => {
          await page.screenshot({ path: join(pictures, `${name}-${width}-${colorScheme}.png`), fullPage: true });
          const wider = () => document.documentElement.scrollWidth - document.documentElement.clientWidth;
          assert.equal(await page.evaluate(wider), 0, `${name} is wider than the window`);
          const { violations } = await page.evaluate(() => globalThis.axe.run({ resultTypes: ['violations'] }));
          const found = violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.failureSummary}`));
          assert.deepEqual(found, [], name);
        };
        await state('home-empty');
        await look(page, 'dark.example');
        await page.getByText('Who must act').first().waitFor();
        await state('unreadable');
        await page.getByRole('button', { name: 'To the start page' }).click();
        await look(page, 'http://cors.example');
        await page.getByText('only https is allowed').waitFor();
        await state('refused');
        await page.getByRole('button', { name: 'To the start page' }).click();
        await look(page, 'cors.example');
        await page.getByText('You will agree at').waitFor();
        await state('confirm');
        for (const summary of await page.locator('summary').all()) await summary.click();
        await state('confirm-open');
        await page.getByRole('button', { name: /^Log in at/ }).click();
        await arrival(page, 'cors.example');
        await state('home');
        await open(page, 'https://cors.example');
        await ask(page, '/api/whoami');
        for (const summary of await page.locator('summary').all()) await summary.click();
        await state('connection');
        await page.getByLabel('URL').fill('https://dark.example');
        await page.getByRole('button', { name: 'Send' }).click();
        await page.getByText('is sent nowhere else').waitFor();
        await state('connection-not-sent');
        const down = { status: 503, headers: { 'access-control-allow-origin': '*' } };
        await context.route('https://cors.example/token/revocation', (route) => route.fulfill(down));
        await page.getByRole('button', { name: 'Log out', exact: true }).click();
        await page.getByRole('heading', { name: 'The server has not confirmed the log out' }).waitFor();
        await state('log-out');
        await page.goto(`${PAGE}?error=access_denied&state=x`);
        await page.getByRole('heading', { name: 'You are not logged in' }).waitFor();
        await state('failed');
        await close();
      });
    }
  }

  test('a keyboard is enough, and the focus goes where the page goes', async () => {
    const { open: opens, close } = await person();
    const page = await opens();
    await page.keyboard.press('Tab');
    await page.keyboard.type('cors.example');
    await page.keyboard.press('Enter');
    await page.getByText('You will agree at').waitFor();
    assert.match(await page.evaluate(() => document.activeElement.textContent), /^Log in to cors\.example/);
    assert.match(await page.title(), /^Log in to cors\.example\?/);
    for (let n = 0; n < 12; n += 1) {
      await page.keyboard.press('Tab');
      if ((await page.evaluate(() => document.activeElement.textContent)).startsWith('Log in at')) break;
    }
    await page.keyboard.press('Enter');
    await arrival(page, 'cors.example');
    await close();
  });
});
