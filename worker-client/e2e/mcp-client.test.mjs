// examples/mcp-client in use: real MCP servers, with a login and without one, and two users.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { parse } from 'node-html-parser';
import { Agent } from './agent.mjs';
import { App, hostOf } from './app.mjs';
import { Lab, nothing } from './lab.mjs';
import { start as startOidc } from './peers/oidc-provider.mjs';
import { start as startOpen } from './peers/mcp-open.mjs';
import { start as startSdk } from './peers/mcp-ts-sdk.mjs';

const TOKEN_SECONDS = 4;
const SDK = 'mcp-ts.example';
const OIDC = 'oidc.example';
const OPEN = 'open.example';

let lab, app, peers;
const add = async (agent, url) => agent.submit(await agent.visit('/'), { url });
const call = (agent, page, tool, values = {}) => {
  const fields = Object.fromEntries(Object.entries(values).map(([name, value]) => [`argument ${name}`, value]));
  return agent.submit(page, fields, { form: `form:has(input[value="${tool}"])` });
};
const result = ({ body }) => parse(body).querySelector('#result')?.innerHTML;
const button = (page) => parse(page.body).querySelector('a.button')?.getAttribute('href').replaceAll('&#38;', '&');
/** Presses "Log in", agrees at the host, and comes back to the page that asked. */
const logIn = async (agent, page) => agent.submit(await agent.visit(button(page), { site: 'same-origin' }));
const connect = async (agent, page) => agent.submit(await logIn(agent, page));
const mcp = (host) => lab.requests(host, { path: '/mcp' });
const bearers = (requests) => [...new Set(requests.map(({ headers }) => headers.authorization))];

before(async () => {
  lab = new Lab();
  peers = {
    oidc: lab.peer(await startOidc({ issuer: `https://${OIDC}`, accessTokenSeconds: TOKEN_SECONDS })),
    open: lab.peer(await startOpen({ issuer: `https://${OPEN}` })),
    sdk: lab.peer(await startSdk({ issuer: `https://${SDK}` })),
  };
  app = await App.start({
    modules: await hostOf('../examples/mcp-client/src/index.ts'),
    lab,
    bindings: { PREFIX: '/connect' },
  });
});

after(async () => {
  await app?.stop();
  await lab.stop();
});

describe('a server that asks nobody to log in', () => {
  let ann, page;
  before(() => {
    ann = new Agent(app, lab);
  });

  test('shows its tools', async () => {
    page = await add(ann, `${OPEN}/mcp`);
    assert.match(page.body, /<strong class="host">open\.example</);
    assert.match(page.body, /calls itself <bdi>Open MCP Peer</);
    assert.match(page.body, /As anybody/);
    assert.deepEqual(
      parse(page.body)
        .querySelectorAll('form strong')
        .map((name) => name.textContent),
      ['add', 'echo', 'whoami'],
    );
    assert.equal(button(page), undefined, 'no login is offered where none is needed');
  });

  test('what the server says is text', () => {
    assert.match(page.body, /Adds &#60;b&#62;two&#60;\/b&#62; numbers/);
    assert.doesNotMatch(page.body, /<b>/);
  });

  test('calls a tool with what was typed, of the type that the server asks for', async () => {
    const said = await call(ann, page, 'add', { a: '2', b: '40' });
    assert.equal(result(said), 'The sum is 42', said.body);
    const sent = mcp(OPEN)
      .map(({ body }) => body && JSON.parse(body))
      .find(({ method } = {}) => method === 'tools/call');
    assert.deepEqual(sent.params, { name: 'add', arguments: { a: 2, b: 40 } });
    assert.equal(
      result(await call(ann, said, 'echo', { text: '<script>7</script>' })),
      '&#60;script&#62;7&#60;/script&#62;',
    );
    assert.equal(
      result(await call(ann, said, 'echo', { text: '7' })),
      '7',
      'a string stays one, even if it looks like a number',
    );
    const failed = await call(ann, said, 'add', { a: '2', b: 'x' });
    assert.match(failed.body, /add failed/);
    assert.equal(result(failed), 'a and b are numbers');
  });

  test('the server was asked as nobody, and no session is left there', () => {
    assert.deepEqual(bearers(mcp(OPEN)), [undefined]);
    assert.ok(mcp(OPEN).every(({ headers }) => !headers.cookie));
    assert.equal(peers.open.sessions.size, 0);
    assert.ok(mcp(OPEN).some(({ method, status }) => method === 'DELETE' && status === 200));
    assert.equal(ann.cookies('app.example').size, 0, 'nothing is known of whoever needs no login');
  });
});

for (const host of [SDK, OIDC])
  describe(`a server behind bearer tokens at ${host}`, () => {
    const server = `https://${host}/mcp`;
    let ann, bob, page;
    before(() => {
      [ann, bob] = [new Agent(app, lab), new Agent(app, lab)];
    });

    test('asks to log in, to whom, and leads to the page that does it', async () => {
      page = await add(ann, server);
      assert.match(page.body, new RegExp(`${host} asks you to log in`), page.body);
      assert.equal(mcp(host).at(-1).status, 401);
      const link = new URL(button(page));
      assert.equal(link.pathname, '/connect/login');
      assert.equal(link.searchParams.get('url'), server);
    });

    test('after logging in the person is back at the server, and nothing is done until they say so', async () => {
      const asHer = () => mcp(host).filter(({ headers }) => headers.authorization).length;
      const before = asHer();
      page = await logIn(ann, page);
      assert.equal(page.url, `https://app.example/?url=${encodeURIComponent(server)}`, page.body);
      assert.match(page.body, new RegExp(`As you, connected to ${server}`));
      assert.equal(asHer(), before, 'the way back began at another site');
      page = await ann.submit(page);
      assert.match(page.body, /<strong>whoami</, page.body);
    });

    test('calls a tool as the person, with a token for that server', async () => {
      const said = await call(ann, page, 'whoami');
      assert.match(result(said), new RegExp(`^demo(_user)?, with a token for ${server}$`), said.body);
      assert.equal(
        lab.requests(host, { method: 'POST' }).filter(({ body }) => body.includes('redirect_uris')).length,
        1,
        'one registration',
      );
      assert.match(result(await call(ann, said, 'add', { a: '1', b: '2' })), /The sum is 3/);
      assert.equal(peers[host === SDK ? 'sdk' : 'oidc'].sessions.size, 0);
    });

    test('another person sees none of it, and logs in on their own', async () => {
      const theirs = bearers(mcp(host)).filter(Boolean);
      assert.ok(theirs.length > 0);
      assert.doesNotMatch((await bob.visit('/')).body, new RegExp(host));
      const before = mcp(host).length;
      let other = await add(bob, server);
      assert.match(other.body, /asks you to log in/);
      assert.deepEqual(bearers(mcp(host).slice(before)), [undefined]);
      other = await connect(bob, other);
      await call(bob, other, 'whoami');
      const bobs = bearers(mcp(host).slice(before)).filter(Boolean);
      assert.equal(bobs.length, 1);
      assert.ok(!theirs.includes(bobs[0]), 'a token of his own');
      assert.match((await ann.visit('/')).body, new RegExp(`>${server}</a>`));
      const [id] = (await bob.json('GET', '/connect/connections')).json.map(({ id }) => id);
      assert.equal((await ann.json('DELETE', `/connect/connections/${id}`)).status, 404);
      assert.equal((await bob.json('DELETE', `/connect/connections/${id}`)).status, 200);
      assert.match(result(await call(ann, page, 'whoami')), /^demo/, 'her connection outlives his');
    });
  });

describe('a token that expired meanwhile', () => {
  test('is renewed without the person noticing', async () => {
    const ann = new Agent(app, lab);
    const page = await connect(ann, await add(ann, `${OIDC}/mcp`));
    const [old] = bearers(mcp(OIDC)).slice(-1);
    const refreshes = () =>
      lab
        .requests(OIDC, { method: 'POST', path: '/token' })
        .filter(({ body }) => body.includes('grant_type=refresh_token'));
    await new Promise((resolve) => setTimeout(resolve, (TOKEN_SECONDS + 1) * 1000));
    const refused = await lab.fetch({ method: 'POST', url: `https://${OIDC}/mcp`, headers: { authorization: old } });
    assert.equal(refused.status, 401, 'the server no longer takes the token that she had');
    const seen = mcp(OIDC).length;
    assert.match(result(await call(ann, page, 'whoami')), /^demo/);
    assert.ok(refreshes().some(({ status }) => status === 200));
    assert.ok(
      mcp(OIDC)
        .slice(seen)
        .every(({ headers, status }) => headers.authorization !== old && status < 400),
    );
  });

  /** The server starts anew and knows neither the token nor the client. */
  async function forgotten(ann) {
    await connect(ann, await add(ann, `${OIDC}/mcp`));
    const [old] = bearers(mcp(OIDC)).slice(-1);
    await peers.oidc.stop();
    peers.oidc = lab.peer(await startOidc({ issuer: `https://${OIDC}`, accessTokenSeconds: TOKEN_SECONDS }));
    return old;
  }

  async function logsInAgain(ann, old) {
    const page = await add(ann, `${OIDC}/mcp`);
    assert.match(page.body, /The host no longer accepts this connection/, page.body);
    const again = await connect(ann, page);
    const seen = mcp(OIDC).length;
    assert.match(result(await call(ann, again, 'whoami')), /^demo/);
    assert.ok(
      mcp(OIDC)
        .slice(seen)
        .every(({ headers }) => headers.authorization !== old),
    );
    assert.equal((await ann.json('GET', '/connect/connections')).json.length, 1, 'in place of the old one');
  }

  test('and where the server has ended it, the person is told and led to where they log in again', async () => {
    const ann = new Agent(app, lab);
    const old = await forgotten(ann);
    await new Promise((resolve) => setTimeout(resolve, TOKEN_SECONDS * 1000));
    await logsInAgain(ann, old);
  });

  test('or before its time', async () => {
    const ann = new Agent(app, lab);
    await logsInAgain(ann, await forgotten(ann));
  });
});

describe('what others may make a person do', () => {
  let ann;
  before(async () => {
    ann = new Agent(app, lab);
    await connect(ann, await add(ann, `${SDK}/mcp`));
  });

  test('a page of another site neither connects nor calls in their name', async () => {
    const address = `/?url=${SDK}/mcp`;
    const before = mcp(SDK).length;
    for (const site of ['cross-site', 'same-site']) {
      const page = await ann.visit(address, { site });
      assert.match(page.body, /Press “Open” to go there/);
      const form = {
        body: '<form method="post"><input name="tool" value="whoami"></form>',
        url: `https://app.example${address}`,
      };
      assert.equal(result(await ann.submit(form, {}, { site })), undefined);
    }
    assert.equal(mcp(SDK).length, before);
    assert.match((await ann.visit(address)).body, /<strong>whoami</, 'an address that they type does');
    assert.ok(mcp(SDK).length > before);
  });

  test('an address that may not be asked is refused before anything is sent', async () => {
    for (const url of [
      'https://127.0.0.1/mcp',
      'https://localhost/mcp',
      'http://open.example/mcp',
      'https://router.local/mcp',
      'https://app.example/mcp',
      'https://u:p@open.example/mcp',
    ]) {
      const before = lab.all.length;
      const page = await add(ann, url);
      assert.equal(page.status, 400, `${url} ${page.body}`);
      assert.match(page.body, /class="panel"/);
      assert.equal(lab.all.length, before, url);
    }
  });

  test('a host that is no MCP server, or sends too much, is said to be so', async () => {
    lab.host('plain.example', nothing);
    assert.match((await add(ann, 'plain.example/mcp')).body, /does not answer as an MCP server should/);
    lab.host('endless.example', ({ method }) =>
      method === 'POST'
        ? { status: 200, headers: { 'content-type': 'application/json' }, body: `"${'x'.repeat(2 << 20)}"` }
        : nothing(),
    );
    assert.match((await add(ann, 'endless.example/mcp')).body, /the answer is too long/);
    lab.host('leads.example', ({ method }) =>
      method === 'POST' ? { status: 307, headers: { location: `https://${OPEN}/mcp` }, body: '' } : nothing(),
    );
    const before = mcp(OPEN).length;
    assert.match((await add(ann, 'leads.example/mcp')).body, /does not answer as an MCP server should/);
    assert.equal(mcp(OPEN).length, before, 'no redirect to another host is followed');
  });
});
