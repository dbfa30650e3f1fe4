// The npm package as a tarball: `node worker-client/npm/pack.mjs FOLDER` (`make package`). Both builds must be there.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const BUILDS = { dist: here('dist'), development: here('../.run/dist') };

/** Packs into a folder; the path of the tarball. */
export function pack(folder) {
  const staged = join(resolve(folder), 'staged');
  rmSync(staged, { recursive: true, force: true });
  mkdirSync(staged, { recursive: true });
  for (const file of ['login.js', 'login.d.ts', 'development.js', 'classes.js', 'problem.js', 'README.md'])
    cpSync(here(file), join(staged, file));
  for (const licence of ['LICENSE-APACHE', 'LICENSE-MIT']) cpSync(here(`../../${licence}`), join(staged, licence));
  for (const [name, build] of Object.entries(BUILDS))
    for (const file of ['index.js', 'index_bg.wasm']) cpSync(join(build, file), join(staged, name, file));
  const manifest = JSON.parse(readFileSync(here('package.json'), 'utf8'));
  writeFileSync(join(staged, 'package.json'), JSON.stringify({ ...manifest, ...repository() }, null, 2));
  const [{ filename }] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--pack-destination', resolve(folder)], { cwd: staged, encoding: 'utf8' }),
  );
  return join(resolve(folder), filename);
}

/** Where the checkout came from, which is what a registry compares the provenance of a package with. */
function repository() {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: name } = process.env;
  if (!server || !name) return {};
  return { repository: { type: 'git', url: `git+${server}/${name}.git`, directory: 'worker-client/npm' } };
}

if (fileURLToPath(import.meta.url) === process.argv[1]) console.log(pack(process.argv[2] ?? here('../../target/npm')));
