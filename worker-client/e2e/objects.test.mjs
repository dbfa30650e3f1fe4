// How a Worker asks its objects: by their method, and by `fetch` where an object has none. A question is heard once.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Agent } from './agent.mjs';
import { App, hostOf } from './app.mjs';
import { Lab } from './lab.mjs';
import { Server } from './server.mjs';

for (const isLosing of [false, true])
  describe(isLosing ? 'an account whose answers are lost' : 'a registrar of an older version', () => {
    let lab, app, agent;
    const get = async (path) => (await app.fetch({ method: 'GET', url: `https://app.example${path}` })).body;
    const asked = async () => JSON.parse(await get('/asked')).map((call) => call.join(' '));
    const begin = () => agent.json('POST', '/login', { body: { url: 'as.example' } });

    before(async () => {
      lab = new Lab();
      lab.host('as.example', new Server().answer);
      app = await App.start({ modules: await hostOf('objects-host.mjs'), lab });
      agent = new Agent(app, lab);
      if (isLosing) await get('/lose');
    });

    after(async () => {
      await app.stop();
      await lab.stop();
    });

    if (isLosing)
      test('are not asked for again', async () => {
        const { status, body } = await begin();
        assert.equal(status, 503, body);
        assert.equal(JSON.parse(body).type, 'interrupted');
        assert.deepEqual(await asked(), ['account ask Begin', 'registrar fetch Obtain']);
      });
    else
      test('is asked by fetch, and so are objects after it', async () => {
        const { status, headers } = await begin();
        assert.equal(status, 303);
        // The account was asked by its method, which is the control, before it asked the registrar.
        assert.deepEqual(await asked(), ['account ask Begin', 'registrar fetch Obtain']);
        const { location } = (await lab.fetch({ method: 'GET', url: headers.get('location') })).headers;
        const back = await agent.json('GET', location.slice('https://app.example'.length));
        assert.equal(back.status, 303, back.body);
        const calls = await asked();
        assert.deepEqual(
          calls.filter((call) => call.startsWith('account')),
          ['account fetch Callback'],
        );
      });
  });

describe('a request as the user', () => {
  let lab, app, agent;
  const get = async (path) => (await app.fetch({ method: 'GET', url: `https://app.example${path}` })).body;
  const asked = async () => JSON.parse(await get('/asked')).map((call) => call.join(' '));
  const use = () => agent.json('POST', '/use', { body: { url: 'https://as.example/api' } });

  before(async () => {
    lab = new Lab();
    lab.host('as.example', new Server().answer);
    app = await App.start({ modules: await hostOf('losing-host.mjs'), lab });
    agent = new Agent(app, lab);
    const page = await agent.submit(await agent.visit('/login?url=as.example'));
    assert.equal(page.url, 'https://app.example/?notice=connected', page.body);
    await asked();
  });

  after(async () => {
    await app.stop();
    await lab.stop();
  });

  test('asks for its token once, also where the answer is lost', async () => {
    assert.equal((await use()).status, 200);
    assert.deepEqual(await asked(), ['account ask Authorization']);
    await get('/lose');
    const sent = lab.requests('as.example').length;
    const { status, body } = await use();
    assert.equal(status, 503, body);
    assert.equal(JSON.parse(body).type, 'interrupted');
    assert.deepEqual(await asked(), ['account ask Authorization']);
    assert.equal(lab.requests('as.example').length, sent);
  });
});
