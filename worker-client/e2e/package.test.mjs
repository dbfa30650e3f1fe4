// The npm package as its users get it: packed, and installed into an empty folder.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { pack } from '../npm/pack.mjs';

const bin = (name) => fileURLToPath(new URL(`../node_modules/.bin/${name}`, import.meta.url));
const packages = fileURLToPath(new URL('../node_modules/', import.meta.url));
const run = (command, args, options) => promisify(execFile)(command, args, { maxBuffer: 1 << 24, ...options });

const PROGRAM = `
import { Account, Login, Registrar, isProblem, type LoginEnv, type Problem } from 'worker-client';
export { Account, Registrar };
export default {
  async fetch(request: Request, env: LoginEnv): Promise<Response> {
    const login = new Login(env, 'ann');
    try {
      return (await login.handle(request)) ?? (await login.fetch('https://good.example/api'));
    } catch (error) {
      if (!isProblem(error)) throw error;
      const problem: Problem = error;
      return problem.login ? Response.redirect(problem.login) : Response.json(problem, { status: problem.status });
    }
  },
};
`;

const CONFIG = `
name = "newcomer"
main = "src/index.ts"
compatibility_date = "2026-05-01"

[[durable_objects.bindings]]
name = "ACCOUNT"
class_name = "Account"

[[durable_objects.bindings]]
name = "REGISTRAR"
class_name = "Registrar"

[[migrations]]
tag = "v1"
new_sqlite_classes = ["Account", "Registrar"]

[[services]]
binding = "EVENTS"
service = "newcomer"

[vars]
ORIGIN = "https://app.example"
RESOURCE_METADATA = "follow"
`;

/** Options of a strict program; `skipLibCheck` is off, so that the types of the package are checked too. */
const options = (types) => ({
  compilerOptions: {
    target: 'es2022',
    lib: ['es2022'],
    module: 'esnext',
    moduleResolution: 'bundler',
    strict: true,
    noEmit: true,
    skipLibCheck: false,
    types,
  },
  include: ['src'],
});

/** Where the types of the platform come from. */
const TYPES = {
  '@cloudflare/workers-types': ['@cloudflare/workers-types'],
  'wrangler types': ['./worker-configuration.d.ts'],
};

/** A program that hands an environment of this type to `Login`. */
const handing = (type) => `
import { Account, Login, Registrar, type LoginEnv } from 'worker-client';
class Another extends Account {}
export type Used = [Account, Another, Registrar, LoginEnv];
export const login = (env: ${type}) => new Login(env, 'ann');
`;
const bound = (account, registrar) => handing(`{ ACCOUNT: ${account}; REGISTRAR: ${registrar}; ORIGIN: string }`);
const SPACE = 'DurableObjectNamespace';
const PROGRAMS = {
  'the environment that wrangler generates': { program: handing('Env'), only: 'wrangler types' },
  'the environment that the package exports': { program: handing('LoginEnv') },
  'a binding of each class': { program: bound(`${SPACE}<Account>`, `${SPACE}<Registrar>`) },
  'a binding of a derived class': { program: bound(`${SPACE}<Another>`, `${SPACE}<Registrar>`) },
  'a binding of no named class': { program: bound(SPACE, SPACE) },
  'a binding of keys and values': { program: bound('KVNamespace', SPACE), fits: false },
  'a bucket': { program: bound(SPACE, 'R2Bucket'), fits: false },
  'a binding that may be absent': { program: bound(`${SPACE} | undefined`, SPACE), fits: false },
  'a user who is no text': { program: PROGRAM.replace("'ann'", '7'), fits: false },
};

describe('the npm package', () => {
  let folder, tarball;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'package-'));
    tarball = pack(join(folder, 'packed'));
    await mkdir(join(folder, 'src'));
    await mkdir(join(folder, 'node_modules/worker-client'), { recursive: true });
    await run('tar', ['-xzf', tarball, '--strip-components=1', '-C', join(folder, 'node_modules/worker-client')]);
    await symlink(join(packages, '@cloudflare'), join(folder, 'node_modules/@cloudflare'));
    await writeFile(join(folder, 'package.json'), '{"type": "module"}');
    await writeFile(join(folder, 'src/index.ts'), PROGRAM);
    await writeFile(join(folder, 'wrangler.toml'), CONFIG);
  });

  after(() => rm(folder, { recursive: true, force: true }));

  test('publint and attw find nothing', async () => {
    await run(bin('publint'), ['--strict', tarball]);
    await run(bin('attw'), [tarball, '--profile', 'esm-only']);
  });

  test('has both builds, the types, README and licences, and nothing else', async () => {
    const { stdout } = await run('tar', ['-tzf', tarball]);
    assert.deepEqual(stdout.trim().split('\n').sort(), [
      'package/LICENSE-APACHE',
      'package/LICENSE-MIT',
      'package/README.md',
      'package/classes.js',
      'package/development.js',
      'package/development/index.js',
      'package/development/index_bg.wasm',
      'package/dist/index.js',
      'package/dist/index_bg.wasm',
      'package/login.d.ts',
      'package/login.js',
      'package/package.json',
      'package/problem.js',
    ]);
  });

  for (const [source, types] of Object.entries(TYPES)) {
    describe(`its types under ${source}`, () => {
      const programs = Object.entries(PROGRAMS).filter(([, { only = source }]) => only === source);
      let found;

      before(async () => {
        await run(bin('wrangler'), ['types'], { cwd: folder });
        await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(options(types)));
        await mkdir(join(folder, 'src/tried'));
        for (const [index, [, { program }]] of programs.entries())
          await writeFile(join(folder, `src/tried/${index}.ts`), program);
        const { stdout } = await run(bin('tsc'), ['-p', '.'], { cwd: folder }).catch((error) => error);
        found = [...stdout.matchAll(/^(\S+?)\(.* (TS\d+)/gm)].map(([, file, code]) => `${file} ${code}`);
      });
      after(() => rm(join(folder, 'src/tried'), { recursive: true }));

      for (const [index, [what, { fits = true }]] of programs.entries())
        test(`${what} ${fits ? 'fits' : 'does not fit'}`, () => {
          const file = `src/tried/${index}.ts`;
          assert.deepEqual(
            found.filter((each) => each.startsWith(file)),
            fits ? [] : [`${file} TS2345`],
          );
        });
      test('nothing is found elsewhere', () => {
        assert.deepEqual(
          found.filter((each) => !each.startsWith('src/tried/')),
          [],
        );
      });
    });
  }

  test('its types have the members and the values that openapi.json describes', async () => {
    const text = await readFile(new URL('../npm/login.d.ts', import.meta.url), 'utf8');
    const { schemas } = JSON.parse(await readFile(new URL('../openapi.json', import.meta.url), 'utf8')).components;
    const variants = (schema) => [schema, ...(schema.oneOf ?? [])];
    const members = (schema) => variants(schema).flatMap(({ properties = {} }) => Object.keys(properties));
    for (const name of ['Connection', 'Probed', 'Problem', 'Receipt']) {
      const [, body] = new RegExp(`interface ${name}\\b.*? \\{\n(.*?)\n\\}`, 's').exec(text);
      const typed = [...body.matchAll(/^ {2}(\w+)\??:/gm)].map(([, member]) => member);
      const described = new Set(members(schemas[name]));
      assert.deepEqual(typed.sort(), [...described].sort(), name);
    }
    for (const name of ['Relaxation', 'Revocation']) {
      const [, body] = new RegExp(`type ${name} =(.*?);`, 's').exec(text);
      const typed = [...body.matchAll(/'([\w-]+)'/g)].map(([, value]) => value);
      assert.deepEqual(
        typed.sort(),
        variants(schemas[name])
          .flatMap((variant) => variant.const ?? [])
          .sort(),
        name,
      );
    }
  });

  test('wrangler bundles it, with the wasm beside the program', async () => {
    const { stdout } = await run(bin('wrangler'), ['deploy', '--dry-run', '--outdir', 'out'], { cwd: folder });
    assert.match(stdout, /Total Upload/);
  });
});
