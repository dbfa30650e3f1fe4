// workerd ends during a login and between logins: no data is lost, and no secret is readable on disk.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Agent } from './agent.mjs';
import { App, hostOf } from './app.mjs';
import { Lab } from './lab.mjs';
import { start } from './peers/oidc-provider.mjs';

let lab, app, agent;

before(async () => {
  lab = new Lab();
  lab.peer(await start({ issuer: 'https://oidc.example', authMethods: ['client_secret_basic'] }));
  app = await App.start({ modules: await hostOf('host.mjs'), lab });
  agent = new Agent(app, lab);
});

after(async () => {
  await app.stop();
  await lab.stop();
});

test('after the redirect and before the callback', async () => {
  const away = await agent.submit(
    await agent.visit('/login?url=oidc.example'),
    {},
    { until: (url) => url.startsWith('https://app.example/callback/') },
  );
  await app.restart();
  const page = await agent.visit(away.url);
  assert.equal(page.url, 'https://app.example/?notice=connected', page.body);
  assert.match(page.body, /<h3 class="host">oidc.example</);
});

test('after the login: the connection, the session and the registration stay', async () => {
  await app.restart();
  const answer = await agent.json('POST', '/use', { body: { url: 'https://oidc.example/api/whoami' } });
  assert.equal(answer.status, 200, answer.body);
  const another = new Agent(app, lab);
  assert.equal(
    (await another.submit(await another.visit('/login?url=oidc.example'))).url,
    'https://app.example/?notice=connected',
  );
  assert.equal(
    lab.requests('oidc.example', { method: 'POST', path: '/reg' }).length,
    1,
    'one registration for everybody',
  );
});

test('no secret lies on disk in the clear', async () => {
  const disk = await app.disk();
  assert.ok(disk.includes('https://oidc.example'), 'what is not secret is found');
  const secrets = lab.all.flatMap(({ answer }) =>
    [...answer.matchAll(/"(?:access_token|refresh_token|client_secret|registration_access_token)":"([^"]+)"/g)].map(
      ([, secret]) => secret,
    ),
  );
  const verifiers = lab.all.flatMap(({ body }) => new URLSearchParams(body).get('code_verifier') ?? []);
  const sessions = [...agent.cookies('app.example').values()].map((value) => value.split('.')[1]);
  assert.ok(secrets.length >= 4 && verifiers.length >= 2 && sessions.length === 1);
  for (const secret of [...secrets, ...verifiers, ...sessions]) assert.ok(!disk.includes(secret));
});
