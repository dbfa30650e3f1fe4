import { AuthorizationError, OAuthProvider } from '@cloudflare/workers-oauth-provider';
import { rootPage } from './root-page.mjs';

/** Agrees by itself, as user "demo". */
async function authorize(request, env) {
  try {
    const asked = await env.OAUTH_PROVIDER.parseAuthRequest(request);
    const { redirectTo } = await env.OAUTH_PROVIDER.completeAuthorization({
      request: asked,
      userId: 'demo',
      metadata: {},
      scope: asked.scope,
      props: { user: 'demo' },
    });
    return Response.redirect(redirectTo, 302);
  } catch (error) {
    if (!(error instanceof AuthorizationError)) throw error;
    return error.redirectTo ? Response.redirect(error.redirectTo, 302) : new Response(error.message, { status: 400 });
  }
}

const pages = {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    if (pathname === '/authorize') return authorize(request, env);
    if (pathname !== '/') return new Response('not found', { status: 404 });
    return new Response(rootPage('Workers OAuth Peer'), { headers: { 'content-type': 'text/html; charset=utf-8' } });
  },
};

const api = { fetch: async (_request, _env, context) => Response.json({ user: context.props.user }) };

let provider;
export default {
  fetch(request, env, context) {
    provider ??= new OAuthProvider({
      apiRoute: '/mcp',
      apiHandler: api,
      defaultHandler: pages,
      authorizeEndpoint: '/authorize',
      tokenEndpoint: '/oauth/token',
      clientRegistrationEndpoint: '/register',
      accessTokenTTL: env.ACCESS_TOKEN_SECONDS,
      scopesSupported: ['mcp:read', 'offline_access'],
      resourceMetadata: { resource: `${env.ISSUER}/mcp`, authorization_servers: [env.ISSUER] },
    });
    return provider.fetch(request, env, context);
  },
};
