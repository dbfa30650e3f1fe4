// The branding of a host: the choice of its icon, the lifetime of its cache, and a login that does not wait for it.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { Agent } from './agent.mjs';
import { App, hostOf } from './app.mjs';
import { Lab, json, nothing } from './lab.mjs';

const METADATA = '/.well-known/oauth-authorization-server';
/** The frame of a PNG: all that is looked at. */
const png = (width, height) => {
  const chunk = (kind, data) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    return Buffer.concat([length, Buffer.from(kind), data, Buffer.alloc(4)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 6], 8);
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    chunk('IDAT', Buffer.alloc(8)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
};
/** A GIF of many frames of one pixel. */
const gif = (frames) =>
  Buffer.concat([
    Buffer.from('GIF89a\x40\0\x40\0\0\0\0', 'latin1'),
    ...Array(frames).fill(Buffer.from('2c00000000010001000002024401003b', 'hex')),
  ]);
const GOOD = png(64, 64);
const SVG = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';
const as = (type, body) => ({ status: 200, headers: { 'content-type': type }, body });
const BAD = {
  missing: { status: 404, headers: {}, body: GOOD },
  'svg as png': as('image/png', SVG),
  svg: as('image/svg+xml', SVG),
  truncated: as('image/png', GOOD.subarray(0, 20)),
  'wider than we show': { status: 200, headers: {}, body: png(1025, 16) },
  'too wide': as('image/png', png(65535, 65535)),
  'too heavy': as('image/png', Buffer.concat([GOOD, Buffer.alloc(257 * 1024)])),
  'an endless animation': as('image/gif', gif(10_000)),
  'no image at all': as('image/png', '<!doctype html><title>404</title>'),
  'sent elsewhere': { status: 302, headers: { location: 'https://evil.example/i.png' }, body: '' },
};

/** The host program, and a look into what the runtime keeps for it. */
const SPY = {
  type: 'ESModule',
  path: 'spy.js',
  contents: `
    import app from './index.js';
    export * from './index.js';
    export default {
      async fetch(request, env) {
        const of = new URL(request.url).searchParams.get('kept');
        if (!of) return app.fetch(request, env);
        const cache = await caches.open('worker-client 0.1.0');
        const kept = await cache.match('https://app.example/cache/about?of=' + encodeURIComponent(of));
        return Response.json(kept ? kept.headers.get('cache-control') : null);
      },
    };`,
};

describe('what a host says of itself', () => {
  let lab, app, agent;

  /** A host that people can log in to, with a root page and icons. */
  function host(name, root, icons = {}) {
    lab.host(name, async ({ url, body }) => {
      const { pathname } = new URL(url);
      if (pathname === METADATA) {
        const issuer = `https://${name}`;
        return json({
          issuer,
          authorization_endpoint: `${issuer}/authorize`,
          token_endpoint: `${issuer}/token`,
          registration_endpoint: `${issuer}/register`,
          response_types_supported: ['code'],
          code_challenge_methods_supported: ['S256'],
          token_endpoint_auth_methods_supported: ['none'],
        });
      }
      if (pathname === '/register') return json({ ...JSON.parse(body), client_id: 'c' }, 201);
      if (pathname === '/') return root();
      return icons[pathname.slice(1)] ?? nothing();
    });
  }
  const html = (body) => () => ({ status: 200, headers: { 'content-type': 'text/html' }, body });
  const asked = (name, path) => lab.requests(name, { path }).length;
  const question = (name) => agent.visit(`/login?url=${name}`);
  const kept = async (name) => (await agent.json('GET', `/?kept=${encodeURIComponent(`https://${name}/`)}`)).json;
  const shown = `<img class="icon large" src="data:image/png;base64,${GOOD.toString('base64')}"`;

  before(async () => {
    lab = new Lab();
    const [host, wasm] = await hostOf('host.mjs');
    app = await App.start({ modules: [SPY, host, wasm], lab });
    agent = new Agent(app, lab);
    lab.host('evil.example', () => ({ status: 200, headers: { 'content-type': 'image/png' }, body: GOOD }));
  });

  after(async () => {
    await app.stop();
    await lab.stop();
  });

  for (const [i, [name, bad]] of Object.entries(BAD).entries())
    test(`B04 B06: the next icon where one is ${name}`, async () => {
      const site = `icon-${i}.example`;
      host(
        site,
        html('<title>T</title><link rel=icon sizes=128x128 href=/bad><link rel=icon sizes=64x64 href=/good>'),
        { bad, good: { status: 200, headers: {}, body: GOOD } },
      );
      const page = await question(site);
      assert.equal(page.status, 200, page.body);
      assert.ok(page.body.includes(shown), page.body);
      assert.equal(asked(site, '/bad'), 1);
      assert.equal(asked('evil.example'), 0);
    });

  test('B04: an SVG is not asked for, and costs no other icon its turn', async () => {
    const svgs = ['a', 'b', 'c', 'd'].map((name) => `<link rel=icon href=/${name}.svg>`).join('');
    host('drawn.example', html(`<title>T</title>${svgs}<link rel=icon sizes=64x64 href=/good>`), {
      good: { status: 200, headers: {}, body: GOOD },
    });
    assert.ok((await question('drawn.example')).body.includes(shown));
    assert.deepEqual(
      lab
        .requests('drawn.example')
        .map(({ url }) => new URL(url).pathname)
        .sort(),
      [METADATA, '/', '/good'].sort(),
    );
  });

  test('icon-elsewhere B03 B13: an icon on a content delivery network is asked for without saying for whom', async () => {
    lab.host('cdn.example', ({ url }) => (url.endsWith('/i.png') ? as('text/html', GOOD) : nothing()));
    host('foreign.example', html('<base href="https://cdn.example/"><title>T</title><link rel=icon href=i.png>'));
    const { body } = await question('foreign.example');
    assert.ok(body.includes(shown), 'known by its bytes');
    assert.ok(!body.includes('cdn.example'), 'served from our origin');
    const [sent] = lab.requests('cdn.example');
    assert.deepEqual([sent.headers.cookie, sent.headers.referer, sent.headers.authorization], Array(3).fill(undefined));
    // The egress policy stays, and what the other host sends is judged like any other bytes.
    for (const [i, href] of ['https://10.0.0.1/i.png', 'https://cdn.example/x'].entries()) {
      host(`foreign-${i}.example`, html(`<title>T</title><link rel=icon href=${href}>`));
      assert.ok(!(await question(`foreign-${i}.example`)).body.includes('data:image'), href);
    }
    assert.ok(lab.all.every(({ url }) => new URL(url).protocol === 'https:' && !url.includes('10.0.0.1')));
  });

  test('icon-large: 171 kB, 1,024 pixels', async () => {
    for (const [i, bytes] of [Buffer.concat([GOOD, Buffer.alloc(171_000)]), png(1024, 1024)].entries()) {
      host(`large-${i}.example`, html('<title>T</title><link rel=icon href=/i.png>'), {
        'i.png': as('image/png', bytes),
      });
      const { body } = await question(`large-${i}.example`);
      assert.ok(body.includes(`src="data:image/png;base64,${bytes.toString('base64')}"`), String(i));
    }
  });

  test('name-only: an empty title and a name', async () => {
    host('named.example', html('<title></title><meta property="og:site_name" content="Good Notes">'));
    assert.match((await question('named.example')).body, /calls itself <bdi>Good Notes<\/bdi>/);
    host('both.example', html('<title>The page</title><meta property="og:site_name" content="Good Notes">'));
    assert.match((await question('both.example')).body, /calls itself <bdi>The page<\/bdi>/);
  });

  test('bot-check: what is marked is no page, what is not to be kept is kept for an hour', async () => {
    const page = (headers) => () => ({
      status: 200,
      headers: { 'content-type': 'text/html', ...headers },
      body: '<title>Just a moment</title><link rel=icon href=/good>',
    });
    const good = { good: as('image/png', GOOD) };
    for (const [name, headers, title, age] of [
      ['marked.example', { 'cf-mitigated': 'challenge' }, false, 3600],
      ['unmarked.example', { 'cache-control': 'private, no-store', 'x-robots-tag': 'noindex' }, true, 3600],
      ['control.example', {}, true, 86_400],
    ]) {
      host(name, page(headers), good);
      assert.equal((await question(name)).body.includes('Just a moment'), title, name);
      assert.match(String(await kept(name)), new RegExp(`max-age=${age}$`), name);
    }
  });

  test('B05: the page loads nothing from anybody', async () => {
    host('plain.example', html('<title>T</title><link rel=icon href=/good>'), {
      good: { status: 200, headers: {}, body: GOOD },
    });
    const { body } = await question('plain.example');
    assert.ok(body.includes(shown));
    assert.deepEqual(body.match(/(?:src|href)="(?:https?:)?\/\/[^"]*"/g), null);
  });

  test('B11: a root page that leads to another site says nothing', async () => {
    lab.host('elsewhere.example', html('<title>Elsewhere</title>'));
    host('away.example', () => ({ status: 302, headers: { location: 'https://elsewhere.example/' }, body: '' }));
    host('to-www.example', () => ({ status: 302, headers: { location: 'https://www.to-www.example/' }, body: '' }));
    lab.host('www.to-www.example', html('<title>Of the same site</title>'));
    const away = await question('away.example');
    assert.equal(away.status, 200);
    assert.ok(!away.body.includes('calls itself'));
    assert.equal(asked('elsewhere.example'), 0);
    assert.ok((await question('to-www.example')).body.includes('calls itself <bdi>Of the same site</bdi>'));
  });

  test('B12: the host is asked once, whoever asks', async () => {
    host('cached.example', html('<title>Cached</title><link rel=icon href=/good>'), {
      good: { status: 200, headers: {}, body: GOOD },
    });
    for (const who of [agent, agent, new Agent(app, lab)]) {
      const page = await who.visit('/login?url=cached.example');
      assert.ok(page.body.includes('calls itself <bdi>Cached</bdi>') && page.body.includes(shown));
    }
    assert.deepEqual([asked('cached.example', '/'), asked('cached.example', '/good')], [1, 1]);
    assert.equal(await kept('cached.example'), 'max-age=86400');
    // The kept value is of this host alone, and no request can ask for it.
    assert.ok(!(await question('plain.example')).body.includes('Cached'));
    assert.equal((await agent.visit('/about?of=https%3A%2F%2Fcached.example%2F')).status, 404);
  });

  test('B12: a login does not wait for a root page that is slow, and the next one asks for none', async () => {
    let answered = 0;
    host('slow.example', async () => {
      await setTimeout(3000);
      answered += 1;
      return html('<title>Late</title>')();
    });
    const first = await question('slow.example');
    assert.equal(first.status, 200);
    assert.ok(!first.body.includes('calls itself'));
    const authorize = await agent.submit(
      first,
      {},
      { until: (url) => url.startsWith('https://slow.example/authorize') },
    );
    assert.ok(authorize.url.startsWith('https://slow.example/authorize'), authorize.body);
    assert.equal(answered, 0, 'the root page is still on its way');
    assert.equal(asked('slow.example', '/'), 1, 'that it did not answer is remembered');
    assert.equal(await kept('slow.example'), 'max-age=3600');
  });

  test('B12: a login that asks for the root page first does not wait for it either', async () => {
    let answered = 0;
    host('cold.example', async () => {
      await setTimeout(3000);
      answered += 1;
      return html('<title>Late</title>')();
    });
    host('warm.example', html('<title>Warm</title>'));
    const form = await question('warm.example');
    const until = (url) => url.startsWith('https://cold.example/authorize');
    const authorize = await agent.submit(form, { url: 'cold.example' }, { until });
    assert.ok(until(authorize.url), authorize.body);
    assert.deepEqual([asked('cold.example', '/'), answered], [1, 0]);
  });

  test('B12: icons that never come cost the icon, not the title', async () => {
    host('half.example', html('<title>Half</title><link rel=icon href=/i.png>'), { 'i.png': new Promise(() => {}) });
    const page = await question('half.example');
    assert.ok(page.body.includes('calls itself <bdi>Half</bdi>') && !page.body.includes('<img'), page.body);
    assert.equal(asked('half.example', '/i.png'), 1);
    assert.equal(await kept('half.example'), 'max-age=3600');
  });

  test('B12: nothing that the host answers fails the login', async () => {
    const breaks = () => {
      throw new Error('breaks the connection');
    };
    const compressed = { 'content-type': 'text/html', 'content-encoding': 'zstd' };
    for (const [i, root] of [
      breaks,
      () => ({ status: 500, headers: {}, body: '' }),
      () => ({ status: 302, headers: { location: '/' }, body: '' }),
      () => ({ status: 302, headers: { location: 'https://' }, body: '' }),
      () => ({ status: 200, headers: compressed, body: '<title>T</title>' }),
      () => as('text/html; charset=utf-16', Buffer.alloc(600 * 1024, 0xd8)),
    ].entries()) {
      const site = `odd-${i}.example`;
      host(site, root);
      const page = await question(site);
      assert.equal(page.status, 200, page.body);
      assert.ok(!page.body.includes('calls itself'));
      assert.ok(asked(site, '/') > 0);
    }
  });
});
