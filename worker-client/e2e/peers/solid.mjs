// The Community Solid Server: OpenID Connect discovery alone, and a resource whose challenge names the scope. Its sign-in
// and consent pages are scripts over a JSON API, which a person before the server walks through.
import http from 'node:http';
import { listen } from './listen.mjs';
import { here, startProcess } from './process.mjs';

const AUTHORIZE = '/.oidc/auth';
const CREDENTIALS = { email: 'demo@demo.example', password: 'demo-password', remember: true };

export async function start({ issuer, port = 0 }) {
  const base = `${issuer.replace(/\/$/, '')}/`;
  const css = await startProcess({
    name: 'solid',
    command: process.execPath,
    args: (own) => [
      ...['--max-old-space-size=1536', '--require', here('solid/own-name.cjs')],
      ...[here('solid/node_modules/@solid/community-server/bin/server.js')],
      ...['-p', String(own), '-b', base, '-c', '@css:config/default.json', '-l', 'warn'],
      ...['--seedConfig', here('solid/seed.json')],
    ],
    environment: (own) => ({ ISSUER: issuer, OWN_PORT: String(own) }),
    seconds: 120,
  });
  const person = new Person(css.port, issuer);
  await person.waitForPod();
  const front = await listen(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const asked = { method: request.method, path: request.url, headers: request.headers, body: Buffer.concat(chunks) };
    const isLogin = request.method === 'GET' && request.url.startsWith(`${AUTHORIZE}?`);
    const answer = await (isLogin ? person.authorize(request.url) : send(css.port, asked));
    response.writeHead(answer.status, answer.rawHeaders).end(answer.body);
  }, port);
  const stop = () => Promise.all([front.stop(), css.stop()]);
  return { issuer, port: front.port, stop };
}

/** Someone who signs in, picks who to be, and consents: the requests of the server's own pages. */
class Person {
  #port;
  #issuer;

  constructor(port, issuer) {
    this.#port = port;
    this.#issuer = new URL(issuer);
  }

  /** Goes from an authorization request to the redirect that leads back to the client. */
  async authorize(path) {
    const browser = new Browser(this.#port, this.#issuer);
    const page = await browser.follow(await browser.go(path));
    if (!page.location?.startsWith('/') && !page.path.includes('/.account/')) return page;
    const login = await browser.post('/.account/login/password/', CREDENTIALS);
    browser.authorization = `CSS-Account-Token ${JSON.parse(login.body).authorization}`;
    if (login.next) await browser.follow(await browser.go(login.next));
    const { webIds } = JSON.parse((await browser.go('/.account/oidc/pick-webid/')).body);
    const picked = await browser.post('/.account/oidc/pick-webid/', { webId: webIds[0], remember: true });
    const next = await browser.follow(await browser.go(picked.next));
    // The server may have refused the request by now, and sent the browser back.
    if (next.location) return next;
    const consented = await browser.post('/.account/oidc/consent/', { remember: true });
    return browser.follow(await browser.go(consented.next));
  }

  async waitForPod() {
    const browser = new Browser(this.#port, this.#issuer);
    const deadline = Date.now() + 60_000;
    while ((await browser.go('/demo/')).status === 404) {
      if (Date.now() > deadline) throw new Error('solid has no pod');
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

class Browser {
  #cookies = new Map();
  #port;
  #issuer;
  authorization;

  constructor(port, issuer) {
    this.#port = port;
    this.#issuer = issuer;
  }

  post(path, json) {
    return this.go(path, { method: 'POST', body: JSON.stringify(json), type: 'application/json' });
  }

  /** One request; `location` of the answer is relative where it stays at the server, and `next` where a page goes on. */
  async go(path, { method = 'GET', body, type } = {}) {
    const cookie = [...this.#cookies].map((pair) => pair.join('=')).join('; ');
    const isPage = path.startsWith(AUTHORIZE);
    const headers = {
      ...(type ? { 'content-type': type } : {}),
      ...(cookie ? { cookie } : {}),
      ...(this.authorization ? { authorization: this.authorization } : {}),
      accept: isPage ? 'text/html' : 'application/json',
      host: this.#issuer.host,
      'x-forwarded-host': this.#issuer.host,
      'x-forwarded-proto': this.#issuer.protocol.slice(0, -1),
    };
    const answer = await send(this.#port, { method, path, headers, body });
    for (const line of answer.headers['set-cookie'] ?? []) {
      const [name, value] = line.split(';')[0].split('=');
      this.#cookies.set(name, value);
    }
    const own = (address) => address && new URL(address, this.#issuer);
    const location = own(answer.headers.location);
    const isOwn = location?.host === this.#issuer.host;
    let next;
    try {
      next = own(JSON.parse(answer.body).location);
    } catch {
      // Not a page that goes on.
    }
    const relative = (url) => url && url.pathname + url.search;
    return { ...answer, path, location: isOwn ? relative(location) : location?.href, next: relative(next) };
  }

  /** Follows redirects within the server. */
  async follow(answer) {
    for (let hop = 0; hop < 15 && answer.location?.startsWith('/'); hop += 1) answer = await this.go(answer.location);
    return answer;
  }
}

function send(port, { method, path, headers, body }) {
  return new Promise((resolve, reject) => {
    const sent = { ...headers };
    if (body?.length) sent['content-length'] = Buffer.byteLength(body);
    const request = http.request({ host: '127.0.0.1', port, method, path, headers: sent }, (answer) => {
      const chunks = [];
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.on('end', () => {
        const rawHeaders = [];
        for (let i = 0; i < answer.rawHeaders.length; i += 2) {
          if (/^(connection|content-length|keep-alive|transfer-encoding)$/i.test(answer.rawHeaders[i])) continue;
          rawHeaders.push(answer.rawHeaders[i], answer.rawHeaders[i + 1]);
        }
        resolve({ status: answer.statusCode, headers: answer.headers, rawHeaders, body: Buffer.concat(chunks) });
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}
