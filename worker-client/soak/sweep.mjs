// Q4 as a figure: the kill points of all runs, written line by line so that an interrupted run can be continued.
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { STEP_NAMES, sweep } from './kill.mjs';

const KEPT = new URL('.results/kills.jsonl', import.meta.url);

async function earlier(points) {
  const text = await readFile(KEPT, 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
    .filter((result) => result.points === points);
}

/** Q4: `isKept` continues what an earlier run with as many points began. */
export async function kills({ points, isKept }) {
  const results = isKept ? await earlier(points) : [];
  if (isKept) await mkdir(new URL('.', KEPT), { recursive: true });
  const done = new Set(results.map(({ point }) => point));
  await sweep(points, done, async (found) => {
    results.push(...found);
    if (isKept) await appendFile(KEPT, found.map((result) => `${JSON.stringify(result)}\n`).join(''));
  });
  return STEP_NAMES.map((step) =>
    figure(
      step,
      points,
      results.filter((result) => result.step === step),
    ),
  );
}

/** The figures of the points so far, of a sweep that has not ended. */
export async function killsSoFar(points) {
  const results = await earlier(points);
  return STEP_NAMES.map((step) =>
    figure(
      step,
      points,
      results.filter((result) => result.step === step),
    ),
  );
}

function figure(step, points, results) {
  const classes = new Map();
  for (const { class: name } of results) classes.set(name, (classes.get(name) ?? 0) + 1);
  const faults = results.flatMap(({ faults }) => faults);
  return {
    id: `Q4 ${step}`,
    property: `workerd killed at ${results.length} of ${points} points of: ${step}`,
    target: TARGETS[step],
    measured:
      `${[...classes].map(([name, count]) => `${name} ${count}`).join(', ')}; faults: ` +
      `${faults.length ? faults.join(', ') : 'none'}`,
    held: faults.length > 0 ? false : results.length === points || null,
    note: faults.length === 0 && results.length < points ? 'held so far' : undefined,
    classes: Object.fromEntries(classes),
  };
}

const TARGETS = {
  registration: 'acknowledged but lost 0, sessions lost 0; the next login works, with at most one client more',
  'flow start': 'acknowledged but lost 0, sessions lost 0; the next login works',
  'code exchange': 'acknowledged but lost 0, codes replayed 0, sessions lost 0 two minutes later; the next login works',
  'refresh, strict server':
    'acknowledged but lost 0, sent without intent 0, replays ≤ 1; then used, or login-again and nothing else',
  'refresh, server with grace':
    'acknowledged but lost 0, sent without intent 0, replays ≤ 1; then used, all of them, unattended',
};
