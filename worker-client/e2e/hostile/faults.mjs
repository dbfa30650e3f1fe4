// Faults of a host: responses that no server sends on purpose, over the socket that the Worker reads.
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { wait } from '../waiting.mjs';

/** A function in place of a body: it has the response to itself. `status` is what the lab writes down. */
const streamed = (stream, status = 200) => ({ status, headers: {}, body: '', stream });

/** When the other side ends the connection, in milliseconds since the fault was made; how many bytes it took. */
class Seen {
  bytes = 0;
  closed = undefined;
  #began = performance.now();

  watch(response) {
    this.ended = new Promise((resolve) => {
      response.on('close', () => {
        this.closed = performance.now() - this.#began;
        resolve();
      });
    });
  }
}

/** Headers never come. */
export function silence() {
  const seen = new Seen();
  return Object.assign(
    streamed((response) => seen.watch(response)),
    { seen },
  );
}

/** The headers, and then one byte of a body that begins well every 200 ms. */
export function drip(contentType = 'application/json') {
  const seen = new Seen();
  return Object.assign(
    streamed(async (response) => {
      seen.watch(response);
      response.writeHead(200, { 'content-type': contentType });
      for (let n = 0; !response.closed; n += 1) {
        response.write(n ? ' ' : '{');
        seen.bytes += 1;
        await wait(200);
      }
    }),
    { seen },
  );
}

/** A body without end, as fast as it is taken. */
export function endless(headers = {}, chunk = Buffer.alloc(16 << 10, ' ')) {
  const seen = new Seen();
  return Object.assign(
    streamed(async (response) => {
      seen.watch(response);
      response.writeHead(200, { 'content-type': 'application/json', ...headers });
      while (!response.closed) {
        seen.bytes += chunk.length;
        if (!response.write(chunk))
          await Promise.race([
            new Promise((resolve) => {
              response.once('drain', resolve);
            }),
            seen.ended,
          ]);
        else await wait(0);
      }
    }),
    { seen },
  );
}

/** As many zeros as a compression makes small. */
export function bomb(encoding, megabytes) {
  const zeros = Buffer.alloc(megabytes << 20);
  const body = {
    gzip: () => gzipSync(zeros),
    br: () => brotliCompressSync(zeros),
    'gzip, gzip': () => gzipSync(gzipSync(zeros)),
  }[encoding]();
  return { status: 200, headers: { 'content-type': 'application/json', 'content-encoding': encoding }, body };
}

/** The connection breaks: before the headers, or after half of a body. */
export const reset = (half) =>
  streamed((response) => {
    if (half === undefined) return response.socket.destroy();
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': half.length * 2 });
    response.write(half, () => response.socket.destroy());
  });

/** An answer after a while. */
export const late = (milliseconds, answer) => wait(milliseconds).then(() => answer);

export const redirect = (location, status = 302) => ({ status, headers: { location }, body: '' });

export const html = (body, status = 200, headers = {}) => ({
  status,
  headers: { 'content-type': 'text/html', ...headers },
  body,
});
