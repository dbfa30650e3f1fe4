// An authorization server and its resource, which behave correctly unless a test overrides them. The server rotates
// refresh tokens, ends the token family of a reused one, and counts every request.
import { json, nothing } from '../lab.mjs';
import { canary } from './canary.mjs';

export const METADATA = '/.well-known/oauth-authorization-server';

/** What a server publishes. */
export const metadata = (issuer, members = {}) => ({
  issuer,
  authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${issuer}/token`,
  registration_endpoint: `${issuer}/register`,
  revocation_endpoint: `${issuer}/revoke`,
  response_types_supported: ['code'],
  grant_types_supported: ['authorization_code', 'refresh_token'],
  token_endpoint_auth_methods_supported: ['none'],
  code_challenge_methods_supported: ['S256'],
  ...members,
});

export class Server {
  registrations = [];
  authorizations = [];
  exchanges = [];
  refreshes = [];
  revocations = [];
  managements = [];
  /** Refresh tokens that came back after their use. */
  reuses = 0;
  /** Seconds that an access token is said to live. */
  lifetime = 3600;
  /** Per step, in place of its honest answer: `(request, honest) => answer`. */
  on = {};
  #codes = new Map();
  #live = new Set();
  #spent = new Set();
  #current = new Set();
  #issued = [];

  /** `members` of the metadata; `resource` is the path below which tokens are asked for. */
  constructor(lab, host, { members = {}, path = '', resource = '/api' } = {}) {
    Object.assign(this, { lab, host, members, path, resource, issuer: `https://${host}${path}` });
    lab.host(host, this.answer);
  }

  get metadata() {
    return metadata(this.issuer, this.members);
  }

  /** Holds the answer to the next request of a step, which the server has dealt with by then. */
  hold(step) {
    const before = this.on[step];
    let arrive, release;
    const arrived = new Promise((resolve) => {
      arrive = resolve;
    });
    const gate = new Promise((resolve) => {
      release = resolve;
    });
    this.on[step] = async (request, honest) => {
      this.on[step] = before;
      const answer = await (before ? before(request, honest) : honest());
      arrive();
      await gate;
      return answer;
    };
    return { arrived, release };
  }

  /** The pairs of tokens that it still accepts, but for those that a later refresh replaced. */
  accepted() {
    return this.#issued.filter(
      ({ access, refresh }) => !this.#spent.has(refresh) && (this.#current.has(refresh) || this.#live.has(access)),
    );
  }

  /** The access tokens end at once, as at a server that forgot to say when. */
  expireAll() {
    this.#live.clear();
  }

  answer = (request) => {
    const { method, url } = request;
    const path = new URL(url).pathname;
    const at = (member) => path === new URL(this.metadata[member] ?? 'https://x/x', url).pathname;
    const step =
      path === `${METADATA}${this.path}`
        ? 'metadata'
        : at('registration_endpoint')
          ? 'register'
          : at('authorization_endpoint')
            ? 'authorize'
            : at('token_endpoint') && method === 'POST'
              ? this.#grant(request)
              : at('revocation_endpoint')
                ? 'revoke'
                : path.startsWith('/manage/')
                  ? 'manage'
                  : path.startsWith(this.resource)
                    ? 'use'
                    : path === '/'
                      ? 'page'
                      : 'other';
    const honest = (changes = {}) => this[`_${step}`](request, changes);
    return this.on[step] ? this.on[step](request, honest) : honest();
  };

  #grant({ body }) {
    return new URLSearchParams(body).get('grant_type') === 'refresh_token' ? 'refresh' : 'exchange';
  }

  _metadata() {
    return json(this.metadata);
  }

  _register({ body, headers }, changes) {
    const asked = JSON.parse(body);
    this.registrations.push({ ...asked, authorization: headers.authorization });
    const client = { client_id: `client-${this.registrations.length}-at-${this.host}`, ...asked };
    if (asked.token_endpoint_auth_method !== 'none') {
      Object.assign(client, { client_secret: canary('client'), client_secret_expires_at: 0 });
    }
    return json({ ...client, ...changes }, 201);
  }

  _authorize({ url }, changes) {
    const asked = new URL(url).searchParams;
    this.authorizations.push(asked);
    const code = `code-${canary('code')}`;
    this.#codes.set(code, asked);
    const back = new URL(asked.get('redirect_uri'));
    const answer = {
      code,
      state: asked.get('state'),
      ...(this.members.authorization_response_iss_parameter_supported && { iss: this.issuer }),
      ...changes,
    };
    for (const [name, value] of Object.entries(answer)) if (value !== undefined) back.searchParams.append(name, value);
    return { status: 302, headers: { location: back.href }, body: '' };
  }

  _exchange({ body, headers }, changes) {
    const sent = new URLSearchParams(body);
    this.exchanges.push({ sent, headers });
    if (!this.#codes.delete(sent.get('code'))) return json({ error: 'invalid_grant' }, 400);
    return this.tokens(changes);
  }

  _refresh({ body, headers }, changes) {
    const sent = new URLSearchParams(body);
    this.refreshes.push({ sent, headers });
    const token = sent.get('refresh_token');
    if (this.#spent.has(token)) {
      this.reuses += 1;
      this.#current.clear();
      this.#live.clear();
    }
    if (!this.#current.delete(token)) return json({ error: 'invalid_grant' }, 400);
    this.#spent.add(token);
    return this.tokens(changes);
  }

  tokens(changes = {}) {
    const [access, refresh] = [canary('access'), canary('refresh')];
    this.#live.add(access);
    this.#current.add(refresh);
    this.#issued.push({ access, refresh });
    return json({
      access_token: access,
      refresh_token: refresh,
      token_type: 'Bearer',
      expires_in: this.lifetime,
      ...changes,
    });
  }

  _revoke({ body, headers }) {
    const sent = new URLSearchParams(body);
    this.revocations.push({ sent, headers });
    this.#current.delete(sent.get('token'));
    this.#live.delete(sent.get('token'));
    return { status: 200, headers: {}, body: '' };
  }

  _manage({ method, headers }) {
    this.managements.push({ method, headers });
    return { status: 204, headers: {}, body: '' };
  }

  _use({ headers }) {
    const token = (headers.authorization ?? '').replace(/^Bearer /, '');
    return this.#live.has(token)
      ? json({ host: this.host })
      : { ...json({ error: 'invalid_token' }, 401), headers: { 'www-authenticate': 'Bearer error="invalid_token"' } };
  }

  _page() {
    return nothing();
  }

  _other() {
    return nothing();
  }
}
