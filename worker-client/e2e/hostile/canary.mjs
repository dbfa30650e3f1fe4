// Secrets with a recognisable prefix: one that is found in the wrong place is a leak.
import { randomBytes } from 'node:crypto';

const made = [];

/** A secret of that kind, known from now on. */
export function canary(kind) {
  const secret = `CANARY-${kind}-${randomBytes(12).toString('hex')}`;
  made.push(secret);
  return secret;
}

/** Those of the secrets that a text or some bytes hold, as they are or as a URL or base64 writes them. */
export function found(text, secrets = made) {
  const bytes = Buffer.isBuffer(text) ? text : Buffer.from(String(text));
  return secrets.filter((secret) =>
    [secret, encodeURIComponent(secret), ...base64(secret)].some((form) => bytes.includes(form)),
  );
}

/** What a secret looks like inside something that was encoded as a whole: at each of three offsets. */
function base64(secret) {
  return [0, 1, 2].flatMap((offset) =>
    ['base64', 'base64url'].map((alphabet) => {
      const text = Buffer.concat([Buffer.alloc(offset), Buffer.from(secret)]).toString(alphabet);
      return text.slice(offset ? offset + 1 : 0, -4);
    }),
  );
}
