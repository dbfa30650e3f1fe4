// D: what a resource says of a token, and what it does not.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { json } from '../lab.mjs';
import { DAY, app, connection, lab, logIn, name, server, text, use } from './field.mjs';

describe('D: the answers of a resource', () => {
  test('every-token-refused: one refresh, then calm', async () => {
    await logIn();
    server.resource = () => text(401, '', { 'www-authenticate': 'Bearer error="invalid_token"' });
    for (let i = 0; i < 20; i += 1) assert.equal((await use()).status, 401);
    assert.equal(server.refreshes.length, 1);
    // Half an hour of it: the pauses grow.
    for (let i = 0; i < 6; i += 1) {
      await app.elapse(300);
      await use();
      await use();
    }
    assert.ok(server.refreshes.length <= 6, `${server.refreshes.length} rotations`);
    // The control: a token that the host takes, and refuses when it is over, is replaced each time.
    server.resource = () => json({ ok: true });
    await app.elapse(8000);
    const refused = () => text(401, '', { 'www-authenticate': 'Bearer error="invalid_token"' });
    for (let i = 0; i < 3; i += 1) {
      const last = `Bearer access-${server.issued}`;
      server.resource = ({ authorization }) => (authorization === last ? refused() : json({ ok: true }));
      assert.equal((await use()).status, 200, `round ${i}`);
      await app.elapse(600);
    }
    assert.equal((await connection()).needs_login, false);
  });

  for (const [id, challenge] of [
    ['Basic', { 'www-authenticate': 'Basic realm="x"' }],
    ['no challenge', {}],
    ['invalid_request', { 'www-authenticate': 'Bearer error="invalid_request"' }],
    ['Bearer alone', { 'www-authenticate': 'Bearer realm="x"' }],
    ['malformed', { 'www-authenticate': 'Bearer error="invalid_token' }],
  ])
    test(`one-401-without-refresh: ${id} is passed on, and the connection is kept`, async () => {
      server.exchange = () => json({ access_token: 'only', token_type: 'Bearer', expires_in: 3600 });
      await logIn();
      server.resource = (headers, { url }) =>
        url.endsWith('/odd') ? text(401, 'as it is', challenge) : json({ ok: 1 });
      const answer = await use('/api/odd');
      assert.deepEqual([answer.status, answer.body], [401, 'as it is']);
      assert.equal(lab.requests(name, { path: '/api/odd' }).length >= 1, true);
      assert.equal((await use()).status, 200);
      assert.equal((await connection()).needs_login, false);
    });

  for (const [id, challenge, is] of [
    ['challenge', 'Bearer error="invalid_token"', 'login-again'],
    ['challenge-not-ascii', 'Bearer error_description="caf\u00e9", error="invalid_token"', 'login-again'],
    ['beside a malformed one', 'Basic realm="x, Bearer error="invalid_token"', 'login-again'],
  ])
    test(`one-401-without-refresh, the control: ${id} speaks of the token`, async () => {
      server.exchange = () => json({ access_token: 'only', token_type: 'Bearer', expires_in: 3600 });
      await logIn();
      server.resource = () => text(401, '', { 'www-authenticate': challenge });
      assert.equal((await use()).json.type, is);
    });

  test('several WWW-Authenticate fields: the good one is read beside a malformed one', async () => {
    await logIn();
    server.resource = () => ({
      status: 403,
      headers: [
        'www-authenticate',
        'Basic realm=',
        'www-authenticate',
        'Bearer error="insufficient_scope", scope="more"',
      ],
      body: '',
    });
    const answer = await use();
    assert.equal(answer.json.type, 'needs-consent', answer.body);
    assert.match(answer.json.login, /scope=more/);
  });

  test('challenge-not-ascii: the ASCII parameters are read', async () => {
    await logIn();
    const challenge = 'Bearer error="insufficient_scope", scope="a b", error_description="acc\u00e8s"';
    server.resource = () => text(403, '', { 'www-authenticate': challenge });
    const answer = await use();
    assert.equal(answer.json.type, 'needs-consent', answer.body);
    assert.match(answer.json.detail, /a b/);
  });

  test('403-for-expired: a granted scope that is missing is renewed once before anybody is asked', async () => {
    const tokens = (scope) => {
      server.issued += 1;
      const access_token = `access-${server.issued}`;
      return json({ access_token, refresh_token: 'r', token_type: 'Bearer', expires_in: 3600, scope });
    };
    server.exchange = () => tokens('a b');
    server.refresh = () => tokens('a b');
    await logIn();
    const missing = (scope) =>
      text(403, '', { 'www-authenticate': `Bearer error="insufficient_scope", scope="${scope}"` });
    server.resource = ({ authorization }) => (authorization === 'Bearer access-1' ? missing('a') : json({ ok: true }));
    assert.equal((await use()).status, 200);
    assert.equal(server.refreshes.length, 1);
    // The controls: what was not granted, and what is still missing after the renewal.
    server.resource = () => missing('a c');
    assert.equal((await use()).json.type, 'needs-consent');
    assert.equal(server.refreshes.length, 1);
    await app.elapse(60);
    server.resource = () => missing('b');
    assert.equal((await use()).json.type, 'needs-consent');
    assert.equal(server.refreshes.length, 2);
  });

  test('expired-redirects: renewed once where the lifetime is unknown, then passed on', async () => {
    server.exchange = () => json({ access_token: 'old', refresh_token: 'r', token_type: 'Bearer' });
    await logIn();
    const away = text(302, '', { location: '/sign-in' });
    server.resource = ({ authorization }) => (authorization === 'Bearer old' ? away : json({ ok: true }));
    assert.equal((await use()).status, 200);
    assert.equal(server.refreshes.length, 1);
    server.refresh = () => json({ access_token: 'unknown', token_type: 'Bearer' });
    await app.elapse(4000);
    server.resource = () => away;
    assert.equal((await use()).status, 302, 'passed on');
  });

  test('expired-redirects, the controls: a known lifetime, and a request that is not safe to repeat', async () => {
    await logIn();
    server.resource = () => text(302, '', { location: '/sign-in' });
    assert.equal((await use()).status, 302);
    assert.equal(server.refreshes.length, 0);
    server.exchange = () => json({ access_token: 'old', refresh_token: 'r', token_type: 'Bearer' });
    await logIn();
    lab.host(name, (sent) =>
      sent.method === 'POST' && sent.url.endsWith('/api') ? text(303, '', { location: '/done' }) : server.answer(sent),
    );
    const before = lab.requests(name, { path: '/api' }).length;
    assert.equal((await use('/api', { method: 'POST', body: 'x' })).status, 303);
    assert.equal(lab.requests(name, { path: '/api' }).length, before + 1, 'sent once');
    assert.equal(server.refreshes.length, 0);
  });
});
