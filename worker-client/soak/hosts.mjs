// One deployment, hosts of every shape: `node soak/hosts.mjs [5000]`. Prints the number of hosts that people could log
// in to and use, the reasons of the failures, and the cost; keeps the figures for SCALE.md.
import { mkdir, writeFile } from 'node:fs/promises';
import { sql } from '../e2e/app.mjs';
import { Internet } from './shaped.mjs';
import { SHAPES } from './shapes.mjs';
import { wait } from './teeth.mjs';
import { API, World, crowd, searched } from './world.mjs';

/** How many hosts one person logs in to. */
const EACH = 20;

/** Logs in to so many hosts, `atOnce` people at a time. */
export async function everyHost(count, { atOnce = 4, tell = () => {} } = {}) {
  const internet = new Internet();
  const world = await World.open({ lab: internet, program: 'watched-host.mjs', directory: '../soak' });
  const costs = await costsOf(world);
  const outcomes = [];
  await crowd(Math.ceil(count / EACH), atOnce, async (i) => {
    const agent = world.person();
    for (let number = i * EACH; number < Math.min(count, (i + 1) * EACH); number += 1) {
      outcomes[number] = await outcomeOf(world, agent, number);
      tell(number);
    }
  });
  const { accounts, registrars } = await world.sizes();
  costs.bytesPerHolder = await bytesPerHolder(world);
  await world.close();
  return summary(count, outcomes, internet.requests, { accounts, registrars, costs });
}

/**
 * What a login at an issuer that is registered, and a call with a token that is valid, ask of the objects; and what the
 * first login of an account writes beyond that.
 */
async function costsOf(world) {
  const names = ['measured.example', 'second.example'];
  const [server] = names.map((name) => world.server(name));
  const [name, second] = names;
  const agent = world.person();
  for (const known of names) await world.logIn(world.person(), known);
  const during = async (work) => {
    const counts = async () => (await agent.json('GET', '/counts')).json;
    // Work that is deferred to an alarm belongs to it.
    await wait(2000);
    const before = await counts();
    await work();
    await wait(2000);
    const after = await counts();
    return Object.fromEntries(Object.keys(after).map((key) => [key, after[key] - before[key]]));
  };
  const first = await during(() => world.logIn(agent, name));
  const login = await during(() => world.logIn(agent, second));
  await world.use(agent, API(name));
  const call = await during(() => world.use(agent, API(name)));
  if (server.calls.right !== 2) throw new Error('the calls that were measured did not arrive');
  return {
    objectRequestsPerLogin: login.account + login.registrar,
    issuerRequestsPerLogin: login.registrar,
    rowsPerAccount: first.rowsWritten - login.rowsWritten,
    rowsPerLogin: login.rowsWritten,
    objectRequestsPerCall: call.account + call.registrar,
    rowsPerCall: call.rowsWritten,
  };
}

/** What one more account adds to an issuer's object: mean of many rows like the one that is there. */
async function bytesPerHolder(world) {
  const MANY = 20_000;
  const size = 'SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()';
  let added;
  await world.app.whileStopped(({ registrar }) => {
    const file = registrar.find((name) => sql(name, '', 'SELECT count(*) FROM holder') > 0);
    const before = sql(file, '', size);
    sql(
      file,
      `INSERT INTO holder WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${MANY})
      SELECT client_id, substr(hex(randomblob(64)), 1, length(account)), since
      FROM n, (SELECT client_id, account, since FROM holder LIMIT 1);`,
    );
    added = sql(file, '', size) - before;
  });
  return added / MANY;
}

/** Logs in and uses; a host that asks for patience is tried once more. */
async function outcomeOf(world, agent, number) {
  const { shape, address } = Internet.at(number);
  const typed = shape.typed?.(address) ?? new URL(address).host;
  let { status, problem } = await world.logIn(agent, typed);
  if (status !== 303 && shape.limited) {
    await wait(1000);
    ({ status, problem } = await world.logIn(agent, typed));
  }
  if (status !== 303) return problem?.type ?? String(status);
  const used = await world.use(agent, `${shape.typed?.(address) ?? address}/api`);
  return used.json?.number === number ? 'works' : `not used: ${used.json?.type ?? used.status}`;
}

function summary(count, outcomes, requests, { accounts, registrars, costs }) {
  const reasons = new Map();
  const unexpected = [];
  outcomes.forEach((outcome, number) => {
    const { shape } = Internet.at(number);
    if (outcome !== 'works') reasons.set(outcome, (reasons.get(outcome) ?? 0) + 1);
    if (outcome !== shape.expected) unexpected.push(`${shape.name}: ${outcome}, not ${shape.expected}`);
  });
  const worked = outcomes
    .map((outcome, number) => ({ outcome, number }))
    .filter(({ outcome }) => outcome === 'works')
    .map(({ number }) => number);
  const total = (list) => list.reduce((sum, one) => sum + one, 0);
  const mean = (list) => (list.length ? total(list) / list.length : 0);
  return {
    hosts: count,
    shapes: new Set(outcomes.map((_, number) => Internet.at(number).shape)).size,
    worked: worked.length,
    reasons: Object.fromEntries(reasons),
    unexpected: [...new Set(unexpected)],
    // The last of them is the call that used the token.
    requestsPerLogin: mean(worked.map((number) => requests[number])) - 1,
    accounts: accounts.length,
    bytesPerAccount: mean(accounts),
    connectionsPerAccount: worked.length / accounts.length,
    registrars: registrars.length,
    bytesPerRegistrar: mean(registrars),
    ...costs,
    leaks: searched.leaks.length,
  };
}

if (process.argv[1]?.endsWith('hosts.mjs')) {
  const count = Number(process.argv[2] ?? 5000);
  const begun = performance.now();
  const found = await everyHost(count, {
    tell: (number) => {
      if (number % 500 === 499) console.error(`${number + 1} of ${count}`);
    },
  });
  console.log(
    `${found.worked} of ${count} hosts of ${found.shapes} shapes (${SHAPES.length} known) work, in ` +
      `${Math.round((performance.now() - begun) / 1000)} s.`,
  );
  for (const [reason, times] of Object.entries(found.reasons)) console.log(`  ${times}: ${reason}`);
  for (const text of found.unexpected) console.log(`  unexpected: ${text}`);
  console.log(`Requests of a first login, page and icon included: ${found.requestsPerLogin.toFixed(2)}.`);
  console.log(
    `A login at a registered issuer: ${found.objectRequestsPerLogin} requests to objects, ` +
      `${found.issuerRequestsPerLogin} of them to the issuer's, ${found.rowsPerLogin} rows written, ` +
      `${found.rowsPerAccount} more for a new account. A call: ${found.objectRequestsPerCall} and ` +
      `${found.rowsPerCall}.`,
  );
  console.log(
    `Storage: ${Math.round(found.bytesPerAccount)} bytes an account of ` +
      `${found.connectionsPerAccount.toFixed(1)} connections, ${Math.round(found.bytesPerRegistrar)} bytes an ` +
      `issuer and ${Math.round(found.bytesPerHolder)} for each account there.`,
  );
  await mkdir(new URL('.results/', import.meta.url), { recursive: true });
  await writeFile(new URL('.results/hosts.json', import.meta.url), JSON.stringify(found, null, 2));
  process.exitCode = found.unexpected.length || found.leaks ? 1 : 0;
}
