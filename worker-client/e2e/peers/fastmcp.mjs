// fastmcp with its in-memory provider, in Python: an issuer with a trailing slash, secrets for all clients, rotation.
import { startPython } from './python.mjs';

export const start = (options) => startPython({ script: 'fastmcp_server.py', environment: '.venv', ...options });
