// The measurements, in their long form and in the short one of the tests.
import { computed, deadPages, pulled } from './bounds.mjs';
import { disconnects, duplicates, eviction, faults } from './interrupted.mjs';
import { abandoned, isolation, keys } from './many.mjs';
import { moods } from './moods.mjs';
import { callers, chain, clocks, latency, silentMetadata } from './refresh.mjs';
import { kills } from './sweep.mjs';
import { searched } from './world.mjs';

/** `share` scales how often things are repeated: 1 is what threats call for. */
export const measures = ({ share = 1, points = 40 } = {}) => {
  const times = (count) => Math.max(1, Math.round(count * share));
  return {
    Q1: () => callers({ counts: [2, 10, 100, 1000], repeats: times(20) }),
    Q2: () => oneObject,
    Q3: () => chain({ rotations: times(1000) }),
    Q4: () => kills({ points, isKept: true }),
    Q5: () => eviction({ points: times(50) }),
    Q6: () => disconnects({ runs: times(100) }),
    Q7: () => faults({ people: times(50) }),
    Q8: () => latency(),
    Q9: () => isolation({ people: times(1000), hosts: 20, calls: times(100_000) }),
    Q10: () => clocks({ skews: [-300, -60, 0, 60, 300] }),
    Q11: () => silentMetadata({ people: 20 }),
    Q12: () => duplicates({ runs: times(500) }),
    Q13: () => pulled(),
    Q14: () => computed({ documents: 10 }),
    Q16: () => keys({ rows: times(10_000) }),
    Q17: () => deadPages({ logins: times(40) }),
    Q18: () => abandoned({ flows: times(10_000) }),
    Q19: () => moods({ people: 10, hosts: 10, rounds: times(50) }),
    // Last: it is about everything before it.
    Q15: () => leaks(),
  };
};

/** The same in a minute, for the tests. */
export const short = {
  Q1: () => callers({ counts: [10], repeats: 1 }),
  Q3: () => chain({ rotations: 5 }),
  Q4: () => kills({ points: 6, isKept: false }),
  Q5: () => eviction({ points: 4 }),
  Q6: () => disconnects({ runs: 3 }),
  Q7: () => faults({ people: 1 }),
  Q8: () => latency(),
  Q9: () => isolation({ people: 10, hosts: 5, calls: 150 }),
  Q10: () => clocks({ skews: [-300, 300] }),
  Q11: () => silentMetadata({ people: 2 }),
  Q12: () => duplicates({ runs: 3 }),
  Q13: () => pulled(),
  Q16: () => keys({ rows: 20, each: 10 }),
  Q17: () => deadPages({ logins: 1 }),
  Q18: () => abandoned({ flows: 20 }),
  Q19: () => moods({ people: 3, hosts: 3, rounds: 12 }),
};

const oneObject = {
  id: 'Q2',
  property: 'the same as Q1 through two Worker processes on one object',
  target: 'refreshes 1',
  measured:
    'not shown: workerd on one machine is one process. The single flight lives in the object, which exists ' +
    'once wherever it is asked from, and not in the Worker; Q1 shows that one',
  held: null,
};

/** Q15: everything that went through every deployment of this run was searched as it went. */
export function leaks() {
  const { bytes, leaks: found } = searched;
  return {
    id: 'Q15',
    property:
      `tokens and secrets in answers, addresses, logs and files of this run (${(bytes / 2 ** 20).toFixed(0)} ` +
      'MiB searched)',
    target: '0',
    measured: found.length ? `${found.length}: ${found[0]}` : '0',
    held: found.length === 0 && bytes > 0,
  };
}
