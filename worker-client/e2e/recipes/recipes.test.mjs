// The recipes in use, in workerd: each file of examples/recipes logs a user in to a real MCP server and calls a tool.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { Agent } from '../agent.mjs';
import { App, hostOf, objects } from '../app.mjs';
import { Lab } from '../lab.mjs';
import { start } from '../peers/mcp-ts-sdk.mjs';

const HOST = 'mcp-ts.example';
const URL_OF_SERVER = `https://${HOST}/mcp`;
const FILES = new URL('../../examples/recipes', import.meta.url);
const RECIPES = readdirSync(FILES)
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.replace('.ts', ''));

/** What a CommonJS module requires of Node is imported, as wrangler's bundles have it. */
const builtins = {
  name: 'builtins',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^path$/ }, ({ path }) => ({ path, namespace: 'builtins' }));
    onLoad({ filter: /./, namespace: 'builtins' }, ({ path }) => ({
      contents: `import builtin from 'node:${path}'; module.exports = builtin;`,
    }));
  },
};

let lab, app;
before(async () => {
  lab = new Lab();
  lab.peer(await start({ issuer: `https://${HOST}` }));
  app = await App.start({
    modules: await hostOf('recipes/host.ts', '../npm/dist', [builtins]),
    lab,
    bindings: { PREFIX: '/connect' },
    platform: {
      compatibilityFlags: [...objects('').compatibilityFlags, 'nodejs_compat'],
      durableObjects: { ...objects('').durableObjects, AGENT: { className: 'UserAgent', useSQLite: true } },
    },
  });
});
after(async () => {
  await app?.stop();
  await lab.stop();
});

/** A browser of a user whom the program knows. */
const browserOf = (user) =>
  new Agent({ fetch: ({ headers, ...rest }) => app.fetch({ ...rest, headers: { ...headers, 'x-user': user } }) }, lab);
const sent = () => lab.requests(HOST, { method: 'POST', path: '/mcp' }).map(({ headers }) => headers.authorization);

assert.ok(RECIPES.length >= 3, RECIPES.join(' '));
for (const recipe of RECIPES)
  describe(recipe, () => {
    const [ann, bob] = ['ann', 'bob'].map((name) => browserOf(`${name} of ${recipe}`));
    const ask = async (browser) =>
      (await browser.json('GET', `/${recipe}?url=${encodeURIComponent(URL_OF_SERVER)}`)).json;

    test('a user who has not logged in is told where, and nothing is sent to the server', async () => {
      const before = sent().length;
      const { login, ...rest } = await ask(ann);
      assert.ok(login, JSON.stringify(rest));
      assert.equal(new URL(login).pathname, '/connect/login');
      assert.equal(sent().length, before);
    });

    test('after the login it connects and calls a tool, with the token of that user', async () => {
      const { login } = await ask(ann);
      const page = await ann.submit(await ann.visit(login));
      await ann.submit(page);
      const before = sent().length;
      const { tools, result, ...rest } = await ask(ann);
      assert.deepEqual(tools, ['add', 'echo', 'whoami'], JSON.stringify(rest));
      assert.match(result.content[0].text, /, with a token for https:\/\/mcp-ts\.example/);
      const tokens = new Set(sent().slice(before));
      assert.equal(tokens.size, 1);
      assert.match([...tokens][0], /^Bearer ./);
    });

    test('another user has none of it', async () => {
      const before = sent().length;
      assert.ok((await ask(bob)).login);
      assert.equal(sent().length, before);
    });

    test('works again after the program was started anew', async () => {
      await app.restart();
      const { result, ...rest } = await ask(ann);
      assert.match(result?.content[0].text ?? JSON.stringify(rest), /, with a token for /);
      assert.ok(sent().every(Boolean), 'no request without a token');
    });
  });
