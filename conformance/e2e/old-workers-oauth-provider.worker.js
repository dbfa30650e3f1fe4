import { OAuthProvider } from '@cloudflare/workers-oauth-provider';

/** Agrees by itself, and catches nothing: as the README of that release had it. */
const pages = {
  async fetch(request, env) {
    if (new URL(request.url).pathname !== '/authorize') return new Response('not found', { status: 404 });
    const asked = await env.OAUTH_PROVIDER.parseAuthRequest(request);
    const granted = { request: asked, userId: 'demo', metadata: {}, scope: asked.scope, props: { user: 'demo' } };
    const { redirectTo } = await env.OAUTH_PROVIDER.completeAuthorization(granted);
    return Response.redirect(redirectTo, 302);
  },
};

const api = { fetch: async () => Response.json({}) };

export default new OAuthProvider({
  apiRoute: '/mcp',
  apiHandler: api,
  defaultHandler: pages,
  authorizeEndpoint: '/authorize',
  tokenEndpoint: '/token',
  clientRegistrationEndpoint: '/register',
});
