// The requests that are measured.
import { ORIGIN } from '../e2e/app.mjs';
import { HOST } from '../e2e/server.mjs';
import { cookies } from './subject.mjs';

const form = { 'content-type': 'application/x-www-form-urlencoded' };
const login = { method: 'POST', path: '/login', headers: form, body: 'url=as.example' };
const leadsAway = ({ status, location }) => status === 303 && location.startsWith(`${HOST}/authorize?`);
const use = {
  method: 'POST',
  path: '/use',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ method: 'GET', url: `${HOST}/api` }),
};
const used = ({ status, body }) => status === 200 && body === '{"ok":true}';
let met = 0;
const connected = (count) => async (subject) => ({ cookie: await subject.connected(count) });

/**
 * `count`: requests of a round; `warm`: requests before the first; `ours`: the peers have no such row;
 * `hasFloor`: the platform calls are measured alone too; `target`: the most that it may cost, to the peer.
 */
export const ROWS = [
  {
    name: 'GET /probe, remembered',
    target: 0.8,
    hasFloor: true,
    count: 50,
    warm: 1000,
    request: { method: 'GET', path: '/probe?url=as.example' },
    expect: ({ status, body }) => status === 200 && body.includes('registrable'),
  },
  {
    name: 'GET /probe, remembered by the edge alone',
    ours: true,
    count: 25,
    warm: 300,
    /** A host that this isolate has not met, whose answers the cache of the platform has. */
    async prepare(subject) {
      const to = `met-${(met += 1)}.example`;
      const copied = () => subject.send({ method: 'PUT', url: `${ORIGIN}/edge?of=as.example&to=${to}` });
      if ((await copied()).status !== 204) {
        // The verdict to copy was over, or was never asked for.
        await subject.ask(ROWS[0]);
        const { status, body } = await copied();
        if (status !== 204) throw new Error(`${status} ${body}`);
      }
      return { path: `/probe?url=${to}` };
    },
    request: { method: 'GET' },
    expect: ({ status, body }) => status === 200 && body.includes('registrable'),
  },
  {
    name: 'POST /login, a fresh browser',
    target: 1.0,
    hasFloor: true,
    count: 25,
    warm: 1000,
    request: login,
    expect: leadsAway,
  },
  {
    name: 'POST /login, a known browser',
    count: 25,
    warm: 500,
    request: login,
    begin: connected(1),
    expect: leadsAway,
  },
  ...[1, 20, 200].map((count) => ({
    name: `an authorized fetch, ${count} connection${count === 1 ? '' : 's'}`,
    target: 1.1,
    hasFloor: count === 1,
    count: 50,
    warm: count === 1 ? 1000 : 300,
    request: use,
    begin: connected(count),
    expect: used,
  })),
  {
    name: 'GET /callback',
    count: 10,
    warm: 200,
    /** A login up to the authorization response. */
    async prepare(subject) {
      const agent = subject.browser();
      const { url } = await subject.logIn(agent, 'as.example', (to) => to.startsWith(`${ORIGIN}/callback/`));
      return { method: 'GET', path: url.slice(ORIGIN.length), cookie: cookies(agent) };
    },
    expect: ({ status }) => status === 303,
  },
  {
    name: 'an authorized fetch that refreshes',
    count: 10,
    warm: 200,
    request: use,
    /** A browser whose token ends at once. */
    async prepare(subject) {
      const { server } = subject;
      server.firstLifetime = 1;
      const agent = subject.browser();
      await subject.logIn(agent);
      server.firstLifetime = 3600;
      return { cookie: cookies(agent) };
    },
    expect: used,
  },
  {
    name: 'GET /connections, 20',
    ours: true,
    count: 35,
    warm: 300,
    request: { method: 'GET', path: '/connections' },
    begin: connected(20),
    expect: ({ status, body }) => status === 200 && JSON.parse(body).length === 20,
  },
];
