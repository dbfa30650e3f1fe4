// The same job by the libraries of the platform: oauth4webapi, a Durable Object with SQLite for each user and one for
// each issuer, secrets sealed with AES-GCM under a key of their own, what hosts answer remembered for a minute.
import { DurableObject } from 'cloudflare:workers';
import * as oauth from 'oauth4webapi';

export interface Env {
  ACCOUNT: DurableObjectNamespace<Account>;
  REGISTRAR: DurableObjectNamespace<Registrar>;
  ORIGIN: string;
  MASTER_KEYS: string;
}
interface Pending {
  host: string;
  verifier: string;
  state: string;
  server: oauth.AuthorizationServer;
  client: oauth.Client;
}
interface Grant {
  server: oauth.AuthorizationServer;
  client: oauth.Client;
  access: string;
  refresh?: string;
}
interface Answered {
  server: oauth.AuthorizationServer | null;
  title: string | null;
}

const COOKIE = '__Host-peer';
const MOST = 256 * 1024;
const text = new TextEncoder();

export default {
  async fetch(request: Request, env: Env, context: ExecutionContext): Promise<Response> {
    const url = new URL(request.url);
    const route = `${request.method} ${url.pathname.split('/')[1]}`;
    if (route === 'GET ') return page('<h1>Connections</h1><form action="/login"><input name="url"></form>');
    if (route === 'GET probe')
      return Response.json(verdict(await asked(env, context, String(url.searchParams.get('url')))));
    if (route === 'POST login') return begin(request, env, context);
    if (route === 'GET callback') return callback(request, env, url);
    if (route === 'POST use') return use(request, env);
    return new Response('nothing here', { status: 404 });
  },
} satisfies ExportedHandler<Env>;

const verdict = ({ server, title }: Answered) => ({
  verdict: server?.registration_endpoint ? 'registrable' : 'none',
  title,
  issuer: server?.issuer,
});

/** Metadata and title of a host, remembered for a minute. */
async function asked(env: Env, context: ExecutionContext, host: string): Promise<Answered> {
  const key = `${env.ORIGIN}/cache/probe?of=${encodeURIComponent(host)}`;
  const cache = await caches.open('peer');
  const kept = await cache.match(key);
  if (kept) return kept.json();
  const issuer = new URL(`https://${host}`);
  const [server, title] = await Promise.all([discover(issuer), titleOf(issuer)]);
  context.waitUntil(cache.put(key, Response.json({ server, title }, { headers: { 'cache-control': 'max-age=60' } })));
  return { server, title };
}

async function discover(issuer: URL): Promise<oauth.AuthorizationServer | null> {
  const options = { algorithm: 'oauth2', signal: AbortSignal.timeout(10_000) } as const;
  try {
    return await oauth.processDiscoveryResponse(issuer, await bounded(await oauth.discoveryRequest(issuer, options)));
  } catch {
    return null;
  }
}

async function titleOf(issuer: URL): Promise<string | null> {
  let title = '';
  try {
    const answer = await fetch(issuer, { redirect: 'manual', signal: AbortSignal.timeout(10_000) });
    const read = new HTMLRewriter().on('title', {
      text: (chunk) => {
        title = (title + chunk.text).slice(0, 200);
      },
    });
    await read.transform(await bounded(answer)).arrayBuffer();
  } catch {
    /* it says nothing of itself */
  }
  return title || null;
}

/** The answer, if it is of a size that an honest server sends. */
async function bounded(answer: Response): Promise<Response> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of answer.body ?? []) {
    length += chunk.length;
    if (length > MOST) throw new Error('too large');
    chunks.push(chunk);
  }
  return new Response(new Blob(chunks), { status: answer.status, headers: answer.headers });
}

async function begin(request: Request, env: Env, context: ExecutionContext): Promise<Response> {
  if (request.headers.get('sec-fetch-site') !== 'same-origin') return new Response('forbidden', { status: 403 });
  const host = String((await request.formData()).get('url'));
  const { server } = await asked(env, context, host);
  if (!server) return new Response('nowhere to log in', { status: 422 });
  const cookie = cookieOf(request) ?? oauth.generateRandomState();
  const account = env.ACCOUNT.getByName(await digest(cookie));
  const location = await account.begin(host, server);
  const session = `${COOKIE}=${cookie}; Max-Age=2592000; Path=/; Secure; HttpOnly; SameSite=Lax`;
  return new Response(null, { status: 303, headers: { location, 'set-cookie': session } });
}

async function callback(request: Request, env: Env, url: URL): Promise<Response> {
  const cookie = cookieOf(request);
  if (!cookie) return new Response('no session', { status: 403 });
  await env.ACCOUNT.getByName(await digest(cookie)).callback(url.href);
  return new Response(null, { status: 303, headers: { location: `${env.ORIGIN}/` } });
}

async function use(request: Request, env: Env): Promise<Response> {
  const cookie = cookieOf(request);
  if (!cookie) return new Response('no session', { status: 403 });
  const { url } = await request.json<{ url: string }>();
  const token = await env.ACCOUNT.getByName(await digest(cookie)).token(url);
  if (!token) return new Response('no connection', { status: 404 });
  return fetch(new Request(url, { headers: { authorization: `Bearer ${token}` }, redirect: 'manual' }));
}

/** One user: the logins under way and the tokens. */
export class Account extends DurableObject<Env> {
  protected sql = this.ctx.storage.sql;
  private key?: Promise<CryptoKey>;

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    this.sql.exec('CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value BLOB)');
    this.sql.exec(
      'CREATE TABLE IF NOT EXISTS pending (state TEXT PRIMARY KEY, sealed BLOB NOT NULL, expires INTEGER NOT NULL)',
    );
    this.sql.exec(
      'CREATE TABLE IF NOT EXISTS connection (resource TEXT PRIMARY KEY, sealed BLOB NOT NULL, expires INTEGER)',
    );
  }

  async begin(host: string, server: oauth.AuthorizationServer): Promise<string> {
    const client = await this.env.REGISTRAR.getByName(server.issuer).obtain(server);
    const [verifier, state] = [oauth.generateRandomCodeVerifier(), oauth.generateRandomState()];
    const pending: Pending = { host, verifier, state, server, client };
    const [challenge, sealed, name] = await Promise.all([
      oauth.calculatePKCECodeChallenge(verifier),
      this.seal('pending', pending),
      digest(state),
    ]);
    const expires = Date.now() + 600_000;
    this.sql.exec('DELETE FROM pending WHERE expires <= ?', Date.now());
    this.sql.exec('INSERT INTO pending VALUES (?, ?, ?)', name, sealed, expires);
    await this.ctx.storage.setAlarm(expires);
    const url = new URL(String(server.authorization_endpoint));
    url.search = String(
      new URLSearchParams({
        response_type: 'code',
        client_id: client.client_id,
        redirect_uri: await redirectUri(this.env, server.issuer),
        state,
        code_challenge: challenge,
        code_challenge_method: 'S256',
        resource: `https://${host}`,
      }),
    );
    return url.href;
  }

  async callback(href: string): Promise<void> {
    const url = new URL(href);
    const name = await digest(String(url.searchParams.get('state')));
    const [row] = this.sql.exec<{ sealed: ArrayBuffer }>(
      'SELECT sealed FROM pending WHERE state = ? AND expires > ?',
      name,
      Date.now(),
    );
    if (!row) throw new Error('unknown login');
    const { host, verifier, state, server, client } = await this.open<Pending>('pending', row.sealed);
    const parameters = oauth.validateAuthResponse(server, client, url, state);
    this.sql.exec('DELETE FROM pending WHERE state = ?', name);
    const to = await redirectUri(this.env, server.issuer);
    const answer = await oauth.authorizationCodeGrantRequest(server, client, oauth.None(), parameters, to, verifier, {
      signal: AbortSignal.timeout(10_000),
    });
    const tokens = await oauth.processAuthorizationCodeResponse(server, client, await bounded(answer));
    const grant: Grant = { server, client, access: tokens.access_token, refresh: tokens.refresh_token };
    const expires = tokens.expires_in === undefined ? null : Date.now() + tokens.expires_in * 1000;
    this.sql.exec(
      'INSERT OR REPLACE INTO connection VALUES (?, ?, ?)',
      `https://${host}`,
      await this.seal('connection', grant),
      expires,
    );
  }

  /** The token of the connection that covers a URL most closely, refreshed when it is about to end. */
  async token(href: string): Promise<string | undefined> {
    const url = new URL(href);
    const rows = [
      ...this.sql.exec<{ resource: string; sealed: ArrayBuffer; expires: number | null }>('SELECT * FROM connection'),
    ];
    const covers = (resource: URL) =>
      resource.origin === url.origin &&
      (url.pathname === resource.pathname || url.pathname.startsWith(resource.pathname.replace(/\/?$/, '/')));
    const [row] = rows
      .filter(({ resource }) => covers(new URL(resource)))
      .sort((a, b) => b.resource.length - a.resource.length);
    if (!row) return undefined;
    const grant = await this.open<Grant>('connection', row.sealed);
    if (row.expires === null || row.expires > Date.now() + 60_000 || !grant.refresh) return grant.access;
    const answer = await oauth.refreshTokenGrantRequest(grant.server, grant.client, oauth.None(), grant.refresh);
    const tokens = await oauth.processRefreshTokenResponse(grant.server, grant.client, await bounded(answer));
    const next = { ...grant, access: tokens.access_token, refresh: tokens.refresh_token ?? grant.refresh };
    this.sql.exec(
      'UPDATE connection SET sealed = ?, expires = ? WHERE resource = ?',
      await this.seal('connection', next),
      tokens.expires_in ? Date.now() + tokens.expires_in * 1000 : null,
      row.resource,
    );
    return next.access;
  }

  async alarm(): Promise<void> {
    this.sql.exec('DELETE FROM pending WHERE expires <= ?', Date.now());
  }

  /** A key for each user, from the master key and a salt of the user's own. */
  private vault(): Promise<CryptoKey> {
    this.key ??= (async () => {
      let [row] = this.sql.exec<{ value: ArrayBuffer }>("SELECT value FROM meta WHERE name = 'salt'");
      if (!row) {
        row = { value: crypto.getRandomValues(new Uint8Array(32)).buffer };
        this.sql.exec("INSERT INTO meta VALUES ('salt', ?)", row.value);
      }
      const { active, keys } = JSON.parse(this.env.MASTER_KEYS);
      const master = await crypto.subtle.importKey(
        'raw',
        Uint8Array.from(atob(keys[active]), (c) => c.charCodeAt(0)),
        'HKDF',
        false,
        ['deriveKey'],
      );
      const of = { name: 'HKDF', hash: 'SHA-256', salt: row.value, info: text.encode('peer') };
      return crypto.subtle.deriveKey(of, master, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
    })();
    return this.key;
  }

  protected async seal(place: string, value: unknown): Promise<Uint8Array> {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const sealed = await crypto.subtle.encrypt(
      { name: 'AES-GCM', iv, additionalData: text.encode(place) },
      await this.vault(),
      text.encode(JSON.stringify(value)),
    );
    return new Uint8Array([...iv, ...new Uint8Array(sealed)]);
  }

  protected async open<T>(place: string, sealed: ArrayBuffer): Promise<T> {
    const [iv, bytes] = [sealed.slice(0, 12), sealed.slice(12)];
    const opened = await crypto.subtle.decrypt(
      { name: 'AES-GCM', iv, additionalData: text.encode(place) },
      await this.vault(),
      bytes,
    );
    return JSON.parse(new TextDecoder().decode(opened));
  }
}

/** One issuer: the registration that all users share. */
export class Registrar extends DurableObject<Env> {
  private registering?: Promise<oauth.Client>;

  async obtain(server: oauth.AuthorizationServer): Promise<oauth.Client> {
    const kept = await this.ctx.storage.get<oauth.Client>('client');
    if (kept) return kept;
    this.registering ??= this.register(server).finally(() => {
      this.registering = undefined;
    });
    return this.registering;
  }

  private async register(server: oauth.AuthorizationServer): Promise<oauth.Client> {
    const metadata = {
      client_name: 'peer',
      redirect_uris: [await redirectUri(this.env, server.issuer)],
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
    };
    const answer = await oauth.dynamicClientRegistrationRequest(server, metadata, {
      signal: AbortSignal.timeout(10_000),
    });
    const client = await oauth.processDynamicClientRegistrationResponse(await bounded(answer));
    await this.ctx.storage.put('client', client);
    return client;
  }
}

/** Each issuer has its own, against mix-up. */
const redirectUri = async (env: Env, issuer: string) => `${env.ORIGIN}/callback/${(await digest(issuer)).slice(0, 22)}`;

async function digest(value: string): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', text.encode(value)));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

const cookieOf = (request: Request) =>
  request.headers
    .get('cookie')
    ?.split(/;\s*/)
    .map((pair) => pair.split('='))
    .find(([name]) => name === COOKIE)?.[1];

const page = (body: string) =>
  new Response(`<!doctype html><title>peer</title>${body}`, {
    headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': "default-src 'none'" },
  });
