// Q4: workerd is killed at points spread evenly over each step, and restarted on the same files.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { sqlEach } from '../e2e/app.mjs';
import { wait } from './teeth.mjs';
import { API, World } from './world.mjs';

/** How long the server takes for the step, in milliseconds: the step is killed before, during and after that. */
const LATENCY = 120;

/** Each step: what leads up to it, the step, and what is known of it afterwards. */
const STEPS = {
  registration: {
    settings: { registrationLatency: LATENCY },
    prepare: () => ({}),
    run: ({ world, agent, host }) => world.leave(agent, host),
    isAcknowledged: (done) => done.status === 303,
    reached: ({ server }) => server.registered > 0,
    judge: judgeRegistration,
  },
  'flow start': {
    prepare: ({ world, host }) => world.logIn(world.person(), host),
    run: ({ world, agent, host }) => world.leave(agent, host),
    isAcknowledged: (done) => done.status === 303,
    reached: () => true,
    judge: judgeStart,
  },
  'code exchange': {
    settings: { latency: LATENCY },
    prepare: ({ world, agent, host }) => world.leave(agent, host),
    run: ({ agent, prepared }) => agent.json('GET', prepared.callback),
    isAcknowledged: (done) => done.status === 303,
    reached: ({ server, prepared }) => server.codes.has(new URL(prepared.callback).searchParams.get('code')),
    judge: judgeExchange,
  },
  'refresh, strict server': refresh(false),
  'refresh, server with grace': refresh(true),
};

function refresh(grace) {
  return {
    settings: { latency: LATENCY, grace, firstLifetime: 0 },
    prepare: async ({ world, agent, host, server }) => {
      await world.logIn(agent, host);
      server.presented.clear();
    },
    run: ({ world, agent, host }) => world.use(agent, API(host)),
    isAcknowledged: (done) => done.status === 200,
    reached: ({ server }) => server.presented.size > 0,
    judge: grace ? judgeGrace : judgeStrict,
  };
}

export const STEP_NAMES = Object.keys(STEPS);

/**
 * Kills at `points` points of every step: each kill meets all steps at once, each in an account and at a server of its
 * own and each that far into its own length. `done` holds the points that an earlier run did; `tell` is given the
 * results of a point as they come: `{ step, point, points, after, class, faults }`, where `faults` names what must
 * never happen.
 */
export async function sweep(points, done, tell) {
  const world = await World.open();
  try {
    const keeper = world.person();
    world.server('home.example');
    await world.logIn(keeper, 'home.example');
    const lengths = await durations(world);
    for (const point of spread(points)) {
      if (!done.has(point))
        await tell(
          await kill(
            world,
            keeper,
            lengths.map((length) => ((point + 0.5) * length) / points),
            point,
            points,
          ),
        );
    }
  } finally {
    await world.close();
  }
}

/** Every point once, in an order in which those of a sweep that ends early are spread evenly as well. */
function spread(points) {
  const place = (i) => (i * 0.618_034) % 1;
  return Array.from({ length: points }, (_, i) => i)
    .sort((a, b) => place(a) - place(b))
    .map((_, i, order) => order.indexOf(i));
}

async function kill(world, keeper, afters, point, points) {
  const scenes = await setUp(world, `point-${point}`);
  const longest = Math.max(...afters);
  const acknowledged = scenes.map(() => false);
  const running = scenes.map(async (scene, i) => {
    await wait(longest - afters[i]);
    const done = await scene.step.run(scene).catch(() => ({}));
    acknowledged[i] = scene.step.isAcknowledged(done) && done;
  });
  await wait(longest);
  const before = [...acknowledged];
  let stored;
  await world.app.crash(() => {
    stored = rows(scenes.map(({ file }) => file));
    // A client that was cut off comes back in two minutes, not at once.
    sqlEach(
      scenes.map(({ file }) => file),
      'UPDATE session SET expires = expires - 120',
    );
  });
  await Promise.all(running);
  const kept = await world.use(keeper, API('home.example'));
  return Promise.all(
    scenes.map(async (scene, i) => {
      const faults = kept.status === 200 ? [] : ['user session lost'];
      const found = {
        ...scene,
        wasAcknowledged: before[i],
        stored: stored[i],
        reached: scene.step.reached(scene),
        faults,
      };
      const outcome = await scene.step.judge(found);
      return { step: scene.name, point, points, after: Math.round(afters[i]), class: outcome, faults };
    }),
  );
}

/** For each step an account that has a connection, so that losing its session would be a loss; and its file. */
async function setUp(world, mark) {
  const scenes = [];
  for (const [name, step] of Object.entries(STEPS)) {
    const before = new Set(files(world));
    const agent = world.person();
    await world.logIn(agent, 'home.example');
    const file = files(world).find((found) => !before.has(found));
    const host = `${name.replace(/\W+/g, '-')}-${mark}.example`;
    const server = world.server(host, step.settings);
    scenes.push({ name, step, world, agent, file, host, server });
  }
  return Promise.all(scenes.map(async (scene) => ({ ...scene, prepared: await scene.step.prepare(scene) })));
}

/** How long each step takes when nobody kills anything, and a little more: the last points come after its end. */
async function durations(world) {
  const trials = [];
  for (let i = 0; i < 3; i += 1) {
    const scenes = await setUp(world, `trial-${i}`);
    trials.push(
      await Promise.all(
        scenes.map(async (scene) => {
          const begun = performance.now();
          await scene.step.run(scene);
          return performance.now() - begun;
        }),
      ),
    );
  }
  const [, ...warm] = trials;
  return warm[0].map((_, i) => Math.max(...warm.map((trial) => trial[i])) * 1.15);
}

/** The registration must not be lost once a login began with it, and a login must be possible in any case. */
async function judgeRegistration({ world, agent, server, host, wasAcknowledged, reached, faults }) {
  const before = server.registered;
  if (wasAcknowledged && (await agent.json('GET', wasAcknowledged.callback)).status !== 303)
    faults.push('acknowledged but lost');
  if ((await world.logIn(agent, host)).status !== 303) faults.push('no login after the restart');
  if (server.registered > before && wasAcknowledged) faults.push('registered again though one was stored');
  if (server.registered > before + 1) faults.push('registered more than once more');
  if (!reached) return 'not sent';
  if (server.registered > before) return 'answer lost: one client more at the server';
  return wasAcknowledged ? 'acknowledged' : 'stored';
}

/** A login that the browser was sent away with must complete; one that it was not can be begun again. */
async function judgeStart({ world, agent, server, host, wasAcknowledged, stored, faults }) {
  const registered = server.registered;
  if (wasAcknowledged && (await agent.json('GET', wasAcknowledged.callback)).status !== 303)
    faults.push('acknowledged but lost');
  if ((await world.logIn(agent, host)).status !== 303) faults.push('no login after the restart');
  if (server.registered > registered) faults.push('registered again');
  return wasAcknowledged ? 'acknowledged' : stored.pending > 0 ? 'stored' : 'not stored';
}

/** A code is sent once, whatever the browser repeats; who was told that they are connected is connected. */
async function judgeExchange({ world, agent, server, host, prepared, wasAcknowledged, stored, reached, faults }) {
  const code = new URL(prepared.callback).searchParams.get('code');
  if (reached && stored.pending > 0) faults.push('sent while still waiting to be sent');
  const connected = (await world.connections(agent)).some(({ issuer }) => issuer === server.host);
  if (wasAcknowledged && !connected) faults.push('acknowledged but lost');
  if (!(await world.connections(agent)).length) faults.push('user session lost');
  const again = await agent.json('GET', prepared.callback);
  if ((server.codes.get(code) ?? 0) > 1) faults.push('code replayed');
  if (again.status >= 500) faults.push(`callback repeated: ${again.status}`);
  if ((await world.logIn(agent, host)).status !== 303) faults.push('no login after the restart');
  if ((await world.use(agent, API(host))).status !== 200) faults.push('no use after the restart');
  if (wasAcknowledged) return 'acknowledged';
  return connected ? 'stored' : reached ? 'answer lost: the person begins again' : 'not sent';
}

async function judgeStrict(scene) {
  const { world, agent, host, faults } = scene;
  const outcome = judgeRefresh(scene);
  const states = [];
  for (let call = 0; call < 5; call += 1) states.push(await world.use(agent, API(host)));
  const statuses = states.map(({ status, json }) => json?.type ?? status);
  const expected = outcome === 'answer lost' ? 'login-again' : 200;
  if (statuses.some((status) => status !== expected)) faults.push(`after the restart: ${statuses}`);
  replays(scene);
  if (expected === 'login-again' && (await world.logIn(agent, host)).status !== 303)
    faults.push('no login after the restart');
  return outcome;
}

async function judgeGrace(scene) {
  const { world, agent, host, faults } = scene;
  const outcome = judgeRefresh(scene);
  for (let call = 0; call < 3; call += 1) {
    const { status } = await world.use(agent, API(host));
    if (status !== 200) faults.push(`after the restart: ${status}`);
  }
  replays(scene);
  return outcome;
}

/** What the crash left: nothing is sent without a note of it, and what a caller got is stored. */
export function judgeRefresh({ stored, reached, wasAcknowledged, faults }) {
  const isStored = stored.generation > 0;
  if (wasAcknowledged && !isStored) faults.push('acknowledged but lost');
  if (reached && !isStored && stored.intent === 0) faults.push('sent without intent');
  if (isStored) return wasAcknowledged ? 'acknowledged' : 'stored';
  return reached ? 'answer lost' : 'not sent';
}

export function replays({ server, faults }) {
  for (const times of server.presented.values()) {
    if (times > 2) faults.push(`a refresh token was presented ${times} times`);
  }
}

const files = (world) =>
  readdirSync(world.app.storage, { recursive: true })
    .filter((name) => /Account\/[0-9a-f]+\.sqlite$/.test(name))
    .map((name) => join(world.app.storage, name));

/** What the files hold, all of them in one look. An account's first connection is the one at home. */
function rows(files) {
  const later = 'SELECT rowid FROM connection ORDER BY rowid LIMIT -1 OFFSET 1';
  const found = sqlEach(
    files,
    '',
    `SELECT (SELECT count(*) FROM pending) || ' ' || coalesce(max(intent), 0) || ' ' || coalesce(max(generation), 0)
    FROM connection WHERE rowid IN (${later})`,
  );
  return found.map((text) => {
    const [pending, intent, generation] = text.split(' ').map(Number);
    return { pending, intent, generation };
  });
}
