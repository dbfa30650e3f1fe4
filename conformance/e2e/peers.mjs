// The real authorization servers that the tests check, and the checker that checks them.
import { execFile } from 'node:child_process';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const here = (path) => fileURLToPath(new URL(path, import.meta.url));
export const binary = process.env.CONFORMANCE ?? here('../../target/debug/conformance');

/** `path`: of the issuer. `options`: of the server's start. */
export const PEERS = [
  { name: 'oidc-provider', path: '' },
  { name: 'oidc-provider', as: 'oidc-provider-basic', path: '', options: { authMethods: ['client_secret_basic'] } },
  { name: 'oidc-provider', as: 'oidc-provider-closed', path: '', options: { registration: 'off' } },
  { name: 'mcp-ts-sdk', path: '' },
  { name: 'workers-oauth-provider', path: '' },
  { name: 'workers-oauth-provider-0.0.5', path: '', module: './old-workers-oauth-provider.mjs' },
  { name: 'fastmcp', path: '' },
  { name: 'better-auth', path: '/api/auth' },
  { name: 'oidc-provider-defaults', path: '' },
  { name: 'allauth', path: '', options: { consent: 'auto' } },
  { name: 'solid', path: '' },
  { name: 'mcp-py-1.9', path: '' },
];

/** Starts a server on a port of its own. */
export async function startPeer(peer) {
  const port = await freePort();
  const issuer = `http://127.0.0.1:${port}${peer.path}`;
  const { start } = await import(peer.module ?? `../../worker-client/e2e/peers/${peer.name}.mjs`);
  const { stop } = await start({ issuer, port, ...peer.options });
  return { issuer, stop };
}

export const check = (issuer, options) => run(['check', issuer, '--allow-loopback', ...options]);

export async function run(options) {
  const done = await promisify(execFile)(binary, options, { timeout: 120_000 }).catch((error) => error);
  return { stdout: done.stdout, code: done.code ?? 0 };
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
