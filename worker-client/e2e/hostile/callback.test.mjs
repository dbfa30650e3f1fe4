// Section C: the authorization response, its sender, and the browser that it arrives from.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { pairs } from '../lab.mjs';
import { found } from './canary.mjs';
import { html } from './faults.mjs';
import { APP, isCallback, place, World } from './world.mjs';

let world, server, browser;
before(async () => {
  world = await World.start();
});
after(() => world.stop());
beforeEach(() => {
  server = world.server();
  browser = world.browser();
});

const changed = (url, change) => {
  const next = new URL(url);
  change(next.searchParams);
  return next.href;
};

/** A login of this browser up to its genuine callback. */
const upToCallback = (at = server, who = browser) => world.upToCallback(at, who);

/** The callback is refused, nobody is asked for a token, nothing is stored. */
async function refused(url, who = browser, options = {}) {
  const before = server.exchanges.length;
  const page = await who.visit(url, options);
  assert.ok(page.status >= 400, `${page.url} ${page.body}`);
  assert.equal(server.exchanges.length, before, 'no token request');
  assert.deepEqual(await world.connections(who), []);
  return page;
}

/** The genuine one still completes: what every refusal is measured against. */
async function completes(url, who = browser) {
  const page = await who.visit(url);
  assert.equal(place(page.url), `${APP}/`, page.body);
  assert.equal((await world.connections(who)).length, 1);
}

describe('whose it is', () => {
  test('C01 a callback that began in another browser', async () => {
    const attacker = world.browser();
    const callback = await upToCallback(server, attacker);
    await refused(callback);
    // The victim has a session of their own: it makes no difference.
    const other = world.server();
    await world.logIn(other, browser);
    const page = await browser.visit(callback);
    assert.equal(page.status, 400);
    assert.equal(server.exchanges.length, 0);
    assert.deepEqual(
      (await world.connections(browser)).map(({ issuer }) => issuer),
      [other.issuer],
    );
    await completes(callback, attacker);
  });

  test('C02 a consent that another person gave: nothing reaches who asked for it', async () => {
    const attacker = world.browser();
    const away = await attacker.submit(
      await attacker.visit(`/login?url=${server.host}`),
      {},
      { until: (url) => url.startsWith(server.issuer) },
    );
    const victim = world.browser();
    const page = await victim.visit(away.url);
    assert.equal(page.status, 400, page.body);
    assert.equal(server.authorizations.length, 1, 'the consent was given');
    assert.equal(server.exchanges.length, 0, 'the code was not sent');
    assert.deepEqual([await world.connections(attacker), await world.connections(victim)], [[], []]);
    await completes((await attacker.visit(away.url, { until: isCallback })).url, attacker);
  });

  test("C09 delivered under another issuer's redirection URI", async () => {
    const evil = world.server('evil');
    const callback = await upToCallback(server);
    const evilCallback = await upToCallback(evil);
    const own = world.browser();
    const genuine = await upToCallback(server, own);
    assert.notEqual(new URL(callback).pathname, new URL(evilCallback).pathname);
    await refused(genuine.replace(new URL(genuine).pathname, new URL(evilCallback).pathname), own);
    await completes(genuine, own);
  });

  test('C10 two tabs, answered in reverse', async () => {
    const one = await upToCallback(server, browser);
    const two = await upToCallback(server, browser);
    await completes(two);
    await completes(one);
    const [first, second] = server.exchanges.map(({ sent }) => sent.get('code_verifier'));
    assert.notEqual(first, second);
    for (const { sent } of server.exchanges) {
      const asked = server.authorizations.find(
        (authorization) => new URL(callbackOf(sent)).searchParams.get('state') === authorization.get('state'),
      );
      const { createHash } = await import('node:crypto');
      assert.equal(
        createHash('sha256').update(sent.get('code_verifier')).digest('base64url'),
        asked.get('code_challenge'),
        'each with its own verifier',
      );
    }
    function callbackOf(sent) {
      return [one, two].find((url) => url.includes(sent.get('code')));
    }
  });

  test('C14 logged out, or another account, between the start and the callback', async () => {
    await world.logIn(world.server(), browser);
    const callback = await upToCallback(server, browser);
    await browser.json('POST', '/logout');
    await refused(callback);
    await world.logIn(world.server(), browser);
    const page = await browser.visit(callback);
    assert.equal(page.status, 400);
    assert.equal(server.exchanges.length, 0);
    const again = world.browser();
    await completes(await upToCallback(server, again), again);
  });

  test("C17 unknown, expired and another's: the same page", async () => {
    const callback = await upToCallback(server);
    const strange = await refused(callback, world.browser());
    const unknown = await browser.visit(changed(callback, (query) => query.set('state', 'A'.repeat(43))));
    const other = world.browser();
    const expired = await upToCallback(server, other);
    await world.rows('UPDATE pending SET expires = 1');
    const late = await refused(expired, other);
    assert.deepEqual([unknown.body, late.body], [strange.body, strange.body]);
    assert.deepEqual([unknown.status, late.status], [strange.status, strange.status]);
  });
});

describe('once, and in time', () => {
  test("C03 C06 what is missing, empty, doubled or somebody else's", async () => {
    const iss = world.server('iss', { members: { authorization_response_iss_parameter_supported: true } });
    const twoStates = (query) => {
      query.set('state', 'a');
      query.append('state', 'b');
    };
    for (const change of [
      (query) => query.delete('state'),
      (query) => query.set('state', ''),
      (query) => query.append('state', 'b'),
      twoStates,
    ]) {
      const callback = await upToCallback(server);
      await refused(changed(callback, change));
    }
    for (const change of [
      (query) => query.set('iss', 'https://evil.example'),
      (query) => query.set('iss', `${iss.issuer}/`),
      (query) => query.set('iss', iss.issuer.toUpperCase()),
      (query) => query.append('iss', iss.issuer),
      (query) => query.delete('iss'),
    ]) {
      const callback = await upToCallback(iss);
      await refused(changed(callback, change), browser);
      assert.equal(iss.exchanges.length, 0);
    }
    await completes(await upToCallback(iss));
    // Not advertised and absent: nothing to compare. Not advertised and wrong: compared all the same.
    const other = world.browser();
    const callback = await upToCallback(server, other);
    await refused(
      changed(callback, (query) => query.set('iss', 'https://evil.example')),
      other,
    );
    await completes(callback, other);
  });

  test('C04 the same callback twice at once, and a third time', async () => {
    const callback = await upToCallback(server);
    server.on.exchange = async (_, honest) => {
      await new Promise((resolve) => {
        setTimeout(resolve, 300);
      });
      return honest();
    };
    await Promise.all([browser.visit(callback), browser.visit(callback)]);
    const page = await browser.visit(callback);
    assert.equal(page.status, 400);
    assert.equal(server.exchanges.length, 1);
    assert.equal((await world.connections(browser)).length, 1);
  });

  test('C05 after ten minutes: over, and its row gone with the next login', async () => {
    const callback = await upToCallback(server);
    const [{ expires }] = await world
      .rows('SELECT expires FROM pending ORDER BY expires DESC LIMIT 1')
      .then((rows) => rows.sort((a, b) => b.expires - a.expires));
    assert.ok(Math.abs(expires - (Date.now() / 1000 + 600)) < 30, `${expires}`);
    await world.rows(`UPDATE pending SET expires = ${Math.floor(Date.now() / 1000) - 1}`);
    await refused(callback);
    await completes(await upToCallback(server));
    assert.deepEqual(await world.rows('SELECT state FROM pending WHERE expires < 1'), []);
  });

  test('C07 a forged error does not end a genuine login', async () => {
    const iss = world.server('iss', { members: { authorization_response_iss_parameter_supported: true } });
    const callback = await upToCallback(iss);
    const forged = (query) => {
      query.delete('code');
      query.set('error', 'access_denied');
      query.set('error_uri', 'https://evil.example/more');
    };
    for (const change of [
      (query) => query.set('iss', 'https://evil.example'),
      (query) => query.delete('iss'),
      (query) => query.set('state', 'A'.repeat(43)),
    ]) {
      const page = await refused(changed(changed(callback, forged), change));
      assert.ok(!page.body.includes('evil.example/more'), page.body);
    }
    await completes(callback);
  });

  for (const [name, members] of Object.entries({
    'of a server that names itself': { authorization_response_iss_parameter_supported: true },
    'of one that does not': {},
  }))
    test(`C07 a code that comes with an error is neither: ${name}`, async () => {
      const one = world.server('one', { members });
      const callback = await upToCallback(one);
      for (const error of ['access_denied', 'server_error', 'invalid_scope', 'x'])
        await refused(changed(callback, (query) => query.set('error', error)));
      assert.equal(one.exchanges.length, 0, 'no code is sent');
      await completes(callback);
    });

  test('C16 POST, HEAD and a prefetch use nothing up', async () => {
    const callback = await upToCallback(server);
    const cookie = [...browser.cookies('app.example')].map((pair) => pair.join('=')).join();
    for (const method of ['HEAD', 'POST', 'PUT']) {
      const answer = await world.fetch({ method, url: callback, headers: { cookie, origin: APP } });
      assert.equal(answer.status, 405, method);
    }
    await refused(callback, browser, { headers: { 'sec-purpose': 'prefetch;prerender' } });
    await completes(callback);
  });
});

describe('what it says', () => {
  test('C08 markup in every parameter', async () => {
    const hostile = {
      error: '<svg/onload=alert(1)>',
      error_description: '</script><script>alert(1)</script>',
      code: '"onmouseover="alert(1)',
      error_uri: 'javascript:alert(1)',
    };
    const callback = await upToCallback(server);
    const all = (query) => Object.entries(hostile).forEach(([name, value]) => query.set(name, value));
    const withoutCode = changed(callback, (query) => query.delete('code'));
    const withState = changed(callback, (query) => query.set('state', '"onmouseover=alert(1) x="'));
    for (const genuine of [withoutCode, withState]) {
      const url = changed(genuine, all);
      const page = await browser.visit(url);
      assert.ok(page.status >= 400);
      assert.ok(!/<svg|<script>|onmouseover=|javascript:/i.test(page.body), page.body);
      assert.match(page.headers.get('content-security-policy'), /default-src 'none'/);
      const program = await browser.json('GET', url);
      assert.match(program.headers.get('content-type'), /^application\/problem\+json/);
      assert.equal(program.headers.get('x-content-type-options'), 'nosniff');
    }
  });

  test('C11 a token in the callback is no answer', async () => {
    const callback = await upToCallback(server);
    await refused(
      changed(callback, (query) => {
        query.delete('code');
        query.set('access_token', 'x');
        query.set('token_type', 'Bearer');
      }),
    );
    await completes(callback);
  });

  test('C12 a code of a megabyte, and one of 5 KB', async () => {
    const callback = await upToCallback(server);
    await refused(changed(callback, (query) => query.set('code', 'x'.repeat(5000))));
    const cookie = [...browser.cookies('app.example')].map((pair) => pair.join('=')).join();
    const large = changed(callback, (query) => query.set('code', 'x'.repeat(1 << 20)));
    const answer = await world.fetch({ method: 'GET', url: large, headers: { cookie } }).catch(() => ({ status: 414 }));
    assert.ok([400, 414, 431].includes(answer.status), `${answer.status}`);
    assert.equal(server.exchanges.length, 0);
    const long = world.browser();
    server.on.authorize = (_, honest) => honest({ code: 'x'.repeat(4000) });
    server.on.exchange = () => server.tokens();
    await completes(await upToCallback(server, long), long);
  });

  test('C13 the address in the end is clean, and nobody keeps the one before', async () => {
    const callback = await upToCallback(server);
    const page = await browser.visit(callback);
    assert.deepEqual([place(page.url), page.hops[0].status], [`${APP}/`, 303]);
    for (const { request, headers } of world.answers.filter(
      ({ request: { url } }) => isCallback(url) && url.length < 10_000,
    )) {
      assert.equal(
        new Headers(pairs(headers)).get('cache-control'),
        'no-store',
        `${request.method} ${request.url.slice(0, 300)}`,
      );
      assert.equal(new Headers(pairs(headers)).get('referrer-policy'), 'no-referrer');
    }
    assert.deepEqual(found(page.body, [new URL(callback).searchParams.get('code')]), []);
  });

  test('C15 where a person is brought back to: a page of ours or the start page', async () => {
    for (const path of [
      '//evil.example',
      '/\\evil.example',
      '\\\\evil.example',
      '/\t/evil.example',
      'https:evil.example',
      'javascript:alert(1)',
      'https://evil.example/',
      '/%09/evil.example',
    ]) {
      const who = world.browser();
      const page = await who.submit(
        await who.visit(`/login?url=${server.host}&return_to=${encodeURIComponent(path)}`),
        { return_to: path },
        { until: (url) => new URL(url).hostname.includes('evil') || url.startsWith('javascript') },
      );
      assert.equal(new URL(page.url).origin, APP, `${path}: ${page.url}`);
    }
    const { headers } = await world.login(server.host, browser, { return_to: '/use?from=login' });
    const back = await browser.visit(headers.get('location'), { until: (url) => url.startsWith(`${APP}/use`) });
    assert.equal(back.url, `${APP}/use?from=login`, back.body);
  });

  test('C18 a Host that is not ours changes nothing', async () => {
    const answer = await world.fetch({
      method: 'POST',
      url: 'https://evil.example/login',
      headers: {
        origin: APP,
        'sec-fetch-site': 'same-origin',
        'content-type': 'application/json',
        accept: 'application/json',
        'x-forwarded-host': 'evil.example',
      },
      body: JSON.stringify({ url: server.host }),
    });
    assert.equal(answer.status, 303, answer.body);
    const asked = new URL(new Headers(pairs(answer.headers)).get('location')).searchParams.get('redirect_uri');
    assert.ok(asked.startsWith(`${APP}/callback/`), asked);
    assert.ok(server.registrations[0].redirect_uris.every((uri) => uri.startsWith(`${APP}/`)));
  });

  test('T09 D14 an answer of the token endpoint that is no answer: said so, and the login begins anew', async () => {
    const callback = await upToCallback(server);
    server.on.exchange = () => html('<script>alert(1)</script>', 502);
    const page = await browser.visit(callback);
    assert.ok(page.status >= 500 && !page.body.includes('<script>alert'), page.body);
    server.on = {};
    await completes(await upToCallback(server));
  });
});
