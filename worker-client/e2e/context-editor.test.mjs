// examples/context-editor in use: documents of real servers, with a login and without one, and two users.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { parse } from 'node-html-parser';
import { Agent } from './agent.mjs';
import { App, hostOf } from './app.mjs';
import { Lab, json, nothing } from './lab.mjs';
import { start as startOidc } from './peers/oidc-provider.mjs';
import { start as startOpen } from './peers/mcp-open.mjs';
import { HOST, Server } from './server.mjs';

const OIDC = 'oidc.example';
const OPEN = 'open.example';
const DOCUMENT = `https://${OIDC}/api/whoami`;

let lab, app;
const open = async (agent, url) => agent.submit(await agent.visit('/'), { url });
const shown = ({ body }) => parse(body).querySelector('#document')?.innerHTML;
const from = ({ body }) => parse(body).querySelector('#from')?.textContent;
const button = (page) => parse(page.body).querySelector('a.button');
const logIn = async (agent, page) =>
  agent.submit(await agent.visit(button(page).getAttribute('href'), { site: 'same-origin' }));
const tokens = () => lab.requests(OIDC, { path: '/api/whoami' }).map(({ headers }) => headers.authorization);
const text =
  (body, more = {}) =>
  (request) =>
    new URL(request.url).pathname === '/document'
      ? { status: 200, headers: { 'content-type': 'text/plain', ...more }, body }
      : nothing();

before(async () => {
  lab = new Lab();
  lab.peer(await startOidc({ issuer: `https://${OIDC}`, accessTokenSeconds: 4 }));
  lab.peer(await startOpen({ issuer: `https://${OPEN}` }));
  app = await App.start({
    modules: await hostOf('../examples/context-editor/src/index.ts'),
    lab,
    bindings: { PREFIX: '/connect' },
  });
});

after(async () => {
  await app?.stop();
  await lab.stop();
});

describe('a document that anybody may see', () => {
  test('is shown as text, and where it is from', async () => {
    const ann = new Agent(app, lab);
    const page = await open(ann, OPEN);
    assert.match(shown(page), /^&#60;!doctype html&#62;.*&#60;h1&#62;Open MCP Peer&#60;\/h1&#62;/s);
    assert.match(from(page), new RegExp(`^200 from https://${OPEN}/ text/html`));
    assert.match(page.body, /<strong class="host">open\.example<.*calls itself <bdi>Open MCP Peer<.*As anybody/s);
    assert.equal(button(page), null, 'no login is offered where the host offers none');
    assert.ok(lab.requests(OPEN).every(({ headers }) => !headers.authorization && !headers.cookie));
    assert.equal(ann.cookies('app.example').size, 0);
  });
});

describe('a document behind a login', () => {
  let ann, bob, page;
  before(() => {
    [ann, bob] = [new Agent(app, lab), new Agent(app, lab)];
  });

  test('offers to log in to the host, and says who it is', async () => {
    page = await open(ann, DOCUMENT);
    assert.match(from(page), /^401 from/);
    assert.match(page.body, /<img class="icon" src="data:image\/png;base64,/);
    assert.equal(button(page).textContent, `Log in to ${OIDC}`);
    assert.equal(
      new URL(button(page).getAttribute('href')).searchParams.get('url'),
      `https://${OIDC}`,
      'to the host, not to the one document',
    );
    assert.deepEqual(tokens(), [undefined]);
  });

  test('offers the host even where another one issues its tokens', async () => {
    const server = new Server();
    for (const host of ['as.example', 'docs.example']) lab.host(host, server.answer);
    const link = button(await open(ann, 'docs.example/api/document'));
    assert.equal(new URL(link.getAttribute('href')).searchParams.get('url'), 'https://docs.example');
  });

  test('is shown as the person sees it, once they have logged in and say so', async () => {
    page = await logIn(ann, page);
    assert.equal(page.url, `https://app.example/?url=${encodeURIComponent(DOCUMENT)}`, page.body);
    assert.equal(shown(page), undefined, 'the way back began at another site');
    page = await ann.submit(page);
    assert.equal(shown(page), '{&#34;user&#34;:&#34;demo&#34;,&#34;audience&#34;:&#34;https://oidc.example&#34;}');
    assert.match(page.body, /As you, connected to https:\/\/oidc\.example</);
    assert.equal(button(page), null);
    assert.match((await ann.visit('/')).body, /<a href="\/\?url=https%3A%2F%2Foidc\.example">/);
  });

  test('is refused to another person, who sees nothing of hers', async () => {
    assert.doesNotMatch((await bob.visit('/')).body, /oidc\.example/);
    const before = tokens().length;
    const theirs = await open(bob, DOCUMENT);
    assert.match(from(theirs), /^401 from/);
    assert.equal(button(theirs).textContent, `Log in to ${OIDC}`);
    assert.deepEqual(tokens().slice(before), [undefined]);
    const after = tokens().length;
    await bob.submit(await logIn(bob, theirs));
    const [his] = tokens().slice(after);
    assert.match(his, /^Bearer /);
    assert.ok(!tokens().slice(0, after).includes(his), 'a token of his own');
  });

  test('is fetched with the connection that covers it most closely', async () => {
    // Its tokens last: a second login to it ends what the first one could be renewed with.
    lab.peer(await startOidc({ issuer: 'https://lasting.example' }));
    const asked = (path) => lab.requests('lasting.example', { path }).map(({ headers }) => headers.authorization);
    for (const place of ['lasting.example', 'lasting.example/api'])
      await ann.submit(await ann.visit(`/connect/login?url=${place}`));
    const page = await open(ann, 'lasting.example/api/whoami');
    assert.match(shown(page), /&#34;audience&#34;:&#34;https:\/\/lasting\.example\/api&#34;/);
    assert.match(page.body, /As you, connected to https:\/\/lasting\.example\/api</);
    const beside = await open(ann, 'lasting.example/mcp');
    assert.match(beside.body, /As you, connected to https:\/\/lasting\.example</);
    const [[within], [without]] = [asked('/api/whoami'), asked('/mcp')];
    assert.match(within, /^Bearer /);
    assert.match(without, /^Bearer /);
    assert.notEqual(without, within, 'what lies beside it, with the one to the host');
  });

  test('is still shown when the token has expired meanwhile', async () => {
    const old = tokens().at(-1);
    await new Promise((resolve) => setTimeout(resolve, 5000));
    assert.equal((await lab.fetch({ method: 'GET', url: DOCUMENT, headers: { authorization: old } })).status, 401);
    const before = tokens().length;
    assert.match(shown(await open(ann, DOCUMENT)), /&#34;demo&#34;/);
    const [renewed, ...more] = tokens().slice(before);
    assert.notEqual(renewed, old);
    assert.deepEqual(more, [], 'one request to the host: no attempt with the old one');
  });
});

describe('what a document or another site may try', () => {
  const ann = () => new Agent(app, lab);

  test('an address that may not be asked is refused before anything is sent', async () => {
    for (const url of [
      'https://127.0.0.1/',
      'https://[::1]/',
      'https://localhost/',
      'http://open.example/',
      'https://printer.local/',
      'https://open.example:25/',
      'https://app.example/connect/connections',
      'javascript:alert(1)',
      'file:///etc/passwd',
      'https://u:p@open.example/',
    ]) {
      const before = lab.all.length;
      const page = await open(ann(), url);
      assert.equal(page.status, 400, `${url} ${page.body}`);
      assert.equal(lab.all.length, before, url);
    }
    assert.equal((await open(ann(), `https://${OPEN}/`)).status, 200);
  });

  test('a redirect is said and not followed, and what it leads to is judged like anything else', async () => {
    lab.host('leads.example', (request) => ({
      ...text('')(request),
      status: 302,
      headers: { location: 'https://127.0.0.1/"><script>' },
    }));
    const page = await open(ann(), 'leads.example/document');
    const link = parse(page.body).querySelector('main > p > a');
    assert.match(page.body, /It leads to <a href="\/\?url=https%3A%2F%2F127\.0\.0\.1%2F/);
    assert.doesNotMatch(page.body, /<script/);
    assert.equal((await ann().visit(link.getAttribute('href'), { site: 'same-origin' })).status, 400);
    assert.equal(lab.requests('127.0.0.1').length, 0);
  });

  test('a document is cut where it is too long, and is text or nothing', async () => {
    lab.host('long.example', text('é'.repeat(200 << 10)));
    const page = await open(ann(), 'long.example/document');
    assert.match(page.body, /the first 256 KiB/);
    assert.equal(shown(page), 'é'.repeat(128 << 10));
    lab.host('short.example', text('é'.repeat(128 << 10)));
    const whole = await open(ann(), 'short.example/document');
    assert.doesNotMatch(whole.body, /the first 256 KiB/);
    assert.equal(shown(whole), 'é'.repeat(128 << 10));
    const image = await open(ann(), `${OPEN}/icon.png`);
    assert.match(image.body, /That is no text/);
    assert.equal(shown(image), undefined);
  });

  test('a host that never answers is not waited for, with a login and without one', { timeout: 60_000 }, async () => {
    const server = new Server();
    lab.host('as.example', server.answer);
    const agent = ann();
    await agent.submit(await agent.visit('/connect/login?url=as.example'));
    const url = `${HOST}/api/document`;
    assert.equal(shown(await open(agent, url)), '{&#34;ok&#34;:true}');
    const held = [];
    server.resource = () => new Promise((resolve) => held.push(resolve));
    for (const who of [agent, ann()]) {
      const before = held.length;
      const page = await open(who, url);
      assert.match(page.body, /The document did not come/);
      assert.ok(held.length > before, 'while the host still thinks');
    }
    for (const release of held) release(nothing());
  });

  test('a host that asks for more than was agreed to: the person is told, and led to where they agree', async () => {
    const server = new Server();
    lab.host('as.example', server.answer);
    server.resource = () => ({
      ...json({}, 403),
      headers: { 'www-authenticate': 'Bearer error="insufficient_scope", scope="files:write"' },
    });
    const agent = ann();
    await agent.submit(await agent.visit('/connect/login?url=as.example'));
    const page = await open(agent, `${HOST}/api`);
    assert.match(page.body, /The host asks for more than you have agreed to.*files:write/s);
    const link = new URL(button(page).getAttribute('href'));
    assert.deepEqual(
      [link.pathname, link.searchParams.get('scope'), link.searchParams.get('return_to')],
      ['/connect/login', 'files:write', `/?url=${encodeURIComponent(`${HOST}/api`)}`],
    );
    server.resource = () => json({ more: true });
    assert.equal(shown(await agent.submit(await logIn(agent, page))), '{&#34;more&#34;:true}');
    assert.equal(
      new URL(lab.requests('as.example', { path: '/authorize' }).at(-1).url).searchParams.get('scope'),
      'files:write',
    );
  });

  test('a page of another site fetches nothing in the name of a person', async () => {
    const agent = ann();
    await agent.submit(await logIn(agent, await open(agent, DOCUMENT)));
    const before = tokens().length;
    for (const site of ['cross-site', 'same-site']) {
      const page = await agent.visit(`/?url=${DOCUMENT}`, { site });
      assert.match(page.body, /Press “Open” to go there/);
      assert.equal(shown(page), undefined);
    }
    assert.equal(tokens().length, before);
    assert.match(shown(await agent.visit(`/?url=${DOCUMENT}`)), /demo/, 'an address that they type does');
  });
});
