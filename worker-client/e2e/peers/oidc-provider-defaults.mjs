// panva oidc-provider with its own defaults: it takes no `resource`, no request without a scope, and issues refresh tokens
// for `offline_access` with `prompt=consent` alone.
import { Provider } from 'oidc-provider';
import { listen } from './listen.mjs';
import { answerRootPage } from './root-page.mjs';

/** `resourceIndicators: false` turns RFC 8707 off: `resource` is ignored. */
export async function start({ issuer, port = 0, accessTokenSeconds = 3600, resourceIndicators = true }) {
  const provider = new Provider(issuer, {
    clockTolerance: 0,
    cookies: { keys: ['test-only-key'] },
    features: {
      ...(resourceIndicators ? {} : { resourceIndicators: { enabled: false } }),
      devInteractions: { enabled: false },
      registration: { enabled: true },
      registrationManagement: { enabled: true },
      revocation: { enabled: true },
    },
    ttl: { AccessToken: accessTokenSeconds },
    findAccount: (_, id) => ({ accountId: id, claims: async () => ({ sub: id }) }),
    async loadExistingGrant(context) {
      const { client, session, params } = context.oidc;
      const grant = new context.oidc.provider.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope(params.scope);
      await grant.save();
      return grant;
    },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    renderError: (context, out) => {
      context.type = 'text/plain';
      context.body = `${out.error}: ${out.error_description}`;
    },
  });
  provider.proxy = true;
  provider.use(async (context, next) => {
    if (!context.path.startsWith('/interaction/')) return next();
    const result = { login: { accountId: 'demo' }, consent: {} };
    await provider.interactionFinished(context.req, context.res, result, { mergeWithLastSubmission: true });
    context.respond = false;
  });
  const answer = provider.callback();
  const server = await listen((request, response) => {
    if (!answerRootPage(request.url, response, 'Default OIDC Provider Peer')) answer(request, response);
  }, port);
  return { issuer, ...server };
}
