// D: the time that a server asks for is given to it.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parse } from 'node-html-parser';
import { Agent } from '../agent.mjs';
import { DAY, agent, app, begin, connection, isTryLater, lab, logIn, name, page, server, text, use } from './field.mjs';

describe('D: patience', () => {
  test('refresh-500-for-ever: kept, try-later from the first caller on, and after a day a new login beside it', async () => {
    await logIn({ firstLifetime: 0 });
    server.refresh = () => page(500);
    const first = await Promise.all([use(), use(), use(), use(), use()]);
    for (const answer of first) isTryLater(answer);
    assert.equal(server.refreshes.length, 1, 'one request for all of them');
    assert.match(first[0].json.detail, /500/);
    assert.equal(first[0].json.login, undefined);
    assert.deepEqual([(await connection()).needs_login, (await connection()).state], [false, 'try_later']);
    assert.ok(!(await agent.visit('/')).body.includes('Log in again'));
    await app.elapse(DAY + 60);
    const later = await use();
    isTryLater(later);
    assert.match(later.json.login, /^https:\/\/app\.example\/login\?url=https%3A%2F%2Fas-/);
    assert.equal((await connection()).state, 'try_later_or_login');
    const start = await agent.visit('/');
    assert.match(start.body, /for more than a day/);
    assert.ok(parse(start.body).querySelector('.connections form[method="get"] button'), 'a way out on the page');
    // The control: the server is back, and nothing was lost.
    server.refresh = () => server.tokens();
    await app.elapse(600);
    assert.equal((await use()).status, 200);
    assert.equal(server.refreshes.at(-1).get('refresh_token'), 'refresh-1');
    assert.equal((await connection()).state, 'works');
  });

  const date = (seconds) => new Date(Date.now() + seconds * 1000).toUTCString();
  for (const [id, headers, seconds] of [
    ['retry-after-seconds', () => ({ 'retry-after': '120' }), 120],
    ['retry-after-date', () => ({ 'retry-after': date(120) }), 120],
    // The server's clock is an hour behind.
    ['retry-after-date by its own clock', () => ({ date: date(-3600), 'retry-after': date(-3480) }), 120],
    ['retry-after a month', () => ({ 'retry-after': '2592000' }), DAY],
    ['retry-after that cannot be read', () => ({ 'retry-after': 'soon' }), 1],
    ['retry-after in the past', () => ({ 'retry-after': 'Sun, 06 Nov 1994 08:49:37 GMT' }), 1],
  ])
    for (const status of [429, 503])
      test(`${id}: ${status}, honoured across an eviction`, async () => {
        await logIn({ firstLifetime: 0 });
        server.refresh = () => text(status, 'slow down', headers());
        isTryLater(await use(), seconds);
        assert.equal(server.refreshes.length, 1);
        if (seconds < 60) return;
        await app.restart();
        isTryLater(await use(), seconds);
        await app.elapse(seconds - 30);
        isTryLater(await use(), 30);
        assert.equal(server.refreshes.length, 1, 'not before its time');
        server.refresh = () => server.tokens();
        await app.elapse(31);
        assert.equal((await use()).status, 200);
        assert.equal(server.refreshes.length, 2);
      });

  test('limits-after-eviction: the pause is the server’s, for every connection of the account', async () => {
    await logIn({ firstLifetime: 0 });
    server.firstLifetime = 0;
    const other = await agent.submit(await agent.visit(`/login?url=${name}%2Fapi%2Fother`));
    assert.equal(other.url, 'https://app.example/?notice=connected', other.body);
    server.refresh = () => text(429, '', { 'retry-after': '600' });
    isTryLater(await use('/api'), 600);
    await app.restart();
    isTryLater(await use('/api/other'), 600);
    assert.equal(server.refreshes.length, 1);
    const exchanges = lab.requests(name, { path: '/token' }).length;
    isTryLater(await begin(), 600);
    assert.equal(lab.requests(name, { path: '/token' }).length, exchanges);
  });

  test('register-429: try-later with its time, for everybody, across an eviction', async () => {
    server.register = () => text(429, 'Too many requests', { 'retry-after': '120' });
    const answers = await Promise.all([begin(), begin(), begin()]);
    for (const answer of answers) isTryLater(answer, 120);
    assert.match(answers[0].json.title, /register/);
    assert.match(answers[0].json.detail, /429.*“Too many requests”/);
    assert.equal(lab.requests(name, { path: '/register' }).length, 1);
    await app.restart();
    isTryLater(await new Agent(app, lab).json('POST', '/login', { body: { url: name } }), 120);
    assert.equal(lab.requests(name, { path: '/register' }).length, 1);
    server.register = (sent) => server.client(sent);
    await app.elapse(121);
    assert.equal((await begin()).status, 303);
  });

  test('exchange-503: try-later, and the server is left alone for as long as it asks', async () => {
    server.exchange = () => text(503, '', { 'retry-after': '60' });
    const end = await agent.submit(await agent.visit(`/login?url=${name}`));
    assert.equal(end.status, 503);
    assert.match(end.body, /cannot complete a login at the moment/);
    const sent = lab.requests(name, { path: '/token' }).length;
    isTryLater(await begin(), 60);
    await app.elapse(61);
    server.exchange = () => server.tokens();
    await logIn();
    assert.equal(lab.requests(name, { path: '/token' }).length, sent + 1);
  });

  test('revoke-429: asked again when the server allows it, and not before', async () => {
    await logIn();
    server.revoke = () => text(429, '', { 'retry-after': '600' });
    const ended = await agent.json('DELETE', `/connections/${(await connection()).id}`);
    assert.deepEqual(
      [ended.json.refresh_token, ended.json.access_token],
      ['failed_will_retry', 'failed_will_retry'],
      ended.body,
    );
    assert.equal(server.revoked.length, 1, 'the second token waits too');
    await app.elapse(300);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    assert.equal(server.revoked.length, 1);
    server.revoke = () => text(200);
    await app.elapse(301);
    for (let i = 0; i < 40 && server.revoked.length < 3; i += 1) {
      await app.elapse(120);
      // Until an alarm has ended: a revocation that is cut off by a restart is asked for once more.
      for (let before = -1; before < server.revoked.length; ) {
        before = server.revoked.length;
        await new Promise((resolve) => setTimeout(resolve, 1000));
      }
    }
    assert.deepEqual(server.revoked.slice(1).sort(), ['access-1', 'refresh-1']);
  });
});
