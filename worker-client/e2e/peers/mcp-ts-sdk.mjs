// The auth router of the MCP TypeScript SDK with its in-memory demo provider: an issuer with a trailing slash, no
// refresh.
import express from 'express';
import { DemoInMemoryAuthProvider } from '@modelcontextprotocol/sdk/examples/server/demoInMemoryOAuthProvider.js';
import { requireBearerAuth } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js';
import { mcpAuthRouter } from '@modelcontextprotocol/sdk/server/auth/router.js';
import { listen } from './listen.mjs';
import { mcpTools } from './mcp-tools.mjs';
import { answerRootPage } from './root-page.mjs';

export async function start({ issuer, port = 0 }) {
  const provider = new DemoInMemoryAuthProvider();
  const unlimited = { rateLimit: false };
  const app = express();
  app.use((request, response, next) => answerRootPage(request.path, response, 'MCP TypeScript Peer') || next());
  app.use(
    mcpAuthRouter({
      provider,
      issuerUrl: new URL(issuer),
      scopesSupported: ['mcp:tools'],
      authorizationOptions: unlimited,
      clientRegistrationOptions: unlimited,
      tokenOptions: unlimited,
    }),
  );
  const { handle, sessions } = mcpTools();
  const bearer = requireBearerAuth({ verifier: provider });
  app.get('/api/whoami', bearer, (request, response) =>
    response.json({ user: 'demo_user', client: request.auth.clientId }),
  );
  app.all('/mcp', bearer, (request, response) =>
    handle(request, response, { ...request.auth, extra: { user: 'demo_user', audience: request.auth.resource } }),
  );
  return { issuer, sessions, ...(await listen(app, port)) };
}
