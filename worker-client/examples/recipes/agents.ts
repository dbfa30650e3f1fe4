// Cloudflare's `agents` over a login: an agent of one user, with their name, that speaks to MCP servers as that user.
import { Agent } from 'agents';
import { isProblem, Login, type LoginEnv } from 'worker-client';

type Connected = { state: 'ready' } | { state: 'authenticating'; authUrl: string };

export class UserAgent extends Agent<LoginEnv> {
  /**
   * Connects to an MCP server as the user, under an `id` of yours; its tools are then among `this.mcp.listTools()` and
   * `this.mcp.getAITools()`. Where the user must log in first, the answer has the page for that, as with `addMcpServer`.
   */
  async connectAsUser(id: string, url: string): Promise<Connected> {
    if (this.mcp.mcpConnections[id]?.connectionState === 'ready') return { state: 'ready' };
    const login = new Login(this.env, this.name);
    let reason: unknown;
    const send = (input: string | URL, init?: RequestInit) =>
      login.fetch(input, init).catch((error) => {
        reason = error;
        throw error;
      });
    try {
      // `addMcpServer` would store the server, and connect anew without this `fetch` when the agent wakes.
      await this.mcp.connect(url, { reconnect: { id }, transport: { type: 'streamable-http', fetch: send } });
      return { state: 'ready' };
    } catch (error) {
      if (isProblem(reason) && reason.login) return { state: 'authenticating', authUrl: reason.login };
      throw reason ?? error;
    }
  }
}
