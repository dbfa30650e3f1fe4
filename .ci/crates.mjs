// The crates as they are published: `node .ci/crates.mjs` (`make crates`) packs them, and builds each from what is packed,
// with the others from there too. Arguments are those of the cargo command, such as `--no-verify`; `publish` as the
// first one publishes instead, in the order of their dependencies.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const run = (...args) => execFileSync('cargo', args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28 });
const { packages } = JSON.parse(run('metadata', '--no-deps', '--locked', '--format-version=1'));
// `publish` is an empty list where a manifest says `false`.
const [kept, published] = [true, false].map((isKept) => packages.filter(({ publish }) => !!publish === isKept));

for (const { name, description, readme, keywords, categories, license, rust_version } of published) {
  const missing = Object.entries({ description, readme, license, rust_version, keywords, categories })
    .filter(([, value]) => !value?.length)
    .map(([member]) => member);
  if (missing.length) throw new Error(`${name} has no ${missing.join(', no ')}`);
}
stamp(published.map(({ manifest_path }) => manifest_path));

const [command, ...rest] =
  process.argv[2] === 'publish' ? process.argv.slice(2) : ['package', ...process.argv.slice(2)];
const exclude = kept.flatMap(({ name }) => ['--exclude', name]);
execFileSync('cargo', [command, '--workspace', ...exclude, '--locked', '--allow-dirty', ...rest], {
  cwd: root,
  stdio: 'inherit',
});
if (command === 'package')
  for (const { name, version } of published) console.log(join(root, `target/package/${name}-${version}.crate`));

/** Writes the address of the checkout into the manifests, where a workflow knows it. */
function stamp(manifests) {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: name } = process.env;
  if (!server || !name) return;
  for (const manifest of manifests) {
    const text = readFileSync(manifest, 'utf8');
    if (/^repository/m.test(text)) continue;
    writeFileSync(manifest, text.replace('license.workspace = true\n', `$&repository = "${server}/${name}"\n`));
  }
}
