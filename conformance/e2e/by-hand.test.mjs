// The same questions by hand: each requirement that the checker says has passed or failed at a real server is asked once
// more with plain requests, and the two agree.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { PEERS, check, startPeer } from './peers.mjs';

const LOOPBACK = 'http://127.0.0.1:8912/callback';
const REMOTE = 'http://client.example/callback';

/** Posts a body to the registration endpoint: the status, the content type, the body as JSON where it is, and as text. */
async function post(url, body, type = 'application/json') {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const answer = await fetch(url, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'content-type': type },
    body: text,
  });
  const received = await answer.text();
  let json;
  try {
    json = JSON.parse(received);
  } catch {
    json = undefined;
  }
  return { status: answer.status, headers: answer.headers, json };
}

const isClient = ({ status, json }) => status < 300 && typeof json?.client_id === 'string';
const registers = (answer, uri) => isClient(answer) && (answer.json.redirect_uris ?? [uri]).includes(uri);
/** A refusal of what was asked for, not of the request as such. */
const isRefusal = ({ status, json }) =>
  status >= 400 &&
  status < 500 &&
  ![405, 406, 408, 413, 414, 415, 429, 431].includes(status) &&
  (![401, 403].includes(status) || typeof json?.error === 'string');

/** The questions: true if the answers violate the requirement. */
const QUESTIONS = {
  'rfc7591/3.2.1/status-201': ({ good }) => good.status !== 201,
  'rfc7591/3.2.1/no-store': ({ good }) => !/no-store/i.test(good.headers.get('cache-control') ?? ''),
  'rfc7591/3.2.1/metadata-returned': ({ good }) =>
    ['redirect_uris', 'grant_types', 'response_types', 'token_endpoint_auth_method'].some((m) => !good.json[m]),
  'rfc7591/2/mixed-redirect-uris': ({ mixed }) => !isClient(mixed) || mixed.json.redirect_uris?.length !== 2,
  'rfc7591/5/redirect-uris-required': ({ none, empty }) =>
    [none, empty].some((answer) => isClient(answer) && !(answer.json.redirect_uris?.length > 0)),
  'rfc7591/5/redirect-uri-script': ({ script }) => registers(script, 'javascript:alert(1)'),
  'rfc7591/5/redirect-uri-cleartext': ({ web, native }) => registers(web, REMOTE) || registers(native, REMOTE),
  'rfc6749/3.1.2/redirect-uri-fragment': ({ fragment }) =>
    isClient(fragment) && (fragment.json.redirect_uris ?? ['#']).some((uri) => uri.includes('#')),
  'rfc6749/3.1.2/redirect-uri-absolute': ({ relative }) => registers(relative, '/callback'),
  'rfc7591/2/metadata-types': ({ text, number }) => isClient(text) || isClient(number),
  'rfc7591/3.1/json-required': ({ broken }) => isClient(broken),
  'rfc7591/3.1/object-required': ({ array }) => isClient(array),
  'rfc7591/3.1/content-type-required': ({ plain }) => isClient(plain),
  'rfc7591/3.2.2/error-status': (all) => refusals(all).some(({ status }) => status !== 400),
  'rfc7591/3.2.2/error-object': (all) => refusals(all).some(({ json }) => typeof json?.error !== 'string'),
  'rfc9110/15.5/client-error': (all) => Object.values(all).some(({ status }) => status >= 500),
  'rfc7592/2.1/read-status': ({ read, update }) => [read, update].some((s) => s && ![200, 403, 405].includes(s.status)),
  'rfc7592/2.3/delete-status': ({ remove }) => remove && ![204, 403, 405].includes(remove.status),
  'rfc7592/2.1/deleted-client': ({ gone }) => gone && gone.status !== 401,
};

const refusals = ({ good, mixed, read, update, remove, gone, ...wrong }) => Object.values(wrong).filter(isRefusal);

for (const peer of PEERS.filter(({ as }) => as !== 'oidc-provider-closed'))
  describe(peer.as ?? peer.name, () => {
    let running, answers, report;

    before(async () => {
      running = await startPeer(peer);
      const { issuer } = running;
      report = JSON.parse((await check(issuer, ['--register', '--json'])).stdout);
      const metadata = await (await fetch(report.metadata_url)).json();
      answers = await askAll(metadata.registration_endpoint, metadata);
    });

    after(() => running?.stop());

    test('what the checker says is what an answer by hand says', () => {
      const said = Object.fromEntries(report.checks.map(({ id, outcome }) => [id, outcome]));
      const hand = {};
      const checker = {};
      for (const [id, violates] of Object.entries(QUESTIONS)) {
        assert.ok(id in said, id);
        if (said[id] === 'not_tested') continue;
        hand[id] = violates(answers) ? 'failed' : 'passed';
        checker[id] = said[id];
      }
      assert.ok(Object.keys(hand).length >= 12, `${Object.keys(hand).length} were asked`);
      assert.deepEqual(checker, hand);
    });
  });

async function askAll(endpoint, metadata) {
  const offered = metadata.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
  const ours = ['none', 'client_secret_basic', 'client_secret_post'].filter((method) => offered.includes(method));
  const valid = {
    redirect_uris: [LOOPBACK],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: ours[0],
    client_name: 'asked by hand',
    application_type: 'native',
  };
  const { redirect_uris: _, ...without } = valid;
  const to = (uri, application_type = 'native') => ({ ...valid, redirect_uris: [uri], application_type });
  const bodies = {
    good: [valid],
    mixed: [{ ...valid, redirect_uris: [LOOPBACK, 'https://client.example/callback'] }],
    none: [without],
    empty: [{ ...valid, redirect_uris: [] }],
    script: [to('javascript:alert(1)')],
    web: [to(REMOTE, 'web')],
    native: [to(REMOTE)],
    fragment: [to('https://client.example/callback#fragment', 'web')],
    relative: [to('/callback')],
    text: [{ ...valid, redirect_uris: 'https://client.example/callback' }],
    number: [{ ...valid, grant_types: 7 }],
    array: [[valid]],
    broken: [JSON.stringify(valid).slice(0, -1)],
    plain: [valid, 'text/plain'],
  };
  const answers = {};
  for (const [name, body] of Object.entries(bodies)) answers[name] = await post(endpoint, ...body);
  return { ...answers, ...(await manage(answers.good, valid)) };
}

/** RFC 7592, where the good registration brought both members. */
async function manage({ json }, valid) {
  const { registration_client_uri: uri, registration_access_token: token, client_id, client_secret } = json ?? {};
  if (!uri?.startsWith('http') || !token) return {};
  let bearer = token;
  const send = async (method, body) => {
    const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' };
    const answer = await fetch(uri, { method, headers, redirect: 'manual', body: body && JSON.stringify(body) });
    const text = await answer.text();
    if (answer.ok && text) bearer = JSON.parse(text).registration_access_token ?? bearer;
    return { status: answer.status };
  };
  const read = await send('GET');
  const update = await send('PUT', { ...valid, client_id, ...(client_secret && { client_secret }) });
  const remove = await send('DELETE');
  const gone = remove.status < 300 ? await send('GET') : undefined;
  return { read, update, remove, ...(gone && { gone }) };
}
