// The action as a workflow runs it: its step, with the inputs as the environment that action.yml makes of them.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const action = readFileSync(here('../action.yml'), 'utf8');
let server, host, folder, document;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'action-'));
  server = createServer((request, response) => {
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
function step(inputs) {
  const env = {
    ...process.env,
    GITHUB_ACTION_PATH: here('..'),
    CONFORMANCE: process.env.CONFORMANCE ?? here('../../target/debug/conformance'),
  };
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
  const { code, text, summary, outputs } = await step({ hosts: host, options: '--allow-private' });
  assert.equal(code, 0, text);
  assert.match(summary, /supports dynamic client registration/);
  for (const name of ['json', 'sarif', 'html']) {
    const [, file] = new RegExp(`^${name}=(.*)$`, 'm').exec(outputs);
    assert.ok(readFileSync(file, 'utf8').length > 100, name);
  }
});

test('a host with a failed MUST fails, unless the baseline has it', async () => {
  document.scopes_supported = [];
  const failed = await step({ hosts: host, options: '--allow-private' });
  assert.equal(failed.code, 1, failed.text);
  assert.match(failed.text, /rfc8414\/3\.2\/empty-member/);
  const [, json] = /^json=(.*)$/m.exec(failed.outputs);
  const baseline = join(folder, 'baseline.jsonl');
  writeFileSync(baseline, readFileSync(json));
  assert.equal((await step({ hosts: host, options: '--allow-private', baseline })).code, 0);
  delete document.response_types_supported;
  assert.equal((await step({ hosts: host, options: '--allow-private', baseline })).code, 1);
});

test('nothing of the inputs is run', async () => {
  const { code } = await step({ hosts: '$(touch pwned) `touch pwned` --help', options: '--allow-private' });
  assert.equal(code, 2);
  assert.equal(spawnSync('test', ['-e', 'pwned']).status, 1);
});
