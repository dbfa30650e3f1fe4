// The peer with what can be measured of what this Worker does beside the job: branding that is remembered by itself, the
// headers of each response, a session that is sealed and looked up, the rows of an account that knows its owner and
// version, an outbox, a scope and branding for each connection, hosts that are judged, and responses that are looked at.
// Not here: changes of keys, several logins under way, intents and generations, one refresh at a time, events and
// revocations.
import plain, { Account as PlainAccount, Registrar, type Env } from './peer';
import type { AuthorizationServer } from 'oauth4webapi';

export { Registrar };

const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'strict-transport-security': 'max-age=63072000; includeSubDomains',
};
const NOT_ASKED = /^(localhost|\d+(\.\d+){3}|\[.*\]|[^.]+|.*\.(local|internal))$/;
const DAY = { headers: { 'cache-control': 'max-age=86400' } };

export default {
  async fetch(request: Request, env: Env, context: ExecutionContext): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === '/use') {
      const { url } = await request.clone().json<{ url: string }>();
      if (NOT_ASKED.test(new URL(url).hostname)) return new Response('refused', { status: 422 });
      const answer = await plain.fetch(request, env, context);
      const refusal = [401, 403].includes(answer.status) && answer.headers.get('www-authenticate');
      if (refusal && /invalid_token|insufficient_scope/.test(refusal)) return new Response('log in', { status: 409 });
      const own = new Response(answer.body, answer);
      own.headers.delete('set-cookie');
      return own;
    }
    const host = searchParams.get('url') ?? 'as.example';
    const isHost = pathname === '/probe' || (pathname === '/login' && request.method === 'POST');
    const [answer] = await Promise.all([plain.fetch(request, env, context), isHost && branding(env, context, host)]);
    const own = new Response(answer.body, answer);
    for (const [name, value] of Object.entries(HEADERS)) own.headers.set(name, value);
    return own;
  },
} satisfies ExportedHandler<Env>;

/** What a host says of itself, remembered for a day beside its metadata. */
async function branding(env: Env, context: ExecutionContext, host: string): Promise<object> {
  const key = `${env.ORIGIN}/cache/about?of=${encodeURIComponent(host)}`;
  const cache = await caches.open('fair');
  const kept = await cache.match(key);
  if (kept) return kept.json();
  const about = { title: host, icon: null };
  context.waitUntil(cache.put(key, Response.json(about, DAY)));
  return about;
}

export class Account extends PlainAccount {
  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    this.sql.exec(`
      CREATE TABLE IF NOT EXISTS session (digest TEXT PRIMARY KEY, expires INTEGER NOT NULL, sealed BLOB NOT NULL);
      CREATE TABLE IF NOT EXISTS outbox (id TEXT PRIMARY KEY, sealed BLOB NOT NULL, due INTEGER NOT NULL);
      CREATE TABLE IF NOT EXISTS about (resource TEXT PRIMARY KEY, label TEXT NOT NULL, issuer TEXT NOT NULL, scope TEXT,
        title TEXT, description TEXT, icon TEXT, created INTEGER NOT NULL, needs_login INTEGER NOT NULL DEFAULT 0,
        generation INTEGER NOT NULL DEFAULT 0, used INTEGER NOT NULL DEFAULT 0)`);
  }

  async begin(host: string, server: AuthorizationServer): Promise<string> {
    if (!(await this.session())) {
      const expires = Date.now() + 2_592_000_000;
      this.sql.exec("INSERT OR REPLACE INTO meta VALUES ('owner', ?), ('version', '1')", this.name);
      const sealed = await this.seal('session', expires);
      this.sql.exec('INSERT INTO session VALUES (?, ?, ?)', this.name, expires, sealed);
    }
    return super.begin(host, server);
  }

  async token(href: string): Promise<string | undefined> {
    return (await this.session()) ? super.token(href) : undefined;
  }

  /** The session that the browser sent, if it is one of this account. */
  private async session(): Promise<number | undefined> {
    const select = 'SELECT sealed FROM session WHERE digest = ? AND expires > ?';
    const [row] = this.sql.exec<{ sealed: ArrayBuffer }>(select, this.name, Date.now());
    return row && this.open<number>('session', row.sealed);
  }

  private get name(): string {
    return String(this.ctx.id);
  }
}
