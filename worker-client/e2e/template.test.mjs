// The templates as a person uses them: filled in, in an empty folder, over what is packed.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { pack } from '../npm/pack.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const run = (command, args, options) => promisify(execFile)(command, args, { maxBuffer: 1 << 24, ...options });
const bin = (name) => here(`../node_modules/.bin/${name}`);

let folder;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'template-'));
});
after(() => rm(folder, { recursive: true, force: true }));

test('typescript: the types agree, and wrangler bundles it with the package', async () => {
  const app = join(folder, 'typescript');
  await cp(here('../template/typescript'), app, { recursive: true });
  const tarball = pack(join(folder, 'packed'));
  await mkdir(join(app, 'node_modules/worker-client'), { recursive: true });
  await run('tar', ['-xzf', tarball, '--strip-components=1', '-C', join(app, 'node_modules/worker-client')]);
  await symlink(here('../node_modules/@cloudflare'), join(app, 'node_modules/@cloudflare'));
  await run(bin('wrangler'), ['types'], { cwd: app });
  await run(bin('tsc'), ['-p', app]);
  const { stdout } = await run(bin('wrangler'), ['deploy', '--dry-run', '--outdir', 'out'], { cwd: app });
  for (const binding of ['ACCOUNT', 'REGISTRAR', 'LIMIT_USER', 'ORIGIN']) assert.match(stdout, new RegExp(binding));
  const { devDependencies } = JSON.parse(await readFile(join(app, 'package.json'), 'utf8'));
  assert.ok(devDependencies.wrangler && devDependencies.typescript);
});

test('typescript: it runs on one machine, as its README says', async () => {
  const app = join(folder, 'typescript');
  const [, fill] = /^(sed .*)$/m.exec(await readFile(join(app, 'README.md'), 'utf8'));
  await run('sh', ['-c', fill], { cwd: app });
  const { dev, deploy } = JSON.parse(await readFile(join(app, 'package.json'), 'utf8')).scripts;
  assert.equal(await health(app, dev), 200);
  assert.equal(await health(app, deploy.replace('deploy', 'dev')), 503, 'what is deployed takes no such address');
});

test('rust: cargo checks it, over this checkout by git', async (t) => {
  const { stdout } = await run('git', ['rev-parse', '--verify', 'HEAD'], { cwd: here('.') }).catch(() => ({}));
  if (!stdout) return t.skip('these files are no checkout of git');
  const app = join(folder, 'rust');
  const address = `file://${here('../..').replace(/\/$/, '')}`;
  await fill(app, { 'project-name': 'my-app', worker_client: address });
  assert.doesNotMatch(await readFile(join(app, 'wrangler.toml'), 'utf8'), /\{\{/);
  // The versions that were tested, and what is compiled already.
  await cp(here('../../Cargo.lock'), join(app, 'Cargo.lock'));
  const env = { ...process.env, CARGO_TARGET_DIR: here('../../target') };
  const broken = join(app, 'src/broken.rs');
  for (const more of [[], ['--features', 'dev']]) await run('cargo', ['check', '--quiet', ...more], { cwd: app, env });
  await writeFile(broken, 'compile_error!("seen");');
  await writeFile(join(app, 'src/lib.rs'), 'mod broken;');
  await assert.rejects(run('cargo', ['check', '--quiet'], { cwd: app, env }), /seen/, 'the control');
});

/** The status of the page that says if all is set, of a Worker that a command starts. */
async function health(app, command) {
  const [, ...args] = command.split(' ');
  const started = spawn(bin('wrangler'), [...args, '--port', '0'], { cwd: app, detached: true });
  try {
    let said = '';
    for await (const text of started.stdout.setEncoding('utf8')) {
      said += text;
      const address = /Ready on (\S+)/.exec(said)?.[1];
      if (address) return (await fetch(`${address}/connect/health`)).status;
    }
    return assert.fail(said);
  } finally {
    process.kill(-started.pid);
  }
}

/** What `cargo generate` does with a template: values in the place of their names, files without `.liquid`. */
async function fill(app, values) {
  await cp(here('../template/rust'), app, { recursive: true });
  await rm(join(app, 'cargo-generate.toml'));
  for (const name of (await readdir(app)).filter((name) => name.endsWith('.liquid'))) {
    const text = await readFile(join(app, name), 'utf8');
    const filled = text.replace(/\{\{([\w-]+)\}\}/g, (_, key) => values[key] ?? assert.fail(`no value for ${key}`));
    await writeFile(join(app, name), filled);
    await rename(join(app, name), join(app, name.replace(/\.liquid$/, '')));
  }
}
