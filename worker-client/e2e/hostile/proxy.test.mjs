// Rows P05 to P07: content of a host on the origin of an app, in a real browser.
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { after, before, describe, test } from 'node:test';
import { Agent } from '../agent.mjs';
import { artefact, hostOf } from '../app.mjs';
import { launch } from '../chromium.mjs';
import { json, pairs } from '../lab.mjs';
import { listen } from '../peers/listen.mjs';
import { World } from './world.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const USER = { 'cf-access-authenticated-user-email': 'ann@app.example' };

/** Runs where the origin of the app is: the app's own socket receives `/ran`. */
const SCRIPT = "fetch('/ran?' + document.cookie).catch(() => {})";
const TAKEOVER = "self.addEventListener('fetch', (e) => e.respondWith(new Response('taken over')))";
const html = (body) => `<!doctype html><title>Host</title>${body}`;
const typed = (type, body, more = {}) => ({ status: 200, headers: { 'content-type': type, ...more }, body });

/** Documents of a host that run script where they have an origin. */
const DOCUMENTS = {
  html: typed('text/html', html(`<script>${SCRIPT}</script>`)),
  'html in capitals, with a parameter': typed('Text/HTML; charset=utf-8', html(`<script>${SCRIPT}</script>`)),
  'html after another type': typed('text/plain;x, text/html', html(`<script>${SCRIPT}</script>`)),
  'html with an open policy': typed('text/html', html(`<script>${SCRIPT}</script>`), {
    'content-security-policy': "sandbox allow-scripts allow-same-origin; default-src * 'unsafe-inline'",
    'content-disposition': 'inline',
  }),
  svg: typed('image/svg+xml', `<svg xmlns="http://www.w3.org/2000/svg"><script>${SCRIPT}</script></svg>`),
  xml: typed('text/xml', `<x><s:script xmlns:s="http://www.w3.org/1999/xhtml">${SCRIPT}</s:script></x>`),
  xhtml: typed('application/xhtml+xml', `<x><s:script xmlns:s="http://www.w3.org/1999/xhtml">${SCRIPT}</s:script></x>`),
  'a redirect to a script': {
    status: 200,
    headers: { 'content-type': 'text/html', refresh: '0; url=/ran' },
    body: ' ',
  },
};

/** The app behind a socket, as one user sees it in a browser, and a host that the user is logged in to. */
class Site {
  ran = [];

  static async start(modules) {
    const site = new Site();
    site.world = await World.start({ modules, bindings: { PREFIX: '/connect' } });
    site.host = site.world.server('evil');
    const person = new Agent(site, site.world.lab);
    const page = await person.submit(await person.visit(`/connect/login?url=${site.host.host}`));
    assert.equal(page.status, 200, page.body);
    site.socket = await listen(site.answer);
    site.origin = `http://localhost:${site.socket.port}`;
    return site;
  }

  fetch = (request) => this.world.app.fetch({ ...request, headers: { ...request.headers, ...USER } });

  answer = async ({ method, url, headers: { host: _, connection: __, ...headers } }, response) => {
    if (url === '/own') return response.writeHead(200, { 'content-type': 'text/html' }).end(html(''));
    if (url.startsWith('/ran')) this.ran.push(url);
    if (url.startsWith('/ran') || url === '/favicon.ico') return response.writeHead(204).end();
    const answer = await this.fetch({ method, url: `https://app.example${url}`, headers });
    return response.writeHead(answer.status, pairs(answer.headers).flat()).end(answer.body);
  };

  async stop() {
    await this.socket.stop();
    await this.world.stop();
  }

  /** The path at which the app shows the content of the host. */
  shows(content) {
    this.host.on.use = () => content;
    return `/?url=${encodeURIComponent(`${this.host.issuer}/api/content`)}`;
  }

  /** Opens the content of the host in a new browser, or does with its address what a page of the app does. */
  async opened(content, does) {
    this.ran = [];
    const context = await browser.newContext({ acceptDownloads: true });
    try {
      const page = await context.newPage();
      const path = this.shows(content);
      await page.goto(`${this.origin}/own`);
      const outcome = does
        ? await page.evaluate(does, path)
        : await page.goto(`${this.origin}${path}`).catch((error) => String(error));
      await page.waitForTimeout(300);
      const text = await outcome?.text?.().catch(() => undefined);
      return { outcome, text, ran: this.ran.length > 0, cookies: await context.cookies() };
    } finally {
      await context.close();
    }
  }
}

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

/** What a page of the app does with the address of the content: a slip that the content must not make the most of. */
const SLIPS = {
  'a service worker': [
    typed('text/javascript', TAKEOVER),
    (path) =>
      navigator.serviceWorker.register(path).then(
        () => fetch('/ran'),
        () => {},
      ),
  ],
  'a script': [typed('text/javascript', SCRIPT), element('script', 'src')],
  'a module': [typed('application/javascript', SCRIPT), (path) => import(path).catch(() => {})],
  'a style sheet': [typed('text/css', 'body { background: url(/ran) }'), element('link', 'href')],
  'a frame': [typed('text/html', html(`<script>${SCRIPT}</script>`)), element('iframe', 'src')],
  'a frame with a form': [
    typed('text/html', html('<form action="/ran"></form><script>document.forms[0].submit()</script>')),
    element('iframe', 'src'),
  ],
  'an object': [DOCUMENTS.svg, element('object', 'data')],
};

function element(name, attribute) {
  return new Function(
    'path',
    `return new Promise((resolve) => {
      const element = document.createElement('${name}');
      element.onload = element.onerror = resolve;
      setTimeout(resolve, 500);
      element.rel = 'stylesheet';
      element.setAttribute('${attribute}', path);
      document.body.append(element);
    })`,
  );
}

const COOKIE = typed('application/json', '{}', { 'set-cookie': '__Host-sid=evil; Path=/; Secure; HttpOnly' });

describe('a control: a program that returns the content as it came', () => {
  let site;
  before(async () => {
    site = await Site.start(await hostOf('hostile/relay.mjs'));
  });
  after(() => site?.stop());

  for (const [name, content] of Object.entries(DOCUMENTS))
    test(`${name} runs`, async () => assert.equal((await site.opened(content)).ran, true));
  for (const [name, [content, does]] of Object.entries(SLIPS))
    test(`${name} runs`, async () => assert.equal((await site.opened(content, does)).ran, true));
  test('a cookie is set', async () =>
    assert.deepEqual(
      (await site.opened(COOKIE)).cookies.map(({ name, value }) => [name, value]),
      [['__Host-sid', 'evil']],
    ));
});

const programs = {
  'ts-worker': () => hostOf('../examples/ts-worker/src/index.ts'),
  'rust-worker': () => artefact(here('../../examples/rust-worker/build')),
};

for (const [program, modules] of Object.entries(programs))
  describe(`${program}, the smallest program`, () => {
    let site;
    before(async () => {
      site = await Site.start(await modules());
    });
    after(() => site?.stop());

    test('P05 shows what is only to be read', async () => {
      for (const [type, body] of [
        ['application/json', '{"user":"ann"}'],
        ['text/plain; charset=utf-8', '<script>'],
      ]) {
        const { outcome, text } = await site.opened(typed(type, body));
        assert.equal(outcome.status(), 200);
        assert.equal(outcome.headers()['content-type'], type);
        assert.equal(text, body);
      }
      const [sent] = site.world.lab.requests(site.host.host, { path: '/api/content' });
      assert.match(sent.headers.authorization, /^Bearer CANARY-access/);
    });

    for (const [name, content] of Object.entries(DOCUMENTS))
      test(`P05 ${name} does not run`, async () => {
        const { ran, outcome } = await site.opened(content);
        assert.equal(ran, false);
        assert.match(String(outcome), /Download is starting|ERR_ABORTED/);
      });

    for (const [name, [content, does]] of Object.entries(SLIPS))
      test(`P05 ${name} does not run, even where a page of the app asks for it`, async () =>
        assert.equal((await site.opened(content, does)).ran, false));

    test('P04 P06 a cookie of the host is not set', async () =>
      assert.deepEqual((await site.opened(COOKIE)).cookies, []));

    test('P06 no header that acts on the origin', async () => {
      const acting = {
        'clear-site-data': '"*"',
        'strict-transport-security': 'max-age=0',
        'access-control-allow-origin': '*',
        'access-control-allow-credentials': 'true',
        'set-cookie': '__Host-sid=x; Path=/; Secure',
        'content-security-policy-report-only': "default-src 'none'",
        'service-worker-allowed': '/',
        location: 'javascript:alert(1)',
        link: '</x>; rel=preload',
        refresh: '0; url=/ran',
        'report-to': '{}',
      };
      for (const status of [200, 302, 401, 404, 500]) {
        const path = site.shows({ ...typed('application/json', '{}', { ...acting, etag: '"kept"' }), status });
        const answer = await site.fetch({ method: 'GET', url: `https://app.example${path}`, headers: {} });
        const headers = new Headers(pairs(answer.headers));
        assert.deepEqual(
          Object.keys(acting).filter((name) => headers.has(name)),
          [],
          String(status),
        );
        assert.equal(headers.get('etag'), '"kept"');
        assert.equal(headers.get('x-content-type-options'), 'nosniff');
        assert.match(headers.get('content-security-policy'), /^default-src 'none';.* sandbox$/);
        assert.equal(headers.get('cache-control'), 'private, no-store');
      }
    });

    test('P07 another site cannot make a browser ask', async () => {
      const url = `https://app.example${site.shows(json({}))}`;
      for (const [fetchSite, expected] of [
        ['cross-site', 403],
        ['same-site', 403],
        ['same-origin', 200],
        ['none', 200],
      ]) {
        const before = site.world.lab.all.length;
        const answer = await site.fetch({ method: 'GET', url, headers: { 'sec-fetch-site': fetchSite } });
        assert.equal(answer.status, expected, fetchSite);
        assert.equal(site.world.lab.all.length - before, expected === 200 ? 1 : 0, fetchSite);
      }
    });

    test('what cannot be asked is a page that says so', async () => {
      for (const [typed, type] of [
        ['https://nowhere.example/', 'not connected'],
        ['http://127.0.0.1/', 'cannot be asked|may not be asked|does not answer'],
      ]) {
        const before = site.world.lab.all.length;
        const url = `https://app.example/?url=${encodeURIComponent(typed)}`;
        const answer = await site.fetch({ method: 'GET', url, headers: { accept: 'text/html' } });
        assert.ok(answer.status >= 400 && answer.status !== 500, typed);
        assert.match(answer.body, new RegExp(type), typed);
        assert.equal(site.world.lab.all.length, before, typed);
      }
    });
  });

describe('a program that lets its page write', () => {
  let site;
  before(async () => {
    site = await Site.start(await hostOf('hostile/writes.mjs'));
  });
  after(() => site?.stop());

  test('P07 a request that changes something comes from a page of the app', async () => {
    const url = `https://app.example${site.shows(json({}))}`;
    const own = { 'sec-fetch-site': 'same-origin', origin: 'https://app.example' };
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'])
      for (const [headers, expected] of [
        [{ 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }, 403],
        [{ 'sec-fetch-site': 'same-site', origin: 'https://other.app.example' }, 403],
        [{ 'sec-fetch-site': 'none' }, 403],
        [{ origin: 'https://evil.example' }, 403],
        [{ origin: 'null' }, 403],
        [{}, 403],
        [own, 200],
        [{ origin: own.origin }, 200],
      ]) {
        const before = site.world.lab.all.length;
        const answer = await site.fetch({ method, url, headers, body: 'x' });
        assert.equal(answer.status, expected, `${method} ${JSON.stringify(headers)}`);
        assert.equal(site.world.lab.all.length - before, expected === 200 ? 1 : 0);
      }
  });
});
