// C: the words of the server reach the person, as a quotation.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { json } from '../lab.mjs';
import { agent, begin, lab, logIn, name, page, server, text, use } from './field.mjs';

describe('C: in whose words', () => {
  for (const [id, refusal, type, says] of [
    [
      'register-301',
      () => text(301, '', { location: 'https://elsewhere.example/register' }),
      'not-registered',
      'leads to “https://elsewhere.example/register”',
    ],
    [
      'trusted-hosts-403',
      () => json({ error: 'insufficient_scope', error_description: "Policy 'Trusted Hosts' rejected request" }, 403),
      'not-registered',
      "says “Policy 'Trusted Hosts' rejected request”",
    ],
    ['register-forbidden', () => text(403, 'Forbidden'), 'not-registered', 'says “Forbidden”'],
    [
      'register-not-listed',
      () => json({ error: 'invalid_client_metadata', error_description: 'Client is not on our allowlist' }, 400),
      'not-registered',
      'says “Client is not on our allowlist”',
    ],
    [
      'register-loopback-only',
      () => json({ error: 'invalid_redirect_uri', error_description: 'Only loopback is approved' }, 400),
      'not-registered',
      'invalid_redirect_uri and says “Only loopback is approved”',
    ],
    [
      'register-challenge-page',
      () => text(403, '<!DOCTYPE html><title>Just a moment...</title>', { 'content-type': 'text/html' }),
      'not-registered',
      '403',
    ],
    ['register-plain-403', () => text(403, 'Ask it@good.example'), 'not-registered', 'says “Ask it@good.example”'],
    ['register-html-403', () => page(403), 'not-registered', '403'],
    ['register-404', () => page(404), 'not-registered', '404'],
    ['register-detail-422', () => json({ detail: 'closed' }, 422), 'not-registered', 'says “closed”'],
    [
      'register-nested-400',
      () => json({ error: { code: 'no', message: 'not you' } }, 400),
      'not-registered',
      'not you',
    ],
    ['register-sentence', () => json({ error: 'Registration is off' }, 400), 'not-registered', 'Registration is off'],
    ['register-200-error', () => json({ error: 'access_denied' }, 200), 'not-registered', 'access_denied'],
    ['register-200-html', () => page(200), 'not-registered', 'client'],
    [
      'register-bidi',
      () => json({ error: 'x', error_description: '\u202egnp.exe\r\n<b>' }, 400),
      'not-registered',
      '“gnp.exe',
    ],
  ])
    test(`${id}: the words of the server, as a quotation`, async () => {
      server.register = refusal;
      const answer = await begin(name);
      assert.equal(answer.json.type, type, answer.body);
      assert.ok(answer.json.detail.includes(says), answer.body);
      assert.ok(!/[\u202e\r\n]|<!|<title/.test(answer.json.detail), answer.body);
      assert.doesNotMatch(answer.json.remedy, /initial access token/);
      assert.equal(lab.requests('elsewhere.example').length, 0);
      // A refusal is not asked for again at every click.
      await begin(name);
      assert.equal(lab.requests(name, { path: '/register' }).length, 1);
    });

  test('denial-with-reason: shown with the right state, and not with another', async () => {
    const words = 'Your administrator must approve this app';
    server.authorize = (sent) => ({ error: 'access_denied', error_description: words, state: sent.get('state') });
    const end = await agent.submit(await agent.visit(`/login?url=${name}`));
    assert.equal(end.status, 403);
    assert.ok(end.body.includes(`says “${words}”`), end.body);
    server.authorize = () => ({ error: 'access_denied', error_description: words, state: 'A'.repeat(43) });
    const forged = await agent.submit(await agent.visit(`/login?url=${name}`));
    assert.ok(!forged.body.includes(words));
  });

  for (const [id, refusal, status, says] of [
    [
      'exchange-null-description',
      () => json({ error: 'invalid_grant', error_description: null }, 400),
      502,
      'invalid_grant',
    ],
    [
      'exchange-json-as-text',
      () => text(400, '{"error": "invalid_request", "error_description": "No such client"}'),
      502,
      'says “No such client”',
    ],
    [
      'exchange-html-as-json',
      () => text(200, '<!DOCTYPE html><title>Oops</title>', { 'content-type': 'application/json' }),
      502,
      'lacks a JSON object',
    ],
    ['exchange-500-html', () => page(500), 503, '500'],
  ])
    test(`${id}: the token endpoint is named, with what it said`, async () => {
      server.exchange = refusal;
      const end = await agent.submit(await agent.visit(`/login?url=${name}`));
      assert.equal(end.status, status, end.body);
      assert.ok(end.body.includes(says), end.body);
      assert.doesNotMatch(end.body, /Sorry|Oops|&lt;!DOCTYPE/);
      assert.deepEqual((await agent.json('GET', '/connections')).json, []);
    });

  for (const [id, callback, says, status = 403] of [
    ['denied-without-words', { error: 'access_denied' }, 'access_denied'],
    [
      'denied-in-odd-words',
      { error: 'access_denied', error_description: 'OAuth 2.0 Parameter: client_id' },
      'says “OAuth 2.0',
    ],
    ['error-without-code', { error: 'login_required' }, 'login_required', 502],
    ['denied-with-a-page', { error: 'access_denied', error_uri: 'https://help.example/a' }, 'https://help.example/a'],
  ])
    test(`${id}: told as what it is, and the code is not missed`, async () => {
      server.authorize = (sent) => ({ ...callback, state: sent.get('state') });
      const end = await agent.submit(await agent.visit(`/login?url=${name}`));
      assert.equal(end.status, status, end.body);
      assert.ok(end.body.includes(says), end.body);
      assert.ok(!end.body.includes('href="https://help.example'), 'a link of the server is text');
      assert.equal(lab.requests(name, { path: '/token' }).length, 0);
    });
});
