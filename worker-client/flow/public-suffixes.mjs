// Writes the table of public suffixes anew from the rules that the crate `psl` carries: `make public-suffixes`, after
// `cargo update -p psl`. The labels of the rules from the right, as A-labels, a label a line, indented below its parent;
// a `/` after a label says that it is the parent of rules and none itself. Rules of one label are left out, because an
// unlisted top-level domain counts as a public suffix too.
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
  .map((rule) => rule.split('.').map(ascii).reverse());
const root = { children: {} };
for (const labels of rules) {
  let node = root;
  for (const label of labels) node = node.children[label] ??= { children: {} };
  node.isRule = true;
}
const lines = ({ children }, depth) =>
  Object.keys(children)
    .sort((a, b) => (a < b ? -1 : 1))
    .flatMap((label) => {
      const mark = children[label].isRule || depth === 0 ? '' : '/';
      return [`${'\t'.repeat(depth)}${label}${mark}`, ...lines(children[label], depth + 1)];
    });
const day = new Date().toISOString().slice(0, 10);
const source = `psl ${psl.version}; ${day}; see public-suffixes.mjs`;
const head = `# The Public Suffix List, private section included, as in ${source}`;
writeFileSync(new URL('src/public_suffixes.txt', import.meta.url), `${head}\n${lines(root, 0).join('\n')}\n`);
