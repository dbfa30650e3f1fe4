// fastmcp with its in-memory provider, in Python: an issuer with a trailing slash, secrets for all clients, rotation.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import net from 'node:net';
import { fileURLToPath } from 'node:url';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

export async function start({ issuer, port, accessTokenSeconds = 3600 }) {
  const python = here('.venv/bin/python');
  if (!existsSync(python)) throw new Error('fastmcp is not installed: run `make setup`');
  port ??= await freePort();
  const env = { ...process.env, PORT: String(port), ISSUER: issuer, ACCESS_TOKEN_SECONDS: String(accessTokenSeconds) };
  const child = spawn(python, [here('fastmcp_server.py')], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  child.stdout.on('data', (chunk) => {
    log += chunk;
  });
  child.stderr.on('data', (chunk) => {
    log += chunk;
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const deadline = Date.now() + 60_000;
  while (!(await connects(port))) {
    if (child.exitCode !== null || Date.now() > deadline) throw new Error(`fastmcp did not start:\n${log}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    issuer,
    port,
    stop: () => {
      child.kill();
      return ended;
    },
  };
}

function freePort() {
  const server = net.createServer();
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    }),
  );
}

function connects(port) {
  const socket = net.connect(port, '127.0.0.1');
  return new Promise((resolve) => {
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
