// Section D, second half: documents that are malformed, endless, or different at each request.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { json, nothing } from '../lab.mjs';
import { bomb, drip, endless, html, silence } from './faults.mjs';
import { METADATA, metadata } from './server.mjs';
import { World } from './world.mjs';

let world;
before(async () => {
  world = await World.start();
});
after(() => world.stop());

/** The host of a server whose well-known documents are all this answer. */
function answering(answer) {
  const server = world.server('host');
  const given = (request) => (typeof answer === 'function' ? answer(request, server.host) : answer);
  server.on.metadata = given;
  server.on.other = (request, usual) => (request.url.includes('/.well-known/') ? given(request) : usual());
  return server.host;
}

/** The document of a server that can be logged in to, with changes to its text. */
const document = (change = (text) => text) =>
  answering((_, host) => ({ ...json({}), body: change(JSON.stringify(metadata(`https://${host}`)), host) }));

async function refused(host, type) {
  const answer = await world.login(host);
  assert.equal(answer.json?.type, type, `${answer.status} ${answer.body} ${answer.headers.get('location')}`);
  assert.equal(world.writes(host).length, 0, 'nothing was registered');
  return answer;
}

async function accepted(host) {
  const answer = await world.login(host);
  assert.equal(answer.status, 303, answer.body);
}

describe('what is no document', () => {
  test('D13 a page in place of the document', async () => {
    await refused(answering(html('<!doctype html><title>App</title>')), 'no-metadata');
    await accepted(document());
  });

  test('D14 a challenge of 30 KB in place of the document: not a word of it is shown', async () => {
    const host = answering(html(`<!doctype html><p>MARK${'x'.repeat(30_000)}`, 403));
    const answer = await refused(host, 'closed');
    assert.ok(!answer.body.includes('MARK'));
    const page = await world.browser().visit(`/login?url=${host}`);
    assert.ok(page.status >= 400 && !page.body.includes('MARK'), page.body);
  });

  for (const [name, change, type] of [
    ['a security member twice', (text) => text.replace('{', '{"issuer":"https://b.example",'), 'unusable'],
    ['an endpoint twice', (text) => text.replace('{', '{"token_endpoint":"https://evil.example/t",'), 'unusable'],
    ['a lone surrogate', (text) => text.replace('{', '{"service_documentation":"\\ud800",'), 'unreadable'],
    ['half of it', (text) => text.slice(0, -20), 'unreadable'],
    ['an array', (text) => `[${text}]`, 'unreadable'],
    ['nothing at all', () => '', 'unreadable'],
    ['`issuer` a number', (text) => text.replace(/"issuer":"[^"]*"/, '"issuer":1'), 'unusable'],
    ['no `issuer`', (text) => text.replace(/"issuer":"[^"]*",/, ''), 'unusable'],
  ])
    test(`D18 D19 ${name}`, async () => {
      const host = document(change);
      const answer = await world.login(host);
      assert.ok(answer.status >= 400 && answer.status < 500, `${answer.status} ${answer.body}`);
      assert.equal(answer.json.type, type);
      assert.equal(world.lab.requests(host, { method: 'POST' }).length, 0);
      assert.equal(world.lab.requests('evil.example').length, 0);
    });

  const deep = `{"x":${'['.repeat(30_000)}${']'.repeat(30_000)},`;
  const nulls = '{"scopes_supported":null,"grant_types_supported":null,';
  for (const [name, change] of [
    ['100,000 brackets in a member that nobody reads', (text) => text.replace('{', deep)],
    ['a byte order mark', (text) => `\ufeff${text}`],
    ['null where a list may be', (text) => text.replace('{', nulls).replace(/"grant_types_supported":\[[^\]]*\],/, '')],
  ])
    test(`D18 D19 ${name}: the app goes on, with or without it`, async () => {
      const answer = await world.login(document(change));
      assert.ok(answer.status < 500, answer.body);
      await accepted(document());
    });

  for (const [name, methods, works] of [
    ['no list', undefined],
    ['an empty list', '[]'],
    ['`plain` alone', '["plain"]'],
    ['a string', '"S256"'],
    ['both', '["plain","S256"]', true],
    ['`S256`', '["S256"]', true],
  ])
    test(`D20 D19 code_challenge_methods_supported is ${name}`, async () => {
      const server = world.server();
      server.on.metadata = () => ({
        ...json({}),
        body: JSON.stringify(server.metadata).replace(
          /,"code_challenge_methods_supported":\[[^\]]*\]/,
          methods ? `,"code_challenge_methods_supported":${methods}` : '',
        ),
      });
      const answer = await world.login(server.host);
      if (!works) {
        assert.equal(answer.json?.type, 'unusable', answer.body);
        assert.equal(server.registrations.length + server.authorizations.length, 0);
        return;
      }
      await world.logIn(server);
      assert.equal(server.authorizations[0].get('code_challenge_method'), 'S256');
      assert.equal(server.authorizations[0].get('code_challenge').length, 43);
    });
});

describe('what never ends', () => {
  const CAP = 64 << 10;

  /** How long the answer took, and when the host saw the connection end. */
  async function against(fault) {
    const began = performance.now();
    const host = answering(() => fault);
    const answer = await world.login(host);
    const took = performance.now() - began;
    await Promise.race([
      fault.seen?.ended,
      new Promise((resolve) => {
        setTimeout(resolve, 2000);
      }),
    ]);
    return { answer, took, seen: fault.seen };
  }

  test('D15 a document without end: given up at the cap, and the connection with it', async () => {
    for (const headers of [{}, { 'content-length': '99999999999' }]) {
      const { answer, took, seen } = await against(endless(headers));
      assert.equal(answer.json.type, 'unreachable', answer.body);
      assert.ok(took < 5000, `${took} ms`);
      assert.ok(seen.closed !== undefined, 'the connection was ended');
      // Bytes that were written beyond the cap lie in buffers between the two of them.
      assert.ok(seen.bytes < 8 * (1 << 20), `${seen.bytes} bytes were taken`);
    }
    const large = document((text) => text.replace('{', `{"x":"${'y'.repeat(CAP - 2000)}",`));
    await accepted(large);
    await refused(
      document((text) => text.replace('{', `{"x":"${'y'.repeat(CAP)}",`)),
      'unreachable',
    );
  });

  for (const [encoding, megabytes] of [
    ['gzip', 50],
    ['br', 20],
    ['gzip, gzip', 50],
  ]) {
    test(`D16 ${megabytes} MB of zeros as ${encoding}`, async () => {
      const { answer, took } = await against(bomb(encoding, megabytes));
      assert.equal(answer.json.type, 'unreachable', answer.body);
      assert.ok(took < 5000, `${took} ms`);
    });
  }

  test('D16 a document in one known encoding is read', async () => {
    const { gzipSync } = await import('node:zlib');
    await accepted(
      answering((_, host) => ({
        status: 200,
        headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
        body: gzipSync(JSON.stringify(metadata(`https://${host}`))),
      })),
    );
  });

  test('D17 a host that says nothing, or a byte at a time', async () => {
    await Promise.all(
      [silence, drip].map(async (make) => {
        const faults = [];
        const host = answering(() => {
          faults.push(make());
          return faults.at(-1);
        });
        const began = performance.now();
        const answer = await world.login(host);
        const took = performance.now() - began;
        assert.equal(answer.json.type, 'unreachable', answer.body);
        assert.ok(took > 4500 && took < 9500, `${took} ms`);
        const ended = Promise.all(faults.map(({ seen }) => seen.ended));
        await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 2000))]);
        assert.equal(faults.length, 2, 'one document more is asked for');
        // Each has five seconds, and all of them together eight.
        const [first, second] = faults.map(({ seen }) => seen.closed);
        assert.ok(first > 4500 && first < 6500, `the first connection ended after ${first} ms`);
        assert.ok(second > 1500 && second < 4500, `the second connection ended after ${second} ms`);
      }),
    );
  });

  /** An answer that comes in time, but late. */
  const after = (seconds, answer) => async () => {
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    return answer();
  };

  test('D17 slow answers, each of them in time, do not add up: metadata', async () => {
    const patient = answering(nothing);
    await refused(patient, 'no-metadata');
    const asked = world.lab.requests(patient).length;
    const hop = (request) => {
      const url = new URL(request.url);
      url.searchParams.set('hop', Number(url.searchParams.get('hop') ?? 0) + 1);
      return { status: 302, headers: { location: url.href }, body: '' };
    };
    await Promise.all(
      [answering(after(4.5, nothing)), answering((request) => after(4.5, () => hop(request))())].map(async (host) => {
        const began = performance.now();
        await refused(host, 'unreachable');
        const took = performance.now() - began;
        assert.ok(took > 6000 && took < 10_000, `${took} ms`);
        assert.ok(world.lab.requests(host).length < asked + 3, 'the rest is not asked');
      }),
    );
  });

  test('D17 slow answers do not add up: a registration and its repetition', async () => {
    const began = performance.now();
    const server = world.server('slow', { members: { scopes_supported: ['read', 'write'] } });
    server.on.register = after(7, () => json({ error: 'invalid_client_metadata' }, 400));
    const answer = await world.login(server.host);
    assert.ok(answer.status >= 400, answer.body);
    const took = performance.now() - began;
    assert.equal(world.lab.requests(server.host, { path: '/register' }).length, 2, 'it is asked for less');
    assert.ok(took > 6500 && took < 12_500, `${took} ms`);
  });

  test('D17 T16 slow answers do not add up: a disconnect, whose tokens are revoked later', async () => {
    for (const [seconds, refresh, access] of [
      [0, 'revoked', 'revoked'],
      [7, 'revoked', 'failed_will_retry'],
    ]) {
      const server = world.server('slow');
      const browser = await world.logIn(server);
      const [{ id }] = await world.connections(browser);
      server.on.revoke = (_, usual) => after(seconds, usual)();
      const began = performance.now();
      const receipt = await browser.json('DELETE', `/connections/${id}`);
      const took = performance.now() - began;
      assert.deepEqual(receipt.json, { refresh_token: refresh, access_token: access });
      assert.ok(took < 12_000, `${took} ms`);
      assert.deepEqual(await world.connections(browser), []);
    }
  });
});

describe('what is remembered of a host, and who may ask', () => {
  test('D27 another answer for the next person, who is judged by what their own server says', async () => {
    const evil = world.server('evil');
    const honest = world.server();
    let answers = 0;
    evil.on.metadata = (_, usual) => {
      answers += 1;
      return answers === 1
        ? usual()
        : json({ ...evil.metadata, issuer: honest.issuer, token_endpoint: `${evil.issuer}/token` });
    };
    await world.logIn(evil);
    const browser = await world.logIn(evil);
    const [{ issuer }] = await world.connections(browser);
    const exchanges = issuer === evil.issuer ? evil.exchanges : honest.exchanges;
    assert.equal(exchanges.length, issuer === evil.issuer ? 2 : 1);
    // Whatever was remembered, nobody else's server is affected by it.
    await world.logIn(honest);
    assert.equal(honest.exchanges.at(-1).sent.get('redirect_uri'), honest.authorizations.at(-1).get('redirect_uri'));
  });

  test('D27 errors are not remembered for longer than a host needs to mend them', async () => {
    const host = world.name('host');
    world.lab.host(host, nothing);
    await refused(host, 'no-metadata');
    const asked = world.lab.requests(host).length;
    await refused(host, 'no-metadata');
    assert.equal(world.lab.requests(host).length, asked, 'a minute is remembered');
  });

  test('D24 many hosts in a minute: no more are asked for this person, nor for this address', async () => {
    const limited = await World.start({ limits: [20, 30] });
    limited.lab.fetch = ((send) => async (request) => {
      const { hostname } = new URL(request.url);
      if (/^host-/.test(hostname)) limited.lab.host(hostname, nothing);
      return send.call(limited.lab, request);
    })(limited.lab.fetch);
    const honest = limited.server();
    const browser = await limited.logIn(honest);
    const statuses = [];
    for (let n = 0; n < 40; n += 1) {
      const { status } = await browser.json('GET', `/probe?url=host-${n}.example`, {
        headers: { 'cf-connecting-ip': `192.0.2.${n}` },
      });
      statuses.push(status);
    }
    const last = statuses.lastIndexOf(200);
    assert.ok(last <= 20 && statuses.slice(last + 1).every((status) => status === 429), statuses.join(' '));
    assert.equal(limited.lab.requests(`host-${last + 1}.example`).length, 0, 'not asked');
    const again = [];
    for (let n = 0; n < 40; n += 1) {
      const { status } = await limited
        .browser()
        .json('GET', `/probe?url=host-${100 + n}.example`, { headers: { 'cf-connecting-ip': '192.0.2.200' } });
      again.push(status);
    }
    assert.equal(again.filter((status) => status === 200).length, 30, again.join(' '));
    await limited.stop();
  });

  test('S11 D24 strangers make few sessions, though the host is remembered', async () => {
    const limited = await World.start({ limits: [20, 1000] });
    const { host } = limited.server();
    const begin = (address, browser = limited.browser()) =>
      browser.json('POST', '/login', { body: { url: host }, headers: { 'cf-connecting-ip': address } });
    const statuses = [];
    for (let n = 0; n < 60; n += 1) statuses.push((await begin('192.0.2.1')).status);
    assert.deepEqual(
      [303, 429].map((status) => statuses.filter((other) => other === status).length),
      [20, 40],
      statuses.join(' '),
    );
    const objects = await limited.app.rows('account', 'meta');
    const one = limited.browser();
    assert.equal((await begin('192.0.2.2', one)).status, 303, 'another address');
    for (let n = 0; n < 30; n += 1) assert.equal((await begin('192.0.2.2', one)).status, 303, 'in one session');
    const more = await limited.app.rows('account', 'meta');
    assert.equal(objects % 20, 0, `${objects} rows of 20 objects`);
    assert.equal(more - objects, objects / 20, 'one object more');
    await limited.stop();
  });

  test('D24 a closed port and a silent host look the same', async () => {
    const closed = world.name('closed');
    const [a, b] = await Promise.all([world.login(closed), world.login(answering(() => silence()))]);
    const same = ({ json: { host, ...problem } }) => problem;
    assert.deepEqual(same(a), same(b));
  });
});
