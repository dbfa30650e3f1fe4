// Hosts of every shape, as functions: thousands of hosts are a table and a few counters instead of servers.
import { Box } from './world.mjs';
import { json, nothing } from '../e2e/lab.mjs';
import { OAUTH, SHAPES } from './shapes.mjs';
import { wait } from './teeth.mjs';

export class Internet extends Box {
  /** Requests that each host received, by its number. */
  requests = [];
  #limited = new Set();

  /** The shape of the host of that number, and its address. */
  static at(number) {
    return { shape: SHAPES[number % SHAPES.length], address: `https://h${number}.shapes.example` };
  }

  stranger = (name) => {
    const [, number] = /^(?:auth\.)?h(\d+)\.(?:shapes|elsewhere)\.example$/.exec(name) ?? [];
    return number && ((request) => this.#answer(Number(number), `https://${name}`, request));
  };

  async #answer(number, at, { method, url, headers, body }) {
    const { shape, address } = Internet.at(number);
    if (shape.down) throw new Error('down');
    const { pathname, searchParams } = new URL(url);
    if (pathname !== '/authorize') this.requests[number] = (this.requests[number] ?? 0) + 1;
    await wait(shape.latency ?? 0);
    if (shape.limited === pathname && !this.#limited.has(number)) {
      this.#limited.add(number);
      return { status: 429, headers: { 'retry-after': '1' }, body: '' };
    }
    if (shape.answers?.[pathname]) return shape.answers[pathname];
    const issuer = shape.issuer?.(address) ?? address;
    // The host that is pointed to publishes for itself.
    const isPointedTo = at !== address;
    const documents = isPointedTo ? [OAUTH] : (shape.documents ?? [OAUTH]);
    if (documents.includes(pathname)) return json(this.#metadata(shape, at, issuer));
    if (pathname === '/register') return json(registration(shape, JSON.parse(body)), 201);
    if (pathname === '/authorize') {
      const to = new URL(searchParams.get('redirect_uri'));
      to.search = new URLSearchParams({ code: `code-${number}`, state: searchParams.get('state') });
      return { status: 302, headers: { location: to.href }, body: '' };
    }
    if (pathname === '/token') return this.#token(number, shape, headers, new URLSearchParams(body));
    if (method === 'GET' && headers.authorization === `Bearer canary-access-${number}`) return json({ number });
    return pathname === '/'
      ? { status: 200, headers: { 'content-type': 'text/html' }, body: `<title>Host ${number}</title>` }
      : nothing();
  }

  #metadata(shape, at, issuer) {
    const differs = typeof shape.metadata === 'function' ? shape.metadata(at) : shape.metadata;
    return {
      issuer,
      authorization_endpoint: `${at}/authorize`,
      token_endpoint: `${at}/token`,
      registration_endpoint: `${at}/register`,
      response_types_supported: ['code'],
      token_endpoint_auth_methods_supported: ['none'],
      code_challenge_methods_supported: ['S256'],
      ...differs,
    };
  }

  #token(number, shape, headers, form) {
    const secret = shape.registration?.client_secret;
    const basic =
      headers.authorization &&
      Buffer.from(headers.authorization.replace('Basic ', ''), 'base64').toString().split(':')[1];
    // A client that has a secret is known by it.
    if (secret && basic !== secret && form.get('client_secret') !== secret)
      return json({ error: 'invalid_client' }, 401);
    if (form.get('code') !== `code-${number}` || !form.get('code_verifier'))
      return json({ error: 'invalid_grant' }, 400);
    return json({
      access_token: `canary-access-${number}`,
      refresh_token: `canary-refresh-${number}`,
      token_type: 'Bearer',
      expires_in: 3600,
      ...shape.token,
    });
  }
}

function registration(shape, asked) {
  return shape.registration === null
    ? { client_id: 'client' }
    : { ...asked, client_id: 'client', ...shape.registration };
}
