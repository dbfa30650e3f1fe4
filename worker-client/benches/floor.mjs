// The platform calls of each row and nothing else: the floor under any Worker that makes them.
import { DurableObject } from 'cloudflare:workers';

const TABLES = `CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE session (digest TEXT PRIMARY KEY, expires INTEGER NOT NULL);
CREATE TABLE pending (state TEXT PRIMARY KEY, sealed TEXT NOT NULL, expires INTEGER NOT NULL)`;
const HEADERS = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`x-header-${i}`, 'no-store']));
let name = 0;

export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    if (pathname === '/probe') return new Response('{"verdict":"registrable"}', { headers: HEADERS });
    if (pathname === '/login') {
      const location = await env.ACCOUNT.getByName(String((name += 1))).begin();
      return new Response(null, { status: 303, headers: { ...HEADERS, location } });
    }
    const { url } = await request.json();
    const token = await env.ACCOUNT.getByName('user').token();
    return fetch(url, { headers: { authorization: `Bearer ${token}` }, redirect: 'manual' });
  },
};

export class Account extends DurableObject {
  async begin() {
    const { sql } = this.ctx.storage;
    sql.exec(TABLES);
    await this.env.REGISTRAR.getByName('issuer').obtain();
    sql.exec(`INSERT INTO meta VALUES ('a', ''), ('b', ''), ('c', '')`);
    sql.exec(`INSERT INTO session VALUES ('', 0)`);
    sql.exec(`INSERT INTO pending VALUES ('', '', 0)`);
    await this.ctx.storage.setAlarm(Date.now() + 600_000);
    return 'https://as.example/authorize?';
  }

  alarm() {}

  token() {
    return 'access';
  }
}

export class Registrar extends DurableObject {
  async obtain() {
    return (await this.ctx.storage.get('client')) ?? 'client';
  }
}
