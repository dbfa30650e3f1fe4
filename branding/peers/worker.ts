// Two Workers in one: the crate as wasm, and the HTMLRewriter of the runtime. Each is given pages that are in memory,
// and pages that come as a stream.
import module from './branding.wasm';
import pages from './pages.json';
import bytes from './pages.bin';

interface Page {
  name: string;
  content_type: string;
  bytes: number;
}
interface Ready extends Page {
  body: Uint8Array;
}
interface Found {
  title?: string;
  description?: string;
  icons: string[];
}
type Read = (page: Ready) => Promise<Found>;

const wasm = new WebAssembly.Instance(module).exports as {
  memory: WebAssembly.Memory;
  buffer(length: number): number;
  start(): void;
  write(): number;
  finish(): number;
};
const BASE = 'https://h.example/';
const CHUNK = 16 * 1024;

function give(data: Uint8Array): void {
  const at = wasm.buffer(data.length);
  new Uint8Array(wasm.memory.buffer, at, data.length).set(data);
}

function take(): Found {
  const length = wasm.finish();
  const json = new Uint8Array(wasm.memory.buffer, wasm.buffer(length), length);
  const { title, description, icons } = JSON.parse(new TextDecoder().decode(json));
  return { title, description, icons: icons.map(({ url }: { url: string }) => url) };
}

function begin(contentType: string): void {
  give(new TextEncoder().encode(contentType));
  wasm.start();
}

const crate: Read = async ({ body, content_type: type }) => {
  begin(type);
  for (let at = 0; at < body.length; at += CHUNK) {
    give(body.subarray(at, at + CHUNK));
    if (wasm.write()) break;
  }
  return take();
};

const crateOfStream: Read = async (page) => {
  const response = streamed(page);
  begin(response.headers.get('content-type') ?? '');
  for await (const chunk of response.body!) {
    give(chunk);
    if (wasm.write()) break;
  }
  return take();
};

/** The least that takes the title, the description and the icons; it does none of what is hard about them. */
function rewriter(found: Found, base: { href: string }): HTMLRewriter {
  let title = '';
  return new HTMLRewriter()
    .on('head > title', {
      text(text) {
        title += text.text;
        if (text.lastInTextNode) found.title ??= title.trim();
      },
    })
    .on('meta[name="description" i], meta[property="og:description"]', {
      element(meta) {
        found.description ??= meta.getAttribute('content') ?? undefined;
      },
    })
    .on('base', {
      element(element) {
        base.href = element.getAttribute('href') ?? base.href;
      },
    })
    .on('link[rel~="icon" i], link[rel~="apple-touch-icon" i]', {
      element(link) {
        const href = link.getAttribute('href');
        if (href) found.icons.push(href);
      },
    });
}

async function rewrite(response: Response): Promise<Found> {
  const found: Found = { icons: [] };
  const base = { href: BASE };
  await rewriter(found, base).transform(response).arrayBuffer();
  return { ...found, icons: found.icons.map((href) => new URL(href, base.href).href) };
}

/** Reads no body: an error is the one way to stop. */
async function rewriteHead(response: Response): Promise<Found> {
  const found: Found = { icons: [] };
  const base = { href: BASE };
  const stop = {
    element(): void {
      throw new Error('the body starts');
    },
  };
  await rewriter(found, base)
    .on('body', stop)
    .transform(response)
    .arrayBuffer()
    .catch(() => {});
  return { ...found, icons: found.icons.map((href) => new URL(href, base.href).href) };
}

const READERS: Record<string, Read> = {
  crate,
  crateOfStream,
  htmlRewriter: (page) => rewrite(whole(page)),
  htmlRewriterOfStream: (page) => rewrite(streamed(page)),
  htmlRewriterHead: (page) => rewriteHead(whole(page)),
  htmlRewriterHeadOfStream: (page) => rewriteHead(streamed(page)),
};

let from = 0;
const ready: Ready[] = (pages as Page[]).map((page) => {
  const body = new Uint8Array(bytes, from, page.bytes);
  from += page.bytes;
  return { ...page, body };
});

function whole({ body, content_type: type }: Ready): Response {
  return new Response(body, { headers: { 'content-type': type } });
}

function streamed({ body, content_type: type }: Ready): Response {
  let at = 0;
  const stream = new ReadableStream({
    type: 'bytes',
    pull(controller) {
      if (at >= body.length) return controller.close();
      controller.enqueue(body.slice(at, (at += CHUNK)));
    },
  });
  return new Response(stream, { headers: { 'content-type': type } });
}

export default {
  async fetch(request: Request): Promise<Response> {
    const { searchParams } = new URL(request.url);
    const read = READERS[searchParams.get('reader')!]!;
    let found: Found[] = [];
    for (let round = 0; round < Number(searchParams.get('rounds')); round += 1) {
      found = [];
      for (const page of ready) found.push(await read(page));
    }
    return Response.json(found);
  },
};
