// Q9, Q16 and Q18: many people at many hosts, a key rotation during their logins, and abandoned logins.
import { randomBytes } from 'node:crypto';
import { sqlEach } from '../e2e/app.mjs';
import { wait } from './teeth.mjs';
import { API, World, crowd } from './world.mjs';

/** Q9: everybody calls everything in random order, logs in and disconnects; the hosts know whose token each is. */
export async function isolation({ people, hosts, calls, atOnce = 32 }) {
  const world = await World.open();
  const servers = Array.from({ length: hosts }, (_, i) =>
    world.server(`as-${i}.example`, { lifetime: 3600, firstLifetime: 60 }),
  );
  const agents = Array.from({ length: people }, (_, i) => ({ agent: world.person(`person-${i}`), busy: false }));
  const tally = { logins: 0, disconnected: 0 };
  const unexpected = new Map();
  const strange = ({ status, json, problem }) => {
    const kind = (json ?? problem)?.type ?? status;
    unexpected.set(kind, (unexpected.get(kind) ?? 0) + 1);
  };
  const random = seeded(1);
  const oneCall = async () => {
    let entry;
    do entry = agents[Math.floor(random() * people)];
    while (entry.busy);
    entry.busy = true;
    const { agent } = entry;
    const name = `as-${Math.floor(random() * hosts)}.example`;
    const answer = await world.use(agent, API(name, agent.person));
    if (['no-connection', 'no-session'].includes(answer.json?.type)) {
      tally.logins += 1;
      const login = await world.logIn(agent, name);
      if (login.status !== 303) strange(login);
      const used = await world.use(agent, API(name, agent.person));
      if (used.json?.person !== agent.person) strange(used);
    } else if (answer.json?.person !== agent.person) {
      strange(answer);
    } else if (random() < 0.05) {
      tally.disconnected += 1;
      const mine = (await world.connections(agent)).find(({ host }) => host === name);
      const ended = await agent.json('DELETE', `/connections/${mine?.id}`);
      if (ended.status !== 200) strange(ended);
    }
    entry.busy = false;
  };
  await crowd(calls, Math.min(atOnce, people), oneCall);
  await world.close();
  const sum = (key) => servers.reduce((total, server) => total + server.calls[key], 0);
  return {
    id: 'Q9',
    property:
      `${people} people, ${hosts} hosts, ${calls} random calls with ${tally.logins} logins and ` +
      `${tally.disconnected} disconnects between them`,
    target: "another person's or host's token 0, refused 0, unexpected answers 0",
    measured:
      `another's token ${sum('crossed')}, refused ${sum('refused')}, unexpected ` +
      `${[...unexpected].map(([kind, count]) => `${count} ${kind}`).join(', ') || 0}; right ${sum('right')}`,
    held:
      sum('crossed') + sum('refused') + unexpected.size === 0 &&
      sum('right') >= calls - tally.logins &&
      tally.logins > 0,
  };
}

/** Numbers in [0, 1) that are the same in each run (a linear congruential generator). */
export function seeded(seed) {
  let state = seed;
  return () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
}

/** Q16: another key becomes active while everybody goes on calling. */
export async function keys({ rows, each = 20 }) {
  const world = await World.open();
  const server = world.server('as.example');
  const agents = Array.from({ length: Math.ceil(rows / each) }, () => world.person());
  await crowd(agents.length, 32, async (number) => {
    for (let i = 0; i < each; i += 1) {
      const { status } = await world.logIn(agents[number], 'as.example', { label: `label-${i}` });
      if (status !== 303) throw new Error(`login ${i} of person ${number}: ${status}`);
    }
  });
  const { keys: old } = JSON.parse(world.app.keys);
  const added = { k2: randomBytes(32).toString('base64') };
  await world.app.restart({ bindings: { MASTER_KEYS: JSON.stringify({ active: 'k2', keys: { ...old, ...added } }) } });
  const load = () => Promise.all(agents.map((agent) => world.use(agent, API('as.example'))));
  const answers = [];
  const sealedByOld = async () => {
    let count = 0;
    await world.app.whileStopped(({ account }) => {
      count = sqlEach(account, '', "SELECT count(*) FROM connection WHERE sealed NOT LIKE 'v2.k2.%'").reduce(
        (total, one) => total + Number(one),
        0,
      );
    });
    return count;
  };
  for (let round = 0; round < 5; round += 1) {
    answers.push(...(await load()));
    answers.push(
      ...(await Promise.all(
        agents.slice(0, 10).map(async (agent) => ({
          status: (await world.logIn(agent, 'as.example', { label: `new-${round}` })).status === 303 ? 200 : 500,
        })),
      )),
    );
    await wait(300);
  }
  const left = await sealedByOld();
  await world.app.restart({ bindings: { MASTER_KEYS: JSON.stringify({ active: 'k2', keys: added }) } });
  answers.push(...(await load()));
  const lost = (
    await Promise.all(
      agents.map(async (agent) => (await world.connections(agent)).filter(({ needs_login }) => !needs_login).length),
    )
  ).filter((count) => count < each).length;
  const failed = answers.filter(({ status }) => status !== 200).length;
  const unsealable = (world.app.log.match(/"event":"unsealable"/g) ?? []).length;
  await world.close();
  return {
    id: 'Q16',
    property:
      `another key for ${agents.length * each} rows of ${agents.length} accounts, under ${answers.length} ` +
      'calls and logins; then the old key is taken away',
    target: 'failed calls 0, unsealable 0, rows under the old key 0, sessions lost 0',
    measured:
      `failed calls ${failed}, unsealable ${unsealable}, rows under the old key ${left}, sessions lost ` +
      `${lost}; refreshes ${server.refreshes.length}`,
    held: failed + unsealable + left + lost === 0,
  };
}

/** Q18: logins that begin and never end, each in a browser that is never seen again. */
export async function abandoned({ flows, atOnce = 32 }) {
  const world = await World.open();
  world.server('as.example');
  const stays = world.person();
  await world.logIn(stays, 'as.example');
  await world.connections(stays);
  const bytes = async () => (await world.sizes()).accounts.reduce((sum, size) => sum + size, 0);
  const before = await bytes();
  let begun = 0;
  await crowd(flows, atOnce, async () => {
    const { status } = await world.leave(world.person(), 'as.example');
    if (status === 303) begun += 1;
  });
  const waiting = await world.app.rows('account', 'pending');
  const peak = await bytes();
  await world.elapse(900);
  const [pending, sessions] = await settled(world);
  const after = await bytes();
  await world.close();
  return {
    id: 'Q18',
    property: `${flows} people begin a login and never complete it, and a quarter of an hour later`,
    target: 'all begun; then 0 rows waiting, and one account with sessions: who did log in',
    measured:
      `begun ${begun}, rows waiting ${waiting} → ${pending}, sessions ${sessions}; files ${kib(before)} → ` +
      `${kib(peak)} → ${kib(after)}`,
    held: begun === flows && waiting === begun && pending === 0 && sessions === 1,
  };
}

/**
 * Rows waiting and sessions, once the alarms are through: an account drops what expired, and only then asks whether it
 * is over.
 */
async function settled(world) {
  for (let left = 600; ; left -= 1) {
    const rows = [await world.app.rows('account', 'pending'), await world.app.rows('account', 'session')];
    if (left === 0 || (rows[0] === 0 && rows[1] <= 1)) return rows;
    await wait(1000);
  }
}

const kib = (bytes) => `${Math.round(bytes / 1024)} KiB`;
