// Writes index.json anew: each requirement with its level, who it binds and its source, from SPEC.md, and the files of the
// vectors. `node index.mjs --check` compares instead.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';

const at = (path) => new URL(path, import.meta.url);
const FORMAT = JSON.parse(readFileSync(at('schema.json'), 'utf8')).properties.format.const;
const json = (path) => JSON.parse(readFileSync(at(path), 'utf8'));
const files = (folder) =>
  readdirSync(at(folder), { recursive: true })
    .map((file) => `${folder}/${file}`.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.json'))
    .sort();

// | `id` | level | binds | requirement | [name](URL) |
const row = /^\| `([^`]+)` \| (\w+) \| ([^|]+) \| (.+) \| \[([^\]]+)\]\(([^)]+)\) \|$/gm;
const rows = new Map(
  [...readFileSync(at('../SPEC.md'), 'utf8').matchAll(row)].map(([, id, level, binds, text, name, url]) => [
    id,
    { level, binds: binds.trim(), requirement: text, source: { name, url } },
  ]),
);
const requirements = files('requirements').map((file) => {
  const { id, subject, cases } = json(file);
  const of = rows.get(id);
  if (!of) throw new Error(`${file}: ${id} is no row of SPEC.md`);
  return { id, file, subject, cases: cases.length, ...of };
});
const index = {
  format: FORMAT,
  requirements,
  hosts: files('hosts').map((file) => ({ file, host: json(file).host, verdict: json(file).verdict })),
  recorded: files('recorded'),
};
const text = `${JSON.stringify(index, null, 1)}\n`;
if (process.argv.includes('--check')) {
  if (readFileSync(at('index.json'), 'utf8') !== text)
    throw new Error('index.json is not that of the files: node index.mjs');
} else writeFileSync(at('index.json'), text);
