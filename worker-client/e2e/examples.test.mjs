// The smallest host programs, in TypeScript and in Rust: ten lines that log their users in and keep them apart.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Agent } from './agent.mjs';
import { App, artefact, hostOf } from './app.mjs';
import { Lab } from './lab.mjs';
import { start } from './peers/oidc-provider.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

const examples = {
  'ts-worker': () => hostOf('../examples/ts-worker/src/index.ts'),
  'rust-worker': () => artefact(here('../examples/rust-worker/build')),
};

for (const [name, modules] of Object.entries(examples))
  describe(name, () => {
    let lab, app, ann, bob;
    /** A browser whose requests come through Cloudflare Access as this user. */
    const browserOf = (user) =>
      new Agent(
        {
          fetch: (request) =>
            app.fetch({ ...request, headers: { ...request.headers, 'cf-access-authenticated-user-email': user } }),
        },
        lab,
      );

    before(async () => {
      lab = new Lab();
      lab.peer(await start({ issuer: 'https://oidc.example' }));
      app = await App.start({ modules: await modules(), lab, bindings: { PREFIX: '/connect' } });
      [ann, bob] = ['ann@app.example', 'bob@app.example'].map(browserOf);
    });

    after(async () => {
      await app?.stop();
      await lab.stop();
    });

    test('a user of the host logs in under its prefix', async () => {
      const page = await ann.submit(await ann.submit(await ann.visit('/connect/'), { url: 'oidc.example' }));
      assert.equal(page.url, 'https://app.example/connect/?notice=connected', page.body);
      assert.match(page.body, /<h3 class="host">oidc.example</);
      assert.equal(ann.cookies('app.example').size, 0, 'the host knows its users: no cookie of ours');
    });

    test('the host makes an authorized request as that user', async () => {
      const answer = await ann.visit('/?url=https://oidc.example/api/whoami');
      assert.equal(answer.status, 200, answer.body);
      assert.match(answer.body, /"user":"demo"/);
    });

    test('another user has none of it', async () => {
      assert.match((await bob.visit('/connect/')).body, /None yet/);
      assert.deepEqual((await bob.json('GET', '/connect/connections')).json, []);
      const before = lab.requests('oidc.example', { path: '/api/whoami' }).length;
      await bob.visit('/?url=https://oidc.example/api/whoami').catch(() => {});
      assert.equal(lab.requests('oidc.example', { path: '/api/whoami' }).length, before, 'no request leaves for bob');
      const [connection] = (await ann.json('GET', '/connect/connections')).json;
      assert.equal((await bob.json('DELETE', `/connect/connections/${connection.id}`)).status, 404);
      assert.equal((await ann.json('GET', '/connect/connections')).json.length, 1);
    });

    test('what is not ours is left to the host', async () => {
      assert.match((await ann.visit('/connect')).body, /Your connections/);
      assert.match((await ann.visit('/connected')).body, /Try \/connect\//);
      assert.match((await ann.visit('/anything')).body, /Try \/connect\//);
      assert.equal((await app.fetch({ method: 'GET', url: 'https://app.example/connect/', headers: {} })).status, 401);
    });
  });

for (const name of ['ts-worker', 'mcp-client', 'context-editor', 'recipes'])
  test(`${name} agrees with the types of the npm package`, async () => {
    await promisify(execFile)(here('../node_modules/.bin/tsc'), ['-p', here(`../examples/${name}`)]);
  });

test('each use of the library in full takes less than 150 lines of code beside the library', async () => {
  const isCode = (line) => !/^\s*($|\/\/|\/?\*)/.test(line);
  const lines = async (path) => (await readFile(here(`../examples/${path}`), 'utf8')).split('\n').filter(isCode).length;
  for (const name of ['mcp-client', 'context-editor']) {
    const total = (await lines('shell.ts')) + (await lines(`${name}/src/index.ts`));
    assert.ok(total < 150, `${name}: ${total}`);
  }
});
