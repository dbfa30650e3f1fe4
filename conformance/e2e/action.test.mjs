// The action as a workflow runs it: its step, with the inputs as the environment that action.yml makes of them.
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const action = readFileSync(here('../action.yml'), 'utf8');
const binary = process.env.CONFORMANCE ?? here('../../target/debug/conformance');
let server, host, folder, document;
/** What the place of the releases serves, by path. */
const releases = new Map();

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'action-'));
  server = createServer((request, response) => {
    if (releases.has(request.url)) return response.writeHead(200).end(releases.get(request.url));
    if (request.url !== '/.well-known/oauth-authorization-server') return response.writeHead(404).end();
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(document));
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  host = `http://127.0.0.1:${server.address().port}`;
  document = {
    issuer: host,
    authorization_endpoint: `${host}/authorize`,
    token_endpoint: `${host}/token`,
    registration_endpoint: `${host}/register`,
    response_types_supported: ['code'],
    code_challenge_methods_supported: ['S256'],
  };
});

after(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

/** The step of action.yml: its `env`, filled from the inputs and their defaults, and its `run`. */
function step(inputs, environment = { CONFORMANCE: binary }) {
  const env = { ...process.env, GITHUB_ACTION_PATH: here('..'), ...environment };
  for (const [, name, input] of action.matchAll(/^\s+([A-Z]+): \$\{\{ inputs\.(\w+) \}\}$/gm)) {
    const [, fallback] = new RegExp(`^  ${input}:\\n(?:    .*\\n)*?    default: (.*)$`, 'm').exec(action) ?? [];
    env[name] = inputs[input] ?? (fallback === "''" ? '' : fallback) ?? '';
  }
  env.GITHUB_STEP_SUMMARY = join(folder, 'summary.md');
  env.GITHUB_OUTPUT = join(folder, 'output');
  env.FOLDER = join(folder, env.FOLDER);
  for (const file of [env.GITHUB_STEP_SUMMARY, env.GITHUB_OUTPUT]) writeFileSync(file, '');
  const [, run] = /run: '(.*)'/.exec(action);
  return new Promise((resolve) => {
    const child = spawn('bash', ['-eo', 'pipefail', '-c', run], { env });
    let text = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        text += chunk;
      });
    child.once('exit', (code) =>
      resolve({
        code,
        text,
        summary: readFileSync(env.GITHUB_STEP_SUMMARY, 'utf8'),
        outputs: readFileSync(env.GITHUB_OUTPUT, 'utf8'),
      }),
    );
  });
}

test('a good host passes, with a summary and files', async () => {
  const { code, text, summary, outputs } = await step({ hosts: host, options: '--allow-loopback' });
  assert.equal(code, 0, text);
  assert.match(summary, /supports dynamic client registration/);
  for (const name of ['json', 'sarif', 'html']) {
    const [, file] = new RegExp(`^${name}=(.*)$`, 'm').exec(outputs);
    assert.ok(readFileSync(file, 'utf8').length > 100, name);
  }
});

test('a host with a failed MUST fails, unless the baseline has it', async () => {
  document.scopes_supported = [];
  const failed = await step({ hosts: host, options: '--allow-loopback' });
  assert.equal(failed.code, 1, failed.text);
  assert.match(failed.text, /rfc8414\/3\.2\/empty-member/);
  const [, json] = /^json=(.*)$/m.exec(failed.outputs);
  const baseline = join(folder, 'baseline.jsonl');
  writeFileSync(baseline, readFileSync(json));
  assert.equal((await step({ hosts: host, options: '--allow-loopback', baseline })).code, 0);
  delete document.response_types_supported;
  assert.equal((await step({ hosts: host, options: '--allow-loopback', baseline })).code, 1);
});

test('nothing of the inputs is run', async () => {
  const { code } = await step({ hosts: '$(touch pwned) `touch pwned` --help', options: '--allow-loopback' });
  assert.equal(code, 2);
  assert.equal(spawnSync('test', ['-e', 'pwned']).status, 1);
});

test('a first run has no baseline, and makes it', async () => {
  const baseline = join(folder, 'none-yet.jsonl');
  const first = await step({ hosts: host, options: '--allow-loopback', baseline });
  assert.equal(first.code, 0, first.text);
  assert.match(first.text, /verdict: unknown -> registrable/);
  const [, json] = /^json=(.*)$/m.exec(first.outputs);
  copyFileSync(json, baseline);
  document.code_challenge_methods_supported = ['plain'];
  const second = await step({ hosts: host, options: '--allow-loopback', baseline });
  assert.equal(second.code, 1, second.text);
  document.code_challenge_methods_supported = ['S256'];
  document.response_types_supported = ['code'];
  delete document.scopes_supported;
});

test('without a release it is built outside the tree of the caller, by its own toolchain', async () => {
  const [bin, temporary, calls] = ['bin', 'temporary', 'calls'].map((name) => join(folder, name));
  for (const path of [bin, temporary]) mkdirSync(path);
  const cargo = join(bin, 'cargo');
  const script = [
    '#!/bin/sh',
    `echo "$PWD|$CARGO_TARGET_DIR|\${RUSTUP_TOOLCHAIN:-none}|$*" >>'${calls}'`,
    `mkdir -p "$CARGO_TARGET_DIR/release" && cp '${binary}' "$CARGO_TARGET_DIR/release/conformance"`,
  ];
  writeFileSync(cargo, script.join('\n'));
  chmodSync(cargo, 0o755);
  const environment = {
    CONFORMANCE: '',
    PATH: `${bin}${delimiter}${process.env.PATH}`,
    RUNNER_TEMP: temporary,
    RUSTUP_TOOLCHAIN: 'of-the-caller',
    REPOSITORY: 'someone/something',
    REF: 'v1.0.0',
    RELEASES: `${host}/no-such-place`,
  };
  const { code, text } = await step({ hosts: host, options: '--allow-loopback' }, environment);
  assert.equal(code, 0, text);
  const [cwd, target, toolchain, args] = readFileSync(calls, 'utf8').trim().split('|');
  assert.equal(cwd, dirname(here('../Cargo.toml')));
  assert.ok(target.startsWith(temporary), target);
  assert.equal(toolchain, 'none');
  assert.match(args, /^build --release --quiet --locked --manifest-path/);
});

test('a released binary is used if its digest is the released one', async () => {
  const temporary = join(folder, 'released');
  mkdirSync(temporary);
  copyFileSync(binary, join(temporary, 'conformance'));
  const archive = execFileSync('tar', ['-I', 'gzip -1', '-cf', '-', '-C', temporary, 'conformance'], {
    maxBuffer: 1 << 30,
  });
  const name = `conformance-${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-unknown-linux-musl.tar.gz`;
  const digest = createHash('sha256').update(archive).digest('hex');
  const environment = {
    CONFORMANCE: '',
    RUNNER_TEMP: temporary,
    REPOSITORY: 'someone/something',
    REF: 'v1.0.0',
    RELEASES: `${host}/releases`,
  };
  releases.set(`/releases/v1.0.0/${name}`, archive);
  releases.set(`/releases/v1.0.0/${name}.sha256`, `${digest}  ${name}\n`);
  const passed = await step({ hosts: host, options: '--allow-loopback' }, environment);
  assert.equal(passed.code, 0, passed.text);
  releases.set(`/releases/v1.0.0/${name}`, Buffer.concat([archive, Buffer.from('more')]));
  const refused = await step({ hosts: host, options: '--allow-loopback' }, environment);
  assert.equal(refused.code, 2, 'and nothing is built instead');
  assert.match(refused.text, /the digest of .* is not the released one/);
});
