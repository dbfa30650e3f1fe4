// Section T: attacks by the token endpoint, and the token requests of the client.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { json } from '../lab.mjs';
import { wait } from '../waiting.mjs';
import { endless, html, redirect, reset, silence } from './faults.mjs';
import { APP, isCallback, place, World } from './world.mjs';

let world, server, browser;
const use = (path = '/api') => world.use(browser, `${server.issuer}${path}`);
const connection = async () => (await world.connections(browser))[0];
before(async () => {
  world = await World.start();
});
after(() => world.stop());
beforeEach(() => {
  server = world.server();
  browser = world.browser();
});

/** A connection whose access token is over. */
async function expired(options) {
  if (options) server = world.server('good', options);
  server.lifetime = 0;
  await world.logIn(server, browser);
  server.lifetime = 3600;
}

describe('the exchange', () => {
  /** What a login ends with when the exchange is answered so: connected, or a problem and nothing stored. */
  async function exchanged(answer) {
    server.on.exchange = answer;
    const page = await browser.submit(await browser.visit(`/login?url=${server.host}`));
    const connected = place(page.url) === `${APP}/`;
    assert.equal(Boolean(await connection()), connected, page.body);
    return { connected, page };
  }

  for (const [name, changes, works] of [
    ['T07 `DPoP`', { token_type: 'DPoP' }],
    ['T07 `mac`', { token_type: 'mac' }],
    ['T07 no type', { token_type: undefined }],
    ['T07 `BEARER`', { token_type: 'BEARER' }, true],
    ['T08 a line break in the token', { access_token: 'a\r\nX-Evil: 1' }],
    ['T08 a space', { access_token: 'a b' }],
    ['T08 a letter beyond ASCII', { access_token: 'é' }],
    ['T08 NUL', { access_token: 'a\0b' }],
    ['T08 a token of 17 KB', { access_token: 'x'.repeat(17_000) }],
    ['T08 a token of 15 KB', { access_token: 'x'.repeat(15_000) }, true],
    ['T08 an empty token', { access_token: '' }],
    ['T09 no token', { access_token: undefined }],
  ])
    test(name, async () => {
      const { connected } = await exchanged((_, honest) => honest(changes));
      assert.equal(connected, Boolean(works));
    });

  test('T09 200 with an error in it', async () => {
    assert.equal((await exchanged(() => json({ error: 'bad_verification_code' }))).connected, false);
    assert.equal(
      (await exchanged(() => json({ error: 'bad_verification_code', access_token: 'x', token_type: 'Bearer' })))
        .connected,
      false,
    );
    assert.equal((await exchanged(undefined)).connected, true);
  });

  for (const value of [
    '"3600"',
    '3600.0',
    '-5',
    '0',
    '18446744073709551615',
    '99999999999999999999999',
    'true',
    'null',
    '"soon"',
    '[]',
  ]) {
    test(`T10 expires_in ${value}`, async () => {
      server.lifetime = 'LIFETIME';
      const { connected } = await exchanged((_, honest) => {
        const answer = honest();
        return { ...answer, body: answer.body.replace('"LIFETIME"', value) };
      });
      assert.ok(connected);
      server.lifetime = 3600;
      const answer = await use();
      assert.equal(answer.status, 200, answer.body);
      const isOver = ['-5', '0'].includes(value);
      assert.equal(server.refreshes.length, isOver ? 1 : 0, 'refreshed when it is over');
    });
  }

  test('T10 expires_in 1e309, which no JSON number is: an answer that cannot be read', async () => {
    server.lifetime = 'LIFETIME';
    const { connected, page } = await exchanged((_, honest) => {
      const answer = honest();
      return { ...answer, body: answer.body.replace('"LIFETIME"', '1e309') };
    });
    assert.deepEqual([connected, page.status], [false, 502], page.body);
  });

  test('T05 a redirect of the token request is not followed', async () => {
    const evil = world.server('evil');
    for (const status of [302, 303, 307, 308]) {
      for (const target of [`${evil.issuer}/token`, '/elsewhere']) {
        assert.equal((await exchanged(() => redirect(target, status))).connected, false);
      }
    }
    assert.equal(world.lab.requests(evil.host).length, 0);
    assert.equal(world.lab.requests(server.host, { path: '/elsewhere' }).length, 0);
  });

  test('T19 an answer without end, of 10 MB, or none at all', async () => {
    const fault = endless();
    assert.equal((await exchanged(() => fault)).connected, false);
    await fault.seen.ended;
    assert.equal(
      (
        await exchanged((_, honest) => {
          const answer = honest();
          return { ...answer, body: answer.body.replace('{', `{"x":"${'y'.repeat(10 << 20)}",`) };
        })
      ).connected,
      false,
    );
    const began = performance.now();
    assert.equal((await exchanged(() => silence())).connected, false);
    const took = performance.now() - began;
    assert.ok(took > 9000 && took < 14_000, `${took} ms`);
  });

  test('T18 the runtime ends during the exchange: the code is not sent again', async () => {
    const callback = await world.upToCallback(server, browser);
    await world.endDuring('exchange', server, () => browser.visit(callback));
    server.on = {};
    const page = await browser.visit(callback);
    assert.equal(page.status, 400, page.body);
    assert.equal(world.lab.requests(server.host, { method: 'POST', path: '/token' }).length, 1);
    await world.logIn(server, browser);
  });

  test('T20 an ID token that says who somebody is changes nothing', async () => {
    const none = [{ alg: 'none' }, { sub: 'admin', iss: server.issuer, email: 'admin@app.example' }].map((part) =>
      Buffer.from(JSON.stringify(part)).toString('base64url'),
    );
    assert.ok((await exchanged((_, honest) => honest({ id_token: `${none.join('.')}.` }))).connected);
    assert.ok(!JSON.stringify(await world.connections(browser)).includes('admin'));
    assert.ok(!(await browser.visit('/')).body.includes('admin'));
  });

  test('T13 the scope that was given is the one that is shown, and no more is asked for', async () => {
    assert.ok((await exchanged((_, honest) => honest({ scope: 'read' }))).connected);
    assert.equal((await connection()).scope, 'read');
    server.expireAll();
    await use();
    assert.ok([null, 'read'].includes(server.refreshes[0].sent.get('scope')));
  });
});

describe('how we prove ourselves', () => {
  // The methods that the server offers, the one it registers if it is another, and the way the secret is then sent.
  const METHODS = [
    [['none'], undefined, 'none'],
    [['client_secret_basic'], undefined, 'basic'],
    [['client_secret_post'], undefined, 'post'],
    [undefined, undefined, 'basic'],
    [['client_secret_basic', 'client_secret_post'], 'client_secret_post', 'post'],
  ];
  for (const [offered, method, sentAs] of METHODS)
    test(`T14 T15 offered ${offered ?? 'nothing'}, registered ${method ?? 'as asked'}`, async () => {
      server = world.server('good', { members: { token_endpoint_auth_methods_supported: offered } });
      server.on.register = (_, honest) => honest(method ? { token_endpoint_auth_method: method } : {});
      await world.logIn(server, browser);
      server.expireAll();
      assert.equal((await use()).status, 200);
      for (const { sent, headers } of [...server.exchanges, ...server.refreshes]) {
        assert.deepEqual(
          [/^Basic /.test(headers.authorization ?? ''), sent.has('client_secret'), sent.has('client_id')],
          [sentAs === 'basic', sentAs === 'post', true],
        );
      }
    });
});

describe('the refresh', () => {
  for (const callers of [2, 10, 100])
    test(`T01 ${callers} callers with a token that is over: one refresh`, async () => {
      await expired();
      server.on.refresh = async (_, honest) => {
        await wait(50);
        return honest();
      };
      const answers = await Promise.all(Array.from({ length: callers }, () => use()));
      assert.deepEqual(
        [...new Set(answers.map(({ status }) => status))],
        [200],
        answers.find(({ status }) => status !== 200)?.body,
      );
      assert.deepEqual([server.refreshes.length, server.reuses], [1, 0]);
    });

  test('T02 the runtime ends between rotation and store: the token is presented once more, never again', async () => {
    await expired();
    await world.endDuring('refresh', server, use, (honest) => honest());
    server.on = {};
    assert.equal((await use()).json.type, 'login-again');
    assert.equal((await use()).json.type, 'login-again');
    assert.deepEqual([server.refreshes.length, server.reuses], [2, 1]);
    await world.logIn(server, browser);
    assert.equal((await use()).status, 200);
  });

  test('T02 the runtime ends twice so: the token is not presented for a third time', async () => {
    await expired();
    for (let n = 0; n < 2; n += 1) await world.endDuring('refresh', server, use);
    server.on = {};
    assert.equal((await use()).json.type, 'login-again');
    assert.equal(world.lab.requests(server.host, { path: '/token' }).length, 3, 'the exchange, and two refreshes');
  });

  for (const [name, answer] of [
    ['503', () => html('', 503)],
    ['500 with a page', () => html('<h1>oh', 500)],
    ['a broken connection', () => reset()],
    ['half an answer', () => reset(Buffer.from('{"access_token":'))],
    ['200 with a page', () => html('<html>')],
    ['JSON that is cut', () => ({ ...json({}), body: '{"access_token":"x"' })],
    ['400 with a page', () => html('<h1>bad', 400)],
    ['a redirect', () => redirect('https://evil.example/token', 307)],
  ])
    test(`T03 T05 ${name}: nothing is lost`, async () => {
      await expired();
      server.on.refresh = answer;
      assert.ok((await use()).status >= 500);
      assert.equal((await connection()).needs_login, false);
      server.on = {};
      await wait(600);
      assert.equal((await use()).status, 200);
      assert.equal(server.reuses, 0);
      assert.equal(world.lab.requests('evil.example').length, 0);
    });

  test('T03 429: the server is left alone for as long as it asks', async () => {
    await expired();
    server.on.refresh = () => ({ ...html('', 429), headers: { 'retry-after': '2' } });
    assert.ok((await use()).status >= 400);
    const before = world.lab.requests(server.host, { path: '/token' }).length;
    for (let n = 0; n < 5; n += 1) assert.ok((await use()).status >= 400);
    assert.equal(world.lab.requests(server.host, { path: '/token' }).length, before);
    server.on = {};
    await wait(2200);
    assert.equal((await use()).status, 200);
  });

  test('T03 503 that does not say for how long: it is asked again after longer and longer pauses', async () => {
    await expired();
    const refreshes = () => world.lab.requests(server.host, { path: '/token' }).length;
    const before = refreshes();
    server.on.refresh = () => html('', 503);
    let uses = 0;
    for (const end = Date.now() + 2500; Date.now() < end; uses += 1) assert.ok((await use()).status >= 500);
    assert.ok(uses > 6, `${uses} uses`);
    // At once, and after half a second, and a second, and two.
    const asked = refreshes() - before;
    assert.ok(asked >= 1 && asked <= 4, `${asked} refreshes for ${uses} uses`);
  });

  test('T03 a refusal is final, and only that', async () => {
    await expired();
    server.on.refresh = () => json({ error: 'invalid_grant' }, 400);
    assert.equal((await use()).json.type, 'login-again');
    assert.equal((await connection()).needs_login, true);
  });

  for (const [name, refresh_token] of [
    ['none', undefined],
    ['null', null],
    ['an empty one', ''],
  ])
    test(`T04 ${name} in place of a new refresh token: the old one stays`, async () => {
      await expired();
      server.on.refresh = () => {
        server.refreshed = (server.refreshed ?? 0) + 1;
        return server.tokens({ refresh_token });
      };
      assert.equal((await use()).status, 200);
      server.expireAll();
      assert.equal((await use()).status, 200);
      const sent = world.lab
        .requests(server.host, { path: '/token' })
        .slice(1)
        .map(({ body }) => new URLSearchParams(body).get('refresh_token'));
      assert.deepEqual([sent.length, new Set(sent).size], [2, 1]);
    });

  test('T11 a host that refuses every token: one refresh, then its own answer', async () => {
    await world.logIn(server, browser);
    server.on.use = () => json({ error: 'invalid_token' }, 401);
    assert.equal((await use()).status, 401);
    assert.equal(server.refreshes.length, 1);
    assert.equal(world.lab.requests(server.host, { path: '/api' }).length, 2);
  });

  test('T11 Q10 a server whose clock is five minutes off', async () => {
    for (const lifetime of [1, 300, 600]) {
      server = world.server();
      browser = world.browser();
      server.lifetime = lifetime;
      await world.logIn(server, browser);
      server.expireAll();
      assert.equal((await use()).status, 200, 'one retry, and the caller sees nothing of it');
      assert.ok(server.refreshes.length <= 1);
    }
  });

  test('T12 tokens that live for a second, and 1,000 calls', async () => {
    server.lifetime = 1;
    await world.logIn(server, browser);
    const began = performance.now();
    for (let n = 0; n < 20; n += 1) {
      const answers = await Promise.all(Array.from({ length: 50 }, () => use()));
      assert.ok(answers.every(({ status }) => status === 200));
      // Every token is over before the last call.
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    const most = 1 + Math.floor((performance.now() - began) / 30_000);
    assert.ok(server.refreshes.length <= most, `${server.refreshes.length} refreshes`);
    assert.ok(server.refreshes.length >= 1);
  });
});

describe('the end', () => {
  test('T16 a server that cannot revoke: the connection is gone all the same', async () => {
    await world.logIn(server, browser);
    server.on.revoke = () => html('', 500);
    const { id } = await connection();
    assert.equal((await browser.json('DELETE', `/connections/${id}`)).status, 200);
    assert.equal(await connection(), undefined);
    assert.equal((await use()).status, 404);
    assert.equal(world.lab.requests(server.host, { path: '/revoke' }).length, 2);
  });

  test('T17 a disconnect while a refresh is on its way: nothing comes back', async () => {
    await expired();
    const { id } = await connection();
    let asked, answer;
    const arrived = new Promise((resolve) => {
      asked = resolve;
    });
    server.on.refresh = (_, honest) =>
      new Promise((resolve) => {
        answer = () => resolve(honest());
        asked();
      });
    const using = use();
    await arrived;
    assert.equal((await browser.json('DELETE', `/connections/${id}`)).status, 200);
    answer();
    assert.equal((await using).status, 404);
    assert.equal(await connection(), undefined);
    assert.equal((await world.rows('SELECT id FROM connection')).filter((row) => row.id === id).length, 0);
  });

  test('T15 P15 S05 S17 Q15 no token, secret or verifier where it does not belong', async () => {
    await world.logIn(server, browser);
    assert.equal((await use()).status, 200);
    const { answers, urls, log, disk } = await world.leaks();
    assert.deepEqual({ answers, urls, log, disk }, { answers: [], urls: [], log: [], disk: [] });
    assert.ok(world.answers.some(({ request }) => isCallback(request.url)));
  });
});
