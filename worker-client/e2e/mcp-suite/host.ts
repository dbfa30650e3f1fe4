// The program of the suites of revision 2026-07-28, which the SDK of the MCP client example does not speak: the same page
// over the recipe for the SDK 2.x.
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import type { Login, Probed } from 'worker-client';
import { type Html, html, isProblem, logIn, panel, told, worker } from '../../examples/shell';

export { Account, Registrar } from 'worker-client';
export default worker('MCP client', opened);

async function opened(login: Login, probed: Probed, url: URL, request: Request): Promise<Html> {
  const form = request.method === 'POST' ? await request.formData() : undefined;
  let isRefused = false;
  const send = async (input: string | URL, init?: RequestInit): Promise<Response> => {
    const sent = new Request(input, { ...init, redirect: 'manual' });
    const answer = await (probed.connection ? login.fetch(sent) : fetch(sent));
    isRefused ||= answer.status === 401;
    return answer;
  };
  const client = new Client({ name: 'mcp-suite', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } });
  try {
    await client.connect(new StreamableHTTPClientTransport(url, { fetch: send }));
    const { tools } = await client.listTools();
    const name = form?.get('tool');
    const result = typeof name === 'string' ? await client.callTool({ name, arguments: {} }) : undefined;
    return html`${result ? html`<h2>${name} answered</h2><pre id="result">${JSON.stringify(result.content)}</pre>` : ''}
<h2>Tools</h2>${tools.map(
      ({ name }) => html`<form method="post" class="card"><strong>${name}</strong>
<input type="hidden" name="tool" value="${name}"><button>Call</button></form>`,
    )}`;
  } catch (error) {
    if (isProblem(error)) return told(error, url);
    if (isRefused && probed.login) return logIn(probed.login, `Log in to ${probed.host}`, url);
    const why = isRefused ? `${probed.verdict.replaceAll('_', ' ')} ${probed.why}` : String(error);
    return panel('The server does not answer as an MCP server should', html`<pre>${why.slice(0, 500)}</pre>`);
  } finally {
    await client.close();
  }
}
