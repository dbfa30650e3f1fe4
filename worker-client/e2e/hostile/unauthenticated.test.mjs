// The one POST that a host receives before a person has agreed to anything: an MCP `ping` without a token, to a host that
// publishes no metadata. Checked by the requests that hosts received.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { isPing, json, nothing } from '../lab.mjs';
import { silence } from './faults.mjs';
import { World } from './world.mjs';

const PATH = '/mcp';
const OPEN = { jsonrpc: '2.0', id: 1, result: {} };

let world;
before(async () => {
  world = await World.start();
});
after(() => world.stop());

const challenge = (to) => ({
  status: 401,
  headers: { 'www-authenticate': `Bearer resource_metadata="${to}"` },
  body: '',
});

/** A host without metadata, which answers a POST to its path so; and what it received there. */
function mcpServer(post, at = world) {
  const host = at.name('mcp');
  at.lab.host(host, (request) => {
    const isNamed = new URL(request.url).pathname === PATH;
    return isNamed && request.method === 'POST' ? post(request, host) : nothing();
  });
  return {
    url: `https://${host}${PATH}`,
    posts: () => at.lab.requests(host, { method: 'POST' }),
    methods: () => at.lab.requests(host, { path: PATH }).map(({ method }) => method),
    all: () => at.lab.requests(host),
  };
}
const pointing = (to, at) => mcpServer((_, host) => challenge(to ?? `https://${host}/metadata`), at);
const probe = (url, browser = world.browser(), headers = {}) =>
  browser.json('GET', `/probe?url=${encodeURIComponent(url)}`, { headers });

describe('who can cause it', () => {
  test('D24 the request is fixed: no credentials, and the body is the same for every host', async () => {
    const good = world.server();
    const browser = await world.logIn(good);
    const servers = [pointing(), mcpServer(() => json(OPEN)), mcpServer(nothing)];
    const verdicts = [];
    for (const { url } of servers) {
      const answer = await probe(`${url}?method=tools/call&x={"id":2}#y`, browser, {
        authorization: 'Bearer of-the-person',
        'content-type': 'text/plain',
        'mcp-session-id': 'chosen',
        'x-forwarded-for': '192.0.2.1',
      });
      verdicts.push(answer.json.verdict);
    }
    assert.deepEqual(verdicts, ['external_authorization_server', 'open', 'no_metadata']);
    const sent = servers.map(({ posts }) => posts());
    assert.deepEqual(
      sent.map(({ length }) => length),
      [1, 1, 1],
    );
    assert.ok(sent.flat().every(isPing));
    for (const { url, headers } of sent.flat()) {
      assert.equal(new URL(url).search, '');
      assert.equal(headers['content-type'], 'application/json');
      const known =
        /^(accept(-encoding)?|cf-.*|content-(length|type)|host|mcp-(method|protocol-version)|transfer-encoding|user-agent)$/;
      assert.deepEqual(
        Object.keys(headers).filter((name) => !known.test(name)),
        [],
      );
    }
  });

  test('D24 a page of another site causes none: its scripts are refused, and its links only read', async () => {
    for (const site of ['cross-site', 'same-site']) {
      const server = pointing();
      const answer = await probe(server.url, world.browser(), { 'sec-fetch-site': site });
      assert.deepEqual([answer.status, answer.json.type, server.all().length], [403, 'cross-site', 0]);
    }
    const server = pointing();
    const link = `/login?url=${encodeURIComponent(server.url)}`;
    for (const dest of ['iframe', 'image', 'script', 'empty']) {
      const { status } = await world.browser().visit(link, { site: 'cross-site', headers: { 'sec-fetch-dest': dest } });
      assert.deepEqual([status, server.all().length], [403, 0], dest);
    }
    for (let visit = 0; visit < 3; visit += 1) {
      const page = await world.browser().visit(link, { site: 'cross-site' });
      assert.match(page.body, /The host does not say how to log in/);
      assert.deepEqual(server.methods(), ['GET'], 'it is read once, and that is remembered');
    }
    const typed = await world.browser().visit(link);
    assert.match(typed.body, /The host leaves logging in to another server/);
    assert.deepEqual(
      server.methods(),
      ['GET', 'GET', 'POST'],
      'what a link found is no answer for the person who types',
    );
    const linked = await world.browser().visit(link, { site: 'cross-site' });
    assert.match(linked.body, /The host leaves logging in to another server/, 'but theirs is one for the link');
    assert.equal(server.posts().length, 1);
  });

  test('D24 D27 once in a minute for a host, for all callers together, and within the limits of each', async () => {
    const server = pointing();
    for (let person = 0; person < 5; person += 1) await probe(server.url);
    assert.equal(server.posts().length, 1);
    const limited = await World.start({ limits: [1000, 3] });
    const servers = Array.from({ length: 6 }, () => pointing(undefined, limited));
    for (const { url } of servers) await probe(url, limited.browser(), { 'cf-connecting-ip': '192.0.2.1' });
    assert.deepEqual(
      servers.map(({ posts }) => posts().length),
      [1, 1, 1, 0, 0, 0],
    );
    await limited.stop();
  });

  test('a host that publishes metadata receives none before the person agrees', async () => {
    const good = world.server();
    const { json: probed } = await probe(good.issuer);
    const browser = world.browser();
    const page = await browser.visit(probed.login);
    assert.deepEqual([...new Set(world.lab.requests(good.host).map(({ method }) => method))], ['GET']);
    await browser.submit(page);
    assert.equal(good.registrations.length, 1);
  });
});

describe('what a hostile host can make of it', () => {
  test('D05 D22 it points to a victim, or to a private address: named, and nothing is sent there', async () => {
    const victim = world.server('victim');
    for (const to of [
      `${victim.issuer}/.well-known/oauth-protected-resource`,
      'https://127.0.0.1/x',
      'https://router.local/',
    ]) {
      const before = world.lab.all.length;
      const server = pointing(to);
      const { json: probed } = await probe(server.url);
      assert.deepEqual([probed.verdict, probed.resource_metadata], ['external_authorization_server', to]);
      assert.equal(world.lab.all.length - before, server.all().length, to);
    }
    assert.equal(world.lab.requests(victim.host).length, 0);
  });

  test('D07 it redirects the POST: nothing is sent on', async () => {
    const victim = world.server('victim');
    for (const status of [301, 302, 303, 307, 308]) {
      const server = mcpServer(() => ({ status, headers: { location: `${victim.issuer}${PATH}` }, body: '' }));
      assert.equal((await probe(server.url)).json.verdict, 'no_metadata', status);
      assert.equal(server.posts().length, 1);
    }
    assert.equal(world.lab.requests(victim.host).length, 0);
  });

  test('D15 D17 it answers the POST with nothing, or without end: the verdict stands, and soon', async () => {
    const endless = () => ({ status: 200, headers: { 'content-type': 'application/json' }, body: ' '.repeat(1 << 20) });
    for (const answer of [silence, endless]) {
      const server = mcpServer(answer);
      const began = performance.now();
      assert.equal((await probe(server.url)).json.verdict, 'no_metadata');
      assert.ok(performance.now() - began < 9000);
      assert.equal(server.posts().length, 1);
    }
  });

  test('an open host: the person is told that there is nothing to log in to', async () => {
    const server = mcpServer(() => json(OPEN));
    const page = await world.browser().visit(`/login?url=${encodeURIComponent(server.url)}`);
    assert.equal(page.status, 422);
    assert.match(page.body, /The host needs no login/);
    assert.deepEqual(server.methods(), ['GET', 'POST']);
  });
});
