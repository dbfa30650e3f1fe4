// The cost of a request in local workerd, beside a Worker in TypeScript that does the same job, beside one that does more of
// what this one does, and beside the platform calls alone. All are asked in turn, in one run and
// over the same sockets, with the same hosts behind them; a ratio is formed within a round. Rounds are short and many: the
// machine changes from one second to the next.
// `node worker-client/benches/worker.mjs [--rounds 40] [--at-once 1] [--only TEXT] [--beside FOLDER]…`; a FOLDER holds
// another build of the Worker.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ROWS } from './rows.mjs';
import { Subject } from './subject.mjs';
import { floor, ours, peer } from './workers.mjs';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '40' },
    'at-once': { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    beside: { type: 'string', multiple: true, default: [] },
  },
});
const ROUNDS = Number(options.rounds);

const subjects = [await Subject.start('worker-client', await ours())];
for (const folder of options.beside)
  subjects.push(await Subject.start(folder.split('/').at(-1), await ours(`${resolve(folder)}/`)));
const theirs = await Subject.start('peer', await peer());
const fair = await Subject.start('fair peer', await peer(true));
const bare = await Subject.start('floor', await floor());
/** The figures that are held to a target: `{ name, target, is }`. */
const targets = [];

const sorted = (numbers) => numbers.toSorted((a, b) => a - b);
const median = (numbers) => sorted(numbers)[numbers.length >> 1];
const isOurs = (subject) => ![theirs, fair, bare].includes(subject);

/** The figures of each round, for each subject. */
async function rounds(row, all, atOnce) {
  const found = new Map(all.map((subject) => [subject, []]));
  for (const subject of all) await subject.measure(row, row.warm, 1);
  for (let round = 0; round < ROUNDS; round += 1) {
    // The order turns by one each round, and every other round is reversed.
    const turned = all.map((_, i) => all[(i + round) % all.length]);
    for (const subject of round % 2 ? turned.reverse() : turned) {
      // What remembers for a minute is reminded.
      await subject.measure(ROWS[0], 1, 1);
      found.get(subject).push(await subject.measure(row, row.count, atOnce));
    }
  }
  return found;
}

/** An authorized fetch of an account with 200 connections to one with a single one, in turn. */
async function growth([one, many]) {
  const [subject] = subjects;
  const ratios = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const used = new Map();
    for (const row of round % 2 ? [one, many] : [many, one])
      used.set(row, (await subject.measure(row, row.count, 1)).processor);
    // The first round warms up.
    if (round) ratios.push(used.get(many) / used.get(one));
  }
  targets.push({ name: 'an authorized fetch, 200 connections to 1', target: 1.2, is: median(ratios) });
}

/** Median and quartiles of the ratios of a figure, each of one round. */
function ratio(mine, others, key) {
  const all = sorted(mine.map((figures, round) => figures[key] / others[round][key]));
  const at = (share) => all[Math.floor((all.length - 1) * share)].toFixed(2);
  return `${median(all).toFixed(2)} (${at(0.25)}–${at(0.75)})`;
}

try {
  console.log(
    `${ROUNDS} rounds in turn; microseconds for a request; ratios are the median of the rounds (quartiles)\n`,
  );
  console.log(
    '| request | at once | Worker | processor, p50, p99 | peer: processor | processor to the peer ' +
      '| to the fair peer | requests/s to the peer | floor: processor |\n|---|---|---|---|---|---|---|---|---|',
  );
  for (const row of ROWS.filter(({ name }) => name.includes(options.only)))
    for (const atOnce of options['at-once'].split(',').map(Number)) {
      const all = [...subjects, ...(row.ours ? [] : [theirs, fair]), ...(row.hasFloor ? [bare] : [])];
      const found = await rounds(row, all, atOnce);
      const middle = (subject, key) => median(found.get(subject).map((figures) => figures[key])).toFixed(0);
      for (const subject of all.filter(isOurs)) {
        const mine = found.get(subject);
        const others = found.get(theirs);
        const figures = ['processor', 'p50', 'p99'].map((key) => middle(subject, key)).join(', ');
        const toPeer = others
          ? [
              middle(theirs, 'processor'),
              ratio(mine, others, 'processor'),
              ratio(mine, found.get(fair), 'processor'),
              ratio(mine, others, 'rate'),
            ]
          : ['', '', '', ''];
        if (others && row.target && atOnce === 1 && subject === subjects[0]) {
          const ratios = mine.map(({ processor }, round) => processor / others[round].processor);
          targets.push({ name: `${row.name}, to the peer`, target: row.target, is: median(ratios) });
        }
        const toFloor = found.has(bare) ? middle(bare, 'processor') : '';
        console.log(`| ${[row.name, atOnce, subject.name, figures, ...toPeer, toFloor].join(' | ')} |`);
      }
    }
  const fetches = ROWS.filter(({ name }) => /fetch, (1|200) conn/.test(name) && name.includes(options.only));
  if (fetches.length === 2) await growth(fetches);
  console.log('\n| in processor time | target, at most | measured | |\n|---|---|---|---|');
  for (const { name, target, is } of targets)
    console.log(`| ${name} | ${target.toFixed(1)} | ${is.toFixed(2)} | ${is <= target ? 'met' : 'not met'} |`);
} finally {
  await Promise.all([...subjects, theirs, fair, bare].map((subject) => subject.stop()));
}
