// A program that does what each recipe is for: connects to an MCP server as the user, and calls its tool `whoami`.
import { getAgentByName } from 'agents';
import { isProblem, Login, type LoginEnv } from 'worker-client';
import { UserAgent as Recipe } from '../../examples/recipes/agents';
import { connect as connect1 } from '../../examples/recipes/mcp-sdk-1';
import { connect as connect2 } from '../../examples/recipes/mcp-sdk-2';

export { Account, Registrar } from 'worker-client';

const TOOL = { name: 'whoami', arguments: {} };

export class UserAgent extends Recipe {
  async ask(url: string): Promise<unknown> {
    const connected = await this.connectAsUser('server', url);
    if (connected.state !== 'ready') return { login: connected.authUrl };
    const tools = this.mcp.listTools().map(({ name }) => name);
    return { tools, result: await this.mcp.callTool({ serverId: 'server', ...TOOL }) };
  }
}

interface Env extends LoginEnv {
  AGENT: DurableObjectNamespace<UserAgent>;
}

async function asked(connect: typeof connect1 | typeof connect2, login: Login, url: string): Promise<unknown> {
  const client = await connect(login, new URL(url));
  try {
    const tools = (await client.listTools()).tools.map(({ name }) => name);
    return { tools, result: await client.callTool(TOOL) };
  } finally {
    await client.close();
  }
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const user = request.headers.get('x-user');
    if (!user) return new Response('Sign in first', { status: 401 });
    const login = new Login(env, user);
    const answer = await login.handle(request);
    if (answer) return answer;
    const { pathname, searchParams } = new URL(request.url);
    const url = searchParams.get('url') ?? '';
    try {
      if (pathname === '/agents') {
        const agent = await getAgentByName(env.AGENT, user);
        return Response.json(await agent.ask(url));
      }
      return Response.json(await asked(pathname === '/mcp-sdk-1' ? connect1 : connect2, login, url));
    } catch (error) {
      if (!isProblem(error)) return Response.json({ error: String(error) }, { status: 500 });
      return Response.json(error, { status: error.status });
    }
  },
};
