// Section B: the branding of a host, as a person sees it.
import assert from 'node:assert/strict';
import { deflateSync } from 'node:zlib';
import { after, before, describe, test } from 'node:test';
import { parse } from 'node-html-parser';
import { launch } from '../chromium.mjs';
import { drip, endless, html, redirect } from './faults.mjs';
import { World } from './world.mjs';

let world;
before(async () => {
  world = await World.start();
});
after(() => world.stop());

/** The question before a login at a host with this root page and these other answers. */
async function questionAt(page, others = {}) {
  const server = world.server('host');
  server.on.page = typeof page === 'function' ? page : () => html(page);
  server.on.other = ({ url }, usual) => others[new URL(url).pathname]?.() ?? usual();
  const began = performance.now();
  const answer = await world.browser().visit(`/login?url=${server.host}`);
  assert.equal(answer.status, 200, answer.body);
  return { server, body: answer.body, took: performance.now() - began, root: parse(answer.body) };
}

/** A PNG that says it has these dimensions. */
function png(width, height) {
  const chunk = (type, data) => Buffer.concat([word(data.length), Buffer.from(type), data, word(0)]);
  const word = (n) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(n);
    return bytes;
  };
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', Buffer.concat([word(width), word(height), Buffer.from([8, 6, 0, 0, 0])])),
    chunk('IDAT', deflateSync(Buffer.alloc(64))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

const image =
  (body, type = 'image/png') =>
  () => ({ status: 200, headers: { 'content-type': type }, body });
const icon = (root) => root.querySelector('img')?.getAttribute('src') ?? '';
const withIcon = (href) => `<title>Host</title><link rel="icon" href="${href}">`;

describe('text', () => {
  test('B01 B02 markup in a title and a description is text, in a browser as well', async () => {
    const hostile = [
      '</title><script>alert(1)</script>',
      '"><img src=x onerror=alert(1)>',
      "' onmouseover='alert(1)",
      '</script><script>alert(1)//',
      '<svg onload=alert(1)>',
    ];
    const plain = await questionAt('<title>Plain</title><meta name="description" content="Words">');
    const shape = ({ root }) =>
      root.querySelectorAll('*').map(({ rawTagName, attributes }) => `${rawTagName} ${Object.keys(attributes).sort()}`);
    const browser = await launch();
    const view = await browser.newPage();
    const problems = [];
    view.on('dialog', (dialog) => {
      problems.push(dialog.message());
      dialog.dismiss();
    });
    for (const text of hostile) {
      const attribute = text.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
      const question = await questionAt(
        `<title>${text.replaceAll('<', '&lt;')}</title><meta name="description" content="${attribute}">`,
      );
      assert.deepEqual(shape(question), shape(plain), text);
      assert.ok(!question.body.includes(text), 'escaped');
      await view.setContent(question.body);
      assert.equal(await view.locator('script:not([src]), svg, img[onerror], [onmouseover]').count(), 0, text);
    }
    await browser.close();
    assert.deepEqual(problems, []);
  });

  test('B08 UTF-7 is not decoded', async () => {
    const { root, body } = await questionAt(() =>
      html('<title>+ADw-script+AD4-alert(1)+ADw-/script+AD4-</title>', 200, {
        'content-type': 'text/html; charset=utf-7',
      }),
    );
    assert.ok(body.includes('+ADw-script'), body);
    assert.ok(root.querySelectorAll('script').every((script) => script.getAttribute('src')));
  });

  test('B09 what cannot be seen, and what turns the line around, is gone', async () => {
    const { body } = await questionAt(`<title>Goo\u202egle\u200b\u2066\u{e0041} ${'a\u0301'.repeat(2000)}</title>`);
    assert.ok(!/[\u202a-\u202e\u2066-\u2069\u200b-\u200d\u{e0000}-\u{e007f}]/u.test(body));
    assert.ok((body.match(/\u0301/g) ?? []).length <= 200);
  });

  test('B10 the host stands before what it calls itself', async () => {
    const { server, body } = await questionAt('<title>Google</title>');
    assert.ok(body.indexOf(server.host) < body.indexOf('Google') && /calls itself/.test(body));
  });
});

describe('icons', () => {
  test('B03 B13 D05 addresses that lead elsewhere, or are none: nobody is asked', async () => {
    const good = await questionAt(withIcon('/good.png'), { '/good.png': image(png(64, 64)) });
    assert.match(icon(good.root), /^data:image\/png;base64,/);
    for (const href of [
      'javascript:alert(1)',
      'data:image/png;base64,AAAA',
      'blob:https://x/y',
      'https://127.0.0.1/i.png',
      'https://app.example/icon/x',
      'https://u:p@{host}/i.png',
      'file:///etc/passwd',
    ]) {
      const before = world.lab.all.length;
      const { root, server } = await questionAt(
        (request) => html(withIcon(href.replace('{host}', new URL(request.url).host))),
        { '/i.png': image(png(64, 64)) },
      );
      assert.equal(icon(root), '', href);
      const asked = world.lab.all.slice(before).map(({ url }) => new URL(url));
      assert.ok(
        asked.every((url) => url.host === server.host && url.pathname !== '/i.png'),
        `${href}: ${asked.join(' ')}`,
      );
    }
    // Another host is asked for the icon alone, and told nothing.
    world.lab.host('elsewhere.example', image(png(64, 64)));
    const based = await questionAt(
      '<base href="https://elsewhere.example/"><title>Host</title><link rel="icon" href="i.png">',
    );
    assert.match(icon(based.root), /^data:image\/png;base64,/);
    const seen = world.lab.requests('elsewhere.example');
    assert.deepEqual(
      seen.map(({ method, url, headers }) => [method, url, headers.cookie, headers.referer, headers.authorization]),
      [['GET', 'https://elsewhere.example/i.png', undefined, undefined, undefined]],
    );
  });

  test('B04 B06 what is no picture of moderate size is not shown', async () => {
    const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';
    const gif = (frames) =>
      Buffer.concat([
        Buffer.from('GIF89a\x40\0\x40\0\0\0\0', 'latin1'),
        ...Array.from({ length: frames }, () => Buffer.from('2c00000000010001000002024401', 'hex')),
        Buffer.from(';'),
      ]);
    for (const [name, bytes, type] of [
      ['an SVG', svg, 'image/svg+xml'],
      ['an SVG that is called a PNG', svg, 'image/png'],
      ['a PNG that is cut', png(64, 64).subarray(0, 20)],
      ['a PNG of 65,535 pixels', png(65_535, 65_535)],
      ['a PNG without pixels', png(0, 0)],
      ['10,000 frames', gif(10_000), 'image/gif'],
      ['a page', '<html>', 'image/png'],
      ['nothing', ''],
      ['257 KB', Buffer.concat([png(64, 64), Buffer.alloc(257 << 10)])],
    ]) {
      const { root, body } = await questionAt(withIcon('/i.png'), {
        '/i.png': image(bytes, type),
        '/favicon.ico': () => ({ status: 404, headers: {}, body: '' }),
      });
      assert.equal(icon(root), '', name);
      assert.ok(!body.includes('<svg'));
    }
  });

  test('B05 the page loads nothing from anybody', async () => {
    const { server, root } = await questionAt(withIcon('/good.png'), { '/good.png': image(png(64, 64)) });
    for (const element of root.querySelectorAll('[src], link[href]')) {
      const address = element.getAttribute('src') ?? element.getAttribute('href');
      assert.match(address, /^(data:|\/(?!\/))/, address);
    }
    const browser = await world.logIn(server);
    const [{ id }] = await world.connections(browser);
    const served = await browser.visit(`/icon/${id}`);
    assert.deepEqual(
      [served.status, served.headers.get('content-type'), served.headers.get('x-content-type-options')],
      [200, 'image/png', 'nosniff'],
    );
    assert.match(served.headers.get('content-security-policy'), /default-src 'none'/);
  });
});

describe('the page itself', () => {
  test('B07 Q14 pages that are made to be slow', async () => {
    const kilobytes = (n, text) => text.repeat(Math.ceil((n << 10) / text.length));
    const base = (await questionAt('<title>Host</title>')).took;
    for (const [name, page] of [
      ['256 KiB of nested elements', kilobytes(256, '<div>')],
      ['1 MiB of nested elements', kilobytes(1024, '<div>')],
      ['ends of paragraphs', `<div>${kilobytes(512, '</p>')}`],
      ['one attribute of 1 MiB', `<meta name="description" content="${kilobytes(1024, 'x')}">`],
      ['250,000 attributes', `<meta ${Array.from({ length: 250_000 }, (_, n) => `a${n}`).join(' ')}>`],
    ]) {
      const { took } = await questionAt(`<head><title>Host</title>${page}`);
      // The machine's own pace is in both: far above what any of these takes, far below what it would without a bound.
      assert.ok(took < base + 2000, `${name}: ${took} ms after ${base} ms`);
    }
  });

  test('B11 a root page that leads to another site says nothing, and the login goes on', async () => {
    const elsewhere = world.server('elsewhere');
    elsewhere.on.page = () => html('<title>Elsewhere</title>');
    for (const to of [
      `https://${elsewhere.host}/`,
      'https://127.0.0.1/',
      'http://good.example/',
      'https://app.example/',
    ]) {
      const { server, body } = await questionAt(() => redirect(to));
      assert.ok(!body.includes('Elsewhere'));
      await world.logIn(server);
    }
    assert.equal(world.lab.requests(elsewhere.host).length, 0);
    // The lab has no cleartext: what would be asked for in the clear would arrive all the same.
    const { server } = await questionAt(({ url }) => redirect(`http://${new URL(url).host}/clear`));
    assert.equal(world.lab.requests(server.host, { path: '/clear' }).length, 0);
    const arrivedAt = async (port) => {
      const {
        server: { host },
      } = await questionAt(({ url }) => redirect(`https://${new URL(url).host}:${port}/`));
      return world.lab.requests(`${host}:${port}`).length;
    };
    assert.deepEqual(
      [await arrivedAt(81), await arrivedAt(8443)],
      [0, 1],
      'a port where no web server is, and one where there may be',
    );
    const { body } = await questionAt(
      ({ url }) => (url.endsWith('/?') || !url.includes('home') ? redirect('/home') : html('')),
      { '/home': () => html('<title>At home</title>') },
    );
    assert.ok(body.includes('At home'), 'within the host it is followed');
  });

  test('B12 a root page that never comes, or never ends, does not stop a login', async () => {
    const { server, took } = await questionAt(() => drip('text/html'));
    assert.ok(took < 5000, `${took} ms`);
    await world.logIn(server);
    const fault = endless({ 'content-type': 'text/html' });
    await questionAt(() => fault);
    await Promise.race([
      fault.seen.ended,
      new Promise((resolve) => {
        setTimeout(resolve, 2000);
      }),
    ]);
    assert.ok(fault.seen.closed !== undefined);
  });
});
