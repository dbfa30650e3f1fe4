// The MCP Python SDK of June 2025: a scope that was not registered is refused later; a secret without an expiry.
import { startPython } from './python.mjs';

export const start = (options) =>
  startPython({ script: 'mcp_py_1_9_server.py', environment: '.venv-mcp-1.9', ...options });
