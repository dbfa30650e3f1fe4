// Sections T, C and S: two things at once. One is held at the answer of its server until the other has acted, for every
// pair; afterwards everything is ended, and no server accepts a token that the app received.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { hostOf } from '../app.mjs';
import { eventually } from '../waiting.mjs';
import { place, World } from './world.mjs';

const PARTIES = ['refresh', 'disconnect', 'login', 'callback', 'rotation', 'alarm', 'eviction'];

let world, scene;

before(async () => {
  world = await World.start({ modules: await hostOf('hostile/evicting-host.mjs') });
});
after(() => world.stop());

/** A person with a connection whose access token is over, and another one elsewhere. */
async function begin() {
  const [main, other, browser] = [world.server(), world.server(), world.browser()];
  main.lifetime = 0;
  await world.logIn(main, browser);
  main.lifetime = 3600;
  await world.logIn(other, browser);
  await drained();
  scene = { main, other, browser, receipts: [], isCut: false };
}

const drained = () => eventually(async () => (await world.app.rows('account', 'outbox')) === 0, 'the tasks are done');
const idAt = async ({ issuer }) =>
  (await world.connections(scene.browser)).find((connection) => connection.issuer === issuer)?.id;
const end = async (server) => {
  const id = await idAt(server);
  if (!id) return;
  const { status, json } = await scene.browser.json('DELETE', `/connections/${id}`);
  assert.equal(status, 200);
  scene.receipts.push(json);
};
/** Puts another connection in the place of the one elsewhere: the alarm revokes what that one held. */
const replaceOther = () => world.logIn(scene.other, scene.browser);
const alarmIsDone = () => eventually(() => scene.other.revocations.length >= 2, 'the alarm is done');

/** A key of its own for each change of keys; the earlier ones open. */
async function changeKeys() {
  const { keys } = JSON.parse(world.keys ?? world.app.keys);
  const name = `k${Object.keys(keys).length + 1}`;
  world.keys = JSON.stringify({ active: name, keys: { ...keys, [name]: randomBytes(32).toString('base64') } });
  scene.isCut = true;
  await world.app.restart({ bindings: { MASTER_KEYS: world.keys } });
}

/** Each party up to the answer that is held: what to do next is how it goes on. */
const HELD = {
  async refresh({ main, browser }) {
    const hold = main.hold('refresh');
    const using = world.use(browser, `${main.issuer}/api`).catch(() => undefined);
    await hold.arrived;
    return async () => {
      hold.release();
      assert.ok(scene.isCut || [200, 404].includes((await using).status), 'used, or gone');
    };
  },
  async disconnect({ main }) {
    const hold = main.hold('revoke');
    const ending = end(main).catch((error) => {
      if (!scene.isCut) throw error;
    });
    await hold.arrived;
    return () => {
      hold.release();
      return ending;
    };
  },
  async login({ main, browser }) {
    const callback = await world.upToCallback(main, browser);
    return async () => assert.ok([200, 400].includes((await browser.visit(callback)).status));
  },
  async callback({ main, browser }) {
    const callback = await world.upToCallback(main, browser);
    const hold = main.hold('exchange');
    const visiting = browser.visit(callback).catch(() => undefined);
    await hold.arrived;
    return async () => {
      hold.release();
      assert.ok(scene.isCut || place((await visiting).url) === 'https://app.example/', 'connected');
    };
  },
  async rotation({ main, browser }) {
    await changeKeys();
    return async () => {
      await world.use(browser, `${main.issuer}/api`).catch(() => undefined);
    };
  },
  async alarm({ other }) {
    const hold = other.hold('revoke');
    await replaceOther();
    await hold.arrived;
    return async () => {
      hold.release();
      if (!scene.isCut) await alarmIsDone();
    };
  },
};

/** Each party from its beginning to its end. */
const ACTS = {
  refresh: async ({ main, browser }) => {
    const { status } = await world.use(browser, `${main.issuer}/api`);
    assert.ok([200, 404].includes(status), `${status}`);
  },
  disconnect: ({ main }) => end(main),
  login: ({ main, browser }) => world.logIn(main, browser),
  callback: async ({ main, browser, callback }) => {
    // Begun before the other one was held.
    assert.equal(place((await browser.visit(callback)).url), 'https://app.example/');
    assert.ok(main.exchanges.length > 1);
  },
  rotation: () => changeKeys(),
  alarm: async () => {
    await replaceOther();
    await alarmIsDone();
  },
  eviction: async ({ browser }) => {
    scene.isCut = true;
    await browser.json('GET', '/evict');
  },
};

/** Whose answer the runtime never read, because it ended first. */
const LOSES = { refresh: 'main', callback: 'main' };

/** What the receipt says of both tokens, where a disconnect answers. */
const RECEIPT = { 'refresh disconnect': 'under_way' };

const CASES = Object.keys(HELD).flatMap((held) =>
  PARTIES.filter((party) => party !== held).map((party) => [held, party]),
);

test('T17 no pair is left out', () => {
  const pairs = PARTIES.flatMap((one, n) => PARTIES.slice(n + 1).map((other) => [one, other]));
  const tried = new Set(CASES.map((pair) => pair.toSorted().join(' ')));
  assert.deepEqual(
    pairs.filter((pair) => !tried.has(pair.toSorted().join(' '))),
    [],
  );
  assert.equal(pairs.length, 21);
});

describe('the answer comes after the other party has acted', () => {
  for (const [held, party] of CASES)
    test(`T17 T02 S08 ${held} is held, ${party} acts`, async () => {
      await begin();
      if (party === 'callback') scene.callback = await world.upToCallback(scene.main, scene.browser);
      const goOn = await HELD[held](scene);
      await ACTS[party](scene);
      await goOn();
      const expected = RECEIPT[`${held} ${party}`] ?? 'revoked';
      for (const receipt of scene.receipts)
        assert.deepEqual(receipt, { refresh_token: expected, access_token: expected });
      await world.app.elapse(120);
      await drained();
      const { status } = await world.use(scene.browser, `${scene.main.issuer}/api`);
      const mayBeLost = scene.isCut && held === 'refresh';
      assert.ok([200, 404, ...(mayBeLost ? [409] : [])].includes(status), `${status}`);
      // The end of everything: what a server still accepts now was never revoked.
      scene.receipts = [];
      await end(scene.main);
      await end(scene.other);
      for (const receipt of scene.receipts)
        assert.deepEqual(receipt, { refresh_token: 'revoked', access_token: 'revoked' });
      await drained();
      const lost = scene.isCut && LOSES[held] ? 1 : 0;
      assert.ok(scene.main.accepted().length <= lost, `${scene.main.accepted().length} pairs of tokens live on`);
      assert.equal(scene.other.accepted().length, 0);
      assert.ok(scene.main.reuses <= lost, 'a refresh token twice, where its answer was lost');
      assert.doesNotMatch(world.app.log, /"event":"(defect|panic|platform-error|unsealable)"/);
    });

  test('T15 P15 Q15 no secret where it does not belong', async () => {
    assert.deepEqual(await world.leaks(), { answers: [], urls: [], log: [], disk: [] });
  });
});
