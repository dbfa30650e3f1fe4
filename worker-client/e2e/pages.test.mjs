// Every state of every page in a real browser: the layout fits the window, axe-core and the content security policy
// report nothing, and the script works. Screenshots for visual review are written to `.run/pages`.
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
const BROKEN = Object.fromEntries(
  Object.entries({
    'broken-field': '<input type="text">',
    'broken-contrast': '<link rel="stylesheet" href="/broken.css"><p>Pale</p>',
    'broken-width': '<img src="/icon/1" alt="" width="2000" height="9">',
    'broken-policy': '<script>document.title = "ran"</script>',
  }).map(([name, body]) => [
    name,
    '<!doctype html><html lang="en"><title>Broken</title><link rel="icon" href="data:,">' +
      `<main><h1>Broken</h1>${body}</main>`,
  ]),
);

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
  names = readdirSync(states)
    .filter((file) => file.endsWith('.html'))
    .map((file) => file.slice(0, -5));
  served = await listen(serve);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await served?.stop();
});

function serve(request, response) {
  const { pathname } = new URL(request.url, 'http://localhost');
  const name = pathname.slice(1).replace(/\.html$/, '');
  const send = (type, body) =>
    response
      .writeHead(200, {
        'content-type': type,
        'content-security-policy': policies[name] ?? policies['home-empty'],
        'x-content-type-options': 'nosniff',
      })
      .end(body);
  if (pathname === '/style.css') return send('text/css', readFileSync(join(states, 'style.css')));
  if (pathname === '/broken.css') return send('text/css', 'p { color: #ccc; background: #fff }');
  if (pathname === '/script.js') return send('text/javascript', readFileSync(join(states, 'script.js')));
  if (pathname.startsWith('/icon/')) return send('image/png', readFileSync(join(states, 'icon.png')));
  if (BROKEN[name]) return send('text/html; charset=utf-8', BROKEN[name]);
  if (names.includes(name)) return send('text/html; charset=utf-8', readFileSync(join(states, `${name}.html`)));
  return answer?.(request, response) || response.writeHead(404).end();
}

const at = (name) => `http://127.0.0.1:${served.port}/${name}`;

/** A window, and what the browser complained about in it. */
async function open({ width = 1280, scale, ...options } = {}) {
  const context = await browser.newContext({ viewport: { width, height: 720 }, ...options });
  await context.addInitScript({ path: axe });
  const page = await context.newPage();
  const complaints = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  if (scale) {
    const body = `${readFileSync(join(states, 'style.css'), 'utf8')}\n:root { font-size: ${scale} }`;
    await page.route('**/style.css', (route) => route.fulfill({ contentType: 'text/css', body }));
  }
  return { page, complaints, close: () => context.close() };
}

const overflow = (page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

async function violations(page) {
  const { violations } = await page.evaluate(() => globalThis.axe.run({ resultTypes: ['violations'] }));
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}\n${failureSummary}`),
  );
}

const picture = (page, name) => page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });

describe('every state', () => {
  for (const width of [360, 1280]) {
    for (const colorScheme of ['light', 'dark']) {
      test(`${colorScheme}, ${width} px wide: it fits, all can use it, and it keeps its own policy`, async () => {
        const { page, complaints, close } = await open({ width, colorScheme });
        for (const name of names) {
          await page.goto(at(name));
          await picture(page, `${name}-${width}-${colorScheme}`);
          assert.equal(await overflow(page), 0, `${name} is wider than the window`);
          assert.deepEqual(await violations(page), [], name);
          assert.deepEqual(complaints, [], name);
        }
        await close();
      });
    }
  }

  for (const enlarged of [{ width: 360, scale: '200%' }, { width: 640, scale: '200%' }, { width: 320 }]) {
    test(`fits when it is enlarged: ${JSON.stringify(enlarged)}`, async () => {
      const { page, close } = await open(enlarged);
      for (const name of names) {
        await page.goto(at(name));
        if (/^(home-many|confirm-elsewhere)$/.test(name))
          await picture(page, `${name}-${enlarged.width}-${enlarged.scale ?? 'narrow'}`);
        assert.equal(await overflow(page), 0, name);
      }
      await close();
    });
  }

  test('can be read in forced colours', async () => {
    const { page, close } = await open({ forcedColors: 'active' });
    for (const name of ['home-many', 'home-disconnected-failed', 'confirm-elsewhere']) {
      await page.goto(at(name));
      await picture(page, `${name}-forced`);
      assert.deepEqual(await violations(page), [], name);
    }
    await close();
  });

  test('b09, b10: what a host says of itself is smaller than its name, and never more than three lines', async () => {
    const { page, close } = await open({ width: 360 });
    for (const name of names) {
      await page.goto(at(name));
      const { sizes, hosts, heights } = await page.evaluate(() => {
        const size = (element) => parseFloat(getComputedStyle(element).fontSize);
        const said = [...document.querySelectorAll('.claim, .claim bdi, .label bdi, .fact')];
        return {
          sizes: said.map(size),
          hosts: [...document.querySelectorAll('.host')].map(size),
          heights: [...document.querySelectorAll('.claim, .label bdi, .fact')].map(
            (element) => element.getBoundingClientRect().height / size(element),
          ),
        };
      });
      if (name.startsWith('home-hostile')) assert.ok(Math.max(...heights) > 4, 'there is something to bound');
      assert.ok(Math.max(0, ...sizes) < Math.min(Infinity, ...hosts), name);
      assert.ok(Math.max(0, ...heights) <= 4.7, `${name}: ${heights}`);
    }
    await close();
  });

  test('what finds nothing there finds what is broken', async () => {
    const { page, complaints, close } = await open();
    await page.goto(at('broken-field'));
    assert.match((await violations(page)).join(), /^label: input/);
    await page.goto(at('broken-contrast'));
    assert.match((await violations(page)).join(), /^color-contrast: p/);
    await page.goto(at('broken-width'));
    assert.ok((await overflow(page)) > 0);
    assert.deepEqual(complaints, []);
    await page.goto(at('broken-policy'));
    assert.match(complaints.join(), /Content Security Policy/);
    assert.equal(await page.title(), 'Broken', 'the script did not run');
    await close();
  });
});

describe('what a person does', () => {
  /** What forms asked for; 204 leaves the page as it is while it waits. */
  let asked, next;

  before(() => {
    answer = (request, response) => {
      asked.push(`${request.method} ${request.url}`);
      return response.writeHead(...(next ? [303, { location: next }] : [204])).end();
    };
  });

  async function start(name, options) {
    [asked, next] = [[], undefined];
    const window = await open(options);
    await window.page.goto(at(name));
    return window;
  }

  const waited = () =>
    new Promise((resolve) => {
      setTimeout(resolve, 300);
    });

  test('is told that the host is being asked, and asks it once', async () => {
    const { page, complaints, close } = await start('home-empty');
    const [status, button] = [page.getByRole('status'), page.getByRole('button', { name: 'Continue' })];
    assert.equal(await status.textContent(), '');
    await page.getByLabel('Host or URL').fill('  https://аррӏе.com/mcp ');
    await page.keyboard.press('Enter');
    await page.getByText('Asking xn--80ak6aa92e.com…').waitFor();
    assert.equal(await button.getAttribute('aria-disabled'), 'true');
    await picture(page, 'home-waiting');
    assert.deepEqual(await violations(page), []);
    await button.click({ force: true });
    await waited();
    assert.equal(asked.length, 1);
    // As when the page comes back from the cache of the back button.
    await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })));
    assert.equal(await status.textContent(), '');
    assert.equal(await button.getAttribute('aria-disabled'), null);
    next = '/problem-unreachable';
    await button.click();
    await page.getByRole('heading', { name: 'The host does not answer' }).waitFor();
    assert.equal(asked.length, 2);
    assert.equal(new Set(asked).size, 1, 'what is sent is what was typed');
    assert.deepEqual(complaints, []);
    await close();
  });

  for (const javaScriptEnabled of [true, false]) {
    test(`another site only after saying so, ${javaScriptEnabled ? 'with' : 'without'} JavaScript`, async () => {
      const { page, close } = await start('confirm-elsewhere', { javaScriptEnabled });
      next = '/problem-unreachable';
      const button = page.getByRole('button', { name: 'Log in at good.example' });
      await button.click();
      await waited();
      assert.deepEqual(asked, [], 'nothing is sent');
      assert.equal(await page.getByText('Asking').count(), 0, 'and nothing is waited for');
      await page.getByRole('checkbox', { name: 'I know that they belong together' }).check();
      await button.click();
      await page.getByRole('heading', { name: 'The host does not answer' }).waitFor();
      assert.deepEqual(asked, ['POST /login']);
      await close();
    });
  }

  test('reaches everything with the keyboard, in the order it is read, and sees where they are', async () => {
    const { page, close } = await start('home-many');
    const order = [];
    for (let press = 0; press < 12; press += 1) {
      await page.keyboard.press('Tab');
      order.push(
        await page.evaluate(() => {
          const focused = document.activeElement;
          const { outlineStyle, outlineWidth } = getComputedStyle(focused);
          const { top, bottom } = focused.getBoundingClientRect();
          if (`${outlineStyle} ${outlineWidth}` !== 'solid 3px' || top < 0 || bottom > innerHeight)
            return 'cannot be seen';
          return focused.labels?.[0]?.textContent ?? focused.textContent;
        }),
      );
    }
    assert.deepEqual(order, [
      'Host or URL',
      'Continue',
      'Disconnect https://mcp.good.example/mcp, Work',
      'Log in again to mcp.good.example',
      'Disconnect https://mcp.good.example/mcp, At home',
      'Disconnect https://plain.example:8443',
      'Disconnect https://down.example',
      'Log in again to lasting.example',
      'Disconnect https://lasting.example',
      'Disconnect https://xn--80ak6aa92e.com',
      'Disconnect https://rtl.example',
      'Log out and disconnect all',
    ]);
    await close();
  });

  test('is asked once before all connections end', async () => {
    const { page, complaints, close } = await start('home-many');
    const last = page.getByRole('button', { name: 'Yes, log out and disconnect all' });
    assert.equal(await last.isVisible(), false);
    await page.getByText('Log out and disconnect all', { exact: true }).click();
    await waited();
    assert.deepEqual(asked, [], 'a question, and no request');
    await picture(page, 'home-many-leave');
    assert.deepEqual(await violations(page), []);
    await last.click();
    await page.getByText('Logging out').waitFor();
    assert.deepEqual(asked, ['POST /logout']);
    assert.deepEqual(complaints, []);
    await close();
  });

  test('is told what was done once, with the focus on it', async () => {
    const { page, close } = await start('home-disconnected?notice=disconnected.revoked.revoked&kept=1');
    await page.waitForURL((url) => url.search === '?kept=1');
    assert.match(await page.evaluate(() => document.activeElement.className), /notice/);
    await close();
  });
});
