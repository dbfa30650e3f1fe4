// A real MCP server of the MCP TypeScript SDK over streamable HTTP: one session per client, and three tools.
import { randomUUID } from 'node:crypto';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';

const TOOLS = [
  {
    name: 'add',
    description: 'Adds <b>two</b> numbers',
    inputSchema: { type: 'object', properties: { a: { type: 'number' }, b: { type: 'number' } }, required: ['a', 'b'] },
    outputSchema: { type: 'object', properties: { sum: { type: 'number' } }, required: ['sum'] },
  },
  {
    name: 'echo',
    description: 'Says it again',
    inputSchema: { type: 'object', properties: { text: { type: 'string' } } },
  },
  { name: 'whoami', description: 'Says who asks', inputSchema: { type: 'object' } },
];

/**
 * Answers the requests to the MCP endpoint; `auth` is what the bearer token proved, nothing where none is asked for.
 */
export function mcpTools() {
  const sessions = new Map();
  const handle = async (request, response, auth) => {
    const transport = sessions.get(request.headers['mcp-session-id']) ?? (await opened(sessions));
    request.auth = auth;
    await transport.handleRequest(request, response);
  };
  return { handle, sessions };
}

async function opened(sessions) {
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    onsessioninitialized: (id) => {
      sessions.set(id, transport);
    },
    onsessionclosed: (id) => {
      sessions.delete(id);
    },
  });
  const server = new Server({ name: 'MCP tools', version: '1.0.0' }, { capabilities: { tools: {} } });
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: TOOLS }));
  server.setRequestHandler(CallToolRequestSchema, ({ params }, { authInfo }) => answer(params, authInfo));
  await server.connect(transport);
  return transport;
}

function answer({ name, arguments: given }, auth) {
  const text = (text) => ({ content: [{ type: 'text', text }] });
  if (name === 'echo') return text(given.text);
  if (name === 'whoami')
    return text(auth ? `${auth.extra.user}, with a token for ${auth.extra.audience}` : 'nobody in particular');
  if (typeof given.a !== 'number' || typeof given.b !== 'number')
    return { ...text('a and b are numbers'), isError: true };
  return { ...text(`The sum is ${given.a + given.b}`), structuredContent: { sum: given.a + given.b } };
}
