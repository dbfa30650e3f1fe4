// The answers that a host program's operator gets before all is set: in Rust, in TypeScript, and beside another
// deployment's objects.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { App, artefact, hostOf } from './app.mjs';
import { Lab } from './lab.mjs';
import { start } from './peers/oidc-provider.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const USER = { 'cf-access-authenticated-user-email': 'ann@app.example' };
const PROBLEM = 'application/problem+json';
const UNSET = '';

const hosts = {
  'rust-worker': () => artefact(here('../examples/rust-worker/build')),
  'ts-worker': () => hostOf('../examples/ts-worker/src/index.ts'),
};

let lab;
before(async () => {
  lab = new Lab();
  lab.peer(await start({ issuer: 'https://oidc.example' }));
});
after(() => lab.stop());

/** The answer of a host with these settings, with its document if it has one. */
async function asked(modules, bindings, path, headers = {}) {
  const app = await App.start({ modules, lab, bindings: { PREFIX: '/connect', ...bindings } });
  try {
    const answer = await app.fetch({
      method: 'GET',
      url: `https://app.example${path}`,
      headers: { ...USER, ...headers },
    });
    const { headers: flat } = answer;
    return { ...answer, type: flat[flat.indexOf('content-type') + 1]?.split(';')[0] };
  } finally {
    await app.stop();
  }
}

test('a Rust host that answers with `?` gives the problem document', async () => {
  const modules = await hosts['rust-worker']();
  const set = await asked(modules, {}, '/connect/');
  assert.equal(set.status, 200, 'the control: with its settings it answers');
  const unset = await asked(modules, { ORIGIN: UNSET }, '/connect/');
  assert.deepEqual([unset.status, unset.type], [503, PROBLEM], unset.body);
  const { type, actor, remedy } = JSON.parse(unset.body);
  assert.deepEqual([type, actor], ['misconfigured', 'the operator of this app']);
  assert.ok(remedy);
});

for (const [name, modules] of Object.entries(hosts))
  describe(name, () => {
    const login = '/connect/login?url=oidc.example';
    for (const [path, type] of [
      ['/connect/health', 'application/json'],
      [login, 'text/html'],
    ])
      test(`${path} is answered with 503 while the objects have no keys`, async () => {
        const accept = { accept: `${type}, */*;q=0.1` };
        const set = await asked(await modules(), {}, path, accept);
        assert.deepEqual([set.status, set.type], [200, type], set.body);
        const unset = await asked(await modules(), { MASTER_KEYS: UNSET }, path, accept);
        assert.equal(unset.status, 503, unset.body);
        assert.match(unset.body, /not configured yet/);
      });
  });
