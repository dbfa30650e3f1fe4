// A: a failed or refused request is not a missing document.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Agent } from '../agent.mjs';
import { isPing, json, nothing } from '../lab.mjs';
import { Server } from '../server.mjs';
import { METADATA, HOST, agent, app, begin, isTryLater, lab, name, page, server, text } from './field.mjs';

describe('A: failed or refused is not missing', () => {
  const at = (name, answer) => lab.host(name, answer);
  /** Where the host received a ping; it receives no other POST. */
  const posted = () => {
    const sent = lab.requests(name, { method: 'POST' });
    assert.ok(sent.every(isPing));
    return sent.map(({ url }) => url);
  };
  for (const [id, answers, status, type, says] of [
    ['all-503', () => page(503), 503, 'try-later', /503/],
    ['all-429', () => text(429, 'slow', { 'retry-after': '90' }), 503, 'try-later', /429/],
    ['all-500-json', () => json({ error: 'internal' }, 500), 503, 'try-later', /500/],
    ['waf-403', () => page(403), 422, 'closed', /403/],
    ['waf-401', () => page(401), 422, 'closed', /401/],
    ['blocked-451', () => page(451), 422, 'closed', /451/],
    [
      'json-after-notice',
      ({ url }) => (url.endsWith(METADATA) ? { ...json({}), body: '\nNotice: x\n{"issuer":"x"}' } : nothing()),
      422,
      'unreadable',
      /JSON/,
    ],
    [
      'empty-json',
      ({ url }) => (url.endsWith(METADATA) ? { ...json({}), body: '' } : nothing()),
      422,
      'unreadable',
      /./,
    ],
    ['first-503-then-404', ({ url }) => (url.endsWith(METADATA) ? page(503) : nothing()), 503, 'try-later', /503/],
    ['nothing-there', () => nothing(), 422, 'no-metadata', /8414/],
    ['gone-410', () => page(410), 422, 'no-metadata', /8414/],
  ])
    test(`${id}: ${type}`, async () => {
      lab.host(name, answers);
      const answer = await begin(name);
      assert.deepEqual([answer.status, answer.json.type], [status, type], answer.body);
      assert.match(answer.json.detail, says);
      const probed = (await agent.json('GET', `/probe?url=${name}`)).json;
      assert.equal(probed.login, null);
      assert.equal(probed.verdict === 'no_metadata', type === 'no-metadata', JSON.stringify(probed));
      assert.deepEqual(posted(), type === 'no-metadata' ? [`${HOST}/`] : []);
      if (type === 'try-later') assert.ok(probed.retry_after > 0 && answer.json.retry_after > 0);
    });

  test('first-503-then-metadata: a later document still makes a positive verdict', async () => {
    const documents = new Server('https://late.example');
    at('late.example', (sent) =>
      sent.url.endsWith(METADATA)
        ? page(503)
        : documents.answer({ ...sent, url: sent.url.replace('openid-configuration', 'oauth-authorization-server') }),
    );
    assert.equal((await begin('late.example')).status, 303);
  });

  test('apex-www: a redirect within the site is a pointer, one elsewhere is named', async () => {
    const www = new Server('https://www.apex.example');
    lab.host('www.apex.example', www.answer);
    const to = (host) => (sent) => text(301, '', { location: sent.url.replace(/^https:\/\/[^/]+/, host) });
    at('apex.example', to('https://www.apex.example'));
    assert.equal((await begin('apex.example')).status, 303);
    at('sold.example', to('https://evil.example'));
    lab.host('evil.example', nothing);
    assert.equal((await begin('sold.example')).json.type, 'no-metadata');
    assert.equal(lab.requests('evil.example').length, 0);
  });

  for (const [id, note] of [
    ['Latin-1', 'caf\u00e9'],
    ['UTF-8', Buffer.from('café').toString('latin1')],
  ])
    test(`headers-not-ascii: a document with a field in ${id}, after a redirect in it`, async () => {
      lab.host(name, async (sent) => {
        const { pathname } = new URL(sent.url);
        if (pathname === METADATA) return text(302, '', { location: `/${note}/metadata` });
        const metadata = await server.answer({ ...sent, url: `${HOST}${METADATA}` });
        if (pathname.endsWith('/metadata')) return { ...metadata, headers: { ...metadata.headers, 'x-note': note } };
        return server.answer(sent);
      });
      assert.equal((await begin()).status, 303);
      const [asked] = lab.requests(name).filter(({ url }) => url.endsWith('/metadata'));
      // The platform reads fields as UTF-8, and what is none as replacement characters.
      const bytes = id === 'UTF-8' ? '%C3%A9' : '%EF%BF%BD';
      assert.equal(new URL(asked.url).pathname, `/caf${bytes}/metadata`);
    });

  test('retry-after at the metadata: not asked before its time', async () => {
    at('busy.example', () => text(503, '', { 'retry-after': '300' }));
    isTryLater(await begin('busy.example'), 300);
    const asked = lab.requests('busy.example', { path: METADATA }).length;
    isTryLater(await begin('busy.example'), 300);
    isTryLater(await new Agent(app, lab).json('POST', '/login', { body: { url: 'busy.example' } }), 300);
    assert.equal(lab.requests('busy.example', { path: METADATA }).length, asked);
  });

  const OPENID = '/.well-known/openid-configuration';
  /** The metadata of the test's server, wherever a host has it. */
  const document = (sent) => server.answer({ ...sent, url: `${HOST}${METADATA}` });
  const shell = () => text(200, '<!doctype html><div id="root"></div>', { 'content-type': 'text/html' });
  const silent = () => {
    throw new Error('no answer');
  };
  for (const [id, first] of [
    ['silent-first', silent],
    ['shell-first', shell],
    ['empty-object-first', () => json({})],
    ['500-first', () => page(500)],
    ['401-first', () => page(401)],
    ['challenge-page-first', () => text(403, 'Just a moment...', { 'cf-mitigated': 'challenge' })],
  ])
    test(`${id}: the next document is asked for, and a login begins`, async () => {
      lab.host(name, (sent) => {
        if (sent.url === `${HOST}${METADATA}`) return first();
        return sent.url === `${HOST}${OPENID}` ? document(sent) : server.answer(sent);
      });
      assert.equal((await begin()).status, 303);
      assert.equal(lab.requests(name, { path: METADATA }).length, 1);
    });

  for (const [id, first, type] of [
    ['silent-then-404', silent, 'unreachable'],
    ['silent-host', undefined, 'unreachable'],
    ['empty-object', () => json({}), 'unusable'],
    ['challenge-page', () => text(403, '<title>Just a moment...</title>', { 'content-type': 'text/html' }), 'closed'],
    ['shell-everywhere', shell, 'no-metadata'],
    [
      'redirect-to-the-docs',
      ({ url }) => (url === `${HOST}/docs` ? shell() : text(302, '', { location: '/docs' })),
      'no-metadata',
    ],
  ])
    test(`${id}: ${type}, and no endpoint is guessed`, async () => {
      lab.host(name, (sent) => {
        if (!first) return silent();
        return sent.url === `${HOST}${METADATA}` || id !== 'silent-then-404' ? first(sent) : nothing();
      });
      assert.equal((await begin()).json.type, type);
      assert.deepEqual(posted(), type === 'no-metadata' ? [`${HOST}/`] : []);
      assert.equal((await agent.json('GET', `/probe?url=${name}`)).json.login, null);
    });

  test('path-401: the document of the origin, where the one of the path is refused', async () => {
    lab.host(name, (sent) => (sent.url.endsWith(`${METADATA}/mcp`) ? page(401) : server.answer(sent)));
    assert.equal((await begin(`${name}/mcp`)).status, 303);
  });

  test('slash-redirect: a document whose address gets a slash is followed within the origin', async () => {
    lab.host(name, (sent) => {
      const { pathname } = new URL(sent.url);
      if (pathname === METADATA) return text(301, '', { location: `${METADATA}/` });
      return pathname === `${METADATA}/` ? document(sent) : server.answer(sent);
    });
    assert.equal((await begin()).status, 303);
  });
});
