// A network of its own for a file of tests, where nothing but loopback is reached; where the machine allows one.
import { spawnSync } from 'node:child_process';

const INSIDE = 'MCP_SUITE_ISOLATED';

/** Runs this file again in such a network, and ends with it. True if this is that run; false on a machine without. */
export function isolated(file) {
  if (process.env[INSIDE]) return true;
  const unshare = (command, options) => {
    const args = ['--map-root-user', '--net', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh', ...command];
    return spawnSync('unshare', args, options).status;
  };
  if (unshare(['true'], { stdio: 'ignore' }) !== 0) return false;
  const env = { ...process.env, [INSIDE]: '1' };
  process.exit(unshare([process.execPath, ...process.execArgv, file], { stdio: 'inherit', env }) ?? 1);
}
