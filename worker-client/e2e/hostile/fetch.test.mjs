// Section P: requests of the host program, sent with a person's token.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { after, before, beforeEach, describe, test } from 'node:test';
import { artefact } from '../app.mjs';
import { json } from '../lab.mjs';
import { canary, found } from './canary.mjs';
import { endless, redirect } from './faults.mjs';
import { APP, World } from './world.mjs';

let world, server, browser;
const use = (url, request, who = browser) => world.use(who, url, request);
/** Everything that a host received, as text. */
const received = (host) =>
  world.lab
    .requests(host)
    .map(({ url, headers, body }) => `${url} ${JSON.stringify(headers)} ${body}`)
    .join('\n');
const tokens = (host) =>
  world.lab
    .requests(host)
    .map(({ headers }) => headers.authorization)
    .filter(Boolean);

before(async () => {
  world = await World.start();
});
after(() => world.stop());
beforeEach(async () => {
  server = world.server();
  browser = await world.logIn(server);
});

describe('where a token goes', () => {
  test('P01 nowhere but to its own origin and path', async () => {
    const { host } = server;
    const evil = world.server('evil');
    for (const url of [
      `https://${host}.${evil.host}/`,
      `https://${evil.host}/?https://${host}`,
      `http://${host}/`,
      `https://${host}:8443/`,
      `https://${host}@${evil.host}/`,
      `https://${evil.host}#@${host}/`,
      `https://${evil.host}\\@${host}/`,
    ]) {
      const before = world.lab.all.length;
      const answer = await use(url);
      assert.ok(answer.status >= 400, `${url}: ${answer.status}`);
      assert.equal(world.lab.all.length, before, `${url} was asked`);
    }
    assert.equal((await use(`${server.issuer}/api`)).status, 200);
    const below = world.server('good', { resource: '/mcp' });
    const other = await world.logIn(below, world.browser(), `${below.host}/mcp`);
    for (const path of [
      '/mcp2',
      '/',
      '/mcp/../admin',
      '/mcp/%2e%2e/admin',
      '/mcp/.%2E/admin',
      '/mcp/%252e%252e/admin',
      '/mcp/%25252e%25252e/admin',
      '/mcp%2f..%2fadmin',
      '/mcp/..%2fadmin',
      '/mcp/..%5cadmin',
      '/mcp/..%252fadmin',
      '/mcp/%2e%2e%255cadmin',
      '/mcp/..;/admin',
      '/mcp/..;x=1/admin',
      '/mcp/%2e%2e%3b/admin',
      '/mcp/a%00/admin',
      '/mcp\\..\\admin',
    ]) {
      const before = world.lab.all.length;
      assert.equal((await use(`${below.issuer}${path}`, {}, other)).status >= 400, true, path);
      assert.equal(world.lab.all.length, before, `${path} was asked`);
    }
    for (const path of ['/mcp/tools', '/mcp/a%20b', '/mcp/%C3%A9', '/mcp/d..e/...', '/mcp/x?next=%2F..%2Fadmin'])
      assert.equal((await use(`${below.issuer}${path}`, {}, other)).status, 200, path);
  });

  test('P02 not along a redirect to another host, and neither does anything else', async () => {
    const evil = world.server('evil');
    const mine = canary('mine');
    for (const status of [301, 302, 303, 307, 308]) {
      server.on.use = () => redirect(`${evil.issuer}/api`, status);
      const answer = await use(`${server.issuer}/api`, {
        method: 'POST',
        headers: { 'X-Api-Key': mine, Cookie: `c=${mine}` },
        body: mine,
      });
      assert.equal(answer.status, status, 'it comes back as it is');
    }
    assert.equal(world.lab.requests(evil.host).length, 0);
    assert.equal(found(received(server.host), [mine]).length, 1, 'the host itself received what was sent to it');
  });

  test('P16 R12 the token of one resource is not used at another of the same server', async () => {
    const two = world.server('good', { resource: '/' });
    const both = await world.logIn(two, world.browser(), `${two.host}/a`);
    await world.logIn(two, both, `${two.host}/b`);
    assert.equal((await world.connections(both)).length, 2);
    for (const path of ['/a/x', '/b/x']) await use(`${two.issuer}${path}`, {}, both);
    const at = (path) =>
      new Set(
        tokens(two.host).filter((_, n) =>
          world.lab
            .requests(two.host)
            .filter(({ headers }) => headers.authorization)
            [n].url.includes(path),
        ),
      );
    const [a, b] = [at('/a/x'), at('/b/x')];
    assert.deepEqual([a.size, b.size, [...a].filter((token) => b.has(token)).length], [1, 1, 0]);
    assert.deepEqual(
      two.exchanges.map(({ sent }) => sent.get('resource')),
      [`${two.issuer}/a`, `${two.issuer}/b`],
    );
  });

  test("P08 S09 another person's connection is not there", async () => {
    const [{ id }] = await world.connections(browser);
    const stranger = await world.logIn(world.server());
    for (const [method, path] of [
      ['DELETE', `/connections/${id}`],
      ['POST', `/connections/${id}/disconnect`],
      ['GET', `/icon/${id}`],
    ]) {
      assert.equal((await stranger.json(method, path)).status, 404, path);
    }
    assert.equal((await use(`${server.issuer}/api`, {}, stranger)).status, 404);
    assert.equal(tokens(server.host).length, 0);
    assert.equal((await use(`${server.issuer}/api`)).status, 200);
  });

  test('P09 the same question of two people: two questions, each with its own token', async () => {
    server.on.use = ({ headers }) => ({
      ...json({ token: headers.authorization }),
      headers: { 'content-type': 'application/json', 'cache-control': 'public, max-age=3600' },
    });
    const other = await world.logIn(server);
    const [one, two] = [await use(`${server.issuer}/api/whoami`), await use(`${server.issuer}/api/whoami`, {}, other)];
    assert.notEqual(one.json.token, two.json.token);
    assert.equal(world.lab.requests(server.host, { path: '/api/whoami' }).length, 2);
    for (const answer of world.answers.filter(({ body }) => found(body).length)) answer.request.mayHold = true;
  });

  test("S14 P08 forty people at five hosts, all at once: nobody uses another's token", async () => {
    const hosts = Array.from({ length: 5 }, () => world.server());
    const people = await Promise.all(
      Array.from({ length: 40 }, async (_, n) => {
        const who = world.browser();
        await world.logIn(hosts[n % 5], who);
        await world.logIn(hosts[(n + 1) % 5], who);
        return who;
      }),
    );
    const seen = new Map();
    for (const host of hosts)
      host.on.use = ({ headers, url }) => {
        seen.set(
          headers.authorization,
          (seen.get(headers.authorization) ?? new Set()).add(new URL(url).searchParams.get('who')),
        );
        return json({});
      };
    await Promise.all(
      people.flatMap((who, n) =>
        [n % 5, (n + 1) % 5].flatMap((at) => [1, 2].map(() => use(`${hosts[at].issuer}/api?who=${n}-${at}`, {}, who))),
      ),
    );
    assert.equal(seen.size, 80, 'a token for each person at each host');
    for (const names of seen.values()) assert.equal(names.size, 1);
  });
});

describe('what goes along', () => {
  test('P03 P04 P14 what could speak for somebody else stays behind', async () => {
    const mine = canary('mine');
    const headers = {
      Authorization: `Bearer ${mine}`,
      Cookie: `c=${mine}`,
      Host: `${mine}.example`,
      Forwarded: `for=${mine}`,
      'X-Forwarded-For': mine,
      'X-Forwarded-Host': mine,
      'CF-Connecting-IP': mine,
      'CF-Access-Jwt-Assertion': mine,
      'Proxy-Authorization': mine,
      'Sec-Fetch-Site': mine,
      'Sec-WebSocket-Key': mine,
      TE: mine,
      Upgrade: mine,
      Connection: mine,
      'Keep-Alive': mine,
      Trailer: mine,
      'X-Own': 'kept',
      'Content-Type': 'text/plain',
    };
    const answer = await use(`${server.issuer}/api`, { method: 'POST', headers, body: 'body' });
    assert.equal(answer.status, 200, answer.body);
    const [seen] = world.lab.requests(server.host, { path: '/api' });
    assert.deepEqual(found(JSON.stringify(seen.headers), [mine]), []);
    assert.match(seen.headers.authorization, /^Bearer CANARY-access/);
    assert.deepEqual(
      [seen.headers['x-own'], seen.headers['content-type'], seen.body, seen.headers.cookie],
      ['kept', 'text/plain', 'body', undefined],
    );
  });

  test('P04 a cookie of the host is not one of ours', async () => {
    const cookies = new Map(browser.cookies('app.example'));
    server.on.use = () => ({
      ...json({}),
      headers: ['content-type', 'application/json', 'set-cookie', '__Host-sid=evil; Path=/; Secure'],
    });
    const { headers } = await use(`${server.issuer}/api`);
    assert.equal(headers.get('content-type'), 'application/json', 'the other headers come back');
    assert.deepEqual(headers.getSetCookie(), [], 'a program that passes the response on sets no cookie of the host');
    server.on = {};
    await use(`${server.issuer}/api`);
    assert.equal(world.lab.requests(server.host, { path: '/api' }).at(-1).headers.cookie, undefined);
    assert.deepEqual(browser.cookies('app.example'), cookies);
  });

  test('P14 a token of a host is no session of ours', async () => {
    await use(`${server.issuer}/api`);
    const [token] = tokens(server.host);
    const answer = await world.fetch({
      method: 'GET',
      url: `${APP}/connections`,
      headers: { authorization: token, cookie: `__Host-sid=${token.slice(7)}` },
    });
    assert.equal(answer.body, '[]');
    const begun = await world.fetch({
      method: 'POST',
      url: `${APP}/use`,
      headers: { authorization: token, 'content-type': 'application/json' },
      body: JSON.stringify({ url: `${server.issuer}/api` }),
    });
    assert.equal(begun.status, 401);
    assert.equal(tokens(server.host).length, 1);
  });

  test('P10 methods: those of a resource, and no others', async () => {
    for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'])
      assert.equal((await use(`${server.issuer}/api`, { method })).status, 200, method);
    const before = world.lab.all.length;
    for (const method of ['TRACE', 'CONNECT', 'TRACK', 'REPORT'])
      assert.ok((await use(`${server.issuer}/api`, { method })).status >= 400, method);
    assert.equal(world.lab.all.length, before);
  });

  test('P10 a method that nobody knows is not sent as another', async () => {
    const before = world.lab.all.length;
    assert.ok((await use(`${server.issuer}/api`, { method: 'PURGE' })).status >= 400);
    assert.equal(world.lab.all.length, before);
  });

  test('P13 a POST that is refused each time: sent twice, with one refresh between, and not again', async () => {
    server.on.use = () => json({ error: 'invalid_token' }, 401);
    assert.equal((await use(`${server.issuer}/api`, { method: 'POST', body: 'x' })).status, 401);
    const sent = world.lab.requests(server.host, { path: '/api' });
    assert.deepEqual(
      sent.map(({ method, body }) => [method, body]),
      [
        ['POST', 'x'],
        ['POST', 'x'],
      ],
    );
    assert.equal(new Set(sent.map(({ headers }) => headers.authorization)).size, 2);
    assert.equal(server.refreshes.length, 1);
  });

  test('P11 an answer without end passes through, and ends when the caller leaves', async () => {
    const fault = endless({ 'content-type': 'application/octet-stream' }, Buffer.alloc(64 << 10, 1));
    server.on.use = () => fault;
    const cookie = [...browser.cookies('app.example')].map((pair) => pair.join('=')).join();
    const leave = new AbortController();
    const before = memory();
    const answer = await world.app.open({
      method: 'POST',
      url: `${APP}/use`,
      headers: { cookie, 'content-type': 'application/json' },
      body: JSON.stringify({ url: `${server.issuer}/api` }),
      signal: leave.signal,
    });
    let bytes = 0;
    for await (const chunk of answer.body) if ((bytes += chunk.length) > 200 << 20) break;
    const grown = memory() - before;
    leave.abort();
    await Promise.race([
      fault.seen.ended,
      new Promise((resolve) => {
        setTimeout(resolve, 2000);
      }),
    ]);
    assert.ok(fault.seen.closed !== undefined, 'the host saw the connection end');
    assert.ok(grown < 64 << 20, `${grown >> 20} MiB more after ${bytes >> 20} MiB`);
  });
});

describe('what there is not', () => {
  test("P05 P06 P07 P12 S18 no route that passes a browser's request on, and none to administer", async () => {
    const alone = await World.start({
      modules: await artefact(fileURLToPath(new URL('../../npm/dist', import.meta.url))),
    });
    const target = alone.server();
    const who = await alone.logIn(target);
    const before = alone.lab.all.length;
    const url = encodeURIComponent(`${target.issuer}/api`);
    const [{ id }] = await alone.connections(who);
    for (const path of [
      '/use',
      '/fetch',
      '/proxy',
      '/api',
      '/admin',
      '/debug',
      '/metrics',
      '/export',
      '/.env',
      '/internal',
      '/object',
      '/account',
      '/registrar',
      '/cache/probe',
      `/proxy/${target.host}/api`,
      `/connections/${id}/fetch`,
      `/fetch?url=${url}`,
      `/${target.issuer}/api`,
      `/connections/${id}/token`,
      '/login/../admin',
    ]) {
      for (const method of ['GET', 'POST', 'PUT']) {
        const answer = await who.json(method, path, method === 'GET' ? {} : { body: { url: `${target.issuer}/api` } });
        assert.equal(answer.status, 404, `${method} ${path}`);
      }
    }
    assert.equal(alone.lab.all.length, before, 'nothing was sent');
    // Without a session nothing is sent either, whatever the program is asked for.
    const stranger = world.browser();
    assert.equal(
      (await world.use(stranger, `${server.issuer}/api`, { headers: { authorization: 'Bearer x' } })).status,
      401,
    );
    assert.equal(tokens(server.host).length, 0);
    assert.equal((await use(`${server.issuer}/api`)).status, 200);
    await alone.stop();
  });

  test('P15 S17 no token in what was answered, logged or stored', async () => {
    const { log, disk, urls } = await world.leaks();
    assert.deepEqual({ log, disk, urls }, { log: [], disk: [], urls: [] });
  });
});

/** The memory of the runtimes that this process started, in bytes. */
function memory() {
  const children = readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .filter((pid) => {
      try {
        const [, name, rest] = /^\d+ \((.*)\) (.*)$/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'));
        return name === 'workerd' && Number(rest.split(' ')[1]) === process.pid;
      } catch {
        return false;
      }
    });
  return children.reduce(
    (sum, pid) => sum + 1024 * Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]),
    0,
  );
}
