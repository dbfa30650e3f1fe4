// The ground itself: the servers can be logged in to by a client of others' make, and the lab, the user agent and
// workerd do what they say. What fails here is not the Worker's fault.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import * as oauth from 'oauth4webapi';
import { Agent } from './agent.mjs';
import { App } from './app.mjs';
import { Lab, json, pairs } from './lab.mjs';

const REDIRECT_URI = 'https://app.example/callback/ground';

const PEERS = [
  { name: 'oidc-provider', issuer: 'https://oidc.example', use: 'https://oidc.example/api/whoami', method: 'none', refreshes: true },
  { name: 'oidc-provider', issuer: 'https://basic.example', use: 'https://basic.example/api/whoami', method: 'client_secret_basic', refreshes: true },
  { name: 'oidc-provider', issuer: 'https://post.example', use: 'https://post.example/api/whoami', method: 'client_secret_post', refreshes: true },
  { name: 'mcp-ts-sdk', issuer: 'https://mcp-ts.example', published: 'https://mcp-ts.example/', use: 'https://mcp-ts.example/api/whoami', method: 'none' },
  { name: 'workers-oauth-provider', issuer: 'https://workers.example', resource: 'https://workers.example/mcp', use: 'https://workers.example/mcp', method: 'none', refreshes: true },
  { name: 'fastmcp', issuer: 'https://fastmcp.example', published: 'https://fastmcp.example/', use: 'https://fastmcp.example/mcp', method: 'client_secret_post', refreshes: true },
  { name: 'better-auth', issuer: 'https://better.example/api/auth', use: 'https://better.example/api/auth/oauth2/userinfo', method: 'none', refreshes: true },
];

// What /mcp answers to a client that may speak to it; the others take it for a GET.
const INITIALIZE = {
  method: 'POST',
  headers: new Headers({ 'content-type': 'application/json', accept: 'application/json, text/event-stream' }),
  body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'ground', version: '1' } } }),
};

const SAYS = {
  'oidc-provider': /"user":"demo"/,
  'mcp-ts-sdk': /"user":"demo_user"/,
  'workers-oauth-provider': /"user":"demo"/,
  fastmcp: /FastMCP Peer/,
  'better-auth': /"sub":/,
};

for (const peer of PEERS) describe(`${peer.name} at ${peer.issuer}`, () => {
  const { host } = new URL(peer.issuer);
  const resource = peer.resource ?? peer.issuer;
  const verifier = oauth.generateRandomCodeVerifier();
  let lab, through, server, client, authentication, tokens;

  before(async () => {
    lab = new Lab();
    through = { [oauth.customFetch]: fetchBy(lab) };
    const { start } = await import(`./peers/${peer.name}.mjs`);
    const began = Date.now();
    const authMethods = peer.name === 'oidc-provider' ? [peer.method] : undefined;
    lab.peer(await start({ issuer: peer.issuer, authMethods }));
    peer.took = Date.now() - began;
  });

  after(() => lab.stop());

  test('starts in less than five seconds', () => assert.ok(peer.took < 5000, `${peer.took} ms`));

  test('publishes its metadata under its issuer', async () => {
    const answer = await oauth.discoveryRequest(new URL(peer.issuer), { algorithm: 'oauth2', ...through });
    server = await oauth.processDiscoveryResponse(new URL(peer.issuer), answer);
    assert.equal(server.issuer, peer.published ?? peer.issuer);
    for (const endpoint of ['authorization_endpoint', 'token_endpoint', 'registration_endpoint']) {
      assert.equal(new URL(server[endpoint]).origin, new URL(peer.issuer).origin, endpoint);
    }
    assert.ok(server.code_challenge_methods_supported.includes('S256'));
  });

  test('registers a client', async () => {
    const asked = {
      redirect_uris: [REDIRECT_URI],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: peer.method,
      application_type: 'web',
      client_name: 'Ground',
    };
    const answer = await oauth.dynamicClientRegistrationRequest(server, asked, through);
    client = await oauth.processDynamicClientRegistrationResponse(answer);
    assert.equal(client.token_endpoint_auth_method, peer.method);
    authentication = {
      none: () => oauth.None(),
      client_secret_basic: () => oauth.ClientSecretBasic(client.client_secret),
      client_secret_post: () => oauth.ClientSecretPost(client.client_secret),
    }[peer.method]();
  });

  test('sends the person back with a code that is good for one exchange', async () => {
    const state = oauth.generateRandomState();
    const url = new URL(server.authorization_endpoint);
    url.search = new URLSearchParams({
      ...Object.fromEntries(url.searchParams),
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
    const returned = oauth.validateAuthResponse(server, client, new URL(back.url), state);
    const exchange = () => oauth.authorizationCodeGrantRequest(server, client, authentication, returned, REDIRECT_URI, verifier, { additionalParameters: { resource }, ...through });
    tokens = await oauth.processAuthorizationCodeResponse(server, client, await exchange());
    assert.ok(tokens.expires_in > 0);
    assert.equal(Boolean(tokens.refresh_token), Boolean(peer.refreshes));
    await assert.rejects(async () => oauth.processAuthorizationCodeResponse(server, client, await exchange()), 'the code is spent');
  });

  test('lets in who has the token, and nobody else', async () => {
    // A code that comes twice may have ended its tokens: RFC 6749 §4.1.2.
    tokens = await logIn();
    assert.match(await (await use(tokens.access_token)).text(), SAYS[peer.name]);
    await assert.rejects(use('not-a-token'), ({ status }) => status === 401);
    const stranger = await lab.fetch({ method: 'GET', url: peer.use });
    assert.equal(stranger.status, 401);
  });

  test('gives a new token for the refresh token', { skip: !peer.refreshes && 'it issues none' }, async () => {
    const options = { additionalParameters: { resource }, ...through };
    const answer = await oauth.refreshTokenGrantRequest(server, client, authentication, tokens.refresh_token, options);
    const next = await oauth.processRefreshTokenResponse(server, client, answer);
    assert.notEqual(next.access_token, tokens.access_token);
    assert.ok(next.refresh_token && next.refresh_token !== tokens.refresh_token, 'rotation');
    assert.match(await (await use(next.access_token)).text(), SAYS[peer.name]);
  });

  test('was recorded', () => {
    const { pathname } = new URL(server.registration_endpoint);
    const [registration, ...more] = lab.requests(host, { method: 'POST', path: pathname });
    assert.equal(more.length, 0);
    assert.equal(JSON.parse(registration.body).client_name, 'Ground');
    assert.equal(JSON.parse(registration.answer).client_id, client.client_id);
    assert.ok([200, 201].includes(registration.status));
  });

  const use = (token) => {
    const { method, headers, body } = peer.name === 'fastmcp' ? INITIALIZE : { method: 'GET' };
    return oauth.protectedResourceRequest(token, method, new URL(peer.use), headers, body, through);
  };

  async function logIn() {
    const url = new URL(server.authorization_endpoint);
    const challenge = await oauth.calculatePKCECodeChallenge(verifier);
    for (const [name, value] of Object.entries({ client_id: client.client_id, code_challenge: challenge, code_challenge_method: 'S256', redirect_uri: REDIRECT_URI, resource, response_type: 'code' })) {
      url.searchParams.set(name, value);
    }
    const back = await new Agent(undefined, lab).visit(url, { until: (next) => next.startsWith(REDIRECT_URI) });
    const returned = oauth.validateAuthResponse(server, client, new URL(back.url));
    const answer = await oauth.authorizationCodeGrantRequest(server, client, authentication, returned, REDIRECT_URI, verifier, { additionalParameters: { resource }, ...through });
    return oauth.processAuthorizationCodeResponse(server, client, answer);
  }
});

/** The platform's `fetch`, by way of the lab. */
function fetchBy(lab) {
  return async (url, { method = 'GET', headers, body }) => {
    const answer = await lab.fetch({ method, url: String(url), headers: Object.fromEntries(new Headers(headers)), body: body ? String(body) : '' });
    return new Response(answer.body?.length ? answer.body : null, { status: answer.status, headers: pairs(answer.headers) });
  };
}
