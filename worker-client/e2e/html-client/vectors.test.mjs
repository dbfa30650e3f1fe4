// The module of the page is the flow: the vectors hold in the browser.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { folder } from '../tls-lab.mjs';
import { browser, built, lab, meet } from './person.mjs';

meet();

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
  const root = fileURLToPath(new URL('../../../vectors/requirements', import.meta.url));
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
