// Builds the page: `build/site`, which any static server can serve, and `build/html-client.html`, the same in one file.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const here = fileURLToPath(new URL('.', import.meta.url));
const worker = join(here, '../..');
const root = join(worker, '..');
const target = process.env.CARGO_TARGET_DIR ?? join(root, 'target');
const out = join(here, 'build');
const run = (program, args, env = {}) =>
  execFileSync(program, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });

// The charsets and domain names are the browser's, as they are the platform's in the Worker: see `build.sh`.
const lock = join(target, 'html-client/Cargo.lock');
mkdirSync(join(target, 'html-client'), { recursive: true });
writeFileSync(lock, readFileSync(join(root, 'Cargo.lock')));
const patches = ['encoding_rs', 'idna_adapter'].flatMap((name) => [
  '--config',
  `patch.crates-io.${name}.path='${join(worker, 'standins', name)}'`,
]);
const toolchain = execFileSync(join(worker, 'nightly.sh'), { encoding: 'utf8' }).trim();
const cargo = ['build', '--release', '--package', 'html-client', '--target', 'wasm32-unknown-unknown'];
run('cargo', [...cargo, '-Zbuild-std=std,panic_abort', '-Zbuild-std-features=optimize_for_size', ...patches], {
  RUSTUP_TOOLCHAIN: toolchain,
  RUSTFLAGS: '-Zlocation-detail=none -Zfmt-debug=none -Zunstable-options -Cpanic=immediate-abort',
  CARGO_TARGET_DIR: target,
  CARGO_PROFILE_RELEASE_OPT_LEVEL: 'z',
  CARGO_RESOLVER_LOCKFILE_PATH: lock,
});

rmSync(out, { recursive: true, force: true });
const glue = join(out, 'glue');
const compiled = join(target, 'wasm32-unknown-unknown/release/html_client.wasm');
run('wasm-bindgen', ['--target', 'web', '--no-typescript', '--out-dir', glue, compiled]);
const wasm = join(glue, 'html_client_bg.wasm');
run(join(worker, 'node_modules/.bin/wasm-opt'), ['--all-features', ...passes(), wasm, '-o', wasm]);

function passes() {
  const script = readFileSync(join(worker, 'build.sh'), 'utf8');
  const of = (name) => new RegExp(`^${name}="(.*)"$`, 'm').exec(script)[1].split(' ');
  const [lean, plain, last] = ['lean', 'plain', 'last'].map(of);
  return [lean, plain, lean, plain, last].flat();
}
