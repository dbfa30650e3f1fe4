// Neighbours below one public suffix: each use of "the same site", at a suffix of each section of the Public Suffix List.
// Beside each attack stands its control: the same from a name of the victim's own.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { nothing } from '../lab.mjs';
import { html, redirect } from './faults.mjs';
import { Server } from './server.mjs';
import { World } from './world.mjs';

const SUFFIXES = {
  'the ICANN section': 'co.uk',
  'a wildcard of the ICANN section': 'yokohama.jp',
  'the private section': 'deno.dev',
  'a longer rule of the private section': 's3.amazonaws.com',
};

let world;
before(async () => {
  world = await World.start();
});
after(() => world?.stop());

for (const [section, suffix] of Object.entries(SUFFIXES))
  describe(`${section}: ${suffix}`, () => {
    /** Owners of one label each; a wildcard makes every label below it a suffix of its own. */
    const owner = (name) => {
      const own = world.name(name).replace('.example', '');
      return suffix === 'yokohama.jp' ? `${own}.neighbours.${suffix}` : `${own}.${suffix}`;
    };
    const hits = (host) => world.lab.requests(host).length;
    /** A host that answers every request, and counts it. */
    const counting = (host, answer = nothing) => {
      world.lab.host(host, () => answer());
      return host;
    };
    const server = (host, options) => new Server(world.lab, host, options);
    let victim, neighbour, own;
    /** The attacker is `neighbour`; `own` is a name below the victim's. */
    const places = () => {
      victim = owner('victim');
      [neighbour, own] = [owner('attacker'), `other.${victim}`];
      return [
        [neighbour, false],
        [own, true],
      ];
    };

    test('D29 the token of a neighbour needs the tick of the person', async () => {
      for (const [host, isOne] of places()) {
        const honest = server(victim);
        server(host).on.metadata = (_, usual) => ({ ...usual(), body: JSON.stringify(honest.metadata) });
        const answer = await world.login(host);
        assert.deepEqual(
          [answer.status, answer.json?.type],
          isOne ? [303, undefined] : [403, 'not-agreed'],
          `${host}: ${answer.body}`,
        );
        assert.equal(honest.registrations.length, Number(isOne));
      }
    });

    test('D02 consent at one owner and tokens at a neighbour are refused', async () => {
      for (const [host, isOne] of places()) {
        for (const endpoint of ['token_endpoint', 'authorization_endpoint']) {
          const honest = server(victim, { members: { [endpoint]: `https://${host}/endpoint` } });
          counting(host);
          const answer = await world.login(victim);
          assert.deepEqual(
            [answer.status, answer.json?.type],
            isOne ? [303, undefined] : [422, 'unusable'],
            `${endpoint} ${host}: ${answer.body}`,
          );
          assert.equal(honest.registrations.length, Number(isOne));
          await world.app.forget();
        }
      }
    });

    test('T06 T16 tokens are not revoked at a neighbour', async () => {
      for (const [host, isOne] of places()) {
        const honest = server(victim, { members: { revocation_endpoint: `https://${host}/revoke` } });
        counting(host, () => ({ status: 200, headers: {}, body: '' }));
        const browser = await world.logIn(honest);
        const [{ id }] = await world.connections(browser);
        const receipt = await browser.json('DELETE', `/connections/${id}`);
        const expected = isOne ? 'revoked' : 'not_offered';
        assert.deepEqual(receipt.json, { refresh_token: expected, access_token: expected }, host);
        assert.equal(hits(host), isOne ? 2 : 0, host);
        await world.app.forget();
      }
    });

    test('D07 a redirect of the metadata to a neighbour is not followed', async () => {
      for (const [host, isOne] of places()) {
        counting(host);
        server(victim).on.metadata = () => redirect(`https://${host}/.well-known/oauth-authorization-server`);
        const answer = await world.login(victim);
        assert.ok(answer.status >= 400, answer.body);
        assert.equal(hits(host) > 0, isOne, host);
        await world.app.forget();
      }
    });

    test('B11 a root page does not lead to a neighbour', async () => {
      for (const [host, isOne] of places()) {
        counting(host, () => html('<title>The other one</title>'));
        server(victim).on.page = () => redirect(`https://${host}/`);
        const page = await world.browser().visit(`/login?url=${victim}`);
        assert.equal(page.status, 200, page.body);
        assert.equal(page.body.includes('The other one'), isOne, host);
        assert.equal(hits(host) > 0, isOne, host);
        await world.app.forget();
      }
    });
  });
