// A server in Python, from one of the environments that setup.sh makes.
import { existsSync } from 'node:fs';
import { here, startProcess } from './process.mjs';

/** Starts `script` with `ISSUER`, `PORT` and `ACCESS_TOKEN_SECONDS`, and what else is given. */
export async function startPython({ script, environment, issuer, port, accessTokenSeconds = 3600, more = {} }) {
  const python = here(`${environment}/bin/python`);
  if (!existsSync(python)) throw new Error(`${script} is not installed: run \`make setup\``);
  const started = await startProcess({
    name: script,
    command: python,
    args: () => [here(script)],
    environment: (port) => ({
      PORT: String(port),
      ISSUER: issuer,
      ACCESS_TOKEN_SECONDS: String(accessTokenSeconds),
      ...more,
    }),
    port,
  });
  return { issuer, ...started };
}
