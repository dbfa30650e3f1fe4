// A server that is a process of its own.
import { spawn } from 'node:child_process';
import net from 'node:net';
import { fileURLToPath } from 'node:url';

/** The path of a file beside this one. */
export const here = (name) => fileURLToPath(new URL(name, import.meta.url));

/**
 * Starts a process that listens on `port` of loopback, and waits until it does. `environment` gets the port.
 * Its output shows only when it does not start.
 */
export async function startProcess({ name, command, args, environment, port, seconds = 60 }) {
  port ??= await freePort();
  const env = { ...process.env, ...environment(port) };
  const child = spawn(command, args(port), { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (log += chunk));
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const deadline = Date.now() + seconds * 1000;
  while (!(await connects(port))) {
    if (child.exitCode !== null || Date.now() > deadline) throw new Error(`${name} did not start:\n${log}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
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
