// `make run`, as a newcomer sees it: what it prints says where the app is, and warns of nothing.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const RUN = fileURLToPath(new URL('../run.mjs', import.meta.url));
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

test('says where the app and the server are, and warns of nothing', async () => {
  const child = spawn(process.execPath, [RUN], { env: { ...process.env, PORT: '0', SERVER_PORT: '0' } });
  const [ended, printed] = [once(child, 'exit'), { stdout: '', stderr: '' }];
  for (const stream of ['stdout', 'stderr']) child[stream].on('data', (data) => (printed[stream] += data));
  while (!printed.stdout.includes('Ctrl-C') && child.exitCode === null)
    await Promise.race([once(child.stdout, 'data'), ended]);
  const [, app] = /The app: +(\S+)/.exec(printed.stdout) ?? [];
  assert.equal((await fetch(app)).status, 200);
  // No server could fetch it from this machine.
  assert.equal((await fetch(new URL('/client-metadata.json', app))).status, 404);
  child.kill('SIGTERM');
  await ended;
  assert.equal(printed.stderr, '');
});

test('a warning that is not meant is printed', async () => {
  const code = `await import('./peers/quiet.mjs');
    console.warn('oidc-provider WARNING: quick start development-only signing keys are used');
    console.warn('oidc-provider WARNING: something else', 1);`;
  const { stderr } = await new Promise((resolve) => {
    const child = spawn(process.execPath, ['--input-type=module', '--eval', code], {
      cwd: fileURLToPath(new URL('.', import.meta.url)),
    });
    let stderr = '';
    child.stderr.on('data', (data) => (stderr += data));
    child.on('exit', () => resolve({ stderr }));
  });
  assert.equal(stderr, 'oidc-provider WARNING: something else 1\n');
});

test('says what it does before it does it', () => {
  const commands = execFileSync('make', ['--dry-run', 'run'], { cwd: ROOT, encoding: 'utf8' });
  const said = commands.split('\n').filter((line) => line.startsWith('echo'));
  assert.deepEqual(
    said.map((line) => line.slice(6, 12)),
    ['1 of 3', '2 of 3', '3 of 3'],
    commands,
  );
});
