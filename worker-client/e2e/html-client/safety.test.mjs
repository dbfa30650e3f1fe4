// The safety of the page, its size, and the same page as one file.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { brotliCompressSync } from 'node:zlib';
import { CORS, PAGE, arrival, ask, built, grants, lab, logIn, logOut, meet, open, person, stored } from './person.mjs';

meet(CORS);

describe('what a page can do for safety', () => {
  test('what is stored is sealed, and no script can take the key out', async () => {
    const { open: opens, close } = await person();
    const page = await opens();
    await logIn(page, 'cors.example', { keep: true });
    await arrival(page, 'cors.example');
    const { rows, keys, ...found } = await stored(page);
    assert.deepEqual(rows, ['connection https://cors.example', `registered https://cors.example ${PAGE}`]);
    assert.equal(keys, 1);
    const [{ answer }] = grants('cors.example', 'authorization_code').slice(-1);
    const issued = JSON.parse(answer);
    for (const secret of [issued.access_token, issued.refresh_token]) {
      assert.ok(secret.length > 20);
      assert.ok(!JSON.stringify(found).includes(secret));
    }
    await close();
  });

  test('a token is sent to its resource alone', async () => {
    const { open: opens, close } = await person();
    const page = await opens();
    await logIn(page, 'cors.example');
    await arrival(page, 'cors.example');
    await open(page, 'https://cors.example');
    const before = lab.all.length;
    for (const url of ['https://dark.example/', 'https://cors.example.evil.example/', '//dark.example/x']) {
      await page.getByLabel('URL').fill(url);
      await page.getByRole('button', { name: 'Send' }).click();
      await page.getByText('is sent nowhere else').waitFor();
    }
    const sent = lab.all.slice(before).filter(({ headers }) => headers.authorization);
    assert.equal(sent.length, 0);
    await close();
  });

  for (const [form, url] of [
    ['folder', PAGE],
    ['file', 'https://single.example/login.html'],
  ]) {
    test(`no script but its own runs in the ${form}`, async () => {
      const { open: opens, complaints, close } = await person();
      const page = await opens(url);
      const ran = await page.evaluate(async () => {
        const tries = {
          inline: () => {
            const script = document.createElement('script');
            script.append('globalThis.ran = true');
            document.head.append(script);
          },
          elsewhere: () => {
            const script = document.createElement('script');
            script.setAttribute('src', 'https://dark.example/x.js');
            document.head.append(script);
          },
          handler: () => document.body.setAttribute('onclick', 'globalThis.ran = true'),
          markup: () => (document.body.innerHTML += '<img src=x onerror="globalThis.ran = true">'),
          evaluated: () => setTimeout(() => (0, eval)('globalThis.ran = true')),
        };
        for (const attempt of Object.values(tries)) {
          try {
            attempt();
          } catch {
            // Refused at once.
          }
        }
        document.body.click();
        await new Promise((resolve) => setTimeout(resolve, 200));
        return globalThis.ran;
      });
      assert.equal(ran, undefined);
      assert.ok(complaints.length > 0, 'the browser has said so');
      await close();
    });
  }

  test('it does not log in from within another page', async () => {
    lab.host('frame.example', () => ({
      status: 200,
      headers: { 'content-type': 'text/html' },
      body: `<!doctype html><title>Frame</title><iframe src="${PAGE}" width="600" height="400"></iframe>`,
    }));
    const { context, close } = await person();
    const page = await context.newPage();
    await page.goto('https://frame.example/');
    await page.frameLocator('iframe').getByText('Open it by itself').waitFor();
    await close();
  });
});

test('it is small, as folder and as file', () => {
  const files = ['index.html', 'client.js', 'style.css', 'client.wasm'].map((name) => join(built, 'site', name));
  for (const form of [files, [join(built, 'html-client.html')]]) {
    const size = form.reduce((sum, file) => sum + brotliCompressSync(readFileSync(file)).length, 0);
    assert.ok(size < 250_000, `${size} bytes, compressed`);
    assert.ok(size > 100_000, 'the module is among them');
  }
});

test('the one file, from another static host, behaves the same', async () => {
  const address = 'https://single.example/login.html';
  const { open: opens, complaints, close } = await person();
  const page = await opens(address);
  await logIn(page, 'cors.example', { keep: true });
  await arrival(page, 'cors.example');
  assert.equal(page.url(), address);
  const [registration] = lab.requests('cors.example', { method: 'POST', path: '/reg' }).slice(-1);
  assert.deepEqual(JSON.parse(registration.body).redirect_uris, [address]);
  await open(page, 'https://cors.example');
  assert.equal((await ask(page, '/api/whoami')).status, 200);
  await page.getByRole('button', { name: 'To the start page' }).click();
  await logOut(page, 'cors.example');
  assert.deepEqual(
    [...new Set(lab.requests('single.example').map(({ url }) => new URL(url).pathname))],
    ['/login.html'],
    'one file',
  );
  const asked = lab.all.filter(({ headers }) => headers.origin === 'https://single.example');
  assert.deepEqual([...new Set(asked.map(({ url }) => new URL(url).host))], ['cors.example'], 'no third party');
  assert.deepEqual(complaints, []);
  await close();
});
