// fastmcp with `RemoteAuthProvider`, in Python: an MCP server whose authorization server is another one.
import { startPython } from './python.mjs';

/** `server` is the peer that issues the tokens. */
export const start = ({ server, ...options }) =>
  startPython({
    script: 'fastmcp_resource_server.py',
    environment: '.venv',
    more: { AUTHORIZATION_SERVER: server.issuer, WHOAMI: `http://127.0.0.1:${server.port}/api/whoami` },
    ...options,
  });
