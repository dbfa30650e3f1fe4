// Each role of a new user, from an empty folder and with nothing but what is packed: `node .ci/newcomer.mjs [ROLE…]`
// (`make newcomer`). Prints how long each took. What the registries have is installed from there.
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'newcomer-'));
const packed = join(scratch, 'packed');
mkdirSync(packed);
/** Runs a command; what it prints, which is shown if it fails. */
const run = async (cwd, command, args, env = {}) => {
  const options = { cwd, env: { ...process.env, ...env }, maxBuffer: 1 << 26 };
  const { stdout, stderr } = await promisify(execFile)(command, args, options);
  return stdout + stderr;
};
const write = (folder, files) => {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
};
const once = (make) => {
  let made;
  return () => (made ??= make());
};

const npmPackage = once(async () => {
  const { pack } = await import('../worker-client/npm/pack.mjs');
  return pack(packed);
});
const crates = once(() => run(root, 'node', ['.ci/crates.mjs', '--no-verify']));
const conformance = once(async () => {
  await run(root, 'cargo', ['build', '--quiet', '--locked', '--package', 'login-conformance']);
  return join(root, 'target/debug/conformance');
});

const WRANGLER = 'wrangler@4.86.0';
const CONFIG = readFileSync(join(root, 'worker-client/template/typescript/wrangler.jsonc'), 'utf8');
/** `agents` needs the modules of Node. */
const NODE_CONFIG = CONFIG.replace('"global_fetch', '"nodejs_compat", "global_fetch');
const PROGRAM = readFileSync(join(root, 'worker-client/template/typescript/src/index.ts'), 'utf8');
const recipe = (name) => readFileSync(join(root, `worker-client/examples/recipes/${name}.ts`), 'utf8');
/** The program of the template, which calls a recipe too. */
const calls = (name) => ({
  'src/recipe.ts': recipe(name),
  'src/index.ts': PROGRAM.replace('import {', "import { connect } from './recipe';\nimport {").replace(
    'const url =',
    "if (request.url.endsWith('/mcp')) await connect(login, new URL('https://good.example/mcp'));\n      const url =",
  ),
});
const TSCONFIG = readFileSync(join(root, 'worker-client/template/typescript/tsconfig.json'), 'utf8');

/** A TypeScript Worker: what it installs beside the package, its files, and how it is tried. */
const worker = (install, files, tries) => async (folder) => {
  write(folder, {
    'package.json': '{"private": true, "type": "module"}',
    'wrangler.jsonc': CONFIG,
    'tsconfig.json': TSCONFIG,
    'src/index.ts': PROGRAM,
    ...files,
  });
  const quiet = ['--silent', '--no-audit', '--no-fund'];
  await run(folder, 'npm', ['install', ...quiet, await npmPackage(), WRANGLER, 'typescript@5.9.3', ...install]);
  for (const [tool, ...args] of tries) await run(folder, 'npx', ['--no-install', tool, ...args]);
};
const BUNDLED = [['wrangler', 'types'], ['tsc'], ['wrangler', 'deploy', '--dry-run', '--outdir', 'out']];

/** The same where the types of another package are not whole by themselves. */
const LOOSELY_TYPED = BUNDLED.map((step) => (step[0] === 'tsc' ? ['tsc', '--skipLibCheck'] : step));

const HONO = `
import { Hono } from 'hono';
import { Account, Login, Registrar, type LoginEnv } from 'worker-client';
export { Account, Registrar };
const app = new Hono<{ Bindings: LoginEnv }>();
app.all('/connect/*', async (c) => (await new Login(c.env, 'ann').handle(c.req.raw)) ?? c.notFound());
app.get('/api', (c) => new Login(c.env, 'ann').proxy(c.req.raw, 'https://good.example/api'));
export default app;
`;
const AGENT = `
import { Agent } from 'agents';
import { Account, Login, Registrar } from 'worker-client';
export { Account, Registrar };
export class Helper extends Agent<Env> {
  override async onRequest(request: Request): Promise<Response> {
    return new Login(this.env, this.name).proxy(request, 'https://good.example/api');
  }
}
export default { fetch: () => new Response('an agent') };
`;
const VITEST = {
  'vitest.config.ts': `
import { randomBytes } from 'node:crypto';
import { cloudflareTest } from '@cloudflare/vitest-pool-workers';
import { defineConfig } from 'vitest/config';
const MASTER_KEYS = JSON.stringify({ active: 'k1', keys: { k1: randomBytes(32).toString('base64') } });
export default defineConfig({
  plugins: [
    cloudflareTest({
      wrangler: { configPath: './wrangler.jsonc' },
      miniflare: { bindings: { MASTER_KEYS } },
    }),
  ],
});
`,
  'src/index.test.ts': `
import { exports } from 'cloudflare:workers';
import { expect, test } from 'vitest';
test('the page', async () => {
  const headers = { 'cf-access-authenticated-user-email': 'ann' };
  const answer = await (exports as any).default.fetch(new Request('https://app.example/connect/', { headers }));
  expect(answer.status).toBe(200);
  expect(await answer.text()).toContain('Your connections');
});
`,
};
const VITE = {
  'vite.config.ts': `
import { cloudflare } from '@cloudflare/vite-plugin';
import { defineConfig } from 'vite';
export default defineConfig({ plugins: [cloudflare()] });
`,
};

/** A program over one crate, from its package and the packages that it needs. */
const crate = (name, dependency, program) => async (folder) => {
  await crates();
  const patches = [];
  for (const each of ['rfc7636', 'rfc7591', 'rfc8414', 'branding']) {
    await run(folder, 'tar', ['-xzf', join(root, `target/package/${each}-0.1.0.crate`)]);
    patches.push(`${each} = { path = "${each}-0.1.0" }`);
  }
  write(folder, {
    'Cargo.toml': `[package]\nname = "newcomer"\nedition = "2024"\n[dependencies]\n${dependency}\n[patch.crates-io]\n${patches.join('\n')}\n`,
    'src/main.rs': program,
  });
  await run(folder, 'cargo', ['run', '--quiet'], { CARGO_TARGET_DIR: join(scratch, 'target') });
};
/** The example of a README, which is a program. */
const example = (folder) => {
  const [, code] = /```rust\n(.*?)```/s.exec(readFileSync(join(root, folder, 'README.md'), 'utf8'));
  return code.includes('fn main') ? code : `fn main() {\n${code}}\n`;
};

const roles = {
  wrangler: worker([], {}, BUNDLED),
  hono: worker(['hono@4'], { 'src/index.ts': HONO }, BUNDLED),
  vite: worker(['vite@7', '@cloudflare/vite-plugin@1.34.0'], VITE, [['vite', 'build']]),
  vitest: worker(['vitest@4.1.5', '@cloudflare/vitest-pool-workers@0.15.1'], VITEST, [['vitest', 'run']]),
  'mcp-sdk-1': worker(['@modelcontextprotocol/sdk@1.32.2', '@cfworker/json-schema@4'], calls('mcp-sdk-1'), BUNDLED),
  'mcp-sdk-2': worker(
    ['@modelcontextprotocol/client@2.4.0', '@cfworker/json-schema@4'],
    calls('mcp-sdk-2'),
    LOOSELY_TYPED,
  ),
  agents: worker(['agents@0.32.0'], { 'src/index.ts': AGENT, 'wrangler.jsonc': NODE_CONFIG }, LOOSELY_TYPED),
  'rust-host': (folder) =>
    run(folder, 'node', ['--test', '--test-name-pattern=^rust', join(root, 'worker-client/e2e/template.test.mjs')]),
  rfc7636: crate('rfc7636', 'rfc7636 = "0.1"', example('pkce')),
  rfc7591: crate('rfc7591', 'rfc7591 = { version = "0.1", features = ["http"] }\nhttp = "1"', example('rfc7591')),
  rfc8414: crate('rfc8414', 'rfc8414 = { version = "0.1", features = ["http"] }\nhttp = "1"', example('rfc8414')),
  branding: crate('branding', 'branding = "0.1"\nurl = "2"', example('branding')),
  action: async (folder) => {
    const env = {
      CONFORMANCE: await conformance(),
      FOLDER: 'reports',
      OPTIONS: '--allow-private',
      HOSTS: 'http://127.0.0.1:9',
    };
    // Nothing answers there: a report says so, by an exit code of its own.
    const code = await run(folder, join(root, 'conformance/action.sh'), [], env).then(
      () => 0,
      (error) => error.code,
    );
    if (code !== 3) throw new Error(`the action ended with ${code}`);
    readFileSync(join(folder, 'reports/reports.html'));
  },
  node: async (folder) => {
    const [{ filename }] = JSON.parse(
      await run(join(root, 'vectors'), 'npm', ['pack', '--json', '--silent', '--pack-destination', packed]),
    );
    cpSync(join(root, 'vectors/oauth4webapi/compare.mjs'), join(folder, 'compare.mjs'));
    write(folder, { 'package.json': '{"private": true, "type": "module"}' });
    await run(folder, 'npm', [
      'install',
      '--silent',
      '--no-audit',
      '--no-fund',
      join(packed, filename),
      'oauth4webapi@3.8.8',
    ]);
    await run(folder, 'node', ['compare.mjs']);
  },
  python: async (folder) => {
    await run(folder, 'python3', ['-m', 'venv', 'venv']);
    const pip = (...args) => run(folder, 'venv/bin/pip', [...args, '--quiet', '--disable-pip-version-check']);
    await pip('wheel', join(root, 'vectors'), '--no-deps', '--wheel-dir', packed);
    await pip(
      'install',
      join(packed, 'login_vectors-0.1.0-py3-none-any.whl'),
      '-r',
      join(root, 'vectors/authlib/requirements.txt'),
    );
    await run(folder, 'venv/bin/python', [join(root, 'vectors/authlib/compare.py')]);
  },
};

const named = process.argv.slice(2);
const unknown = named.filter((name) => !roles[name]);
if (unknown.length) throw new Error(`${unknown.join(', ')}: the roles are ${Object.keys(roles).join(', ')}`);
try {
  for (const name of named.length ? named : Object.keys(roles)) {
    const folder = join(scratch, name);
    mkdirSync(folder);
    const began = performance.now();
    const failed = await roles[name](folder).then(
      () => null,
      (error) => error,
    );
    const seconds = ((performance.now() - began) / 1000).toFixed(0).padStart(4);
    console.log(`${seconds} s  ${name}${failed ? '  FAILED' : ''}`);
    if (!failed) continue;
    process.exitCode = 1;
    console.log(`${failed.message}\n${failed.stdout ?? ''}`.slice(-3000));
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
