// An MCP server that requires no login.
import { listen } from './listen.mjs';
import { mcpTools } from './mcp-tools.mjs';
import { answerRootPage } from './root-page.mjs';

export async function start({ issuer, port = 0 }) {
  const { handle, sessions } = mcpTools();
  const server = await listen((request, response) => {
    if (request.url === '/mcp') handle(request, response);
    else if (!answerRootPage(request.url, response, 'Open MCP Peer')) response.writeHead(404).end();
  }, port);
  return { issuer, sessions, ...server };
}
