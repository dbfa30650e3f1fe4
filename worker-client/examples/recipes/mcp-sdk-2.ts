// The MCP TypeScript SDK 2.x over a login: its transport sends what it has to send as the user.
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { isProblem, type Login } from 'worker-client';

/** Connects to an MCP server as the user. A server that they have not logged in to is a problem with a `login` page. */
export async function connect(login: Login, url: URL): Promise<Client> {
  // Servers of the revision 2026-07-28 are found out, and those before it are spoken to as before.
  const client = new Client({ name: 'my-app', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } });
  const send = (input: string | URL, init?: RequestInit) => login.fetch(input, init);
  await client.connect(new StreamableHTTPClientTransport(url, { fetch: send })).catch((error) => {
    throw isProblem(error.cause) ? error.cause : error;
  });
  return client;
}
