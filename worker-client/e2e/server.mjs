// An authorization server and its resource in one, with responses set by the test and a record of its requests.
import { json, nothing } from './lab.mjs';

export const HOST = 'https://as.example';

export class Server {
  /** The clients that it knows, by identifier: the metadata they registered with. */
  clients = new Map();
  registered = 0;
  deleted = [];
  updated = [];
  issued = 0;
  refreshes = [];
  revoked = [];
  firstLifetime = 3600;
  /** What stands in its metadata beside the usual. */
  metadata = {};
  /** Whether a registration comes with what manages it (RFC 7592). */
  manages = false;
  resource = () => json({ ok: true });
  exchange = () => this.tokens(this.firstLifetime);
  refresh = () => this.tokens();
  /** The callback's query, for a server that does not answer an authorization request as it should. */
  authorize = (sent) => ({ code: 'code', state: sent.get('state') });
  register = (sent) => this.client(sent);
  revoke = () => ({ status: 200, headers: {}, body: '' });
  remove = () => ({ status: 204, headers: {}, body: '' });

  constructor(host = HOST) {
    this.host = host;
  }

  tokens = (expires_in = 3600) => {
    this.issued += 1;
    return json({
      access_token: `access-${this.issued}`,
      refresh_token: `refresh-${this.issued}`,
      token_type: 'Bearer',
      expires_in,
    });
  };

  client = (sent, more = {}) => {
    const client_id = `client-${(this.registered += 1)}`;
    this.clients.set(client_id, JSON.parse(sent.body));
    const managed = this.manages
      ? {
          registration_client_uri: `${this.host}/register/${client_id}`,
          registration_access_token: `manage-${client_id}`,
        }
      : {};
    return json({ ...JSON.parse(sent.body), client_id, ...managed, ...more }, 201);
  };

  answer = async (sent) => {
    const { method, url, headers, body } = sent;
    const { pathname, searchParams } = new URL(url);
    const form = new URLSearchParams(body);
    if (pathname === '/.well-known/oauth-authorization-server') {
      return json({
        issuer: this.host,
        authorization_endpoint: `${this.host}/authorize`,
        token_endpoint: `${this.host}/token`,
        registration_endpoint: `${this.host}/register`,
        revocation_endpoint: `${this.host}/revoke`,
        response_types_supported: ['code'],
        token_endpoint_auth_methods_supported: ['none'],
        code_challenge_methods_supported: ['S256'],
        ...this.metadata,
      });
    }
    if (pathname === '/register') return this.register(sent);
    if (pathname.startsWith('/register/')) return this.#manage(sent, pathname.slice('/register/'.length));
    if (pathname === '/authorize') {
      const to = new URL(searchParams.get('redirect_uri'));
      to.search = new URLSearchParams(this.authorize(searchParams));
      return { status: 302, headers: { location: to.href }, body: '' };
    }
    if (pathname.startsWith('/token') && form.get('grant_type') === 'authorization_code') return this.exchange(form);
    if (pathname.startsWith('/token')) {
      this.refreshes.push(form);
      return this.refresh(form);
    }
    if (pathname === '/revoke') {
      this.revoked.push(form.get('token'));
      return this.revoke(form);
    }
    return method === 'GET' && pathname.startsWith('/api') ? this.resource(headers, sent) : nothing();
  };

  #manage({ method, headers, body }, id) {
    if (headers.authorization !== `Bearer manage-${id}` || !this.clients.has(id))
      return json({ error: 'invalid_token' }, 401);
    if (method === 'DELETE') {
      this.deleted.push(id);
      return this.remove(id);
    }
    const metadata = JSON.parse(body);
    this.updated.push(metadata);
    this.clients.set(id, metadata);
    return json({
      ...metadata,
      registration_client_uri: `${this.host}/register/${id}`,
      registration_access_token: `manage-${id}`,
    });
  }
}
