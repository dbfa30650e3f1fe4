// Writes the table of public suffixes anew from the rules that the crate `psl` carries: `make public-suffixes`, after
// `cargo update -p psl`. A rule a line, its labels reversed and as A-labels, sorted; rules of one label are left out,
// because an unlisted top-level domain counts as a public suffix too.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { domainToASCII } from 'node:url';

const metadata = JSON.parse(execFileSync('cargo', ['metadata', '--format-version=1'], { maxBuffer: 1 << 28 }));
const psl = metadata.packages.find(({ name }) => name === 'psl');
const ascii = (label) => (/^[\x20-\x7e]*$/.test(label) ? label : domainToASCII(label));
const rules = readFileSync(join(dirname(psl.manifest_path), 'data/rules.txt'), 'utf8')
  .split('\n')
  .filter((rule) => rule.includes('.'))
  .map((rule) => rule.split('.').map(ascii).reverse().join('.'));
const table = [...new Set(rules)].sort((a, b) => (a < b ? -1 : 1));
const day = new Date().toISOString().slice(0, 10);
const source = `psl ${psl.version}; ${day}; see public-suffixes.mjs`;
const head = `# The Public Suffix List, private section included, as in ${source}`;
writeFileSync(new URL('src/public_suffixes.txt', import.meta.url), `${head}\n${table.join('\n')}\n`);
