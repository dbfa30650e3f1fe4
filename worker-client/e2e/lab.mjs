// A simulated internet: https names that resolve to real servers on loopback or to functions, with their requests
// recorded.
import http from 'node:http';
import { listen } from './peers/listen.mjs';

export class Lab {
  #hosts = new Map();
  #seen = [];
  #door;

  /** A real server: `{ issuer, port, stop }`. */
  peer(peer) {
    this.#hosts.set(new URL(peer.issuer).host, { fetch: (request) => forward(peer.port, request), stop: peer.stop });
    return peer;
  }

  /**
   * A host made of a function from request to `{ status, headers, body }`, for what no real server does. With
   * `stream` in place of a body it has the socket of the Worker's request to itself: see `hostile/faults.mjs`.
   */
  host(name, fetch) {
    this.#hosts.set(name, { fetch });
  }

  /** Sends a request to whoever has the name. A name that nobody has is a host that does not answer. */
  async fetch({ method, url, headers = {}, body = '' }) {
    const entry = { method, url, headers, body, status: 0, answer: '' };
    this.#seen.push(entry);
    const host = this.#hosts.get(new URL(url).host);
    if (!host) throw new Error(`nobody is called ${new URL(url).host}`);
    const answer = await host.fetch({ method, url, headers, body });
    Object.assign(entry, { status: answer.status, answer: String(answer.body ?? '') });
    return answer;
  }

  /** Opens the way in for Workers: a real socket that all of their requests come through. */
  async open() {
    this.#door ??= listen(async (request, response) => {
      const chunks = [];
      try {
        for await (const chunk of request) chunks.push(chunk);
      } catch {
        // The runtime ended while it asked.
        return;
      }
      const { host, ...headers } = request.headers;
      const asked = {
        method: request.method,
        url: `https://${host}${request.url}`,
        headers,
        body: String(Buffer.concat(chunks)),
      };
      try {
        const answer = await this.fetch(asked);
        if (answer.stream) return answer.stream(response);
        response.writeHead(answer.status, pairs(answer.headers).flat()).end(answer.body);
      } catch {
        // No host has the name: the connection breaks, as it does when a host cannot be reached.
        request.socket.destroy();
      }
    });
    return { external: { address: `127.0.0.1:${(await this.#door).port}`, http: {} } };
  }

  /** What a host received, oldest first. */
  requests(host, { method, path } = {}) {
    const matches = (entry) =>
      new URL(entry.url).host === host &&
      (!method || entry.method === method) &&
      (!path || new URL(entry.url).pathname === path);
    return this.#seen.filter(matches);
  }

  /** Everything that anybody received. */
  get all() {
    return [...this.#seen];
  }

  async stop() {
    await Promise.all([await this.#door, ...this.#hosts.values()].map((host) => host?.stop?.()));
  }
}

/** Passes a request on to loopback as a TLS-terminating proxy would. */
function forward(port, { method, url, headers, body }) {
  const { host, pathname, search } = new URL(url);
  return new Promise((resolve, reject) => {
    const proxied = { ...headers, host, 'x-forwarded-host': host, 'x-forwarded-proto': 'https' };
    delete proxied['accept-encoding'];
    delete proxied['transfer-encoding'];
    if (body) proxied['content-length'] = Buffer.byteLength(body);
    const request = http.request(
      { host: '127.0.0.1', port, method, path: pathname + search, headers: proxied },
      (answer) => {
        const chunks = [];
        answer.on('data', (chunk) => chunks.push(chunk));
        answer.on('end', () =>
          resolve({ status: answer.statusCode, headers: answer.rawHeaders, body: Buffer.concat(chunks) }),
        );
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

const HOP_BY_HOP = /^(connection|content-length|keep-alive|transfer-encoding)$/i;

/** Header pairs from Node's flat list or from an object, several of one name included. */
export function pairs(headers = []) {
  if (!Array.isArray(headers)) return Object.entries(headers);
  const list = [];
  for (let i = 0; i < headers.length; i += 2) {
    if (!HOP_BY_HOP.test(headers[i])) list.push([headers[i], headers[i + 1]]);
  }
  return list;
}

/** A JSON answer of a host made of a function. */
export const json = (body, status = 200) => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

/** The one POST before a login: the same for every host. Whatever else is sent as a POST is a write. */
export const isPing = ({ method, body }) => method === 'POST' && body === '{"jsonrpc":"2.0","id":1,"method":"ping"}';

/** The answer of a host that has nothing there. */
export const nothing = () => ({ status: 404, headers: { 'content-type': 'text/plain' }, body: '' });
