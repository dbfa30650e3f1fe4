// Hosts with endless bodies, over a real socket that counts the bytes that were read.
import { listen } from '../e2e/peers/listen.mjs';
import { wait } from './teeth.mjs';

/** In bytes: small against the caps, so that what is sent after a cap shows. */
const CHUNK = 4096;

/**
 * In milliseconds between chunks: slow enough for a reader that hangs up to be noticed, fast enough to reach the cap in
 * time.
 */
const PAUSE = { page: 8, others: 40 };

export class Flood {
  /** Bytes that each endless body gave before the reader hung up. */
  pulled = new Map();

  async open() {
    this.door = await listen((request, response) => {
      const { host } = request.headers;
      const kind = host.split('.')[0];
      const endless = ENDLESS[kind] === request.url || (kind === 'metadata' && request.url.startsWith('/.well-known/'));
      if (endless) return this.#drip(kind, response);
      const [status, type, body] = answer(host, request.url);
      response.writeHead(status, { 'content-type': type }).end(body);
    });
    return { external: { address: `127.0.0.1:${this.door.port}`, http: {} } };
  }

  async fetch({ url }) {
    const { searchParams } = new URL(url);
    const to = new URL(searchParams.get('redirect_uri'));
    to.search = new URLSearchParams({ code: 'code', state: searchParams.get('state') });
    return { status: 302, headers: { location: to.href }, body: '' };
  }

  stop() {
    return this.door.stop();
  }

  async #drip(kind, response) {
    let isOpen = true;
    response.on('close', () => {
      isOpen = false;
    });
    response.writeHead(kind === 'registration' ? 201 : 200, {
      'content-type': kind === 'page' ? 'text/html' : 'application/json',
    });
    let sent = 0;
    // A bound of our own: a reader that never stops is counted, not served forever.
    while (isOpen && sent < 4 << 20) {
      if (response.write(Buffer.alloc(CHUNK, ' '))) await wait(PAUSE[kind] ?? PAUSE.others);
      else
        await Promise.race([
          new Promise((done) => {
            response.once('drain', done);
          }),
          new Promise((done) => {
            response.once('close', done);
          }),
        ]);
      sent += CHUNK;
    }
    response.destroy();
    this.pulled.set(kind, Math.max(sent, this.pulled.get(kind) ?? 0));
  }
}

const ENDLESS = { registration: '/register', token: '/token', page: '/', icon: '/icon.png' };

function answer(host, url) {
  if (url === '/.well-known/oauth-authorization-server') {
    const at = `https://${host}`;
    return [
      200,
      'application/json',
      JSON.stringify({
        issuer: at,
        authorization_endpoint: `${at}/authorize`,
        token_endpoint: `${at}/token`,
        registration_endpoint: `${at}/register`,
        response_types_supported: ['code'],
        token_endpoint_auth_methods_supported: ['none'],
        code_challenge_methods_supported: ['S256'],
      }),
    ];
  }
  if (url === '/register') return [201, 'application/json', JSON.stringify({ client_id: 'client' })];
  if (url === '/' && host.startsWith('icon.')) return [200, 'text/html', '<link rel=icon href=/icon.png>'];
  return [404, 'text/plain', ''];
}
