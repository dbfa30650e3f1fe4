// Q13, Q14 and Q17: bounds on the bytes, the processor time and the waiting that a host can cause.
import { readFile } from 'node:fs/promises';
import { json } from '../e2e/lab.mjs';
import { Flood } from './flood.mjs';
import { World } from './world.mjs';

const KIB = 1024;
const CAPS = { metadata: 64 * KIB, registration: 64 * KIB, token: 64 * KIB, page: 512 * KIB, icon: 256 * KIB };

/** Q13: bodies that never end. */
export async function pulled() {
  const flood = new Flood();
  const world = await World.open({ lab: flood });
  const ask = (kind) => world.person().json('GET', `/probe?url=${kind}.example`);
  await Promise.all([
    ask('metadata'),
    ask('page'),
    ask('icon'),
    world.leave(world.person(), 'registration.example'),
    world.logIn(world.person(), 'token.example'),
  ]);
  await new Promise((done) => {
    setTimeout(done, 1000);
  });
  await world.close();
  const kinds = Object.entries(CAPS).map(([kind, cap]) => ({ kind, cap, bytes: flood.pulled.get(kind) ?? 0 }));
  return {
    id: 'Q13',
    property: 'bytes pulled of a body that never ends: metadata, registration, token, root page, icon',
    target: 'at least the cap, and at most 64 KiB more',
    measured: kinds.map(({ kind, cap, bytes }) => `${kind} ${bytes / KIB} of ${cap / KIB} KiB`).join('; '),
    // A page and its icon may be left before their caps: a login waits for both no longer than a second and a half.
    held: kinds.every(
      ({ kind, cap, bytes }) =>
        bytes > 0 && bytes <= cap + 64 * KIB && (['page', 'icon'].includes(kind) || bytes >= cap),
    ),
  };
}

const fill = (piece, length) => piece.repeat(Math.ceil(length / piece.length)).slice(0, length);

const DOCUMENTS = {
  'nested elements': { html: fill('<div><b>', 512 * KIB) },
  'attributes without end': { html: `<meta ${fill('a=b c="d" ', 512 * KIB)}` },
  'icons without end': { html: fill('<link rel=icon href=//x>', 512 * KIB) },
  'titles and entities': { html: fill('<title>&amp;&#x202e;&bogus;</title>', 512 * KIB) },
  'unclosed markup': { html: fill('<!--<![CDATA[<a <', 512 * KIB) },
  'JSON in JSON': { metadata: `{"x":${fill('[', 64 * KIB - 8)}` },
  'JSON members without end': { metadata: `{${fill('"scopes_supported":["a"],', 64 * KIB - 8)}` },
};

/** Q14: processor time for a document at its cap, beyond that for a host that says nothing. */
export async function computed({ documents }) {
  const world = await World.open();
  const server = world.server('plain.example');
  const cost = async (kind, { html = '', metadata } = {}) => {
    const names = Array.from(
      { length: documents + 1 },
      (_, i) => `${kind.replace(/\W+/g, '-').toLowerCase()}-${i}.example`,
    );
    for (const name of names) {
      world.lab.host(name, (request) => {
        const { pathname } = new URL(request.url);
        if (pathname === '/') return { status: 200, headers: { 'content-type': 'text/html' }, body: html };
        if (pathname.startsWith('/.well-known/'))
          return { ...json({}), ...(metadata === undefined ? { status: 404 } : { body: metadata }) };
        return server.answer(request);
      });
    }
    const ask = (name) => world.person().json('GET', `/probe?url=${name}`);
    await ask(names[0]);
    const before = await processorTime(world.app.pid);
    for (const name of names.slice(1)) await ask(name);
    return ((await processorTime(world.app.pid)) - before) / documents;
  };
  const plain = await cost('plain');
  const costs = [];
  for (const [kind, document] of Object.entries(DOCUMENTS))
    costs.push([kind, Math.max(0, (await cost(kind, document)) - plain)]);
  await world.close();
  const [kind, worst] = costs.sort(([, a], [, b]) => b - a)[0];
  return {
    id: 'Q14',
    property:
      `processor time of workerd for a document at its cap, of ${costs.length} kinds, beyond that for an empty ` +
      `one (mean of ${documents})`,
    target: '≤ 100 ms',
    measured: `${Math.round(worst)} ms at worst (${kind}); empty ${Math.round(plain)} ms`,
    held: worst <= 100,
    isTime: true,
  };
}

/** In milliseconds, to ten of them (proc(5): user and system time in ticks of a hundredth of a second). */
async function processorTime(pid) {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).replace(/^.*\) /, '').split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** Q17: logins at hosts whose root page never comes. */
export async function deadPages({ logins }) {
  const world = await World.open();
  const times = [];
  let begun = 0;
  for (let i = 0; i < logins; i += 1) {
    const name = `as-${i}.example`;
    const server = world.server(name);
    world.lab.host(name, (request) =>
      new URL(request.url).pathname === '/' ? new Promise(() => {}) : server.answer(request),
    );
    const from = performance.now();
    const { status } = await world.leave(world.person(), name);
    times.push(performance.now() - from);
    if (status === 303) begun += 1;
  }
  await world.close();
  const p95 = times.sort((a, b) => a - b)[Math.floor(times.length * 0.95)];
  return [
    {
      id: 'Q17',
      property: `logins begun at ${logins} hosts whose root page never comes`,
      target: `${logins} of ${logins}`,
      measured: `${begun}`,
      held: begun === logins,
    },
    {
      id: 'Q17 time',
      property: 'until the redirect (p95)',
      target: '< 2 s',
      measured: `${(p95 / 1000).toFixed(2)} s`,
      held: p95 < 2000,
      isTime: true,
    },
  ];
}
