// A login by hand at each real server: what the checker says of logins is what plain requests show.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import http from 'node:http';
import { after, before, describe, test } from 'node:test';
import { PEERS, check, startPeer } from './peers.mjs';

const CALLBACK = 'http://127.0.0.1:8913/callback';
const OTHER = 'http://127.0.0.1:8913/other';
const LONGER = `${CALLBACK}/unregistered`;
const random = () => randomBytes(32).toString('base64url');

/** Visits an address as a navigation: `fetch` says of itself that it is none. */
const visit = (url, headers) =>
  new Promise((resolve, reject) => {
    const request = http.get(url, { headers: { accept: 'text/html', ...headers } }, (answer) => {
      answer.resume().on('end', () => resolve(answer));
    });
    request.on('error', reject);
  });

/** Follows the redirects of a server as a browser does, up to a redirection URI; null where a page ends it. */
async function walk(to, end) {
  const cookies = new Map();
  for (let i = 0; i < 20; i += 1) {
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
    const { headers } = await visit(to, cookie ? { cookie } : {});
    for (const set of headers['set-cookie'] ?? []) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(set);
      cookies.set(name, value);
    }
    if (!headers.location) return null;
    to = new URL(headers.location, to);
    if (to.href.startsWith(end)) return to.searchParams;
  }
  return null;
}

/** A login at a server, which can differ from the good one. */
class Login {
  /** The `state` of each answer, and the one that was sent. */
  callbacks = [];

  constructor(metadata, client, extra) {
    Object.assign(this, { metadata, client, extra });
  }

  /** Authorizes: the parameters of the callback, with what the token request needs. */
  async authorize(change = () => {}, end = CALLBACK) {
    const [state, verifier] = [random(), random()];
    const url = new URL(this.metadata.authorization_endpoint);
    const asked = {
      response_type: 'code',
      client_id: this.client.client_id,
      redirect_uri: CALLBACK,
      state,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      ...this.extra,
    };
    change(asked);
    for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value);
    const callback = await walk(url, end);
    if (callback && end === CALLBACK) this.callbacks.push([callback.get('state'), state]);
    return callback && { code: callback.get('code'), state, callback, verifier };
  }

  async token(form) {
    const { client_id, client_secret, token_endpoint_auth_method: method } = this.client;
    const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' };
    const body = new URLSearchParams({ client_id, ...form });
    if (method === 'client_secret_post') body.set('client_secret', client_secret);
    if (method === 'client_secret_basic') {
      headers.authorization = `Basic ${Buffer.from([client_id, client_secret].map(encodeURIComponent).join(':')).toString('base64')}`;
    }
    const { resource } = this.extra;
    if (resource) body.set('resource', resource);
    const answer = await fetch(this.metadata.token_endpoint, { method: 'POST', redirect: 'manual', headers, body });
    const text = await answer.text();
    let json;
    try {
      json = JSON.parse(text);
    } catch {
      json = undefined;
    }
    return { status: answer.status, headers: answer.headers, json, issued: typeof json?.access_token === 'string' };
  }

  /** Redeems a code, wrongly in what is changed; undefined where there is no code. */
  redeem(granted, change = {}) {
    if (!granted?.code) return undefined;
    const form = { grant_type: 'authorization_code', code: granted.code, redirect_uri: CALLBACK };
    const all = { ...form, code_verifier: granted.verifier, ...change };
    return this.token(Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)));
  }
}

const has = (answer) => answer !== undefined;
const refused = ({ again, wrong, elsewhere }) =>
  [again, wrong, elsewhere].filter((answer) => has(answer) && !answer.issued);
const isError = ({ status, json }) =>
  typeof json?.error === 'string' && (status === 400 || (status === 401 && json.error === 'invalid_client'));

/** The questions: true if the answers violate the requirement, undefined where they do not show it. */
const QUESTIONS = {
  'rfc6749/3.1.2.4/unregistered-redirect': ({ unregistered, longer }) => unregistered !== null || longer !== null,
  'rfc6749/4.1.2/state-returned': ({ login }) => login.callbacks.some(([received, sent]) => received !== sent),
  'rfc9207/2/iss-sent': ({ granted, metadata }) =>
    metadata.authorization_response_iss_parameter_supported
      ? granted.callback.get('iss') !== metadata.issuer
      : undefined,
  'rfc6749/5.1/token-answer': ({ good }) => !good.issued || typeof good.json.token_type !== 'string',
  'rfc6749/5.1/no-store': ({ good }) => !/no-store/i.test(good.headers.get('cache-control') ?? ''),
  'rfc6749/4.1.2/code-once': ({ again }) => again.issued,
  'rfc7636/4.6/verify': ({ wrong }) => (has(wrong) ? wrong.issued : undefined),
  'mcp/pkce/required': ({ open }) => (has(open) ? open.issued : undefined),
  'rfc7636/4.4.1/unlisted-method': ({ plain, metadata }) =>
    has(plain) && !metadata.code_challenge_methods_supported.includes('plain') ? plain.issued : undefined,
  'rfc8707/2/unknown-resource': ({ unknown }) => (has(unknown) ? unknown.issued : undefined),
  'rfc6749/5.2/error-answer': (all) => refused(all).some((answer) => !isError(answer)),
  'rfc6749/5.2/content-type': (all) =>
    refused(all).some(({ headers }) => !/^application\/json\b/i.test(headers.get('content-type') ?? '')),
  'rfc6749/6/refresh': ({ refreshed }) => (has(refreshed) ? !refreshed.issued : undefined),
  'rfc9700/4.14.2/refresh-rotation': ({ refreshed, refreshedAgain, good, login }) => {
    if (!refreshed?.issued || login.client.token_endpoint_auth_method !== 'none') return undefined;
    const isReplaced = refreshed.json.refresh_token && refreshed.json.refresh_token !== good.json.refresh_token;
    return !isReplaced || refreshedAgain.issued;
  },
};

for (const peer of PEERS.filter(({ as }) => as !== 'oidc-provider-closed'))
  describe(peer.as ?? peer.name, () => {
    let running, report, answers;

    before(async () => {
      running = await startPeer(peer);
      report = JSON.parse((await check(running.issuer, ['--register', '--login', '--json'])).stdout);
      const metadata = await (await fetch(report.metadata_url)).json();
      answers = await askAll(metadata, report);
    });

    after(() => running?.stop());

    test('what the checker says of a login is what a login by hand shows', () => {
      const said = Object.fromEntries(report.checks.map(({ id, outcome }) => [id, outcome]));
      const [hand, checker] = [{}, {}];
      for (const [id, violates] of Object.entries(QUESTIONS)) {
        assert.ok(id in said, id);
        const broken = answers && violates(answers);
        if (said[id] === 'not_tested' || broken === undefined) continue;
        hand[id] = broken ? 'failed' : 'passed';
        checker[id] = said[id];
      }
      assert.deepEqual(checker, hand);
      assert.equal(Object.keys(hand).length >= 8, answers !== undefined, Object.keys(hand).join());
      // Where a login by hand does not end, the checker does not say that one does.
      if (!answers) assert.notEqual(said['rfc6749/5.1/token-answer'], 'passed');
    });
  });

async function askAll(metadata, report) {
  const offered = metadata.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
  const scopes = ['openid', 'offline_access'].filter((scope) => metadata.scopes_supported?.includes(scope));
  const registered = {
    redirect_uris: [CALLBACK],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: ['none', 'client_secret_basic', 'client_secret_post'].find((one) =>
      offered.includes(one),
    ),
    application_type: 'native',
    client_name: 'logged in by hand',
    ...(scopes.length > 0 && { scope: scopes.join(' ') }),
  };
  const answer = await fetch(metadata.registration_endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(registered),
  });
  const client = { ...registered, ...(await answer.json()) };
  const resource = report.resource;
  const scope = scopes.length > 0 ? { scope: scopes.join(' '), prompt: 'consent', nonce: random() } : {};
  // The best request first, then less, as any client does.
  for (const extra of [{ resource, ...scope }, scope, { resource }, {}]) {
    const login = new Login(metadata, client, extra);
    const granted = await login.authorize();
    const good = await login.redeem(granted);
    if (good?.issued) return { ...(await askMore(login, good)), metadata, granted, good, login };
  }
  return undefined;
}

async function askMore(login, good) {
  const answers = {};
  // First: some servers end the tokens of a client that logs in anew.
  const { refresh_token } = good.json;
  if (refresh_token) {
    answers.refreshed = await login.token({ grant_type: 'refresh_token', refresh_token });
    if (answers.refreshed.issued)
      answers.refreshedAgain = await login.token({ grant_type: 'refresh_token', refresh_token });
  }
  const first = await login.authorize();
  await login.redeem(first);
  answers.again = await login.redeem(first);
  answers.wrong = await login.redeem(await login.authorize(), { code_verifier: random() });
  answers.elsewhere = await login.redeem(await login.authorize(), { redirect_uri: OTHER });
  const open = await login.authorize((asked) => {
    delete asked.code_challenge;
    delete asked.code_challenge_method;
  });
  answers.open = await login.redeem(open, { code_verifier: undefined });
  let verifier;
  const plain = await login.authorize((asked) => {
    asked.code_challenge_method = 'plain';
    asked.code_challenge = verifier = random();
  });
  answers.plain = await login.redeem(plain, { code_verifier: verifier });
  const unknown = 'https://unknown.example/';
  const elsewhere = new Login(login.metadata, login.client, { ...login.extra, resource: unknown });
  answers.unknown = await elsewhere.redeem(await elsewhere.authorize());
  answers.unregistered = await login.authorize((asked) => (asked.redirect_uri = OTHER), OTHER);
  answers.longer = await login.authorize((asked) => (asked.redirect_uri = LONGER), LONGER);
  return answers;
}
