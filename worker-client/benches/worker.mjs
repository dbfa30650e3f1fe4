// The cost of a request in local workerd, beside a Worker in TypeScript that does the same job, beside one that does more of
// what this one does, and beside the platform calls alone. All are asked in turn, in one run and
// over the same sockets, with the same hosts behind them; a ratio is formed within a round. Rounds are short and many: the
// machine changes from one second to the next. All are started anew some times: one process of the same program takes a
// tenth more or less than the next, as long as it lives.
// `node worker-client/benches/worker.mjs [--rounds 60] [--starts 4] [--at-once 1] [--only TEXT] [--beside FOLDER]…`; a FOLDER
// holds another build of the Worker.
import { parseArgs } from 'node:util';
import { ROWS } from './rows.mjs';
import { Subject } from './subject.mjs';
import { builds, floor, peer } from './workers.mjs';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '60' },
    starts: { type: 'string', default: '4' },
    'at-once': { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    beside: { type: 'string', multiple: true, default: [] },
  },
});
const [ROUNDS, STARTS] = [options.rounds, options.starts].map(Number);
const AT_ONCE = options['at-once'].split(',').map(Number);

/** The Workers under measurement, by their names: this one first, other builds of it, and the others. */
const MODULES = await builds(options.beside);
const OURS = [...MODULES.keys()];
const [PEER, FAIR, FLOOR] = ['peer', 'fair peer', 'floor'];
MODULES.set(PEER, await peer())
  .set(FAIR, await peer(true))
  .set(FLOOR, await floor());

const rows = ROWS.filter(({ name }) => name.includes(options.only));
const cases = rows.flatMap((row) => AT_ONCE.map((atOnce) => ({ row, atOnce, found: new Map() })));
const fetches = rows.filter(({ name }) => /fetch, (1|200) conn/.test(name));
/** An authorized fetch of an account with 200 connections to one with a single one: a ratio for each round. */
const growths = [];

const sorted = (numbers) => numbers.toSorted((a, b) => a - b);
const median = (numbers) => sorted(numbers)[numbers.length >> 1];
/** The rounds of a start. */
const turns = Array.from({ length: Math.ceil(ROUNDS / STARTS) }, (_, i) => i);

/** The figures of the rounds of a start, which join those of the starts before it. */
async function measure({ row, atOnce, found }, subjects) {
  const all = subjects.filter(({ name }) => (name === FLOOR ? row.hasFloor : OURS.includes(name) || !row.ours));
  for (const subject of all) await subject.measure(row, row.warm, 1);
  for (const round of turns) {
    // The order turns by one each round, and every other round is reversed.
    const turned = all.map((_, i) => all[(i + round) % all.length]);
    for (const subject of round % 2 ? turned.reverse() : turned) {
      // What remembers for a minute is reminded.
      await subject.measure(ROWS[0], 1, 1);
      const figures = await subject.measure(row, row.count, atOnce);
      found.set(subject.name, [...(found.get(subject.name) ?? []), figures]);
    }
  }
}

async function grow([one, many], subject) {
  for (const round of turns) {
    const used = new Map();
    for (const row of round % 2 ? [one, many] : [many, one])
      used.set(row, (await subject.measure(row, row.count, 1)).processor);
    growths.push(used.get(many) / used.get(one));
  }
}

/** Median and quartiles of the ratios of a figure, each of one round. */
function ratio(mine, others, key) {
  const all = sorted(mine.map((figures, round) => figures[key] / others[round][key]));
  const at = (share) => all[Math.floor((all.length - 1) * share)].toFixed(2);
  return `${median(all).toFixed(2)} (${at(0.25)}–${at(0.75)})`;
}

for (let start = 0; start < STARTS; start += 1) {
  const subjects = [];
  try {
    for (const [name, modules] of MODULES) subjects.push(await Subject.start(name, modules));
    for (const measured of cases) await measure(measured, subjects);
    if (fetches.length === 2) await grow(fetches, subjects[0]);
  } finally {
    await Promise.all(subjects.map((subject) => subject.stop()));
  }
}

/** The figures that are held to a target: `{ name, target, is }`. */
const targets = [];
console.log(
  `${turns.length * STARTS} rounds in turn, in ${STARTS} starts; microseconds for a request; ratios are the median of the ` +
    'rounds (quartiles)\n\n| request | at once | Worker | processor, p50, p99 | peer: processor | processor to the peer ' +
    '| to the fair peer | requests/s to the peer | floor: processor |\n|---|---|---|---|---|---|---|---|---|',
);
for (const { row, atOnce, found } of cases)
  for (const name of OURS) {
    const middle = (whose, key) => median(found.get(whose).map((figures) => figures[key])).toFixed(0);
    const [mine, others] = [found.get(name), found.get(PEER)];
    const figures = ['processor', 'p50', 'p99'].map((key) => middle(name, key)).join(', ');
    const toPeer = others
      ? [
          middle(PEER, 'processor'),
          ratio(mine, others, 'processor'),
          ratio(mine, found.get(FAIR), 'processor'),
          ratio(mine, others, 'rate'),
        ]
      : ['', '', '', ''];
    if (others && row.target && atOnce === 1 && name === OURS[0]) {
      const ratios = mine.map(({ processor }, round) => processor / others[round].processor);
      targets.push({ name: `${row.name}, to the peer`, target: row.target, is: median(ratios) });
    }
    const toFloor = found.has(FLOOR) ? middle(FLOOR, 'processor') : '';
    console.log(`| ${[row.name, atOnce, name, figures, ...toPeer, toFloor].join(' | ')} |`);
  }
if (growths.length)
  targets.push({ name: 'an authorized fetch, 200 connections to 1', target: 1.2, is: median(growths) });
console.log('\n| in processor time | target, at most | measured | |\n|---|---|---|---|');
for (const { name, target, is } of targets)
  console.log(`| ${name} | ${target.toFixed(1)} | ${is.toFixed(2)} | ${is <= target ? 'met' : 'not met'} |`);
