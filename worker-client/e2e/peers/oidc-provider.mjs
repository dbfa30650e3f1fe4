// panva oidc-provider: everything at the root, RFC 9207 `iss`, rotation, revocation.
import './quiet.mjs';
import { Provider } from 'oidc-provider';
import { listen } from './listen.mjs';
import { mcpTools } from './mcp-tools.mjs';
import { answerRootPage } from './root-page.mjs';

const SCOPE = 'mcp';

/**
 * `consent`: `auto` agrees by itself, `deny` refuses by itself, `page` asks a person.
 * `cors`: what its operator opens to pages of other origins. Of itself that is discovery alone; `registration` opens the
 * registration endpoint too, `all` also the endpoints of a client, the API and the root page.
 * `authMethods` narrows what the token endpoint takes; `registration: 'off'` has no registration endpoint.
 */
export async function start({
  issuer,
  port = 0,
  accessTokenSeconds = 3600,
  authMethods,
  registration = 'open',
  consent = 'auto',
  cors = 'none',
}) {
  const isOpen = registration === 'open';
  const provider = new Provider(issuer, {
    clients: [],
    clientBasedCORS: () => cors === 'all',
    // Its tokens are over when it said they would be.
    clockTolerance: 0,
    cookies: { keys: ['test-only-key'] },
    ...(authMethods ? { clientAuthMethods: authMethods } : {}),
    features: {
      devInteractions: { enabled: false },
      registration: { enabled: isOpen },
      registrationManagement: { enabled: isOpen },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: SCOPE,
          accessTokenTTL: accessTokenSeconds,
          accessTokenFormat: 'opaque',
        }),
      },
    },
    scopes: ['openid', 'offline_access', SCOPE],
    ttl: {
      AccessToken: accessTokenSeconds,
      AuthorizationCode: 60,
      Grant: 86_400,
      IdToken: 3600,
      Interaction: 600,
      RefreshToken: 86_400,
      Session: 86_400,
    },
    findAccount: (_, id) => ({ accountId: id, claims: async () => ({ sub: id }) }),
    issueRefreshToken: async () => true,
    async loadExistingGrant(context) {
      const { client, session, params } = context.oidc;
      const grant = new context.oidc.provider.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope(params.scope);
      if (params.resource) grant.addResourceScope(params.resource, params.scope);
      await grant.save();
      return grant;
    },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    renderError: (context, out) => {
      context.type = 'text/plain';
      context.body = `${out.error}: ${out.error_description}`;
    },
  });
  const { handle, sessions } = mcpTools();
  provider.proxy = true;
  const pages = { none: [], registration: ['/reg'], all: ['/reg', '/api/whoami'] }[cors];
  provider.use(async (context, next) => {
    if (pages.includes(context.path) && allowPages(context)) return undefined;
    // RFC 6749 §3.3: a request without a scope gets the server's default.
    if (context.path === '/auth' && !context.query.scope) context.query = { ...context.query, scope: SCOPE };
    if (['/api/whoami', '/mcp'].includes(context.path)) return protect(provider, context, handle);
    if (context.path.startsWith('/interaction/')) return interact(provider, context, consent);
    return next();
  });
  const answer = provider.callback();
  const server = await listen((request, response) => {
    if (cors === 'all') response.setHeader('access-control-allow-origin', '*');
    if (!answerRootPage(request.url, response, 'OIDC Provider Peer')) answer(request, response);
  }, port);
  return { issuer, sessions, ...server };
}

/** What a CORS middleware of Koa does before a route; true if a preflight is answered. */
function allowPages(context) {
  context.set('access-control-allow-origin', '*');
  if (context.method !== 'OPTIONS') return false;
  context.set('access-control-allow-headers', context.get('access-control-request-headers'));
  context.status = 204;
  return true;
}

/** What needs a token: an API that says whose it is, and an MCP server. */
async function protect(provider, context, handle) {
  const [, token] = /^Bearer (.+)$/.exec(context.get('authorization')) ?? [];
  const found = token && (await provider.AccessToken.find(token));
  if (!found) {
    context.status = 401;
    context.set('www-authenticate', 'Bearer');
    context.body = { error: 'invalid_token' };
  } else if (context.path === '/mcp') {
    context.respond = false;
    await handle(context.req, context.res, {
      token,
      clientId: found.clientId,
      scopes: [],
      extra: { user: found.accountId, audience: found.aud },
    });
  } else context.body = { user: found.accountId, audience: found.aud };
}

/** Consent is remembered by no one: every login comes by here. */
async function interact(provider, context, consent) {
  const answer = consent === 'page' ? context.query.answer : { auto: 'allow', deny: 'deny' }[consent];
  if (!answer) {
    const { params } = await provider.interactionDetails(context.req, context.res);
    const client = await provider.Client.find(params.client_id);
    context.type = 'html';
    context.body = `<!doctype html><html lang="en"><title>Consent</title><link rel="icon" href="data:,">
      <h1>Let ${escape(client.clientName)} act for you?</h1>
      <form><button name="answer" value="allow">Allow</button> <button name="answer" value="deny">Deny</button></form>`;
    return;
  }
  const result =
    answer === 'allow'
      ? { login: { accountId: 'demo' }, consent: {} }
      : { error: 'access_denied', error_description: 'the person said no' };
  await provider.interactionFinished(context.req, context.res, result, { mergeWithLastSubmission: true });
  context.respond = false;
}

const escape = (text) => String(text).replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
