// Properties of the whole system: a panic fails only one request, and the artefact has no code that is for tests.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { after, before, describe, test } from 'node:test';
import { unstable_readConfig } from 'wrangler';
import { Agent } from '../agent.mjs';
import { artefact, hostOf } from '../app.mjs';
import { place, World } from './world.mjs';

const folder = (path) => fileURLToPath(new URL(path, import.meta.url));
const HOOK = '/panic-on-purpose';

describe('a panic in the app on its own', () => {
  let world;
  before(async () => {
    world = await World.start({ modules: await artefact(folder('../../.run/panics')) });
  });
  after(() => world.stop());

  /** Fifty logins that have begun at a slow server, and what comes of them. */
  async function fiftyInFlight() {
    const slow = world.server('slow');
    let go;
    const gate = new Promise((resolve) => {
      go = resolve;
    });
    let waiting = 0;
    const all = new Promise((resolve) => {
      slow.on.exchange = async (_, honest) => {
        if ((waiting += 1) === 50) resolve();
        await gate;
        return honest();
      };
    });
    const browsers = Array.from({ length: 50 }, () => world.browser());
    const callbacks = [];
    for (const browser of browsers) callbacks.push(await world.upToCallback(slow, browser));
    const pages = browsers.map((browser, n) => browser.visit(callbacks[n]));
    await all;
    return {
      finish: () => {
        go();
        return Promise.all(pages);
      },
    };
  }

  test('S13 in a route, the registrar and the account, among fifty others: an error of its request', async () => {
    const { finish } = await fiftyInFlight();
    const redirected = world.server('panics');
    redirected.on.metadata = () => ({ status: 302, headers: { location: HOOK }, body: '' });
    const registering = world.server('panics');
    registering.members.registration_endpoint = `${registering.issuer}${HOOK}`;
    const exchanging = world.server('panics');
    exchanging.members.token_endpoint = `${exchanging.issuer}${HOOK}`;
    const browser = world.browser();
    const answers = [await world.login(redirected.host, browser), await world.login(registering.host, browser)];
    answers.push(await browser.json('GET', await world.upToCallback(exchanging, browser)));
    for (const answer of answers) {
      assert.deepEqual([answer.status, answer.json?.type], [500, 'internal'], answer.body);
      assert.match(answer.headers.get('content-security-policy'), /default-src 'none'/);
    }
    for (const { host } of [redirected, registering, exchanging])
      assert.equal(world.lab.requests(host, { path: HOOK }).length, 0, 'the panic came first');
    const pages = await finish();
    assert.deepEqual([...new Set(pages.map(({ url }) => place(url)))], ['https://app.example/']);
    // The same objects and the same isolate serve whoever comes next; what many waited for does not stand in the way.
    await world.logIn(world.server(), browser);
    assert.equal((await world.login(registering.host, browser)).status, 500);
  });
});

/** The programs around the library: how a person's browser asks them for a URL at a host. */
const PROGRAMS = {
  'the npm package': {
    modules: () => hostOf('host.mjs', '../.run/panics'),
    ask: (browser, url) => browser.json('POST', '/use', { body: { url } }),
  },
  'the npm package, for a browser': {
    modules: () => hostOf('../examples/ts-worker/src/index.ts', '../.run/panics'),
    ask: (browser, url) => browser.json('GET', `/?url=${encodeURIComponent(url)}`),
  },
  'a Rust program': {
    modules: () => artefact(folder('../../.run/rust-panics')),
    ask: (browser, url) => browser.json('GET', `/?url=${encodeURIComponent(url)}`),
  },
};

for (const [name, { modules, ask }] of Object.entries(PROGRAMS))
  describe(`a panic in ${name}`, () => {
    let world;
    before(async () => {
      world = await World.start({ modules: await modules(), bindings: { PREFIX: '/connect' } });
    });
    after(() => world.stop());

    /** A browser whose user the program knows. */
    const person = () => {
      const headers = { 'cf-access-authenticated-user-email': 'ann@app.example' };
      const fetch = (request) => world.fetch({ ...request, headers: { ...request.headers, ...headers } });
      return new Agent({ fetch }, world.lab);
    };

    async function logIn(server, browser = person()) {
      const page = await browser.submit(await browser.visit(`/connect/login?url=${server.host}`));
      assert.equal(place(page.url), 'https://app.example/connect/', page.body);
      return browser;
    }

    /** Ten requests that wait for the host while something else happens. */
    async function meanwhile(server, browser, work) {
      let [go, waiting, count] = [undefined, undefined, 0];
      const gate = new Promise((resolve) => (go = resolve));
      const all = new Promise((resolve) => (waiting = resolve));
      server.on.use = async ({ url }, honest) => {
        if (url.includes('slow')) {
          if ((count += 1) === 10) waiting();
          await gate;
        }
        return honest();
      };
      const slow = Array.from({ length: 10 }, () => ask(browser, `${server.issuer}/api/slow`));
      await all;
      await work();
      go();
      assert.deepEqual(new Set((await Promise.all(slow)).map(({ status }) => status)), new Set([200]), name);
    }

    test('S13 in a request as the person: an error of that request', async () => {
      const server = world.server();
      const browser = await logIn(server);
      await meanwhile(server, browser, async () => {
        for (let n = 0; n < 3; n += 1) {
          const answer = await ask(browser, `${server.issuer}${HOOK}`);
          assert.deepEqual([answer.status, answer.json?.type], [500, 'internal'], answer.body);
        }
      });
      assert.equal((await ask(browser, `${server.issuer}/api`)).status, 200);
      assert.equal(world.lab.requests(server.host, { path: HOOK }).length, 0, 'the panic came first');
    });

    test('S13 in a revocation and an alarm: an error of that work', async () => {
      const server = world.server();
      const browser = await logIn(server);
      const broken = world.server('panics', { members: {} });
      broken.members.revocation_endpoint = `${broken.issuer}${HOOK}`;
      await logIn(broken, browser);
      const { id } = (await browser.json('GET', '/connect/connections')).json.find(
        ({ issuer }) => issuer === broken.issuer,
      );
      await meanwhile(server, browser, async () => {
        const receipt = await browser.json('DELETE', `/connect/connections/${id}`);
        assert.equal(receipt.status, 500, receipt.body);
      });
      const panics = () => world.app.log.match(/"event":"panic"/g)?.length ?? 0;
      const before = panics();
      assert.ok(before > 0, 'the log says so');
      await world.app.elapse(61);
      for (let n = 0; n < 100 && panics() === before; n += 1) await new Promise((done) => setTimeout(done, 100));
      assert.ok(panics() > before, 'the alarm panicked too');
      assert.equal((await ask(browser, `${server.issuer}/api`)).status, 200);
      await logIn(world.server(), browser);
      assert.equal(world.lab.requests(broken.host, { path: HOOK }).length, 0, 'the panic came first');
    });
  });

test('X03 whoever is asked is whoever was judged, in every spelling', async () => {
  const world = await World.start();
  const { host } = world.server();
  const [name] = host.split('.');
  // A generator of one's own, so that a failure can be repeated.
  let seed = 42;
  const random = (n) => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return Math.floor((seed / 2147483648) * n);
  };
  const PIECES = [
    '@',
    ':',
    '/',
    '\\\\',
    '?',
    '#',
    '.',
    '%2e',
    '%00',
    '\t',
    '\n',
    ' ',
    '\u00ad',
    '。',
    '．',
    'ａ',
    'ß',
    '[',
    ']',
    '%',
    '443',
    '0x',
    ';',
    '|',
    '^',
    name,
    'evil.example',
    'https://',
    '//',
    '.example',
    host,
  ];
  let accepted = 0;
  for (let n = 0; n < 400; n += 1) {
    let typed = host;
    for (let changes = random(3); changes >= 0; changes -= 1) {
      const at = random(typed.length + 1);
      typed = typed.slice(0, at) + PIECES[random(PIECES.length)] + typed.slice(at);
    }
    const answer = await world.asks('GET', `/probe?url=${encodeURIComponent(typed)}`);
    if (answer.status !== 200) {
      assert.equal(answer.sent, 0, JSON.stringify(typed));
      continue;
    }
    accepted += 1;
    const asked = new Set(world.lab.all.slice(world.lab.all.length - answer.sent).map(({ url }) => new URL(url).host));
    assert.ok(
      [...asked].every((one) => one === answer.json.host),
      `${JSON.stringify(typed)}: ${answer.json.host} was judged, ${[...asked]} asked`,
    );
    assert.equal(new URL(answer.json.resource).host, answer.json.host, typed);
  }
  assert.ok(accepted > 40 && accepted < 380, `${accepted} of 400`);
  await world.stop();
});

test('X04 the settings of the Worker are the safe ones', () => {
  const config = unstable_readConfig({ config: folder('../../wrangler.toml') });
  assert.ok(config.compatibility_date >= '2026-05-01');
  assert.ok(config.compatibility_flags.includes('global_fetch_strictly_public'));
  assert.deepEqual([config.workers_dev, config.preview_urls, config.observability.enabled], [false, false, true]);
  assert.deepEqual(
    config.migrations.flatMap(({ new_sqlite_classes: names, new_classes: plain }) => [
      ...(names ?? []),
      ...(plain ?? []),
    ]),
    ['Account', 'Registrar'],
  );
  assert.ok(
    config.migrations.every(({ new_classes: plain }) => !plain),
    'rows, not keys and values',
  );
  assert.deepEqual(config.kv_namespaces, []);
  assert.deepEqual(
    Object.keys(config.vars).filter((name) => /KEY|SECRET|INSECURE|LOOPBACK/.test(name)),
    [],
  );
  assert.ok(!/loopback|panic/.test(config.build.command), 'built without what is for development and tests');
});

test('X05 D28 the released artefact holds no hook, and no switch for development', async () => {
  const read = async (path) =>
    Buffer.concat(await Promise.all(['index.js', 'index_bg.wasm'].map((file) => readFile(`${folder(path)}/${file}`))));
  const [released, panics] = [await read('../../npm/dist'), await read('../../.run/panics')];
  assert.ok(panics.includes(HOOK.slice(1)), 'the scan finds it where it is');
  for (const text of [HOOK.slice(1), 'ALLOW_INSECURE', 'ALLOW_LOOPBACK']) assert.ok(!released.includes(text), text);
});
