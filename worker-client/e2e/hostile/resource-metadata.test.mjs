// Resources that name their authorization server (RFC 9728, `RESOURCE_METADATA = "follow"`), and what a hostile one could
// make of that. Checked by the requests that hosts received.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { json, nothing } from '../lab.mjs';
import { silence } from './faults.mjs';
import { METADATA, Server } from './server.mjs';
import { APP, World } from './world.mjs';

const PRM = '/.well-known/oauth-protected-resource';

let world;
before(async () => {
  world = await World.start({ bindings: { RESOURCE_METADATA: 'follow' } });
});
after(() => world.stop());

/** A host whose protected resource metadata is what `document` says at that moment. */
function resource(word, document, host = world.name(word)) {
  world.lab.host(host, ({ url }) => {
    const { pathname } = new URL(url);
    return pathname === PRM ? json({ resource: `https://${host}`, ...document() }) : nothing();
  });
  return host;
}
const naming = (word, ...servers) => resource(word, () => ({ authorization_servers: servers }));
const consent = ({ host }) => ({ cross_site_hosts: host });
/** The server knows no grant any more. */
const forgets = (server) => {
  server.on.refresh = (_, honest) => {
    honest();
    return json({ error: 'invalid_grant' }, 400);
  };
};

describe('which server a resource may name', () => {
  test('an honest one of its own site: no tick, and the resource is the one that was published', async () => {
    const good = world.server();
    const host = resource('mcp', () => ({ authorization_servers: [good.issuer] }), `mcp.${good.host}`);
    const answer = await world.login(host);
    assert.equal(answer.status, 303, answer.body);
    assert.equal(new URL(answer.headers.get('location')).searchParams.get('resource'), `https://${host}`);
  });

  test('D29 the server of a victim: nobody is sent there who was not told who gets the token', async () => {
    const victim = world.server('victim');
    const evil = naming('evil', victim.issuer);
    for (const cross_site_hosts of ['', 'on', evil]) {
      const answer = await world.login(evil, world.browser(), { cross_site_hosts });
      assert.deepEqual([answer.status, answer.json?.type], [403, 'not-agreed'], answer.body);
    }
    assert.equal(victim.registrations.length + victim.authorizations.length, 0);
    const page = await world.browser().visit(`/login?url=${evil}`);
    assert.match(page.body, new RegExp(`${evil} will receive a token that was issued by ${victim.host}`));
    const agreed = await world.login(evil, world.browser(), consent(victim));
    assert.equal(agreed.status, 303, agreed.body);
    const { searchParams } = new URL(agreed.headers.get('location'));
    assert.equal(searchParams.get('resource'), `https://${evil}`, 'the token is for the host that asks for it');
  });

  test('D29 a server that lists the resource as its own: no tick is needed', async () => {
    const members = { protected_resources: [] };
    const good = world.server('good', { members });
    const host = naming('listed', good.issuer);
    members.protected_resources.push(`https://${host}`);
    assert.equal((await world.login(host)).status, 303);
    const other = naming('unlisted', good.issuer);
    assert.equal((await world.login(other)).json.type, 'not-agreed');
  });

  test('D05 a private address, a name that is not public, cleartext: nothing is sent there', async () => {
    const good = world.server();
    for (const server of ['https://127.0.0.1', 'https://router.local', `http://${good.host}`, 'https://[::1]']) {
      const before = world.lab.all.length;
      const host = naming('evil', server);
      const answer = await world.login(host);
      assert.equal(answer.json?.type, 'unusable', answer.body);
      assert.match(answer.json.detail, /authorization_servers/);
      const asked = world.lab.all.slice(before).map(({ url }) => new URL(url).host);
      assert.deepEqual([...new Set(asked)], [host], server);
    }
    assert.equal((await world.login(naming('fair', good.issuer), world.browser(), consent(good))).status, 303);
  });

  test('D05 D22 metadata at another origin is not fetched, whoever names it', async () => {
    const [evil, victim] = [world.name('evil'), world.server('victim')];
    const challenge = { 'www-authenticate': `Bearer resource_metadata="${victim.issuer}${PRM}"` };
    world.lab.host(evil, () => ({ status: 401, headers: challenge, body: '' }));
    const before = world.writes().length;
    const answer = await world.login(evil);
    assert.ok(answer.status >= 400, answer.body);
    assert.equal(world.lab.requests(victim.host).length, 0);
    assert.equal(world.writes().length, before);
  });

  test('metadata that changes between the page and the login: what was agreed to is not what is asked for', async () => {
    const [good, evil] = [world.server(), world.server('evil')];
    let servers = [good.issuer];
    const host = resource('fickle', () => ({ authorization_servers: servers }));
    const browser = world.browser();
    const page = await browser.visit(`/login?url=${host}`);
    assert.match(page.body, new RegExp(`issued by ${good.host}`));
    servers = [evil.issuer];
    await world.app.forget();
    const refused = await browser.submit(page);
    assert.equal(refused.status, 403, refused.body);
    assert.equal(evil.registrations.length + evil.authorizations.length + good.registrations.length, 0);
    servers = [good.issuer];
    await world.app.forget();
    const ended = await browser.submit(page);
    assert.equal(new URL(ended.url).origin, APP, ended.body);
    assert.equal(good.exchanges.length, 1);
  });

  test('D23 ten servers of which the first nine hang: bounded in time and number, and never a refusal for good', async () => {
    const names = Array.from({ length: 9 }, () => world.name('silent'));
    for (const name of names) world.lab.host(name, silence);
    const good = world.server();
    const host = naming('slow', ...names.map((name) => `https://${name}`), good.issuer);
    const began = performance.now();
    const answer = await world.login(host, world.browser(), consent(good));
    assert.ok(performance.now() - began < 15_000);
    assert.equal(answer.json.type, 'unreachable', answer.body);
    assert.equal(world.lab.requests(good.host).length, 0);
    const asked = names.filter((name) => world.lab.requests(name).length);
    assert.ok(asked.length >= 1 && asked.length <= 3, asked.join(' '));
  });

  test('D21 `resource` is that of another: the server is not asked', async () => {
    const [good, victim] = [world.server(), world.server('victim')];
    for (const claimed of [victim.issuer, `${victim.issuer}/`, `https://sub.${victim.host}`, 'https://', undefined]) {
      const before = world.lab.requests(good.host).length;
      const host = resource('evil', () => ({ resource: claimed, authorization_servers: [good.issuer] }));
      const answer = await world.login(host, world.browser(), consent(good));
      assert.equal(answer.json?.type, 'unusable', `${claimed} ${answer.body}`);
      assert.equal(world.lab.requests(good.host).length, before, String(claimed));
    }
    assert.equal(world.lab.requests(victim.host).length, 0);
  });

  test('D12 the server is asked at its own issuer alone: a pointer of its document is not followed', async () => {
    const [good, evil] = [world.server(), world.name('evil')];
    world.lab.host(evil, ({ url }) => (url.endsWith(METADATA) ? json(good.metadata) : nothing()));
    const host = naming('chain', `https://${evil}`);
    assert.equal((await world.login(host, world.browser(), consent(good))).json?.type, 'unusable');
    assert.equal(world.lab.requests(good.host).length, 0);
  });
});

describe('a resource that moves to another authorization server', () => {
  /** A resource that takes the tokens of the last of the servers it named, and whose user is connected by the first. */
  async function moving() {
    const [from, to] = [world.server('from'), world.server('to')];
    const place = { at: from };
    const host = world.name('moving');
    world.lab.host(host, (request) => {
      const { pathname } = new URL(request.url);
      if (pathname === PRM) return json({ resource: `https://${host}`, authorization_servers: [place.at.issuer] });
      return pathname === '/api' ? place.at.answer(request) : nothing();
    });
    const [browser, use] = [world.browser(), () => world.use(browser, `https://${host}/api`)];
    await browser.submit(await browser.visit(`/login?url=${host}`));
    assert.equal((await use()).status, 200);
    return { host, from, to, place, browser, use };
  }
  /** Everything of one server that another one has no business with. */
  const secrets = ({ exchanges, refreshes }) =>
    [...exchanges, ...refreshes]
      .flatMap(({ sent }) => [...sent])
      .filter(([name]) => ['code', 'code_verifier', 'refresh_token', 'client_id'].includes(name))
      .map(([, value]) => value);

  for (const [name, end] of [
    ['its tokens are refused, and the old server still renews them', () => {}],
    ['its tokens are refused, and the old server knows them no more', forgets],
  ])
    test(`D29 T16 ${name}: the user logs in again, at the new one, and neither hears of the other`, async () => {
      const { host, from, to, place, browser, use } = await moving();
      place.at = to;
      end(from);
      const { status, json: problem } = await use();
      assert.deepEqual([status, problem.type], [409, 'login-again']);
      assert.equal(from.refreshes.length, 1, 'the old one was asked for a token that lives');
      assert.deepEqual(
        [to.registrations, to.exchanges, to.refreshes].flat(),
        [],
        'nothing was sent to the new one yet',
      );
      const page = await browser.visit(problem.login);
      assert.match(page.body, new RegExp(`issued by ${to.host}`));
      await browser.submit(page);
      assert.deepEqual([from.registrations.length, to.registrations.length], [1, 1], 'each has a client of its own');
      assert.deepEqual([from.exchanges.length, to.exchanges.length], [1, 1]);
      assert.equal((await use()).status, 200);
      const own = (await world.connections(browser)).filter((connection) => connection.host === host);
      assert.deepEqual(
        own.map(({ issuer, needs_login }) => [issuer, needs_login]),
        [[to.issuer, false]],
      );
      const received = ({ host }) => JSON.stringify(world.lab.requests(host));
      assert.ok(secrets(from).length >= 4 && secrets(to).length >= 3);
      assert.ok(secrets(from).every((secret) => received(from).includes(secret) && !received(to).includes(secret)));
      assert.ok(secrets(to).every((secret) => received(to).includes(secret) && !received(from).includes(secret)));
      const revoked = [...from.revocations, ...to.revocations].map(({ sent }) => sent.get('token'));
      assert.ok(
        revoked.every((token) => !received(to).includes(token)),
        'what the old one issued ends at the old one',
      );
    });

  test('D29 what was remembered of it is no answer to the user whose connection has ended', async () => {
    const { host, to, place, browser, use } = await moving();
    place.at = to;
    const { json: problem } = await use();
    assert.equal(problem.type, 'login-again');
    // As in another isolate, which remembers where the resource was.
    const now = world.server('now');
    place.at = now;
    const stranger = await world.browser().visit(`/login?url=${host}`);
    assert.match(stranger.body, new RegExp(`issued by ${to.host}`), 'remembered for a minute');
    const page = await browser.visit(problem.login);
    assert.match(page.body, new RegExp(`issued by ${now.host}`), page.body);
    await browser.submit(page);
    assert.deepEqual([to.exchanges.length, now.exchanges.length], [0, 1]);
    assert.equal((await use()).status, 200);
  });

  test('a token that is refused by a resource that has not moved ends no connection', async () => {
    const { host, from, browser, use } = await moving();
    from.on.use = () => ({ status: 401, headers: { 'www-authenticate': 'Bearer' }, body: '' });
    assert.equal((await use()).status, 401);
    const own = (await world.connections(browser)).filter((connection) => connection.host === host);
    assert.deepEqual(
      own.map(({ issuer, needs_login }) => [issuer, needs_login]),
      [[from.issuer, false]],
    );
  });
});

describe('a resource that asks for more scope', () => {
  test('is given what it names and what was granted, three logins in all: then its answer is passed on', async () => {
    const server = world.server();
    const browser = await world.logIn(server);
    const granted = () => new Set(server.authorizations.at(-1).get('scope')?.split(' '));
    server.on.exchange = ({ body }, honest) =>
      new URLSearchParams(body).get('code') && honest({ scope: [...granted()].join(' ') });
    const headers = { 'www-authenticate': 'Bearer error="insufficient_scope", scope="first second"' };
    server.on.use = () => ({ status: 403, headers, body: 'not enough' });
    const asked = [];
    for (let login = 0; login < 6; login += 1) {
      const { status, json: problem, body } = await world.use(browser, `${server.issuer}/api`);
      assert.equal(status, 403);
      if (problem?.type !== 'needs-consent') {
        assert.equal(body, 'not enough');
        break;
      }
      await browser.submit(await browser.visit(problem.login));
      asked.push([...granted()].sort().join(' '));
    }
    assert.deepEqual(asked, ['first second', 'first second']);
    headers['www-authenticate'] = 'Bearer error="insufficient_scope", scope="third"';
    const { json: problem } = await world.use(browser, `${server.issuer}/api`);
    assert.equal(new URL(problem.login).searchParams.get('scope'), 'first second third');
  });
});

describe('client id metadata documents', () => {
  const document = () => world.browser().json('GET', '/client-metadata.json');
  const takes = (iss) => ({
    client_id_metadata_document_supported: true,
    authorization_response_iss_parameter_supported: iss,
    registration_endpoint: undefined,
  });

  test('is what the identifier says, for every server to read', async () => {
    const { json: metadata, headers } = await document();
    assert.equal(metadata.client_id, `${APP}/client-metadata.json`);
    assert.deepEqual(metadata.redirect_uris, [`${APP}/callback/client-metadata`]);
    assert.equal(metadata.token_endpoint_auth_method, 'none');
    assert.deepEqual(metadata.grant_types, ['authorization_code', 'refresh_token']);
    assert.equal(metadata.client_secret, undefined);
    assert.match(headers.get('cache-control'), /max-age=3600/);
  });

  test('C09 is the client at a server that registers none, where `iss` tells servers apart', async () => {
    const good = world.server('good', { members: takes(true) });
    const answer = await world.login(good.host);
    assert.equal(answer.status, 303, answer.body);
    const { searchParams } = new URL(answer.headers.get('location'));
    assert.equal(searchParams.get('client_id'), `${APP}/client-metadata.json`);
    assert.equal(searchParams.get('redirect_uri'), `${APP}/callback/client-metadata`);
    // Any server may take the document, so that a server without `iss` could pass on the code of another one.
    const evil = world.server('evil', { members: takes(false) });
    assert.equal((await world.login(evil.host)).json.type, 'no-registration');
  });

  test('the order: a client that was given, a registration, the document; the document first where that is preferred', async () => {
    const document = `${APP}/client-metadata.json`;
    const given = { 'https://given.example': { client_id: 'given' } };
    const refuses = () => json({ error: 'access_denied' }, 403);
    for (const [settings, name, register, registrations, expected] of [
      [{}, 'offers', undefined, 1, /^(?!https:|given)/],
      [{}, 'offers', refuses, 1, document],
      [{ CLIENT_ID_METADATA: 'prefer' }, 'offers', undefined, 0, document],
      [{ CLIENTS: JSON.stringify(given) }, 'given', undefined, 0, 'given'],
      [{ CLIENTS: JSON.stringify(given), CLIENT_ID_METADATA: 'prefer' }, 'given', undefined, 0, 'given'],
    ]) {
      const other = await World.start({ bindings: settings });
      const members = { ...takes(true), registration_endpoint: `https://${name}.example/register` };
      const server = new Server(other.lab, `${name}.example`, { members });
      if (register) server.on.register = register;
      const answer = await other.login(server.host);
      assert.equal(answer.status, 303, answer.body);
      const used = new URL(answer.headers.get('location')).searchParams.get('client_id');
      assert[expected instanceof RegExp ? 'match' : 'equal'](used, expected, JSON.stringify([settings, name]));
      const sent = other.writes(server.host).filter(({ url }) => url.endsWith('/register'));
      assert.equal(sent.length, registrations, JSON.stringify([settings, name]));
      await other.stop();
    }
  });
});
