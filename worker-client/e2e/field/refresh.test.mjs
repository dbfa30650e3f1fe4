// D: nothing spent is thrown away, nothing dead is kept.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { json } from '../lab.mjs';
import { DAY, agent, app, connection, isTryLater, lab, logIn, name, page, server, text, use } from './field.mjs';

describe('D: nothing spent is thrown away, nothing dead is kept', () => {
  for (const [id, dead] of [
    ['refresh-200-error', () => json({ error: 'bad_refresh_token' })],
    ['refresh-invalid-request', () => json({ error: 'invalid_request' }, 400)],
    ['refresh-nested', () => json({ error: { code: 'session_expired', message: 'Sign in again' } }, 401)],
    ['refresh-invalid-grant', () => json({ error: 'invalid_grant' }, 400)],
    ['refresh-errors-list', () => json({ errors: [{ code: 'token_revoked' }] }, 401)],
    ['refresh-text-code', () => text(400, 'invalid_grant')],
    ['refresh-json-as-text', () => text(400, '{"error": "invalid_grant"}')],
    ['refresh-403-invalid-grant', () => json({ error: 'invalid_grant' }, 403)],
    ['refresh-sentence', () => json({ error: 'Invalid refresh token' }, 400)],
  ])
    test(`${id}: login-again with the link, and the token is not sent again`, async () => {
      await logIn({ firstLifetime: 0 });
      server.refresh = dead;
      const answer = await use();
      assert.deepEqual([answer.status, answer.json.type], [409, 'login-again'], answer.body);
      assert.match(answer.json.login, /\/login\?url=/);
      const shown = await connection();
      assert.deepEqual([shown.needs_login, shown.state], [true, 'needs_login']);
      assert.equal((await use()).json.type, 'login-again');
      assert.equal(server.refreshes.length, 1);
      assert.match((await agent.visit('/')).body, /Log in again/);
      await logIn();
      assert.equal((await use()).status, 200, 'the way out leads out');
    });

  for (const [id, answer] of [
    ['refresh-403-html', () => page(403)],
    ['refresh-403-forbidden', () => json({ error: 'Forbidden' }, 403)],
    ['refresh-404-html', () => page(404)],
    ['refresh-302', () => text(302, '', { location: 'https://evil.example/' })],
    ['refresh-200-html', () => page(200)],
    ['refresh-temporarily', () => json({ error: 'temporarily_unavailable' }, 400)],
    ['refresh-503-invalid-grant', () => json({ error: 'invalid_grant' }, 503)],
    ['refresh-invalid-scope', () => json({ error: 'invalid_scope' }, 400)],
    ['refresh-other-type', () => json({ access_token: 'x', token_type: 'mac' })],
    ['refresh-200-nothing', () => json({ token_type: 'Bearer' })],
    ['refresh-html-as-json', () => text(200, '<!DOCTYPE html>', { 'content-type': 'application/json' })],
    [
      'refresh-reset',
      () => {
        throw new Error('reset');
      },
    ],
    ['refresh-too-large', () => text(200, 'x'.repeat(70_000))],
  ])
    test(`${id}: the token is kept, and serves when the server is back`, async () => {
      await logIn({ firstLifetime: 0 });
      server.refresh = answer;
      isTryLater(await use());
      assert.equal((await connection()).needs_login, false);
      server.refresh = () => server.tokens();
      await app.elapse(31);
      assert.equal((await use()).status, 200);
      assert.equal(server.refreshes.at(-1).get('refresh_token'), 'refresh-1');
      assert.equal(lab.requests('evil.example').filter(({ method }) => method === 'POST').length, 0);
    });

  for (const [id, members, status] of [
    ['no-token-type', { token_type: undefined }, 200],
    ['status-201', {}, 201],
    ['empty error', { error: '' }, 200],
    ['an unreadable member', { expires_in: { a: 1 }, scope: 7 }, 200],
    ['scope-list', { scope: ['a', 'b'] }, 200],
  ])
    test(`${id}: a rotated refresh token is stored whatever the form of the answer`, async () => {
      await logIn({ firstLifetime: 0 });
      server.refresh = () =>
        json(
          { access_token: 'new', refresh_token: 'rotated', token_type: 'Bearer', expires_in: 1, ...members },
          status,
        );
      assert.equal((await use()).status, 200);
      if (id === 'scope-list') assert.equal((await connection()).scope, 'a b');
      server.refresh = () => server.tokens();
      server.resource = ({ authorization }) => (authorization === 'Bearer new' ? json({}, 401) : json({ ok: true }));
      await app.elapse(60);
      assert.equal((await use()).status, 200);
      assert.equal(server.refreshes.at(-1).get('refresh_token'), 'rotated');
    });

  for (const expires_in of [0, -1])
    test(`expires-in-0: ${expires_in} without a refresh token is used until the host refuses it`, async () => {
      server.exchange = () => json({ access_token: 'only', token_type: 'Bearer', expires_in });
      await logIn();
      assert.equal((await use()).status, 200);
      await app.elapse(DAY);
      assert.equal((await use()).status, 200);
      server.resource = () => text(401, '', { 'www-authenticate': 'Bearer error="invalid_token"' });
      assert.equal((await use()).json.type, 'login-again');
    });

  for (const [id, refresh_token] of [
    ['refresh-null-token', null],
    ['refresh-empty-token', ''],
  ])
    test(`${id}: no other refresh token, and the one that works is kept`, async () => {
      await logIn({ firstLifetime: 0 });
      server.refresh = () => json({ access_token: 'new', token_type: 'Bearer', expires_in: 60, refresh_token });
      assert.equal((await use()).status, 200);
      await app.elapse(120);
      assert.equal((await use()).status, 200);
      assert.deepEqual(
        server.refreshes.map((form) => form.get('refresh_token')),
        ['refresh-1', 'refresh-1'],
      );
    });

  for (const [id, expires_in, later] of [
    ['lifetime-text', '3600', 2],
    ['lifetime-words', 'soon', 1],
    ['lifetime-missing', undefined, 1],
    ['lifetime-null', null, 1],
  ])
    test(`${id}: not renewed at every use`, async () => {
      await logIn({ firstLifetime: 0 });
      server.refresh = () => json({ access_token: 'new', token_type: 'Bearer', refresh_token: 'r', expires_in });
      for (let i = 0; i < 5; i += 1) assert.equal((await use()).status, 200);
      assert.equal(server.refreshes.length, 1);
      await app.elapse(3700);
      for (let i = 0; i < 5; i += 1) assert.equal((await use()).status, 200);
      assert.equal(server.refreshes.length, later);
    });
});
