// The shapes of hosts that exist on the internet, as data. `at` is the host's own address.
//
// `typed`: the name that a person types, by default the host alone. `issuer`: the issuer in the metadata. `documents`:
// the paths that have metadata. `metadata`: members that differ from the default; `undefined` removes one.
// `registration`, `token`: members of those responses, likewise. `answers`: complete responses by path. `expected`:
// `works`, or the type of the problem.
const OAUTH = '/.well-known/oauth-authorization-server';
const OPENID = '/.well-known/openid-configuration';

const html = {
  status: 200,
  headers: { 'content-type': 'text/html' },
  body: '<!doctype html><title>App</title><div id=root></div>',
};
const refusal = (status, body) => ({
  status,
  headers: { 'content-type': 'application/json', 'retry-after': '30' },
  body: JSON.stringify(body),
});
const body = (text) => ({ status: 200, headers: { 'content-type': 'application/json' }, body: text });

/** Metadata that offers these ways of authenticating at the token endpoint. */
const offers = (...methods) => ({ token_endpoint_auth_methods_supported: methods });
const SECRET = { client_secret: 'canary-secret', client_secret_expires_at: 0 };
/** Where a host has these answers instead of metadata. */
const without = (expected) => (answers) => ({ answers, documents: [], expected });
const noMetadata = without('no-metadata');
const unreadable = without('unreadable');
const notRegistered = (answer) => ({ answers: { '/register': answer }, expected: 'not-registered' });
const LOGIN = { status: 302, headers: { location: '/login' }, body: '' };

export const SHAPES = [
  { name: 'public client' },
  {
    name: 'issuer with a path',
    typed: (at) => `${at}/tenant`,
    issuer: (at) => `${at}/tenant`,
    documents: [`${OAUTH}/tenant`],
  },
  {
    name: 'issuer with a path, named by its host alone',
    issuer: (at) => `${at}/tenant`,
    documents: [OAUTH, `${OAUTH}/tenant`],
  },
  { name: 'issuer with a trailing slash', issuer: (at) => `${at}/` },
  {
    name: 'issuer with a path and a trailing slash',
    typed: (at) => `${at}/application/o/app`,
    issuer: (at) => `${at}/application/o/app/`,
    documents: [`${OAUTH}/application/o/app`],
  },
  { name: 'OpenID Connect only', documents: [OPENID] },
  {
    name: 'OpenID Connect only, issuer with a path',
    typed: (at) => `${at}/realms/one`,
    issuer: (at) => `${at}/realms/one`,
    documents: [`/realms/one${OPENID}`],
  },
  { name: 'secret in the header', metadata: offers('client_secret_basic'), registration: SECRET },
  { name: 'secret in the body', metadata: offers('client_secret_post'), registration: SECRET },
  {
    name: 'secret, its end not said',
    metadata: offers('client_secret_post'),
    registration: { client_secret: 'canary-secret' },
  },
  {
    name: 'secret asked for, made public by the server',
    metadata: offers('client_secret_post', 'none'),
    registration: { token_endpoint_auth_method: 'none' },
  },
  { name: 'end of a secret without a secret', registration: { client_secret_expires_at: 4_102_444_800 } },
  { name: 'registration answered with a client_id alone', registration: null },
  { name: 'management address that is relative', registration: { registration_client_uri: '/register/client' } },
  {
    name: 'auth methods not said',
    metadata: { token_endpoint_auth_methods_supported: undefined },
    registration: SECRET,
  },
  {
    name: 'auth methods as a string',
    metadata: { token_endpoint_auth_methods_supported: 'client_secret_basic' },
    registration: SECRET,
  },
  {
    name: 'optional members null',
    metadata: { scopes_supported: null, revocation_endpoint: null, service_documentation: null, op_policy_uri: null },
  },
  { name: 'response types not said', metadata: { response_types_supported: undefined } },
  { name: 'documentation that is no URL', metadata: { service_documentation: 'TBD' } },
  {
    name: 'members of its own',
    metadata: {
      agent_auth: { register: '/a/{id}' },
      scope_supported: ['x'],
      mfa_challenge_endpoint: 'https://x.example/',
    },
  },
  {
    name: 'authorization endpoint with a query',
    metadata: (at) => ({ authorization_endpoint: `${at}/authorize?iss=${encodeURIComponent(at)}` }),
  },
  { name: 'no refresh token', token: { refresh_token: undefined } },
  { name: 'token of unknown lifetime, type in lower case', token: { expires_in: undefined, token_type: 'bearer' } },
  { name: 'lifetime as text', token: { expires_in: '3600' } },
  { name: 'slow', latency: 700 },
  { name: 'token endpoint rate-limited at first', limited: '/token' },
  {
    name: 'pointer to a host of the same site',
    issuer: (at) => at.replace('https://', 'https://auth.'),
    documents: [OAUTH],
  },
  {
    name: 'pointer to another site',
    issuer: (at) => at.replace('.shapes.', '.elsewhere.'),
    documents: [OAUTH],
    expected: 'not-agreed',
  },
  { name: 'no registration endpoint', metadata: { registration_endpoint: undefined }, expected: 'no-registration' },
  { name: 'registration endpoint null', metadata: { registration_endpoint: null }, expected: 'no-registration' },
  {
    name: 'S256 not among the methods',
    metadata: { code_challenge_methods_supported: ['plain'] },
    expected: 'unusable',
  },
  { name: 'methods of PKCE not said', metadata: { code_challenge_methods_supported: undefined }, expected: 'unusable' },
  {
    name: 'pushed requests required',
    metadata: (at) => ({
      require_pushed_authorization_requests: true,
      pushed_authorization_request_endpoint: `${at}/par`,
    }),
    expected: 'unusable',
  },
  {
    name: 'token endpoint over http',
    metadata: (at) => ({ token_endpoint: at.replace('https', 'http') }),
    expected: 'unusable',
  },
  { name: 'token endpoint null', metadata: { token_endpoint: null }, expected: 'unusable' },
  {
    name: 'issuer without a scheme',
    issuer: (at) => at.replace('https://', ''),
    documents: [OAUTH],
    expected: 'unusable',
  },
  { name: 'issuer not said', metadata: { issuer: undefined }, expected: 'unusable' },
  { name: 'metadata in an array', ...unreadable({ [OAUTH]: body('[{}]') }) },
  { name: 'metadata cut off', ...unreadable({ [OAUTH]: body('{"issuer": "https://') }) },
  { name: 'nothing published', documents: [], expected: 'no-metadata' },
  { name: 'a page instead of metadata', ...noMetadata({ [OAUTH]: html, [OPENID]: html }) },
  {
    name: 'everything behind a login',
    ...without('closed')({ [OAUTH]: refusal(401, {}), [OPENID]: refusal(401, {}) }),
  },
  { name: 'metadata behind a redirect', ...noMetadata({ [OAUTH]: LOGIN }) },
  {
    name: 'metadata rate-limited',
    ...without('try-later')({ [OAUTH]: refusal(429, {}), [OPENID]: refusal(429, {}) }),
  },
  {
    name: 'registration switched off',
    ...notRegistered(refusal(400, { error: 'dynamic_client_registration_disabled' })),
  },
  { name: 'registration gone', ...notRegistered({ status: 410, headers: {}, body: '' }) },
  { name: 'registration asks for credentials', ...notRegistered(refusal(401, { error: 'invalid_client' })) },
  { name: 'registration behind a challenge', ...notRegistered({ ...html, status: 403 }) },
  { name: 'redirect URIs dropped by the server', registration: { redirect_uris: [] } },
  { name: 'not there', down: true, expected: 'unreachable' },
].map((shape) => ({ expected: 'works', ...shape }));
export { OAUTH };
