// A person logs in to each of five real authorization servers, and the host program uses the connection.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Agent } from './agent.mjs';
import { App, hostOf } from './app.mjs';
import { Lab } from './lab.mjs';
import { PEERS } from './peers/table.mjs';

for (const peer of PEERS)
  describe(`${peer.name} at ${peer.issuer}`, () => {
    const host = new URL(peer.issuer).host;
    const tokenRequests = (grant) =>
      lab.requests(host, { method: 'POST' }).filter(({ body }) => body.includes(`grant_type=${grant}`));
    const use = () => agent.json('POST', '/use', { body: { method: 'GET', ...peer.use } });
    let lab, server, app, agent, page;

    before(async () => {
      lab = new Lab();
      const { start } = await import(`./peers/${peer.name}.mjs`);
      server = lab.peer(await start({ issuer: peer.issuer, accessTokenSeconds: 4, ...peer.options }));
      app = await App.start({ modules: await hostOf('host.mjs'), lab });
      agent = new Agent(app, lab);
    });

    after(async () => {
      await app?.stop();
      await lab.stop();
    });

    test('shows whom the person logs in to, and sends nothing but reads', async () => {
      page = await agent.submit(await agent.visit('/'), { url: peer.named });
      assert.equal(page.status, 200, page.body);
      assert.match(page.body, new RegExp(`Log in to <span class="host">${host}<`));
      assert.match(page.body, new RegExp(`calls itself <bdi>${peer.title}</bdi>`));
      assert.equal(/<img class="icon large" src="data:image\/png;base64,/.test(page.body), Boolean(peer.icon));
      assert.ok(
        lab.all.every(({ method }) => method === 'GET'),
        'a question before the login only reads',
      );
      assert.equal(agent.cookies('app.example').size, 0, 'no cookie before the person confirms');
    });

    test('logs in and lists the connection', async () => {
      page = await agent.submit(page);
      assert.equal(page.status, 200, page.body);
      assert.equal(page.url, 'https://app.example/?notice=connected', JSON.stringify(page.hops));
      assert.match(page.body, new RegExp(`<h3 class="host">${host}</h3>`));
      const [registration, ...more] = lab
        .requests(host, { method: 'POST' })
        .filter(({ headers }) => headers['content-type'] === 'application/json' && !headers.authorization);
      assert.equal(more.length, 0, 'one registration');
      const asked = JSON.parse(registration.body);
      assert.equal(asked.application_type, 'web');
      assert.deepEqual(asked.grant_types, ['authorization_code', 'refresh_token']);
      assert.equal(asked.redirect_uris.length, 1);
      assert.equal(asked.token_endpoint_auth_method, peer.method);
    });

    test('proved itself to the server as it must', () => {
      const resource = `https://${peer.named}`;
      const authorization = lab.all.find(({ url }) => url.includes('code_challenge='));
      const asked = new URL(authorization.url).searchParams;
      assert.equal(asked.get('code_challenge_method'), 'S256');
      assert.equal(asked.get('resource'), resource);
      assert.match(asked.get('state'), /^[\w-]{43}$/);
      const [exchange, ...more] = tokenRequests('authorization_code');
      assert.equal(more.length, 0, 'one token request');
      assert.equal(exchange.status, 200, exchange.answer);
      const sent = new URLSearchParams(exchange.body);
      assert.match(sent.get('code_verifier'), /^[\w-]{43}$/);
      assert.equal(sent.get('resource'), resource);
      assert.equal(sent.has('client_secret'), peer.method === 'client_secret_post');
      assert.equal(/^Basic /.test(exchange.headers.authorization ?? ''), peer.method === 'client_secret_basic');
      assert.ok(!lab.all.some(({ url }) => url.includes(sent.get('code_verifier'))), 'the verifier is in no URL');
    });

    test('makes an authorized request for the program around it', async () => {
      const answer = await use();
      assert.equal(answer.status, 200, answer.body);
      assert.match(answer.body, peer.use.says);
      const stranger = await lab.fetch({ method: 'GET', headers: {}, ...peer.use });
      assert.equal(stranger.status, 401, 'the same request without the token is refused');
    });

    test(
      'refreshes once when the token has expired, however many ask',
      { skip: !peer.refreshes && 'the server issues no refresh tokens' },
      async () => {
        const before = tokenRequests('refresh_token').length;
        if (server.expireTokens) assert.equal(await server.expireTokens(), 1);
        else await new Promise((resolve) => setTimeout(resolve, 4500));
        const answers = await Promise.all(Array.from({ length: 5 }, use));
        assert.deepEqual(
          answers.map(({ status }) => status),
          [200, 200, 200, 200, 200],
          answers[0].body,
        );
        const refreshes = tokenRequests('refresh_token').slice(before);
        assert.deepEqual(
          refreshes.map(({ status }) => status),
          [200],
          JSON.stringify(refreshes),
        );
        assert.equal(new URLSearchParams(refreshes[0].body).get('resource'), `https://${peer.named}`);
      },
    );

    test('ends the connection, at the server too where it offers that', async () => {
      page = await agent.submit(await agent.visit('/'), {}, { form: 'form[action$="/disconnect"]' });
      assert.match(page.body, /None yet/);
      assert.equal((await use()).json.type, 'no-connection');
      const [metadata] = lab
        .requests(host)
        .filter(({ url, status }) => url.includes('/.well-known/') && status === 200);
      const endpoint = JSON.parse(metadata.answer).revocation_endpoint;
      if (!endpoint) return;
      const revoked = lab
        .requests(host, { method: 'POST', path: new URL(endpoint).pathname })
        .filter(({ body }) => body.startsWith('token='));
      assert.deepEqual(
        revoked.map(({ status }) => status),
        peer.revocations ?? (peer.refreshes ? [200, 200] : [200]),
        JSON.stringify(revoked),
      );
    });

    test('leaves nothing behind on logging out', async () => {
      page = await agent.submit(await agent.submit(await agent.visit('/'), { url: peer.named }));
      assert.match(page.body, new RegExp(`<h3 class="host">${host}</h3>`));
      const cookies = new Map(agent.cookies('app.example'));
      page = await agent.submit(page, {}, { form: 'form[action$="/logout"]' });
      assert.match(page.body, /None yet/);
      assert.equal(agent.cookies('app.example').size, 0);
      const replayed = new Agent(
        {
          fetch: (request) =>
            app.fetch({
              ...request,
              headers: { ...request.headers, cookie: [...cookies].map((pair) => pair.join('=')).join('; ') },
            }),
        },
        lab,
      );
      assert.match((await replayed.visit('/')).body, /None yet/, 'the old cookie opens nothing');
      assert.equal(
        (await replayed.json('POST', '/use', { body: { method: 'GET', ...peer.use } })).json.type,
        'no-session',
      );
    });

    test('left no secret in a log', () => {
      const secrets = lab.all.flatMap(({ answer }) =>
        [...answer.matchAll(/"(?:access_token|refresh_token|client_secret)":"([^"]+)"/g)].map(([, secret]) => secret),
      );
      assert.ok(secrets.length > 0);
      for (const secret of secrets) assert.ok(!app.log.includes(secret));
    });
  });
