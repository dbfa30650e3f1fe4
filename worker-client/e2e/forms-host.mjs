// The host program of the tests, which can give the Worker a form as a stream of its own, and says how much of it was pulled.
import app from './host.mjs';

export { Account, Registrar } from './host.mjs';

const PART = 1000;
let pulled = 0;

const streamOf = (whole, type) =>
  new ReadableStream(
    {
      type,
      pull(stream) {
        if (pulled < whole.length) {
          stream.enqueue(whole.slice(pulled, pulled + PART));
          pulled += PART;
        } else {
          stream.close();
          stream.byobRequest?.respond(0);
        }
      },
    },
    { highWaterMark: 0 },
  );

export default {
  async fetch(request, env) {
    const { headers, method, url } = request;
    if (new URL(url).pathname === '/pulled') return Response.json(pulled);
    const kind = headers.get('x-stream');
    if (!kind) return app.fetch(request, env);
    pulled = 0;
    const body = streamOf(new Uint8Array(await request.arrayBuffer()), kind === 'bytes' ? 'bytes' : undefined);
    return app.fetch(new Request(url, { method, headers, body }), env);
  },
};
