// Q19: authorization servers and resources that change their mode of failure at random.
import { json } from '../e2e/lab.mjs';
import { Server } from '../e2e/server.mjs';
import { seeded } from './many.mjs';
import { World, crowd } from './world.mjs';

const text = (status, headers = {}, body = '') => ({ status, headers, body });
const reset = () => {
  throw new Error('reset');
};

/** What servers answer that says nothing of the grant; with the server, and the person who is asked to wait. */
const FAILURES = {
  500: () => text(500),
  '502 HTML': () => text(502, { 'content-type': 'text/html' }, '<html>Bad Gateway</html>'),
  '503 for seconds': (server, person) => text(503, { 'retry-after': String(server.pause(person)) }),
  '429 until a date': (server, person) => {
    const date = (seconds) => new Date(seconds * 1000).toUTCString();
    const now = server.now();
    return text(429, { date: date(now), 'retry-after': date(now + server.pause(person)) });
  },
  '500 invalid_grant': () => json({ error: 'invalid_grant' }, 500),
  temporarily_unavailable: () => json({ error: 'temporarily_unavailable' }, 400),
  'nested slow_down': () => json({ error: { code: 'slow_down' } }, 400),
  invalid_scope: () => json({ error: 'invalid_scope' }, 400),
  '200 HTML': () => text(200, { 'content-type': 'text/html' }, '<html>'),
  '200 of nothing': () => json({}),
  'another type': () => json({ access_token: 'x', token_type: 'mac' }),
  '403 of a firewall': () => text(403, { 'content-type': 'text/html' }, '<html>Denied</html>'),
  404: () => text(404),
  redirect: () => text(302, { location: 'https://evil.example/' }),
  'broken connection': reset,
};

/** What servers answer when the grant is gone. */
const GONE = [
  () => json({ error: 'invalid_grant' }, 400),
  () => json({ error: 'bad_refresh_token' }),
  () => json({ error: 'invalid_request' }, 400),
  () => json({ error: { code: 'session_expired', message: 'Sign in again' } }, 401),
  () => json({ errors: [{ code: 'token_revoked' }] }, 401),
];

/** The forms of an answer with tokens. */
const FORMS = [
  (tokens) => json(tokens),
  ({ token_type: _, ...tokens }) => json(tokens),
  (tokens) => json(tokens, 201),
  (tokens) => json({ ...tokens, error: '' }),
  (tokens) => json({ ...tokens, scope: ['a', 'b'] }),
];

/** How resources refuse a token that is over. */
const REFUSALS = [
  () => text(401, { 'www-authenticate': 'Bearer error="invalid_token"' }),
  () => text(401, { 'www-authenticate': 'Basic realm="x, Bearer error="invalid_token"' }),
  () => text(401),
  () => text(302, { location: '/sign-in' }),
];

class Moody extends Server {
  healthy = false;
  /** Requests that came before the time that the server had asked to wait. */
  early = 0;
  failed = 0;
  #grants = new Map();
  #codes = new Map();
  #pauses = new Map();
  #usual = this.answer;

  constructor(host, clock, random) {
    super(host);
    Object.assign(this, { clock, random });
  }

  now = () => Date.now() / 1000 + this.clock.elapsed;

  /** Asks a person's connections to wait, and says for how long. */
  pause(person) {
    const seconds = 1 + Math.floor(this.random() * 300);
    this.#pauses.set(person, { until: this.now() + seconds, since: performance.now(), known: Infinity });
    return seconds;
  }

  /**
   * A use that began at that time has its answer. What answers with the pause knows of it, and so does what began after
   * the pause was asked for: nothing else that the object sent is then still under way.
   */
  answered(person, began, retryAfter) {
    const pause = this.#pauses.get(person);
    if (!pause || pause.known < Infinity) return;
    const isTold = Math.abs(retryAfter - (pause.until - this.now())) <= 5;
    if (isTold || began > pause.since) pause.known = performance.now();
  }

  /** Whether the server would still take what that connection holds. */
  takes = (person, resource) => [...this.#grants.values()].some((grant) => grant.is(person, resource) && !grant.dead);

  answer = async (sent) => {
    const { pathname, searchParams } = new URL(sent.url);
    if (pathname === '/authorize') {
      const code = `code-${(this.issued += 1)}`;
      this.#codes.set(code, [sent.headers['x-person'], searchParams.get('resource')]);
      const to = new URL(searchParams.get('redirect_uri'));
      to.search = new URLSearchParams({ code, state: searchParams.get('state') });
      return text(302, { location: to.href });
    }
    if (pathname === '/token') return this.#token(new URLSearchParams(sent.body));
    if (pathname.startsWith('/api')) return this.#api(sent.headers.authorization);
    return this.#usual(sent);
  };

  #pick = (list) => list[Math.floor(this.random() * list.length)];

  #token(form) {
    const code = this.#codes.get(form.get('code'));
    const grant = this.#grants.get(form.get('refresh_token'));
    const person = code?.[0] ?? grant?.person;
    // What was under way when the server asked, as the renewal by an alarm is, could not know of it.
    const pause = this.#pauses.get(person);
    if (pause && this.now() < pause.until && performance.now() - pause.known > 250) this.early += 1;
    if (code) {
      const [person, resource] = code;
      for (const other of this.#grants.values()) if (other.is(person, resource)) other.dead = true;
      const is = (...of) => of[0] === person && of[1] === resource;
      return json(this.#mint({ person, is, dead: false }));
    }
    if (!this.healthy && grant && this.random() < 0.01) grant.dead = true;
    // A token that was replaced is taken until its successor was presented: the answer may have got lost.
    if (!grant || grant.dead || !grant.valid.includes(form.get('refresh_token'))) return this.#pick(GONE)();
    if (!this.healthy && this.random() < 0.5) {
      this.failed += 1;
      if (this.random() < 0.1) return this.#mint(grant, form.get('refresh_token')) && reset();
      return this.#pick(Object.values(FAILURES))(this, person);
    }
    return this.#pick(FORMS)(this.#mint(grant, form.get('refresh_token')));
  }

  #mint(grant, presented) {
    const serial = (this.issued += 1);
    const { host } = new URL(this.host);
    const lifetime = this.#pick([20, 90, 600]);
    const tokens = { access_token: `canary-access-${host}-${serial}`, token_type: 'Bearer', expires_in: lifetime };
    grant.access = tokens.access_token;
    grant.ends = this.now() + lifetime;
    tokens.refresh_token = `canary-refresh-${host}-${serial}`;
    grant.valid = [presented, tokens.refresh_token];
    this.#grants.set(tokens.refresh_token, grant);
    return tokens;
  }

  #api(authorization) {
    const token = authorization?.replace('Bearer ', '');
    const grant = [...this.#grants.values()].find(({ access }) => access === token);
    if (!grant || grant.dead || grant.ends <= this.now()) return this.#pick(REFUSALS)();
    if (!this.healthy && this.random() < 0.1) return this.#pick([() => text(500), () => text(429), ...REFUSALS])();
    return json({ ok: true });
  }
}

/**
 * Q19: every use of every connection, while token endpoints fail in each way, rotate and lose their answers, end a grant
 * in each way, and resources refuse what they would take.
 */
export async function moods({ people, hosts, rounds, seed = 1 }) {
  const world = await World.open();
  const random = seeded(seed);
  const clock = { elapsed: 0 };
  const servers = Array.from({ length: hosts }, (_, i) => {
    const name = `mood-${i}.example`;
    const server = new Moody(`https://${name}`, clock, random);
    world.lab.host(name, server.answer);
    return { name, server };
  });
  const connections = Array.from({ length: people }, (_, i) => world.person(`person-${i}`)).flatMap((agent) =>
    servers.flatMap(({ name, server }) =>
      ['a', 'b'].map((part) => ({
        agent,
        server,
        url: `https://${name}/api/${part}`,
        resource: `https://${name}/api/${part}`,
      })),
    ),
  );
  const tally = { uses: 0, answers: new Map(), lost: 0, logins: 0 };
  const logIn = async ({ agent, url }) => {
    tally.logins += 1;
    return (await world.logIn(agent, url)).status;
  };
  const use = async (connection) => {
    const began = performance.now();
    const answer = await world.use(connection.agent, connection.url);
    connection.server.answered(connection.agent.person, began, answer.json?.retry_after);
    tally.uses += 1;
    const kind = answer.json?.type ?? answer.status;
    tally.answers.set(kind, (tally.answers.get(kind) ?? 0) + 1);
    if (kind === 'login-again' && connection.server.takes(connection.agent.person, connection.resource))
      tally.lost += 1;
    return kind;
  };
  const elapse = async (seconds) => {
    // First at the servers: alarms fire as soon as the objects are back.
    clock.elapsed += seconds;
    await world.elapse(seconds);
  };
  // One after another for each person: the first login makes their session.
  for (const connection of connections) await logIn(connection);
  for (let round = 0; round < rounds; round += 1) {
    // One use after another for each person: of two at once the second may be under way when the server asks to wait.
    await crowd(people, people, async (person) => {
      for (const connection of connections.filter(({ agent }) => agent.person === `person-${person}`)) {
        // A login that the server has no time for is tried in another round.
        if (['login-again', 'no-connection'].includes(await use(connection))) await logIn(connection);
      }
    });
    await elapse([5, 31, 61, 200, 3600, 90_000][Math.floor(random() * 6)]);
  }
  const failed = servers.reduce((sum, { server }) => sum + server.failed, 0);
  for (const { server } of servers) server.healthy = true;
  // Stranded is what does not come back by the way out that it offers: twice, for a machine can be slow.
  let away = connections;
  for (let attempt = 0; attempt < 2 && away.length > 0; attempt += 1) {
    // Past every pause that was asked for, and every one of our own.
    await elapse(7200);
    const still = [];
    await crowd(away.length, 32, async (i) => {
      const kind = await use(away[i]);
      const isBack = kind === 200 || (kind === 'login-again' && (await logIn(away[i])) === 303);
      if (!isBack || (await use(away[i])) !== 200) still.push(away[i]);
    });
    away = still;
  }
  const stranded = away.length;
  await world.close();
  const early = servers.reduce((sum, { server }) => sum + server.early, 0);
  const strange = [...tally.answers].filter(([kind]) => !EXPECTED.has(kind));
  return {
    id: 'Q19',
    property:
      `${tally.uses} uses of ${connections.length} connections at servers that change their mode of failure at ` +
      `random, ${failed} refreshes failed`,
    target: 'connections stranded 0, tokens lost that the server takes 0, asked too early 0, other answers 0',
    measured:
      `stranded ${stranded}, lost ${tally.lost}, early ${early}, other ` +
      `${strange.map(([kind, count]) => `${count} ${kind}`).join(', ') || 0}; ` +
      [...tally.answers].map(([kind, count]) => `${count} ${kind}`).join(', '),
    held: stranded + tally.lost + early + strange.length === 0 && failed > rounds,
  };
}

/** What a use may come to: the resource's own answers, and the problems with a way out. */
const EXPECTED = new Set([200, 302, 401, 429, 500, 'login-again', 'no-connection', 'try-later']);
