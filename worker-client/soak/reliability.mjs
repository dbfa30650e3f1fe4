// Measures Q1 to Q19 and writes FIGURES.md: `node soak/reliability.mjs [--only Q4,Q9] [--points 200] [--share 0.1]`.
//
// `--table` measures nothing and writes the figures of earlier runs. `--points`: kill points of each step, continued
// from an earlier run that was interrupted. `--share`: the fraction of the repetitions.
import { parseArgs } from 'node:util';
import { keep, line, write } from './figures.mjs';
import { measures } from './measures.mjs';
import { killsSoFar } from './sweep.mjs';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    points: { type: 'string', default: '40' },
    share: { type: 'string', default: '1' },
    table: { type: 'boolean', default: false },
  },
});
const only = values.table ? [] : values.only?.split(',');
let missed = 0;
for (const [id, measure] of Object.entries(measures({ share: Number(values.share), points: Number(values.points) }))) {
  if (only && !only.includes(id)) continue;
  for (const figure of [await measure()].flat()) {
    await keep(figure);
    console.log(line(figure));
    if (figure.held === false) missed += 1;
  }
}
if (values.table) for (const figure of await killsSoFar(Number(values.points))) await keep(figure);
await write();
process.exitCode = missed ? 1 : 0;
