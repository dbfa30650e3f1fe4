// MCP servers whose authorization server has another name, which they name by protected resource metadata (RFC 9728):
// added by URL, logged in to, used and renewed; and with the switch off, named and left alone.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { parse } from 'node-html-parser';
import { Agent } from './agent.mjs';
import { App, hostOf } from './app.mjs';
import { Lab } from './lab.mjs';
import { start as startFastmcp } from './peers/fastmcp-resource.mjs';
import { start as startSdk } from './peers/mcp-resource.mjs';
import { start as startOidc } from './peers/oidc-provider.mjs';

const TOKEN_SECONDS = 4;
const OIDC = 'oidc.example';
const RESOURCES = ['mcp-ts.example', 'fastmcp.example'];

let lab, app, modules;

before(async () => {
  lab = new Lab();
  modules = await hostOf('../examples/mcp-client/src/index.ts');
  const server = lab.peer(await startOidc({ issuer: `https://${OIDC}`, accessTokenSeconds: TOKEN_SECONDS }));
  const [sdk, fastmcp] = RESOURCES;
  lab.peer(await startSdk({ issuer: `https://${sdk}`, server }));
  lab.peer(await startFastmcp({ issuer: `https://${fastmcp}`, server }));
});
after(() => lab.stop());

const start = (bindings) => App.start({ modules, lab, bindings: { PREFIX: '/connect', ...bindings } });
const add = async (agent, url) => agent.submit(await agent.visit('/'), { url });
const button = (page) => parse(page.body).querySelector('a.button')?.getAttribute('href').replaceAll('&#38;', '&');
const whoami = (agent, page) => agent.submit(page, {}, { form: 'form:has(input[value="whoami"])' });
const result = ({ body }) => parse(body).querySelector('#result')?.textContent;
const tokenRequests = (kind) =>
  lab
    .requests(OIDC, { method: 'POST', path: '/token' })
    .map(({ body, status }) => ({ status, ...Object.fromEntries(new URLSearchParams(body)) }))
    .filter(({ grant_type }) => grant_type === kind);

describe('with RESOURCE_METADATA = "follow"', () => {
  before(async () => {
    app = await start({ RESOURCE_METADATA: 'follow' });
  });
  after(() => app.stop());

  for (const host of RESOURCES)
    describe(host, () => {
      const url = `https://${host}/mcp`;
      let ann, page;

      test('the person is told who issues the token, and who gets it, and must agree', async () => {
        ann = new Agent(app, lab);
        page = await add(ann, url);
        assert.match(page.body, new RegExp(`${host} asks you to log in`), page.body);
        page = await ann.visit(button(page), { site: 'same-origin' });
        assert.match(page.body, new RegExp(`${host} will receive a token that was issued by ${OIDC}`), page.body);
        const form = parse(page.body).querySelector('form[action$="/login"]');
        form.querySelector('input[name="cross_site_hosts"]').remove();
        const sent = lab.requests(OIDC, { method: 'POST' }).length;
        const refused = await ann.submit({ ...page, body: form.toString() });
        assert.equal(refused.status, 403, refused.body);
        assert.equal(lab.requests(OIDC, { method: 'POST' }).length, sent, 'nothing was registered');
      });

      test('logs in there, with the resource as it is published, and calls a tool', async () => {
        const open = await ann.submit(page);
        assert.equal(open.url, `https://app.example/?url=${encodeURIComponent(url)}`, open.body);
        page = await ann.submit(open);
        assert.equal(result(await whoami(ann, page)), `demo, with a token for ${url}`);
        const asked = lab.requests(OIDC, { method: 'GET', path: '/auth' }).at(-1);
        assert.equal(new URL(asked.url).searchParams.get('resource'), url);
        assert.equal(tokenRequests('authorization_code').at(-1).resource, url);
      });

      test('renews the token there', async () => {
        await new Promise((resolve) => setTimeout(resolve, (TOKEN_SECONDS + 1) * 1000));
        const before = tokenRequests('refresh_token').length;
        assert.equal(result(await whoami(ann, page)), `demo, with a token for ${url}`);
        const renewals = tokenRequests('refresh_token').slice(before);
        assert.deepEqual(
          renewals.map(({ status, resource }) => [status, resource]),
          [[200, url]],
        );
      });

      test('the resource received neither code nor refresh token', () => {
        const secrets = tokenRequests('authorization_code').flatMap(({ code, code_verifier }) => [code, code_verifier]);
        secrets.push(...tokenRequests('refresh_token').map(({ refresh_token }) => refresh_token));
        const received = JSON.stringify(lab.requests(host));
        assert.ok(secrets.length > 2 && secrets.every((secret) => !received.includes(secret)));
      });
    });
});

describe('without it', () => {
  before(async () => {
    app = await start();
  });
  after(() => app.stop());

  test('what a challenge points to is named, and nothing is sent there', async () => {
    const [, host] = RESOURCES;
    const [before, asked] = [lab.requests(OIDC).length, lab.requests(host).length];
    const { json } = await new Agent(app, lab).json('GET', `/connect/probe?url=https://${host}/mcp`);
    assert.equal(json.verdict, 'external_authorization_server');
    assert.equal(json.resource_metadata, `https://${host}/.well-known/oauth-protected-resource/mcp`);
    assert.equal(lab.requests(OIDC).length, before);
    const paths = lab
      .requests(host)
      .slice(asked)
      .map(({ url }) => new URL(url).pathname);
    assert.ok(paths.length && !paths.some((path) => path.includes('protected-resource')), paths.join(' '));
  });
});
