// The test environment itself: an independent client can log in to the servers, and the lab, the user agent and workerd
// behave as documented. A failure here is not a failure of the Worker.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import * as oauth from 'oauth4webapi';
import { Agent } from './agent.mjs';
import { App } from './app.mjs';
import { Lab, nothing, pairs } from './lab.mjs';
import { PEERS } from './peers/table.mjs';

const REDIRECT_URI = 'https://app.example/callback/ground';

for (const peer of PEERS)
  describe(`${peer.name} at ${peer.issuer}`, () => {
    const resource = `https://${peer.named}`;
    const verifier = oauth.generateRandomCodeVerifier();
    let lab, options, server, client, authentication, tokens;

    before(async () => {
      lab = new Lab();
      options = { additionalParameters: { resource }, [oauth.customFetch]: fetchBy(lab) };
      const { start } = await import(`./peers/${peer.name}.mjs`);
      lab.peer(await start({ issuer: peer.issuer, ...peer.options }));
    });

    after(() => lab.stop());

    test('publishes its metadata under its issuer', async () => {
      const answer = await oauth.discoveryRequest(new URL(peer.issuer), { algorithm: 'oauth2', ...options });
      server = await oauth.processDiscoveryResponse(new URL(peer.issuer), answer);
      assert.equal(server.issuer, peer.published ?? peer.issuer);
      for (const endpoint of ['authorization_endpoint', 'token_endpoint', 'registration_endpoint']) {
        assert.equal(new URL(server[endpoint]).origin, new URL(peer.issuer).origin, endpoint);
      }
      assert.ok(server.code_challenge_methods_supported.includes('S256'));
    });

    test('registers a client, and the lab saw it', async () => {
      const answer = await oauth.dynamicClientRegistrationRequest(
        server,
        {
          redirect_uris: [REDIRECT_URI],
          grant_types: ['authorization_code', 'refresh_token'],
          response_types: ['code'],
          token_endpoint_auth_method: peer.method,
          application_type: 'web',
          client_name: 'Ground',
        },
        options,
      );
      client = await oauth.processDynamicClientRegistrationResponse(answer);
      assert.equal(client.token_endpoint_auth_method, peer.method);
      authentication = {
        none: () => oauth.None(),
        client_secret_basic: () => oauth.ClientSecretBasic(client.client_secret),
        client_secret_post: () => oauth.ClientSecretPost(client.client_secret),
      }[peer.method]();
      const { host, pathname } = new URL(server.registration_endpoint);
      const [seen, ...more] = lab.requests(host, { method: 'POST', path: pathname });
      assert.equal(more.length, 0);
      assert.equal(JSON.parse(seen.body).client_name, 'Ground');
      assert.equal(JSON.parse(seen.answer).client_id, client.client_id);
    });

    test('sends the person back with a code', async () => {
      tokens = await redeem(await authorize());
      assert.ok(tokens.expires_in > 0);
      assert.equal(Boolean(tokens.refresh_token), Boolean(peer.refreshes));
    });

    test('lets in who has the token, and nobody else', async () => {
      assert.deepEqual(await use({ authorization: `Bearer ${tokens.access_token}` }), [200, true]);
      assert.deepEqual(await use({ authorization: 'Bearer not-a-token' }), [peer.unknownToken ?? 401, false]);
      assert.deepEqual(await use({}), [401, false]);
    });

    test('gives a new token for the refresh token', { skip: !peer.refreshes && 'it issues none' }, async () => {
      const answer = await oauth.refreshTokenGrantRequest(
        server,
        client,
        authentication,
        tokens.refresh_token,
        options,
      );
      const next = await oauth.processRefreshTokenResponse(server, client, answer);
      assert.notEqual(next.access_token, tokens.access_token);
      assert.equal((next.refresh_token ?? tokens.refresh_token) !== tokens.refresh_token, Boolean(peer.rotates));
      assert.deepEqual(await use({ authorization: `Bearer ${next.access_token}` }), [200, true]);
    });

    test('takes a code once', async () => {
      const callback = await authorize();
      await redeem(callback);
      await assert.rejects(redeem(callback));
      assert.equal(JSON.parse(lab.all.at(-1).answer).error, peer.spentCode ?? 'invalid_grant');
    });

    /** From the authorization request to what the callback is asked with. */
    async function authorize() {
      const url = new URL(server.authorization_endpoint);
      const state = oauth.generateRandomState();
      url.search = new URLSearchParams({
        client_id: client.client_id,
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        redirect_uri: REDIRECT_URI,
        resource,
        response_type: 'code',
        state,
      });
      const back = await new Agent(undefined, lab).visit(url, { until: (next) => next.startsWith(REDIRECT_URI) });
      assert.equal(back.status, 0, back.body);
      return oauth.validateAuthResponse(server, client, new URL(back.url), state);
    }

    async function redeem(callback) {
      const answer = await oauth.authorizationCodeGrantRequest(
        server,
        client,
        authentication,
        callback,
        REDIRECT_URI,
        verifier,
        options,
      );
      return oauth.processAuthorizationCodeResponse(server, client, answer);
    }

    /** The status of the protected resource, and whether it names the user. */
    async function use(authorization) {
      const { url, method = 'GET', headers, body, says } = peer.use;
      const answer = await lab.fetch({ method, url, headers: { ...headers, ...authorization }, body });
      return [answer.status, says.test(String(answer.body))];
    }
  });

describe('the lab, the user agent and workerd', () => {
  // A Worker with a counter on disk, that passes on what the network says.
  const contents = `
    import { DurableObject } from 'cloudflare:workers';
    export class Account extends DurableObject {
      fetch() {
        const { sql } = this.ctx.storage;
        sql.exec('CREATE TABLE IF NOT EXISTS visits (at INTEGER)');
        sql.exec('INSERT INTO visits VALUES (1)');
        return new Response(String(sql.exec('SELECT count(*) AS n FROM visits').one().n));
      }
    }
    export class Registrar extends DurableObject {}
    export default {
      async fetch(request, env) {
        const { pathname, searchParams } = new URL(request.url);
        if (pathname === '/count') return env.ACCOUNT.getByName('one').fetch(request);
        if (pathname === '/origin') return new Response(env.ORIGIN);
        try {
          const answer = await fetch(searchParams.get('url'), { redirect: 'manual' });
          return Response.json([answer.status, answer.headers.get('location'), answer.headers.getSetCookie()]);
        } catch (error) {
          return Response.json(error.constructor.name);
        }
      },
    };`;
  let lab, app, agent;
  const asked = async (url) => (await agent.json('GET', `/fetch?url=${encodeURIComponent(url)}`)).json;

  before(async () => {
    lab = new Lab();
    lab.host('moved.example', () => ({
      status: 302,
      headers: ['location', 'https://far.example/', 'set-cookie', 'a=1', 'set-cookie', 'b=2'],
      body: '',
    }));
    lab.host('far.example', nothing);
    lab.host('forms.example', ({ method, url, headers, body }) => {
      if (new URL(url).pathname === '/form') {
        return {
          status: 200,
          headers: ['set-cookie', '__Host-good=1; Secure; Path=/', 'set-cookie', '__Host-bad=1; Path=/'],
          body:
            '<form method="post" action="/in"><input type="hidden" name="kept" value="a&amp;b">' +
            '<input name="typed"></form>',
        };
      }
      if (method === 'POST') return { status: 303, headers: { location: '/seen' }, body };
      return { status: 200, headers: {}, body: headers.cookie };
    });
    app = await App.start({ modules: [{ type: 'ESModule', path: 'index.js', contents }], lab });
    agent = new Agent(app, lab);
  });

  after(async () => {
    await app?.stop();
    await lab.stop();
  });

  test('a Worker sees a redirect as it is, every cookie included', async () => {
    assert.deepEqual(await asked('https://moved.example/'), [302, 'https://far.example/', ['a=1', 'b=2']]);
    assert.equal(lab.requests('moved.example').length, 1);
    assert.equal(lab.requests('far.example').length, 0);
  });

  test("a Worker's request to a name that nobody has fails", async () => {
    assert.equal(await asked('https://nobody.example/'), 'Error');
  });

  test('the bindings arrive', async () => {
    assert.equal((await agent.json('GET', '/origin')).body, 'https://app.example');
  });

  test('a Durable Object keeps its rows over a restart', async () => {
    assert.equal((await agent.json('GET', '/count')).body, '1');
    await app.restart();
    assert.equal((await agent.json('GET', '/count')).body, '2');
  });

  test('the user agent submits a form, follows, and keeps the cookies that a browser would', async () => {
    const page = await agent.submit(await agent.visit('https://forms.example/form'), { typed: 'x y' });
    assert.deepEqual(
      page.hops.map(({ method, status }) => [method, status]),
      [
        ['POST', 303],
        ['GET', 200],
      ],
    );
    assert.equal(page.url, 'https://forms.example/seen');
    assert.equal(page.body, '__Host-good=1');
    const [sent] = lab.requests('forms.example', { method: 'POST' });
    assert.equal(sent.body, 'kept=a%26b&typed=x+y');
    assert.equal(sent.headers['content-type'], 'application/x-www-form-urlencoded');
    assert.deepEqual([sent.headers['sec-fetch-mode'], sent.headers['sec-fetch-site']], ['navigate', 'same-origin']);
  });
});

/** The platform's `fetch`, by way of the lab. */
function fetchBy(lab) {
  return async (url, { method = 'GET', headers, body }) => {
    const sent = {
      method,
      url: String(url),
      headers: Object.fromEntries(new Headers(headers)),
      body: body ? String(body) : '',
    };
    const answer = await lab.fetch(sent);
    return new Response(answer.body?.length ? answer.body : null, {
      status: answer.status,
      headers: pairs(answer.headers),
    });
  };
}
