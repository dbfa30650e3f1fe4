// B: what a server says of itself and of a client, and who is to blame when it goes wrong.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { json } from '../lab.mjs';
import { agent, begin, lab, logIn, name, server, use } from './field.mjs';

describe('B: who is to blame', () => {
  test('form-post-only: unusable before a login', async () => {
    server.metadata = { response_modes_supported: ['form_post'] };
    const answer = await begin();
    assert.equal(answer.json.type, 'unusable', answer.body);
    assert.match(answer.json.detail, /response mode/);
  });

  test('state-dropped: the server is to blame, and the login is not spent', async () => {
    let sent;
    server.authorize = (request) => {
      sent = request;
      return { code: 'code' };
    };
    const end = await agent.submit(await agent.visit(`/login?url=${name}`));
    assert.equal(end.status, 400);
    for (const words of ['carries no `state`', 'the operator of the authorization server']) {
      assert.ok(end.body.includes(words), end.body);
    }
    assert.equal(lab.requests(name, { path: '/token' }).length, 0);
    const callback = new URL(sent.get('redirect_uri'));
    callback.search = new URLSearchParams({ code: 'code', state: sent.get('state') });
    assert.equal((await agent.visit(callback.href)).url, 'https://app.example/?notice=connected');
  });

  test('scope-required: asked again for what is supported', async () => {
    server.metadata = { scopes_supported: ['read', 'write'] };
    const asked = [];
    server.authorize = (sent) => {
      asked.push(sent.get('scope'));
      const state = sent.get('state');
      return sent.get('scope') ? { code: 'code', state } : { error: 'invalid_scope', state };
    };
    await logIn();
    assert.deepEqual(asked, [null, 'read write']);
    assert.equal((await use()).status, 200);
  });

  test('strict-grant-types: registered for what is listed', async () => {
    server.metadata = { grant_types_supported: ['authorization_code'] };
    const asked = [];
    server.register = (sent) => {
      const { grant_types } = JSON.parse(sent.body);
      asked.push(grant_types);
      return grant_types?.includes('refresh_token')
        ? json({ error: 'invalid_client_metadata' }, 400)
        : server.client(sent);
    };
    await logIn();
    assert.deepEqual(asked, [['authorization_code', 'refresh_token'], ['authorization_code']]);
  });

  test('secret-demanded: the secret that came with a public client is tried once, and nothing registered twice', async () => {
    server.metadata = { token_endpoint_auth_methods_supported: ['none', 'client_secret_post'] };
    server.register = (sent) => server.client(sent, { client_secret: 'demanded', client_secret_expires_at: 0 });
    server.exchange = (form) =>
      form.get('client_secret') === 'demanded' ? server.tokens() : json({ error: 'invalid_client' }, 401);
    await logIn();
    assert.equal(server.registered, 1);
    assert.equal((await use()).status, 200);
    // The contradiction is told when the secret does not help either; the client is not taken for a forgotten one.
    server.exchange = () => json({ error: 'invalid_client' }, 401);
    const end = await agent.submit(await agent.visit(`/login?url=${name}`));
    assert.match(end.body, /invalid_client/);
    assert.equal(server.registered, 1);
  });

  test('gzip-always: every document is compressed, whatever was asked', async () => {
    lab.host(name, async (sent) => {
      const answer = await server.answer(sent);
      const headers = { ...answer.headers, 'content-encoding': 'gzip' };
      return { ...answer, headers, body: gzipSync(answer.body) };
    });
    await logIn();
    assert.equal((await use()).status, 200);
  });

  for (const [id, metadata, says] of [
    ['no-pkce-listed', { code_challenge_methods_supported: undefined }, /S256/],
    ['pushed-requests', { require_pushed_authorization_requests: true }, /pushed/],
    ['another-site-for-tokens', { token_endpoint: 'https://tokens.example/token' }, /tokens\.example/],
  ])
    test(`${id}: unusable before a login`, async () => {
      server.metadata = metadata;
      const answer = await begin();
      assert.equal(answer.json.type, 'unusable', answer.body);
      assert.match(answer.json.detail, says);
      assert.equal(lab.requests(name, { method: 'POST' }).length, 0);
    });

  test('issuer-slash: a slash at the end is no other issuer', async () => {
    server.metadata = { issuer: `https://${name}/` };
    await logIn();
    assert.equal((await use()).status, 200);
  });

  for (const [id, answer] of [
    ['registration-id-only', ({ client_id }) => ({ client_id })],
    ['registration-nulls', (client) => ({ ...client, grant_types: null, response_types: null })],
    ['registration-empty-method', (client) => ({ ...client, token_endpoint_auth_method: '' })],
    ['registration-empty-urls', (client) => ({ ...client, logo_uri: '', client_uri: '', tos_uri: '', contacts: null })],
    ['registration-no-uris', (client) => ({ ...client, redirect_uris: [] })],
  ])
    test(`${id}: the login works`, async () => {
      server.register = (sent) => {
        const { body, ...rest } = server.client(sent);
        return { ...rest, body: JSON.stringify(answer(JSON.parse(body))) };
      };
      await logIn();
      assert.equal((await use()).status, 200);
      assert.equal(server.registered, 1);
    });

  for (const [id, offered, members] of [
    ['secret-post-answered', ['none', 'client_secret_post'], { token_endpoint_auth_method: 'client_secret_post' }],
    ['secret-without-method', ['client_secret_basic', 'client_secret_post'], { token_endpoint_auth_method: undefined }],
    ['none-not-offered', ['client_secret_post', 'client_secret_basic'], {}],
  ])
    test(`${id}: the secret is sent as the registration says`, async () => {
      server.metadata = { token_endpoint_auth_methods_supported: offered };
      let method;
      server.register = (sent) => {
        method = JSON.parse(sent.body).token_endpoint_auth_method;
        return server.client(sent, { client_secret: 'secret', client_secret_expires_at: 0, ...members });
      };
      server.exchange = (form) =>
        form.get('client_secret') === 'secret' ? server.tokens() : json({ error: 'invalid_client' }, 401);
      await logIn();
      assert.ok(offered.includes(method), method);
      const sent = lab.requests(name, { path: '/token' });
      // RFC 7591 §2: what is left out is `client_secret_basic`. A server that does not read it is sent the other.
      assert.equal(sent.length, id === 'secret-without-method' ? 2 : 1);
      assert.equal(sent.at(-1).headers.authorization, undefined);
    });

  for (const [id, callback] of [
    ['iss-of-another', (sent) => ({ code: 'code', state: sent.get('state'), iss: 'https://evil.example' })],
    ['state-of-another', () => ({ code: 'code', state: 'A'.repeat(43) })],
  ])
    test(`${id}: the code is not sent, and the person is not told that it worked`, async () => {
      server.authorize = callback;
      const end = await agent.submit(await agent.visit(`/login?url=${name}`));
      assert.ok(end.status >= 400, end.body);
      assert.equal(lab.requests(name, { path: '/token' }).length, 0);
      assert.deepEqual((await agent.json('GET', '/connections')).json, []);
    });
});
