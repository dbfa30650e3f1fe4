// The page at real authorization servers, of which some let a page of another origin read their answers and some do
// not; judged by what they received.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { before, describe, test } from 'node:test';
import { start as betterAuth } from '../peers/better-auth.mjs';
import { start as fastmcp } from '../peers/fastmcp.mjs';
import { start as oidc } from '../peers/oidc-provider.mjs';
import { start as workers } from '../peers/workers-oauth-provider.mjs';
import {
  CORS,
  MCP_TS,
  PAGE,
  arrival,
  ask,
  connection,
  form,
  grants,
  lab,
  logIn,
  logOut,
  look,
  meet,
  open,
  person,
} from './person.mjs';

/** `uses`: what its API answers a page; `revokes`: what it is asked to revoke. */
const PEERS = [
  {
    named: 'cors.example',
    start: CORS,
    uses: { url: '/api/whoami', says: /"user":"demo"/ },
    renews: true,
    revokes: ['refresh_token', 'access_token'],
  },
  { named: 'mcp-ts.example', start: MCP_TS, revokes: [] },
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

meet(...PEERS.map(({ start }) => start));

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
      assert.equal(consents.length, 0, 'no person consents in vain');
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
