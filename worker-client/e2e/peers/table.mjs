// The authorization servers of the tests, and the behaviour that a client must expect of each; README.md has the
// details.

const INITIALIZE = {
  method: 'POST',
  headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
  body: JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
  }),
};

/** The same server three times, so that each way to authenticate is used. */
const oidc = (host, method, more) => ({
  name: 'oidc-provider',
  issuer: `https://${host}`,
  named: host,
  title: 'OIDC Provider Peer',
  icon: true,
  use: { url: `https://${host}/api/whoami`, says: /"user":"demo"/ },
  method,
  refreshes: true,
  ...more,
});

/**
 * `named`: what a person types. `method`: how a client comes to authenticate. `use`: a request that needs a token.
 * `refreshes`: it issues refresh tokens; `rotates`: each is good for once. `revocations`: its answers on disconnecting.
 * `unknownToken`, `spentCode`: what it says to a token that it never issued and to a code for the second time.
 */
export const PEERS = [
  oidc('oidc.example', 'none', { rotates: true }),
  oidc('basic.example', 'client_secret_basic', { options: { authMethods: ['client_secret_basic'] } }),
  oidc('post.example', 'client_secret_post', { options: { authMethods: ['client_secret_post'] } }),
  {
    name: 'workers-oauth-provider',
    issuer: 'https://workers.example',
    named: 'workers.example/mcp',
    title: 'Workers OAuth Peer',
    method: 'none',
    refreshes: true,
    rotates: true,
    use: { url: 'https://workers.example/mcp', says: /"user":"demo"/ },
  },
  {
    name: 'mcp-ts-sdk',
    issuer: 'https://mcp-ts.example',
    published: 'https://mcp-ts.example/',
    named: 'mcp-ts.example',
    title: 'MCP TypeScript Peer',
    icon: true,
    method: 'none',
    refreshes: false,
    unknownToken: 500,
    spentCode: 'server_error',
    use: { url: 'https://mcp-ts.example/api/whoami', says: /"user":"demo_user"/ },
  },
  {
    name: 'fastmcp',
    issuer: 'https://fastmcp.example',
    published: 'https://fastmcp.example/',
    named: 'fastmcp.example',
    title: 'FastMCP Peer',
    method: 'client_secret_post',
    refreshes: true,
    rotates: true,
    use: { url: 'https://fastmcp.example/mcp', ...INITIALIZE, says: /FastMCP Peer/ },
  },
  {
    name: 'better-auth',
    issuer: 'https://better.example/api/auth',
    named: 'better.example/api/auth',
    title: 'Better Auth Peer',
    icon: true,
    method: 'none',
    refreshes: true,
    rotates: true,
    // Its access tokens are signed and cannot be revoked: it says so with a 400.
    revocations: [200, 400],
    use: { url: 'https://better.example/api/auth/oauth2/userinfo', says: /"sub":/ },
  },
];
