// A person types a host, presses the buttons, and is logged in to servers that do not take what is best: what each of them
// received, and nothing more.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Agent } from './agent.mjs';
import { App, hostOf } from './app.mjs';
import { Lab } from './lab.mjs';

/**
 * `authorizations`: the parameters of the authorization requests, in their order: the scope, and whether `resource` is sent.
 * `relaxations`: what the connection then says. `consent`: the form of the server's own page, and its button.
 */
const PEERS = [
  {
    name: 'oidc-provider-defaults',
    host: 'defaults.example',
    authorizations: [
      ['openid offline_access', true],
      ['openid offline_access', false],
    ],
    relaxations: ['without-resource'],
    use: { url: 'https://defaults.example/me', says: /"sub":"demo"/ },
    refreshes: true,
  },
  {
    name: 'oidc-provider-defaults',
    host: 'no-indicators.example',
    options: { resourceIndicators: false },
    authorizations: [['openid offline_access', true]],
    relaxations: [],
    use: { url: 'https://no-indicators.example/me', says: /"sub":"demo"/ },
    refreshes: true,
  },
  {
    name: 'allauth',
    host: 'allauth.example',
    consent: { form: 'form[action$="/authorize"]', press: { action: 'grant' } },
    authorizations: [['openid', true]],
    relaxations: [],
    use: { url: 'https://allauth.example/identity/o/api/userinfo', says: /"sub"/ },
    refreshes: true,
  },
  {
    name: 'solid',
    host: 'solid.example',
    named: 'solid.example/demo/private/note.txt',
    authorizations: [['openid webid', true]],
    relaxations: [],
    use: {
      url: 'https://solid.example/demo/private/note.txt',
      method: 'PUT',
      headers: { 'content-type': 'text/plain' },
      body: 'a note',
      status: 201,
    },
  },
  {
    name: 'mcp-py-1.9',
    host: 'mcp-py.example',
    authorizations: [[null, true]],
    relaxations: [],
    use: { url: 'https://mcp-py.example/api/whoami', says: /"user":"demo"/ },
    refreshes: true,
  },
];

for (const peer of PEERS)
  describe(`${peer.name} at ${peer.host}`, () => {
    let lab, server, app, agent;
    const requests = (grant) =>
      lab.requests(peer.host, { method: 'POST' }).filter(({ body }) => body.includes(`grant_type=${grant}`));
    const registrations = () =>
      lab.requests(peer.host, { method: 'POST' }).filter(({ body }) => body.includes('"redirect_uris"'));
    const authorizations = () =>
      lab
        .requests(peer.host, { method: 'GET' })
        .map(({ url }) => new URL(url).searchParams)
        .filter((sent) => sent.has('code_challenge'));
    const use = () => agent.json('POST', '/use', { body: { method: 'GET', ...peer.use } });

    before(async () => {
      lab = new Lab();
      const { start } = await import(`./peers/${peer.name}.mjs`);
      const issuer = `https://${peer.host}`;
      server = lab.peer(await start({ issuer, accessTokenSeconds: 4, ...peer.options }));
      app = await App.start({ modules: await hostOf('host.mjs'), lab });
      agent = new Agent(app, lab);
    });

    after(async () => {
      await app?.stop();
      await lab.stop();
    });

    test('a person who types the host and presses the buttons is logged in', async () => {
      let page = await agent.submit(await agent.visit('/'), { url: peer.named ?? peer.host });
      assert.equal(page.status, 200, page.body);
      page = await agent.submit(page);
      if (peer.consent) page = await agent.submit(page, {}, peer.consent);
      assert.equal(page.url, 'https://app.example/?notice=connected', JSON.stringify([page.hops, page.body]));
      const [connection, ...more] = (await agent.json('GET', '/connections')).json;
      assert.equal(more.length, 0);
      assert.deepEqual(connection.relaxations, peer.relaxations);
    });

    test('the server was asked for what is best, and once more for less where it refused', () => {
      assert.equal(registrations().length, 1, 'one registration');
      const sent = authorizations();
      assert.deepEqual(
        sent.map((parameters) => [parameters.get('scope'), parameters.has('resource')]),
        peer.authorizations,
      );
      for (const parameters of sent) assert.equal(parameters.get('code_challenge_method'), 'S256');
      assert.equal(new Set(sent.map((parameters) => parameters.get('state'))).size, sent.length);
      assert.equal(new Set(sent.map((parameters) => parameters.get('code_challenge'))).size, sent.length);
      const [exchange, ...more] = requests('authorization_code');
      assert.equal(more.length, 0, 'one token request');
      const [, namesResource] = peer.authorizations.at(-1);
      assert.equal(new URLSearchParams(exchange.body).has('resource'), namesResource);
    });

    test('an authorized request is one', async () => {
      const answer = await use();
      assert.equal(answer.status, peer.use.status ?? 200, answer.body);
      if (peer.use.says) assert.match(answer.body, peer.use.says);
      const stranger = await lab.fetch({ method: 'GET', headers: {}, ...peer.use });
      assert.ok([400, 401].includes(stranger.status), 'the same request without the token is refused');
    });

    test('a refresh is sent as the login was', { skip: !peer.refreshes && 'none is issued' }, async () => {
      await new Promise((resolve) => setTimeout(resolve, 4500));
      const answer = await use();
      assert.equal(answer.status, 200, answer.body);
      const sent = requests('refresh_token');
      assert.deepEqual(
        sent.map(({ status, body }) => [status, new URLSearchParams(body).has('resource')]),
        [[200, peer.authorizations.at(-1)[1]]],
      );
    });

    test('another person needs no registration and no second request', async () => {
      const before = authorizations().length;
      const other = new Agent(app, lab);
      let page = await other.submit(await other.submit(await other.visit('/'), { url: peer.named ?? peer.host }));
      if (peer.consent) page = await other.submit(page, {}, peer.consent);
      assert.equal(page.url, 'https://app.example/?notice=connected', page.body);
      assert.equal(registrations().length, 1);
      assert.deepEqual(
        authorizations()
          .slice(before)
          .map((sent) => [sent.get('scope'), sent.has('resource')]),
        peer.authorizations.slice(-1),
      );
    });

    test('the connection ends at the server', async () => {
      const page = await agent.submit(await agent.visit('/'), {}, { form: 'form[action$="/disconnect"]' });
      assert.match(page.body, /None yet/);
      const revoked = lab.requests(peer.host, { method: 'POST' }).filter(({ body }) => body.startsWith('token='));
      assert.deepEqual(
        revoked.map(({ status }) => status),
        peer.refreshes ? [200, 200] : [200],
        JSON.stringify(revoked),
      );
    });
  });
