// The page without a server, in a real browser: the production build, at a plain static server, against real
// authorization servers at https names; judged by what they received.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { Lab } from './lab.mjs';
import { start as oidc } from './peers/oidc-provider.mjs';
import { start as mcpTs } from './peers/mcp-ts-sdk.mjs';
import { start as workers } from './peers/workers-oauth-provider.mjs';
import { start as betterAuth } from './peers/better-auth.mjs';
import { start as fastmcp } from './peers/fastmcp.mjs';
import { browse, folder } from './tls-lab.mjs';
import { wait } from './waiting.mjs';

const built = fileURLToPath(new URL('../examples/html-client/build/', import.meta.url));
const pictures = fileURLToPath(new URL('../.run/html-client', import.meta.url));
const axe = createRequire(import.meta.url).resolve('axe-core');
const PAGE = 'https://page.example/';

/** `uses`: what its API answers a page; `revokes`: what it is asked to revoke. */
const PEERS = [
  {
    named: 'cors.example',
    start: () => oidc({ issuer: 'https://cors.example', cors: 'all' }),
    uses: { url: '/api/whoami', says: /"user":"demo"/ },
    renews: true,
    revokes: ['refresh_token', 'access_token'],
  },
  { named: 'mcp-ts.example', start: () => mcpTs({ issuer: 'https://mcp-ts.example' }), revokes: [] },
  {
    named: 'workers.example/mcp',
    start: () => workers({ issuer: 'https://workers.example' }),
    uses: { url: '/mcp', says: /"user":"demo"/ },
    renews: true,
    revokes: ['refresh_token', 'access_token'],
  },
  {
    named: 'fastmcp.example',
    start: () => fastmcp({ issuer: 'https://fastmcp.example' }),
    renews: true,
    revokes: ['refresh_token', 'access_token'],
  },
];

let lab, browser, stop;

before(async () => {
  rmSync(pictures, { recursive: true, force: true });
  mkdirSync(pictures, { recursive: true });
  lab = new Lab();
  lab.host('page.example', folder(join(built, 'site')));
  const single = readFileSync(join(built, 'html-client.html'));
  lab.host('single.example', () => ({ status: 200, headers: { 'content-type': 'text/html' }, body: single }));
  for (const { start } of PEERS) lab.peer(await start());
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
  await page.getByText('You will agree at').waitFor();
  if (keep) await page.getByLabel('Stay logged in').check();
  await page.getByRole('button', { name: /^Log in at/ }).click();
}

/** Waits until the person is back and logged in. */
const arrival = (page, host) => page.getByText(`You are logged in to ${host}`).waitFor();

const connection = (page, host) => page.getByRole('listitem').filter({ hasText: host });

async function open(page, resource) {
  await page.getByRole('button', { name: `Use ${resource}`, exact: true }).click();
  await page.getByRole('heading', { name: 'A request as you' }).waitFor();
}

/** A request as the user; the status and the text of its answer. */
async function ask(page, url, body) {
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

const logOut = async (page, host) => {
  await connection(page, host)
    .getByRole('button', { name: /^Log out/ })
    .click();
  await page.getByText(`You are logged out of ${host}`).waitFor();
};

const form = (entry) => Object.fromEntries(new URLSearchParams(entry.body));

/** The token requests of a kind that a host received and that a login or refresh made. */
const grants = (host, kind) =>
  lab
    .requests(host, { method: 'POST' })
    .filter(({ url }) => /token$/.test(new URL(url).pathname))
    .map((entry) => ({ ...entry, form: form(entry) }))
    .filter((entry) => entry.form.grant_type === kind && entry.form.code !== 'none');

describe('servers that let pages of other origins read their answers', () => {
  for (const { named, uses, renews, revokes } of PEERS) {
    test(`${named}: a login, a request, a log out`, async () => {
      const { host } = new URL(`https://${named}`);
      const { open: opens, complaints, close } = await person();
      const page = await opens();
      await logIn(page, named);
      await arrival(page, host);
      assert.equal(page.url(), PAGE, 'no code and no state in the address');

      const received = lab.requests(host);
      const [registration] = received.filter(
        ({ url, method }) => /reg/.test(new URL(url).pathname) && method === 'POST',
      );
      const metadata = JSON.parse(registration.body);
      assert.deepEqual(metadata.redirect_uris, [PAGE]);
      assert.equal(metadata.client_name, 'page.example');
      const [asked] = received.filter(({ url }) => new URL(url).searchParams.has('code_challenge'));
      const sent = new URL(asked.url).searchParams;
      const [{ form: exchange }] = grants(host, 'authorization_code');
      assert.equal(sent.get('code_challenge_method'), 'S256');
      assert.equal(sent.get('resource'), `https://${named}`);
      assert.equal(exchange.redirect_uri, PAGE);
      const digest = createHash('sha256').update(exchange.code_verifier).digest('base64url');
      assert.equal(sent.get('code_challenge'), digest);
      for (const { headers, method } of received.filter(
        ({ headers: { origin } }) => origin === 'https://page.example',
      )) {
        assert.equal(headers.referer, undefined, method);
        assert.equal(headers.cookie, undefined, method);
      }

      const row = connection(page, host);
      assert.equal(await row.getByText('it is renewed when it is used').count(), renews ? 1 : 0);
      if (uses) {
        await open(page, `https://${named}`);
        const answer = await ask(page, uses.url);
        assert.equal(answer.status, 200);
        assert.match(answer.text, uses.says);
        await page.getByRole('button', { name: 'To the start page' }).click();
      }
      await logOut(page, host);
      const revocations = lab.requests(host, { method: 'POST' }).filter((entry) => form(entry).token);
      assert.deepEqual(
        revocations.map((entry) => form(entry).token_type_hint),
        revokes,
      );
      assert.ok(
        revocations.every(({ status }) => status === 200),
        JSON.stringify(revocations.map(({ status, answer }) => [status, answer])),
      );
      await page.getByText('None yet.').waitFor();
      assert.deepEqual(complaints, []);
      await close();
    });
  }

  test('shows the branding of a host that lets a page read it', async () => {
    const { open: opens, close } = await person();
    const page = await opens();
    await look(page, 'cors.example');
    await page.getByText('calls itself OIDC Provider Peer').waitFor();
    await page.getByText('A real authorization server, for tests.').waitFor();
    assert.equal(await page.locator('.card img').evaluate((image) => image.naturalWidth), 64);
    await page.goto(`${PAGE}?url=mcp-ts.example`);
    await page.getByText('You will agree at').waitFor();
    assert.equal(await page.locator('.card img').count(), 0, 'the initial stands for it');
    await close();
  });

  test('a second login takes the registration of the first', async () => {
    const { open: opens, close } = await person();
    const page = await opens();
    const before = lab.requests('cors.example', { method: 'POST', path: '/reg' }).length;
    for (let n = 0; n < 2; n += 1) {
      await logIn(page, 'cors.example');
      await arrival(page, 'cors.example');
    }
    assert.equal(lab.requests('cors.example', { method: 'POST', path: '/reg' }).length, before + 1);
    await close();
  });
});

describe('servers that do not', () => {
  before(async () => {
    lab.peer(await oidc({ issuer: 'https://closed.example' }));
    lab.peer(await oidc({ issuer: 'https://half.example', cors: 'registration' }));
    lab.peer(await betterAuth({ issuer: 'https://better.example/api/auth' }));
    lab.host('dark.example', () => ({ status: 200, headers: { 'content-type': 'application/json' }, body: '{}' }));
  });

  for (const [host, endpoint, url] of [
    ['closed.example', 'registration endpoint', 'https://closed.example/reg'],
    ['half.example', 'token endpoint', 'https://half.example/token'],
    ['better.example/api/auth', 'metadata', 'https://better.example/.well-known/oauth-authorization-server/api/auth'],
    ['dark.example', 'metadata', 'https://dark.example/.well-known/oauth-authorization-server'],
  ]) {
    test(`${host}: it names the ${endpoint}, who must act and how, and points to the Worker`, async () => {
      const { open: opens, close } = await person();
      const page = await opens();
      await (endpoint === 'metadata' ? look(page, host) : logIn(page, host));
      const panel = page.locator('.panel').first();
      await panel.getByText(`The ${endpoint} cannot be read from a page of https://page.example.`).waitFor();
      const text = await page.locator('#view').innerText();
      assert.ok(text.includes(url), text);
      assert.match(text, /Who must act: the operator of the authorization server/);
      assert.match(text, /Access-Control-Allow-Origin: https:\/\/page\.example/);
      assert.match(text, /the Worker of this project/);
      const consents = lab
        .requests(host.split('/')[0])
        .filter((entry) => new URL(entry.url).searchParams.has('code_challenge'));
      assert.equal(consents.length, 0, 'nobody consents in vain');
      await close();
    });
  }

  test('a host that is not there is not said to forbid it', async () => {
    const { open: opens, close } = await person();
    const page = await opens();
    await look(page, 'nobody.example');
    await page.getByText('gave no answer').waitFor();
    assert.equal(await page.getByText('CORS').count(), 0);
    await close();
  });

  test('an API that no page can read', async () => {
    const { open: opens, close } = await person();
    const page = await opens();
    await logIn(page, 'mcp-ts.example');
    await arrival(page, 'mcp-ts.example');
    await open(page, 'https://mcp-ts.example');
    await page.getByLabel('URL').fill('/api/whoami');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('Who must act: the operator of the host').waitFor();
    await close();
  });
});

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

  test('refuses at the server', async () => {
    const { open: opens, close } = await person();
    const page = await opens();
    await logIn(page, 'ask.example');
    // No person answers at once: what a server refuses at once it refuses for the scope.
    await wait(2100);
    await page.getByRole('button', { name: 'Deny' }).click();
    await page.getByText('The authorization server answered access_denied').waitFor();
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

/** Everything that the page has stored, as anybody who reads the disk finds it. */
const stored = (page) =>
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

describe('the module of the page is the flow: the vectors hold in the browser', () => {
  let page, close;

  before(async () => {
    const glue = folder(join(built, 'glue'));
    const blank = {
      status: 200,
      headers: { 'content-type': 'text/html' },
      body: '<!doctype html><title>Vectors</title>',
    };
    lab.host('vectors.example', (request) => (new URL(request.url).pathname === '/' ? blank : glue(request)));
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    close = () => context.close();
    page = await context.newPage();
    await page.goto('https://vectors.example/');
    await page.evaluate(async () => {
      const flow = await import('/html_client.js');
      await flow.default({ module_or_path: '/html_client_bg.wasm' });
      globalThis.flow = flow;
    });
    await page.evaluate(inBrowser);
  });

  after(() => close?.());

  test('hosts', async () => {
    const hosts = cases('host');
    assert.ok(hosts.length > 20, `${hosts.length} hosts`);
    for (const { id, note, host, exchanges, expect } of hosts) {
      const found = await page.evaluate(
        async ([name, recorded]) => {
          const look = JSON.parse(await flow.look(name, 'https://page.example/', network(recorded)));
          return { verdict: look.verdict, findings: look.findings.map(([finding]) => finding).sort() };
        },
        [host, exchanges],
      );
      assert.deepEqual(found, expect, `${id}: ${note}`);
    }
  });

  test('authorization requests, and the token requests after them', async () => {
    const logins = cases('authorization-request');
    assert.ok(logins.length > 5, `${logins.length} logins`);
    for (const { id, note, expect, ...login } of logins) {
      const found = await page.evaluate((input) => logIn(input), login);
      if (expect.breaks) {
        assert.equal(found.requirement, expect.breaks, `${id}: ${note}`);
        continue;
      }
      const url = new URL(found.url);
      assert.equal(url.origin + url.pathname, expect.endpoint, `${id}: ${note}`);
      holds(url.searchParams, expect, `${id}: ${note}`);
      const { method, url: endpoint, body } = found.sent;
      assert.deepEqual([method, endpoint], [expect.token_request.method, expect.token_request.url], `${id}: ${note}`);
      holds(new URLSearchParams(body), expect.token_request, `${id}: ${note}`);
    }
  });

  test('callbacks', async () => {
    const callbacks = cases('callback');
    assert.ok(callbacks.length > 40, `${callbacks.length} callbacks`);
    for (const { id, note, expect, ...input } of callbacks) {
      const { sent, finished } = await page.evaluate((login) => logIn(login), {
        client_id: 's6BhdRkqt3',
        redirect_uri: input.callback.split('?')[0],
        resource: input.metadata.issuer,
        verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
        ...input,
      });
      const { text, requirement: breaks } = finished.failed?.failure ?? {};
      const refusal = /answered (\w+)/.exec(text ?? '')?.[1] ?? new URL(input.callback).searchParams.get('error');
      const found = sent ? { accepted: true } : { accepted: false, ...(breaks ? { breaks } : { error: refusal }) };
      assert.deepEqual(found, expect, `${id}: ${note}`);
    }
  });
});

/** The cases of the vectors of a subject. */
function cases(subject) {
  const root = fileURLToPath(new URL('../../vectors/requirements', import.meta.url));
  const files = readdirSync(root, { recursive: true }).filter((file) => file.endsWith('.json'));
  const vectors = files.sort().map((file) => JSON.parse(readFileSync(join(root, file), 'utf8')));
  return vectors
    .filter((vector) => vector.subject === subject)
    .flatMap((vector) => vector.cases.map((one) => ({ id: vector.id, ...one })));
}

/** Each parameter once, the expected ones with their values, and none of those that must be absent. */
function holds(parameters, expect, context) {
  assert.equal(new Set(parameters.keys()).size, parameters.size, `${context}: each parameter once`);
  for (const [name, value] of Object.entries(expect.parameters)) assert.equal(parameters.get(name), value, context);
  for (const name of expect.absent ?? []) assert.ok(!parameters.has(name), `${context}: ${name}`);
}

/** What the tests of the vectors have in the browser: a network of recorded exchanges, and a login over it. */
function inBrowser() {
  const text = (body) =>
    typeof body === 'string' ? body : body === null || body === undefined ? '' : JSON.stringify(body);
  globalThis.network = (exchanges, sent = []) => ({
    spend: async () => true,
    async send(method, url, headers, body) {
      if (method === 'POST') sent.push({ method, url, headers, body: new TextDecoder().decode(body) });
      const found = exchanges.find((one) => one.url === url && (one.method ?? 'GET') === method);
      if (!found && method !== 'GET') throw 'no-answer';
      const { status, headers: pairs = [], body: answer } = found ?? { status: 404 };
      const names = pairs.flatMap(([name, value]) => [name.toLowerCase(), value]);
      return { status, headers: names, body: new TextEncoder().encode(text(answer)) };
    },
  });
  const octets = (base64url) =>
    Uint8Array.from(atob(base64url.replace(/-/g, '+').replace(/_/g, '/')), (character) => character.charCodeAt(0));
  globalThis.logIn = async ({
    metadata,
    client_id,
    redirect_uri,
    resource,
    scope,
    state,
    verifier,
    code,
    callback,
  }) => {
    const json = (url, body, status = 200) => ({ url, status, headers: [['content-type', 'application/json']], body });
    const { origin, pathname } = new URL(metadata.issuer);
    const path = pathname === '/' ? '' : pathname;
    const sent = [];
    const platform = network(
      [
        json(`${origin}/.well-known/oauth-authorization-server${path}`, metadata),
        { ...json(metadata.registration_endpoint, { client_id }, 201), method: 'POST' },
      ],
      sent,
    );
    const look = JSON.parse(await flow.look(resource, redirect_uri, platform));
    if (!look.offer) return { requirement: look.requirement };
    const offer = JSON.stringify(look.offer);
    const { login } = JSON.parse(await flow.register(offer, undefined, scope ?? '', 'app', 0, redirect_uri, platform));
    const begun = JSON.parse(flow.begin(JSON.stringify(login), octets(state), octets(verifier)));
    const iss = encodeURIComponent(metadata.issuer);
    const answer = callback ?? `${redirect_uri}?code=${code}&state=${state}&iss=${iss}`;
    sent.length = 0;
    const later = 600000;
    const underWay = JSON.stringify(begun.under_way);
    const finished = JSON.parse(await flow.finish(underWay, answer, later, later, redirect_uri, platform));
    return { url: begun.url, sent: sent[0], finished };
  };
}

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
