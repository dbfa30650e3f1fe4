// better-auth: an issuer with a path and nothing at the root; login and consent need no user interaction.
import {
  oauthProvider,
  oauthProviderAuthServerMetadata,
  oauthProviderOpenIdConfigMetadata,
} from '@better-auth/oauth-provider';
import { betterAuth } from 'better-auth';
import { memoryAdapter } from 'better-auth/adapters/memory';
import { getAuthTables } from 'better-auth/db';
import { toNodeHandler } from 'better-auth/node';
import { jwt } from 'better-auth/plugins';
import { listen } from './listen.mjs';
import { answerRootPage } from './root-page.mjs';

const USER = { name: 'Demo', email: 'demo@example.com', password: 'password-1234' };

export async function start({ issuer, port = 0, accessTokenSeconds = 3600 }) {
  const { origin, pathname } = new URL(issuer);
  const auth = await build(origin, issuer, accessTokenSeconds);
  const metadata = {
    [`/.well-known/oauth-authorization-server${pathname}`]: oauthProviderAuthServerMetadata(auth),
    [`${pathname}/.well-known/openid-configuration`]: oauthProviderOpenIdConfigMetadata(auth),
  };
  const node = toNodeHandler(auth);
  const server = await listen(async (request, response) => {
    const url = new URL(request.url, origin);
    if (metadata[url.pathname]) return send(response, await metadata[url.pathname](new Request(url)));
    const query = { oauth_query: url.search.slice(1) };
    if (url.pathname === '/login') return forward(auth, response, `${issuer}/sign-in/email`, { ...USER, ...query });
    if (url.pathname === '/consent')
      return forward(auth, response, `${issuer}/oauth2/consent`, { accept: true, ...query }, request.headers.cookie);
    if (url.pathname.startsWith(`${pathname}/`)) return node(request, response);
    if (!answerRootPage(url.pathname, response, 'Better Auth Peer')) response.writeHead(404).end();
  }, port);
  return { issuer, ...server };
}

async function build(origin, issuer, accessTokenSeconds) {
  const db = {};
  const options = {
    baseURL: origin,
    basePath: new URL(issuer).pathname,
    secret: 'test-only-secret-test-only-secret-0123456789',
    database: memoryAdapter(db),
    emailAndPassword: { enabled: true },
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: { level: 'error' },
    disabledPaths: ['/token'],
    plugins: [
      jwt(),
      oauthProvider({
        loginPage: '/login',
        consentPage: '/consent',
        accessTokenExpiresIn: accessTokenSeconds,
        allowDynamicClientRegistration: true,
        allowUnauthenticatedClientRegistration: true,
        resources: [issuer],
        enforcePerClientResources: false,
        silenceWarnings: { oauthAuthServerConfig: true, openidConfig: true },
      }),
    ],
  };
  for (const [name, table] of Object.entries(getAuthTables(options))) {
    db[name] = [];
    db[table.modelName] ??= [];
  }
  const auth = betterAuth(options);
  await auth.api.signUpEmail({ body: USER });
  return auth;
}

/** Does what its login or consent page would do, and redirects where it says. */
async function forward(auth, response, url, body, cookie) {
  const headers = { accept: 'application/json', 'content-type': 'application/json', origin: new URL(url).origin };
  if (cookie) headers.cookie = cookie;
  const answer = await auth.handler(new Request(url, { method: 'POST', headers, body: JSON.stringify(body) }));
  const text = await answer.text();
  const { redirect_uri, url: next } = text.startsWith('{') ? JSON.parse(text) : {};
  const location = redirect_uri ?? next ?? answer.headers.get('location');
  if (!location)
    return response.writeHead(500, { 'content-type': 'text/plain' }).end(`${url} ${answer.status} ${text}`);
  response.writeHead(302, { location, 'set-cookie': answer.headers.getSetCookie() }).end();
}

async function send(response, answer) {
  response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(Buffer.from(await answer.arrayBuffer()));
}
