// The reliability figures in their short form: the measurements and targets of `make soak` with fewer repetitions.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { judgeRefresh, replays } from '../soak/kill.mjs';
import { leaks, short } from '../soak/measures.mjs';
import { twice } from '../soak/refresh.mjs';
import { World, searched } from '../soak/world.mjs';
import { everyHost } from '../soak/hosts.mjs';
import { SHAPES } from '../soak/shapes.mjs';

describe('a figure at its target', { concurrency: 3 }, () => {
  for (const [id, measure] of Object.entries(short)) {
    test(id, async () => {
      // A time says more about the machine than about the Worker.
      [await measure()]
        .flat()
        .filter(({ isTime }) => !isTime)
        .forEach(hold);
    });
  }
});

const hold = (figure) =>
  assert.equal(figure.held, true, `${figure.property}: ${figure.measured}; wanted: ${figure.target}`);

test('hosts of every shape: who can log in does, and the others are told why', async () => {
  const found = await everyHost(SHAPES.length);
  assert.deepEqual(found.unexpected, []);
  assert.equal(found.shapes, SHAPES.length);
  assert.equal(found.worked, SHAPES.filter(({ expected }) => expected === 'works').length);
});

test('Q15 in all of that, no secret where none belongs', () => hold(leaks()));

describe('the measures can tell', () => {
  test('Q1, Q3 a refresh token that is used twice', async () => {
    assert.deepEqual(await twice(), { statuses: [200, 400], reused: 1 });
  });

  test('Q4 what was sent without a note, what a caller got and nobody kept, and a token presented too often', () => {
    const faultsOf = (scene) => {
      const faults = [];
      judgeRefresh({ faults, stored: { intent: 0, generation: 0 }, ...scene });
      return faults;
    };
    assert.deepEqual(faultsOf({ reached: true }), ['sent without intent']);
    assert.deepEqual(faultsOf({ reached: true, stored: { intent: 1, generation: 0 } }), []);
    assert.deepEqual(faultsOf({ reached: false, wasAcknowledged: true }), ['acknowledged but lost']);
    const faults = [];
    for (const times of [2, 3]) replays({ faults, server: { presented: new Map([['token', times]]) } });
    assert.deepEqual(faults, ['a refresh token was presented 3 times']);
  });

  test('Q9 a token in the hands of another person, and one that is none', async () => {
    const world = await World.open();
    const server = world.server('as.example');
    const agent = world.person('ann');
    await world.logIn(agent, 'as.example');
    await world.use(agent, 'https://as.example/api/bob');
    server.expire();
    await server.answer({ method: 'GET', url: 'https://as.example/api/ann', headers: {} });
    await world.close();
    assert.deepEqual(server.calls, { right: 0, crossed: 1, refused: 1 });
  });

  test('Q15 a secret in an answer', async () => {
    const world = await World.open();
    world.lab.host(
      'as.example',
      ((server) => (request) =>
        new URL(request.url).pathname === '/api'
          ? { status: 200, headers: {}, body: request.headers.authorization }
          : server.answer(request))(world.server('as.example')),
    );
    const agent = world.person();
    await world.logIn(agent, 'as.example');
    const before = searched.leaks.length;
    await world.use(agent, 'https://as.example/api');
    await world.close();
    const found = searched.leaks.splice(before);
    assert.equal(found.length, 1);
    assert.match(found[0], /^canary-access-as\.example-\d+ in the answer to \/use$/);
  });
});
