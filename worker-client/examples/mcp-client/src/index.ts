// MCP client: a person names an MCP server, logs in if it asks for that, sees its tools and calls one.
//
// The protocol is the official SDK's and the login is the library's; `login.fetch` joins the two. Nothing is kept here:
// a server that a person logged in to is one of their connections, and one without a login is its URL, which a bookmark
// keeps. `npx wrangler deploy` with the settings of wrangler.toml is all it needs.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport, StreamableHTTPError } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Tool } from '@modelcontextprotocol/sdk/types.js';
import { CfWorkerJsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/cfworker';
import type { Login, Probed } from 'worker-client';
import { Html, html, isProblem, logIn, panel, told, worker } from '../../shell';

export { Account, Registrar } from 'worker-client';
export default worker('MCP client', opened);

/** The tools of a server, and what the one called said; or where to log in, when the server asks for that. */
async function opened(login: Login, probed: Probed, url: URL, request: Request): Promise<Html> {
  const form = request.method === 'POST' ? await request.formData() : undefined;
  const send = async (input: string | URL, init?: RequestInit): Promise<Response> => {
    // A page does not wait for what the server may say later: it takes no stream of notifications.
    if (init?.method === 'GET') return new Response(null, { status: 405 });
    const sent = new Request(input, { ...init, redirect: 'manual' });
    const answer = await (probed.connection ? login.fetch(sent) : fetch(sent));
    return new Response(answer.body && answer.body.pipeThrough(atMost(MOST_BYTES)), answer);
  };
  // The SDK's usual validator compiles schemas to code, which Workers do not run.
  const options = { jsonSchemaValidator: new CfWorkerJsonSchemaValidator() };
  const client = new Client({ name: 'mcp-client', version: '1.0.0' }, options);
  const transport = new StreamableHTTPClientTransport(url, { fetch: send });
  try {
    await client.connect(transport, DEADLINE);
    const { tools } = await client.listTools({}, DEADLINE);
    const tool = form && tools.find(({ name }) => name === form.get('tool'));
    return html`${tool ? await called(client, tool, form) : ''}<h2>Tools</h2>${tools.map(shown)}`;
  } catch (error) {
    if (isProblem(error)) return told(error, url);
    if (error instanceof StreamableHTTPError && error.code === 401) return closed(probed, url);
    return panel('The server does not answer as an MCP server should', html`<pre>${String(error).slice(0, 500)}</pre>`);
  } finally {
    await transport.terminateSession().catch(() => {});
    await client.close();
  }
}

function closed({ host, login, verdict, why, resource_metadata: there }: Probed, url: URL): Html {
  if (login) return html`<h2>${host} asks you to log in</h2>${logIn(login, `Log in to ${host}`, url)}`;
  const reason = html`<p>${verdict.replaceAll('_', ' ')} ${why ?? there}</p>`;
  return panel(`${host} asks for a login that this app cannot offer`, reason);
}

async function called(client: Client, tool: Tool, form: FormData): Promise<Html> {
  const given = properties(tool).flatMap(([name, { type }]) => {
    const text = form.get(`argument ${name}`);
    return typeof text === 'string' && text ? [[name, type === 'string' ? text : parsed(text)] as const] : [];
  });
  const result = await client.callTool({ name: tool.name, arguments: Object.fromEntries(given) }, undefined, DEADLINE);
  const content = Array.isArray(result.content) ? result.content : [];
  const text = content.map((part: { type: string; text?: string }) => part.text ?? `(${part.type})`).join('\n');
  return html`<h2>${tool.name} ${result.isError ? 'failed' : 'answered'}</h2><pre id="result">${text}</pre>`;
}

const shown = (tool: Tool): Html => html`<form method="post" class="card">
<div class="who"><strong>${tool.name}</strong><p class="claim">${tool.description}</p>
<input type="hidden" name="tool" value="${tool.name}">${properties(tool).map(input)}<button>Call</button></div></form>`;

const input = ([name]: [string, unknown]) => html`<label>${name}<input type="text" name="argument ${name}"></label>`;

const properties = ({ inputSchema }: Tool) =>
  Object.entries(inputSchema.properties ?? {}) as [string, { type?: unknown }][];

/** What is no string is typed as JSON: numbers, truth values, objects. */
const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

const atMost = (room: number) =>
  new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      if ((room -= chunk.byteLength) < 0) controller.error(new Error('the answer is too long'));
      else controller.enqueue(chunk);
    },
  });
const MOST_BYTES = 1 << 20;
const DEADLINE = { timeout: 10_000 };
