// Every state of every page in a real browser: nothing wider than the window, nothing that axe-core or the page's own
// security policy complains about, and the script. The screenshots are for eyes: they lie in `.run/pages`.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { launch } from './chromium.mjs';
import { listen } from './peers/listen.mjs';

const folder = fileURLToPath(new URL('../.run/pages', import.meta.url));
const states = join(folder, 'states');
const axe = createRequire(import.meta.url).resolve('axe-core');

/** Pages that break a rule each: what finds nothing in ours must find something in these. */
const BROKEN = {
  'broken-field': '<!doctype html><html lang="en"><title>Broken</title><main><h1>Broken</h1><input type="text"></main>',
  'broken-contrast': '<!doctype html><html lang="en"><title>Broken</title><link rel="stylesheet" href="/broken.css"><main><h1>Broken</h1><p>Pale</p></main>',
  'broken-width': '<!doctype html><html lang="en"><title>Broken</title><main><h1>Broken</h1><img alt="" width="2000" height="9"></main>',
  'broken-policy': '<!doctype html><html lang="en"><title>Broken</title><main><h1>Broken</h1><script>document.title = "ran"</script></main>',
};

let served, browser, policies, names;
/** What a form is answered with; a test may leave it waiting. */
let answer;

before(async () => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const cargo = ['run', '--quiet', '--locked', '--package', 'worker-client', '--example', 'states', '--', states];
  const made = spawnSync('cargo', cargo, { encoding: 'utf8' });
  assert.equal(made.status, 0, made.stderr);
  policies = JSON.parse(readFileSync(join(states, 'policies.json'), 'utf8'));
  names = readdirSync(states).filter((file) => file.endsWith('.html')).map((file) => file.slice(0, -5));
  served = await listen(serve);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await served?.stop();
});

function serve(request, response) {
  const { pathname, searchParams } = new URL(request.url, 'http://localhost');
  const name = pathname.slice(1).replace(/\.html$/, '');
  const send = (type, body) => response.writeHead(200, {
    'content-type': type, 'content-security-policy': policies[name] ?? policies['home-empty'], 'x-content-type-options': 'nosniff',
  }).end(body);
  if (pathname === '/style.css') return send('text/css', readFileSync(join(states, 'style.css')));
  if (pathname === '/broken.css') return send('text/css', 'p { color: #ccc; background: #fff }');
  if (pathname === '/script.js') return send('text/javascript', readFileSync(join(states, 'script.js')));
  if (pathname.startsWith('/icon/')) return send('image/png', readFileSync(join(states, 'icon.png')));
  if (BROKEN[name]) return send('text/html; charset=utf-8', BROKEN[name]);
  if (names.includes(name)) return send('text/html; charset=utf-8', readFileSync(join(states, `${name}.html`)));
  return answer?.(request, response, searchParams) ?? response.writeHead(404).end();
}

const at = (name) => `http://127.0.0.1:${served.port}/${name}.html`;

/** A page in a window of its own, and what the browser complained about. */
async function open(name, { width = 1280, scale, ...media } = {}) {
  const context = await browser.newContext({ viewport: { width, height: 720 }, ...media });
  await context.addInitScript({ path: axe });
  const page = await context.newPage();
  const complaints = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  if (scale) {
    await page.route('**/style.css', async (route) => {
      const sheet = await route.fetch();
      await route.fulfill({ response: sheet, body: `${await sheet.text()}\n:root { font-size: ${scale} }` });
    });
  }
  await page.goto(at(name));
  return { page, complaints, close: () => context.close() };
}

const overflow = (page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

async function violations(page) {
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}\n${failureSummary}`));
}

describe('every state', () => {
  for (const width of [360, 1280]) {
    for (const colorScheme of ['light', 'dark']) {
      test(`${colorScheme}, ${width} px wide: it fits, it can be used by all, and it keeps its own policy`, async () => {
        for (const name of names) {
          const { page, complaints, close } = await open(name, { width, colorScheme });
          await page.screenshot({ path: join(folder, `${name}-${width}-${colorScheme}.png`), fullPage: true });
          assert.equal(await overflow(page), 0, `${name} is wider than the window`);
          assert.deepEqual(await violations(page), [], name);
          assert.deepEqual(complaints, [], name);
          await close();
        }
      });
    }
  }

  test('fits when it is enlarged: the text to twice its size, and the page to four times', async () => {
    for (const name of names) {
      for (const enlarged of [{ width: 360, scale: '200%' }, { width: 640, scale: '200%' }, { width: 320 }]) {
        const { page, close } = await open(name, enlarged);
        if (enlarged.scale) await page.screenshot({ path: join(folder, `${name}-${enlarged.width}-large.png`), fullPage: true });
        assert.equal(await overflow(page), 0, `${name} ${JSON.stringify(enlarged)}`);
        await close();
      }
    }
  });

  test('can be read in forced colours', async () => {
    for (const name of ['home-many', 'home-disconnected-failed', 'confirm-elsewhere']) {
      const { page, close } = await open(name, { forcedColors: 'active', reducedMotion: 'reduce' });
      await page.screenshot({ path: join(folder, `${name}-forced.png`), fullPage: true });
      assert.deepEqual(await violations(page), [], name);
      await close();
    }
  });

  test('what finds nothing there finds what is broken', async () => {
    const field = await open('broken-field');
    assert.match((await violations(field.page)).join(), /^label: input/);
    const pale = await open('broken-contrast');
    assert.match((await violations(pale.page)).join(), /^color-contrast: p/);
    const wide = await open('broken-width');
    assert.ok(await overflow(wide.page) > 0);
    const policy = await open('broken-policy');
    assert.match(policy.complaints.join(), /Content Security Policy/);
    assert.equal(await policy.page.title(), 'Broken', 'the script did not run');
    await Promise.all([field, pale, wide, policy].map(({ close }) => close()));
  });
});
