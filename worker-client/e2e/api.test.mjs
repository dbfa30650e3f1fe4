// The routes as programs use them, checked against openapi.json.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import Ajv from 'ajv/dist/2020.js';
import { Agent } from './agent.mjs';
import { App, hostOf } from './app.mjs';
import { Lab } from './lab.mjs';
import { HOST, Server } from './server.mjs';

describe('the routes, as openapi.json describes them', () => {
  const ajv = new Ajv({ strict: false, validateFormats: false });
  let lab, app, agent, document;

  /** Asserts that an answer is what the document promises of that operation. */
  async function conforms(method, path, answer) {
    const described = document.paths[path][method.toLowerCase()].responses;
    const content = (described[answer.status] ?? described.default).content;
    const kind = answer.headers.get('content-type');
    const promised = content[Object.keys(content).find((name) => kind.startsWith(name.replace('*', '')))];
    assert.ok(promised, `${method} ${path} ${answer.status}: ${kind}`);
    const check = ajv.compile({ ...promised.schema, components: document.components });
    const body = /json/.test(kind) ? JSON.parse(answer.body) : answer.body;
    assert.ok(check(body), `${method} ${path}: ${JSON.stringify(check.errors)} of ${answer.body}`);
    return body;
  }

  before(async () => {
    lab = new Lab();
    const server = new Server();
    lab.host('as.example', (request) => server.answer(request));
    app = await App.start({ modules: await hostOf('host.mjs'), lab });
    agent = new Agent(app, lab);
    document = JSON.parse((await agent.json('GET', '/openapi.json')).body);
    assert.equal(document.servers[0].url, 'https://app.example');
  });

  after(async () => {
    await app.stop();
    await lab.stop();
  });

  test('GET /health says which versions these are', async () => {
    const health = await conforms('GET', '/health', await agent.json('GET', '/health'));
    assert.equal(health.schema, 6);
  });

  test('GET /probe says whether, how, and whether already', async () => {
    const probed = await conforms('GET', '/probe', await agent.json('GET', '/probe?url=as.example'));
    assert.deepEqual(
      [probed.verdict, probed.issuer, probed.connection, probed.login],
      ['registrable', HOST, null, 'https://app.example/login?url=https%3A%2F%2Fas.example'],
    );
    await agent.submit(await agent.visit(probed.login));
    const again = await conforms('GET', '/probe', await agent.json('GET', '/probe?url=as.example/inner'));
    assert.equal(again.connection.resource, HOST, 'the connection that covers it');
    const stranger = await conforms('GET', '/probe', await new Agent(app, lab).json('GET', '/probe?url=as.example'));
    assert.equal(stranger.connection, null);
    const nobody = await conforms('GET', '/probe', await agent.json('GET', '/probe?url=nobody.example'));
    assert.equal(nobody.verdict, 'unreachable');
  });

  test('a probe by a stranger makes no object and sets no cookie', async () => {
    const before = await app.rows('account', 'session');
    const answer = await new Agent(app, lab).json('GET', '/probe?url=as.example');
    assert.equal(answer.headers.get('set-cookie'), null);
    assert.equal(await app.rows('account', 'session'), before);
  });

  test('GET /connections, /icon, DELETE /connections', async () => {
    const [{ id }] = await conforms('GET', '/connections', await agent.json('GET', '/connections'));
    await conforms('GET', '/icon/{id}', await agent.json('GET', `/icon/${id}`));
    await conforms('DELETE', '/connections/{id}', await agent.json('DELETE', `/connections/${id}`));
    await conforms('DELETE', '/connections/{id}', await agent.json('DELETE', `/connections/${id}`));
  });

  test('errors are problem details', async () => {
    for (const [method, path, url, status] of [
      ['GET', '/probe', '/probe', 400],
      ['GET', '/probe', '/probe?url=127.0.0.1', 400],
      ['GET', '/login', '/login?url=nobody.example', 422],
      ['DELETE', '/connections/{id}', '/connections/none', 404],
    ]) {
      const answer = await agent.json(method, url);
      assert.equal(answer.status, status, url);
      const problem = await conforms(method, path, answer);
      assert.ok(problem.actor && problem.remedy, url);
    }
    const answer = await agent.json('PATCH', '/connections');
    assert.deepEqual([answer.status, answer.json.type], [405, 'method-not-allowed']);
  });

  test('the check can fail', async () => {
    await assert.rejects(
      conforms('GET', '/health', {
        status: 200,
        headers: new Headers({ 'content-type': 'application/json' }),
        body: '{"version": 1}',
      }),
    );
  });

  test('erasing a user leaves nothing of them', async () => {
    await agent.submit(await agent.visit('/login?url=as.example'));
    assert.equal(await app.rows('account', 'connection'), 1);
    await agent.submit(await agent.visit('/'), {}, { form: 'form[action$="/logout"]' });
    for (let i = 0; i < 50 && (await app.rows('account', 'meta')) > 0; i += 1)
      await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(await app.rows('account', 'meta'), 0);
  });
});
