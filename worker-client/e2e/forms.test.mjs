// The forms that the Worker reads: whole up to 16 KiB, and no further, whatever brings them.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { App, hostOf } from './app.mjs';
import { Lab } from './lab.mjs';
import { Server } from './server.mjs';

const LONGEST = 16 << 10;

describe('a form', () => {
  let lab, app;
  const post = (body, headers = {}) =>
    app.fetch({
      method: 'POST',
      url: 'https://app.example/login',
      headers: {
        accept: 'application/json',
        'content-type': 'application/x-www-form-urlencoded',
        'sec-fetch-site': 'same-origin',
        ...headers,
      },
      body,
    });
  /** A form of that length, whose last field is the one that counts. */
  const form = (length) => `${'x'.repeat(length - 15)}&url=as.example`;

  before(async () => {
    lab = new Lab();
    lab.host('as.example', new Server().answer);
    app = await App.start({ modules: await hostOf('forms-host.mjs'), lab });
  });

  after(async () => {
    await app.stop();
    await lab.stop();
  });

  for (const [from, headers] of [
    ['the network', {}],
    ['a stream of chunks', { 'x-stream': 'chunks' }],
    ['a stream of bytes', { 'x-stream': 'bytes' }],
  ])
    for (const length of [15, 1500, LONGEST, LONGEST + 1, 4 * LONGEST]) {
      // A connection is closed over what is not read.
      if (from === 'the network' && length > LONGEST + 1) continue;
      test(`of ${length} bytes, from ${from}, is ${length > LONGEST ? 'refused' : 'read'}`, async () => {
        const { status, body, headers: answered } = await post(form(length), headers);
        if (length > LONGEST) {
          assert.equal(status, 400, body);
          assert.equal(JSON.parse(body).type, 'unreadable-request');
          assert.match(body, /too long/);
        } else {
          assert.equal(status, 303, body);
          assert.match(answered[answered.indexOf('location') + 1], /^https:\/\/as\.example\/authorize\?/);
        }
        if (!headers['x-stream']) return;
        const { body: pulled } = await app.fetch({ method: 'GET', url: 'https://app.example/pulled' });
        assert.ok(Number(pulled) >= Math.min(length, LONGEST + 1), pulled);
        assert.ok(Number(pulled) < LONGEST + 3000, pulled);
      });
    }

  test('that is missing names no host', async () => {
    const { status, body } = await post(undefined);
    assert.equal(status, 400, body);
    assert.equal(JSON.parse(body).type, 'invalid-host');
  });
});
