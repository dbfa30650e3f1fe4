// Section D: the documents of a host, and the requests that they could cause. Checked by the requests that hosts
// received.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { json, nothing } from '../lab.mjs';
import { redirect } from './faults.mjs';
import { METADATA, metadata } from './server.mjs';
import { World } from './world.mjs';

let world;
const hits = (host, options) => world.lab.requests(host, options).length;
const writes = () => world.writes().length;

before(async () => {
  world = await World.start();
});
after(() => world.stop());

/** The host of a server with these members in its document. */
const publishing = (word, members) => world.server(word, { members }).host;

/** The host can be logged in to: what a refusal beside it is measured against. */
async function accepted(host) {
  const answer = await world.login(host);
  assert.equal(answer.status, 303, answer.body);
  return answer.headers.get('location');
}

/** No login, no registration, and the reason's name. */
async function refused(host, type = 'unusable') {
  const before = writes();
  const answer = await world.login(host);
  assert.equal(answer.json?.type, type, `${host}: ${answer.status} ${answer.body} ${answer.headers.get('location')}`);
  assert.equal(writes(), before, 'nothing was registered');
  return answer;
}

describe('who speaks for whom', () => {
  test("D01 a document that speaks for another issuer: only that issuer's own is used", async () => {
    const good = world.server();
    const evil = world.name('evil');
    const document = {
      ...metadata(`https://${evil}`),
      issuer: good.issuer,
      authorization_endpoint: `${good.issuer}/authorize`,
    };
    world.lab.host(evil, ({ url }) => (url.endsWith(METADATA) ? json(document) : nothing()));
    const browser = await world.logIn(good, world.browser(), evil);
    assert.equal((await world.connections(browser))[0].issuer, good.issuer);
    assert.equal(good.exchanges.length, 1, 'the honest server issued the token');
    assert.equal(hits(evil, { path: '/token' }) + hits(evil, { path: '/register' }), 0);
  });

  test('D01 the same when the honest issuer publishes nothing: refused', async () => {
    const [evil, good] = [world.name('evil'), world.name('good')];
    world.lab.host(good, nothing);
    world.lab.host(evil, ({ url }) =>
      url.endsWith(METADATA) ? json({ ...metadata(`https://${evil}`), issuer: `https://${good}` }) : nothing(),
    );
    await refused(evil);
    assert.equal(hits(evil, { method: 'POST' }) + hits(good, { method: 'POST' }), 0);
  });

  test('D29 a host that names an honest server as its own: nobody is sent there who was not told', async () => {
    const good = world.server();
    const evil = world.name('evil');
    world.lab.host(evil, ({ url }) =>
      url.endsWith(METADATA) ? json({ ...metadata(`https://${evil}`), issuer: good.issuer }) : nothing(),
    );
    for (const cross_site_hosts of ['', 'on', evil]) {
      const answer = await world.login(evil, world.browser(), { cross_site_hosts });
      assert.deepEqual([answer.status, answer.json?.type], [403, 'not-agreed'], answer.body);
    }
    assert.equal(good.registrations.length + good.authorizations.length, 0);
    const page = await world.browser().visit(`/login?url=${evil}`);
    assert.match(page.body, new RegExp(`${evil} will receive a token that was issued by ${good.host}`));
    await world.logIn(good, world.browser(), evil);
  });

  test('D02 consent at an honest host, tokens at another site, no `iss`: refused', async () => {
    const good = world.server();
    await accepted(publishing('fair', {}));
    await refused(publishing('evil', { authorization_endpoint: `${good.issuer}/authorize` }));
    assert.equal(good.registrations.length, 0);
  });

  test('D02 the same with `iss`: whose consent it is stands on the page', async () => {
    const good = world.server();
    const evil = publishing('evil', {
      authorization_endpoint: `${good.issuer}/authorize`,
      authorization_response_iss_parameter_supported: true,
    });
    const page = await world.browser().visit(`/login?url=${evil}`);
    assert.equal(page.status, 200, page.body);
    assert.ok(page.body.includes(good.host), 'the host of the authorization endpoint is named');
  });

  test('D12 a document of the root is not one for a tenant', async () => {
    const host = world.name('as');
    world.lab.host(host, ({ url }) =>
      url === `https://${host}${METADATA}` ? json(metadata(`https://${host}/other`)) : nothing(),
    );
    await refused(`${host}/tenant1`);
    const good = world.server('as', { path: '/tenant1' });
    await accepted(`${good.host}/tenant1`);
    assert.deepEqual(
      world.lab
        .requests(good.host)
        .slice(0, 1)
        .map(({ url }) => new URL(url).pathname),
      [`${METADATA}/tenant1`],
    );
  });

  test('D12 the order of the documents for an issuer with a path', async () => {
    const host = world.name('as');
    world.lab.host(host, nothing);
    await refused(`${host}/tenant1`, 'no-metadata');
    const asked = world.lab
      .requests(host)
      .map(({ url }) => new URL(url).pathname)
      .filter((path) => path.includes('well-known'));
    assert.deepEqual(asked, [
      `${METADATA}/tenant1`,
      '/.well-known/openid-configuration/tenant1',
      '/tenant1/.well-known/openid-configuration',
      METADATA,
      '/.well-known/openid-configuration',
    ]);
  });

  test('D11 an issuer with a query or a fragment', async () => {
    for (const tail of ['?x=1', '#f']) {
      const host = world.name('good');
      world.lab.host(host, ({ url }) =>
        url.endsWith(METADATA) ? json({ ...metadata(`https://${host}`), issuer: `https://${host}${tail}` }) : nothing(),
      );
      await refused(host);
    }
    await accepted(publishing('good', {}));
  });
});

describe('where a typed name may lead', () => {
  const INNER = [
    '127.0.0.1',
    '2130706433',
    '0x7f.1',
    '0177.0.0.1',
    '127.1',
    '0',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '10.0.0.1',
    '192.168.1.1',
    '8.8.8.8',
    'localhost',
    'foo.localhost',
    'intranet',
    'a.local',
    'a.internal',
    'a.home.arpa',
    'a.onion',
    'a.test',
    'a.invalid',
  ];

  const SCHEMES = [
    'http://good.example',
    'ftp://good.example',
    'ws://good.example',
    'file:///etc/passwd',
    'https:good.example',
  ];

  for (const [id, typed] of [
    ['D03', INNER],
    ['D04', ['①②⑦.0.0.1', '127。0。0。1', '%31%32%37.0.0.1', 'loca\u00adlhost']],
    ['D06', SCHEMES],
    ['D08', ['https://good.example@evil.example/', 'https://user:pw@good.example/']],
    ['D10', ['localhost.']],
    ['D25', ['app.example', 'https://app.example/probe?url=good.example', 'APP.example.', 'app.example:8443']],
  ])
    test(`${id} ${typed.slice(0, 3).join(' ')} …: refused before any request`, async () => {
      for (const url of typed) {
        for (const ask of [
          () => world.login(url),
          () => world.asks('GET', `/probe?url=${encodeURIComponent(url)}`),
          () => world.asks('GET', `/login?url=${encodeURIComponent(url)}`),
        ]) {
          const answer = await ask();
          assert.equal(answer.status, 400, `${url}: ${answer.body}`);
          assert.equal(answer.json.type, 'invalid-host');
          assert.equal(answer.sent, 0, `${url} was asked`);
        }
      }
      await accepted(publishing('good', {}));
    });

  test('D10 one site is one connection, however it is written', async () => {
    const server = world.server();
    const browser = await world.logIn(server);
    for (const typed of [server.host.toUpperCase(), `${server.host}:443`, `https://${server.host}/`, `${server.host}.`])
      await world.logIn(server, browser, typed);
    assert.deepEqual(
      (await world.connections(browser)).map(({ resource }) => resource),
      [server.issuer],
    );
    assert.equal(server.registrations.length, 1);
  });

  test('D09 a name that looks like another is shown as what it is', async () => {
    const host = 'xn--80ak6aa92e.com';
    world.lab.host(host, ({ url }) => (url.endsWith(METADATA) ? json(metadata(`https://${host}`)) : nothing()));
    for (const typed of ['аррӏе.com', host]) {
      const page = await world.browser().visit(`/login?url=${encodeURIComponent(typed)}`);
      assert.equal(page.status, 200, page.body);
      assert.ok(page.body.includes(host) && !page.body.includes('аррӏе'), page.body);
    }
  });
});

describe('where a document may lead', () => {
  const FORBIDDEN = [
    'https://127.0.0.1:8443/x',
    'http://good.example/x',
    'https://app.example/x',
    'https://localhost/x',
    'https://u:p@good.example/x',
    'https://good.example:22/x',
  ];
  /** Fields without which there is no login, and fields that may be missing. */
  const NEEDED = ['authorization_endpoint', 'token_endpoint', 'registration_endpoint'];

  for (const field of NEEDED)
    test(`D05 D08 D25 ${field}: ${FORBIDDEN.length} places that are refused`, async () => {
      for (const place of FORBIDDEN) {
        const before = world.lab.all.length;
        const answer = await world.login(publishing('evil', { [field]: place }));
        assert.notEqual(answer.status, 303, `${field} ${place}`);
        const asked = world.lab.all.slice(before).map(({ url }) => new URL(url));
        assert.ok(
          asked.every(({ hostname }) => hostname.startsWith('evil-')),
          asked.join(' '),
        );
      }
      await accepted(publishing('good', {}));
    });

  test('D05 issuer, as a pointer', async () => {
    for (const issuer of FORBIDDEN) {
      const before = world.lab.all.length;
      const host = world.name('evil');
      world.lab.host(host, ({ url }) =>
        url.endsWith(METADATA) ? json({ ...metadata(`https://${host}`), issuer }) : nothing(),
      );
      await refused(host);
      assert.ok(
        world.lab.all.slice(before).every(({ url }) => new URL(url).host === host),
        issuer,
      );
    }
  });

  test('D05 T16 revocation_endpoint: such a one is not called', async () => {
    for (const place of [...FORBIDDEN, 'https://elsewhere.example/revoke']) {
      const server = world.server('good', { members: { revocation_endpoint: place } });
      const browser = await world.logIn(server);
      const before = world.lab.all.length;
      const [{ id }] = await world.connections(browser);
      assert.equal((await browser.json('DELETE', `/connections/${id}`)).status, 200);
      assert.deepEqual(
        world.lab.all.slice(before).map(({ url }) => url),
        [],
        place,
      );
    }
    const server = world.server();
    const browser = await world.logIn(server);
    await browser.json('DELETE', `/connections/${(await world.connections(browser))[0].id}`);
    assert.equal(server.revocations.length, 2, 'an honest one is called for both tokens');
  });

  for (const [name, location] of [
    ['a private address', () => 'https://127.0.0.1/'],
    ['cleartext', (host) => `http://${host}/meta`],
    ['another origin', () => 'https://elsewhere.example/meta'],
    ['another port', (host) => `https://${host}:8443/meta`],
    ['user information', (host) => `https://u:p@${host}/meta`],
  ])
    test(`D07 D05 a redirect of the metadata to ${name}: not followed`, async () => {
      const host = world.name('evil');
      const to = location(host);
      for (const status of [301, 302, 303, 307, 308]) {
        const before = world.lab.all.length;
        const one = world.name('evil');
        world.lab.host(one, ({ url }) =>
          url.endsWith(METADATA) ? redirect(to.replace(host, one), status) : nothing(),
        );
        await refused(one, 'no-metadata');
        const asked = world.lab.all.slice(before).map(({ url }) => new URL(url));
        assert.ok(
          asked.every((url) => url.host === one && url.pathname !== '/meta' && url.port === ''),
          asked.join(' '),
        );
      }
    });

  test('D07 within the host: three hops and no more, and never a 300', async () => {
    const chain = (hops) => {
      const server = world.server();
      server.on.metadata = () => redirect('/hop1');
      server.on.other = ({ url }, usual) => {
        const hop = Number(/hop(\d)$/.exec(url)?.[1]);
        if (!hop) return usual();
        return hop < hops ? redirect(`/hop${hop + 1}`) : json(server.metadata);
      };
      return server.host;
    };
    await accepted(chain(3));
    await refused(chain(4), 'no-metadata');
    const choices = world.server();
    choices.on.metadata = () => redirect('/hop1', 300);
    choices.on.other = ({ url }, usual) => (url.endsWith('/hop1') ? json(choices.metadata) : usual());
    await refused(choices.host, 'no-metadata');
    assert.equal(hits(choices.host, { path: '/hop1' }), 0);
  });
});
