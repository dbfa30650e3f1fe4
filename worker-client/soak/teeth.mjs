// A strict authorization server: it rotates refresh tokens, ends the token family of a reused one, and knows the user
// of each token. Every secret that it creates begins with `canary-`.
import { Server } from '../e2e/server.mjs';
import { json } from '../e2e/lab.mjs';

export class Teeth extends Server {
  /** How long an answer of the token endpoint, and one of the registration endpoint, takes in milliseconds. */
  latency = 0;
  registrationLatency = 0;
  /** The lifetime of access tokens in seconds: of the first one, and of all that follow. */
  lifetime = 3600;
  /** Whether a refresh token that was used already is honoured once more, as servers with a grace period do. */
  grace = false;
  /** What the token endpoint does instead of its work, while it is set. */
  fault;
  /** Seconds that its clock, and the one of its resource, are ahead of ours. */
  skew = { server: 0, resource: 0 };
  /** Seconds that passed without anybody waiting for them: one clock for a world. */
  clock = { elapsed: 0 };
  /** Refresh tokens that came a second time. */
  reused = 0;
  /** How often each code, and each refresh token, came to the token endpoint. */
  codes = new Map();
  presented = new Map();
  /** Calls of the resource: with a token of the person they were meant for, of another one, and refused. */
  calls = { right: 0, crossed: 0, refused: 0 };
  /** The access tokens that the resource saw. */
  seen = new Set();
  /** How often the token endpoint was asked, and when it last answered. */
  tokensAsked = 0;
  answered = 0;

  #access = new Map();
  #refresh = new Map();
  #people = new Map();
  #usual = this.answer;

  constructor(host) {
    super(host);
    this.metadata = { token_endpoint_auth_methods_supported: ['client_secret_basic'] };
    this.register = async (sent) => {
      await wait(this.registrationLatency);
      return this.client(sent, { client_secret: `canary-secret-${this.registered}`, client_secret_expires_at: 0 });
    };
  }

  answer = async (sent) => {
    const { pathname, searchParams } = new URL(sent.url);
    if (pathname === '/authorize') return this.#authorize(searchParams, sent.headers['x-person'] ?? 'somebody');
    if (pathname === '/token') return this.#token(new URLSearchParams(sent.body));
    if (pathname.startsWith('/api')) return this.#api(sent, pathname.split('/')[2]);
    return this.#usual(sent);
  };

  /** Every access token that is out is refused from now on. */
  expire() {
    this.#access.clear();
  }

  now = () => Date.now() / 1000 + this.clock.elapsed;

  #authorize(params, person) {
    const code = `code-${(this.issued += 1)}`;
    this.#people.set(code, person);
    const to = new URL(params.get('redirect_uri'));
    to.search = new URLSearchParams({ code, state: params.get('state') });
    return { status: 302, headers: { location: to.href }, body: '' };
  }

  async #token(form) {
    this.tokensAsked += 1;
    if (this.fault) return this.fault(form);
    if (form.get('grant_type') === 'authorization_code') {
      const code = form.get('code');
      this.codes.set(code, (this.codes.get(code) ?? 0) + 1);
      const person = this.#people.get(code);
      this.#people.delete(code);
      if (person === undefined) return json({ error: 'invalid_grant' }, 400);
      const tokens = this.#mint({ person, ended: false }, this.firstLifetime);
      await wait(this.latency);
      return tokens;
    }
    const token = form.get('refresh_token');
    this.refreshes.push(form);
    this.presented.set(token, (this.presented.get(token) ?? 0) + 1);
    const known = this.#refresh.get(token);
    const isAgain = known?.spent ?? false;
    if (isAgain) this.reused += 1;
    if (isAgain && !this.grace) known.family.ended = true;
    if (!known || known.family.ended) return json({ error: 'invalid_grant' }, 400);
    known.spent = true;
    const tokens = this.#mint(known.family, this.lifetime);
    await wait(this.latency);
    this.answered = performance.now();
    return tokens;
  }

  #mint(family, lifetime) {
    const serial = (this.issued += 1);
    const { host } = new URL(this.host);
    const [access, refresh] = [`canary-access-${host}-${serial}`, `canary-refresh-${host}-${serial}`];
    this.#access.set(access, { family, ends: this.now() + this.skew.server + lifetime });
    this.#refresh.set(refresh, { family, spent: false });
    return json({ access_token: access, refresh_token: refresh, token_type: 'Bearer', expires_in: lifetime });
  }

  #api({ headers }, meant = 'somebody') {
    const token = headers.authorization?.replace('Bearer ', '');
    const known = this.#access.get(token);
    this.seen.add(token);
    if (!known || known.family.ended || known.ends <= this.now() + this.skew.resource) {
      this.calls.refused += 1;
      return { status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' }, body: '' };
    }
    this.calls[known.family.person === meant ? 'right' : 'crossed'] += 1;
    return json({ person: known.family.person });
  }
}

export const wait = (milliseconds) =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
