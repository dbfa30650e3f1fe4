// The MCP TypeScript SDK 1.x over a login: its transport sends what it has to send as the user.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { CfWorkerJsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/cfworker';
import type { Login } from 'worker-client';

/** Connects to an MCP server as the user. A server that they have not logged in to is a problem with a `login` page. */
export async function connect(login: Login, url: URL): Promise<Client> {
  // The usual validator compiles schemas to code, which Workers do not run.
  const options = { jsonSchemaValidator: new CfWorkerJsonSchemaValidator() };
  const client = new Client({ name: 'my-app', version: '1.0.0' }, options);
  const send = (input: string | URL, init?: RequestInit) => login.fetch(input, init);
  await client.connect(new StreamableHTTPClientTransport(url, { fetch: send }));
  return client;
}
