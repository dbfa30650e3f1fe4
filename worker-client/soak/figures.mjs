// The table of figures: kept between runs, printed, and written to FIGURES.md.
import { mkdir, readFile, writeFile } from 'node:fs/promises';

const RESULTS = new URL('.results/', import.meta.url);
const KEPT = new URL('figures.json', RESULTS);

export const kept = async () => JSON.parse(await readFile(KEPT, 'utf8').catch(() => '{}'));

/** Adds a figure to those of earlier runs. */
export async function keep(figure) {
  await mkdir(RESULTS, { recursive: true });
  const figures = { ...(await kept()), [figure.id]: figure };
  await writeFile(KEPT, JSON.stringify(figures, null, 2));
}

export const line = ({ id, property, target, measured, held, note }) =>
  `| ${id} | ${property} | ${target} | ${measured} | ${note ?? HELD.get(held)} |`;

const HELD = new Map([
  [true, 'held'],
  [false, '**not held**'],
  [null, 'argued'],
]);

/** The generated page. */
export async function page() {
  const figures = Object.values(await kept()).sort((a, b) => order(a.id) - order(b.id) || a.id.localeCompare(b.id));
  const missed = figures.filter(({ held }) => held === false);
  return `# Reliability, measured

Written by \`make soak\`: the Worker in workerd on one machine, against servers that count. Each figure is judged by \
what the
servers received. A time is one of the machine that measured it, with whatever else it did; it is no promise.

| id | property | target | measured | |
| --- | --- | --- | --- | --- |
${figures.map(line).join('\n')}

${missed.length ? `Not held: ${missed.map(({ id }) => id).join(', ')}.` : 'Nothing below its target.'}
`;
}

const order = (id) => Number(/\d+/.exec(id));

export async function write() {
  await writeFile(new URL('FIGURES.md', import.meta.url), await page());
}
