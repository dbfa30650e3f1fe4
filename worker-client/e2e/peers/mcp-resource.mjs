// An MCP server of the MCP TypeScript SDK that issues no tokens: it names its authorization server by protected resource
// metadata, and asks that server whose a token is.
import express from 'express';
import { InvalidTokenError } from '@modelcontextprotocol/sdk/server/auth/errors.js';
import { requireBearerAuth } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js';
import {
  getOAuthProtectedResourceMetadataUrl,
  mcpAuthMetadataRouter,
} from '@modelcontextprotocol/sdk/server/auth/router.js';
import { listen } from './listen.mjs';
import { mcpTools } from './mcp-tools.mjs';
import { answerRootPage } from './root-page.mjs';

/** `server` is the peer that issues the tokens. */
export async function start({ issuer, server, port = 0 }) {
  const resource = `${issuer}/mcp`;
  const known = async (path, headers) => {
    const answer = await fetch(`http://127.0.0.1:${server.port}${path}`, { headers });
    if (!answer.ok) throw new InvalidTokenError(`the authorization server answers ${answer.status}`);
    return answer.json();
  };
  const verifyAccessToken = async (token) => {
    const { user, audience } = await known('/api/whoami', { authorization: `Bearer ${token}` });
    if (audience !== resource) throw new InvalidTokenError(`the token is for ${audience}`);
    return { token, clientId: '', scopes: [], expiresAt: Date.now() / 1000 + 60, extra: { user, audience } };
  };
  const { host } = new URL(server.issuer);
  const oauthMetadata = await known('/.well-known/openid-configuration', {
    'x-forwarded-host': host,
    'x-forwarded-proto': 'https',
  });
  const app = express();
  app.use((request, response, next) => answerRootPage(request.path, response, 'MCP Resource Peer') || next());
  app.use(mcpAuthMetadataRouter({ oauthMetadata, resourceServerUrl: new URL(resource) }));
  const { handle, sessions } = mcpTools();
  const resourceMetadataUrl = getOAuthProtectedResourceMetadataUrl(new URL(resource));
  app.all('/mcp', requireBearerAuth({ verifier: { verifyAccessToken }, resourceMetadataUrl }), (request, response) =>
    handle(request, response, request.auth),
  );
  return { issuer, sessions, ...(await listen(app, port)) };
}
