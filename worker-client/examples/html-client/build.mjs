// Builds the page: `build/site`, which any static server can serve, and `build/html-client.html`, the same in one file.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
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
  return [lean, plain, lean, plain, lean, plain, last].flat();
}

// What both forms have in common. A page may be told where its scripts, styles and requests come from, and no more.
const page = (name) => readFileSync(join(here, 'page', name), 'utf8');
const bundle = async (contents, loader) => {
  const { outputFiles } = await build({
    stdin: { contents, loader, resolveDir: join(here, 'page') },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    legalComments: 'none',
  });
  return outputFiles[0].text;
};
const script = await bundle(page('main.js'), 'js');
const style = await bundle(readFileSync(join(worker, 'templates/style.css'), 'utf8') + page('page.css'), 'css');
const policy = (scripts, styles) =>
  [
    "default-src 'none'",
    `script-src ${scripts} 'wasm-unsafe-eval'`,
    `style-src ${styles}`,
    "connect-src 'self' https:",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types inert',
  ].join('; ');
const html = (parts) => page('index.html').replace(/\{(\w+)\}/g, (_, name) => parts[name]);

const site = join(out, 'site');
mkdirSync(site);
writeFileSync(
  join(site, 'index.html'),
  html({
    policy: policy("'self'", "'self'"),
    style: '<link rel="stylesheet" href="style.css">',
    script: '<script type="module" src="client.js"></script>',
  }),
);
writeFileSync(join(site, 'client.js'), script);
writeFileSync(join(site, 'style.css'), style);
writeFileSync(join(site, 'client.wasm'), readFileSync(wasm));

// In one file the policy names each part by its digest. The module is data, which no browser runs: a character for each
// byte, its code or 256 more where HTML has a use of its own for that character. It compresses as well as the bytes do.
const digest = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
const isPlain = (byte) => byte > 0 && byte < 0x80 && !['\r', '\f', '<'].includes(String.fromCharCode(byte));
const character = (byte) => String.fromCharCode(isPlain(byte) ? byte : 0x100 + byte);
const packed = Array.from(readFileSync(wasm), character).join('');
const single = join(out, 'html-client.html');
writeFileSync(
  single,
  html({
    policy: policy(digest(script), digest(style)),
    style: `<style>${style}</style>`,
    script:
      `<script type="application/wasm" id="wasm">${packed}</script>\n` + `<script type="module">${script}</script>`,
  }),
);

const files = ['index.html', 'client.js', 'style.css', 'client.wasm'].map((name) => readFileSync(join(site, name)));
const sum = (compress) => files.reduce((all, file) => all + compress(file).length, 0);
console.log(`site: ${sum(brotliCompressSync)} bytes as brotli, ${sum((file) => gzipSync(file, { level: 9 }))} as gzip`);
console.log(`one file: ${brotliCompressSync(readFileSync(single)).length} bytes as brotli`);
