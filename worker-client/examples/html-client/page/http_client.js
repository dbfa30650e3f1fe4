// The network, for the flow: a request without credentials, referrer, cache and redirects, and as much of the answer as
// the flow reads. CORS decides what a page can read; a page is not told why it cannot.

// Longer than any server of a login takes.
const DEADLINE = 15000;

const QUIET = { credentials: 'omit', cache: 'no-store', referrerPolicy: 'no-referrer' };

/** Rejects with `unreadable`, `redirected`, `too-large` or `no-answer`. */
export async function send(method, url, headers, body, limit) {
  const pairs = [];
  for (let i = 0; i < headers.length; i += 2) pairs.push([headers[i], headers[i + 1]]);
  const signal = AbortSignal.timeout(DEADLINE);
  let response;
  try {
    const init = { ...QUIET, method, headers: pairs, mode: 'cors', redirect: 'manual', signal };
    response = await fetch(url, body.length ? { ...init, body } : init);
  } catch (error) {
    if (error.name === 'TimeoutError') throw 'no-answer';
    throw (await isThere(url)) ? 'unreadable' : 'no-answer';
  }
  if (response.type === 'opaqueredirect') throw 'redirected';
  return { status: response.status, headers: [...response.headers].flat(), body: await read(response, limit) };
}

async function read(response, limit) {
  const chunks = [];
  let length = 0;
  try {
    const reader = response.body?.getReader();
    for (let part; reader && !(part = await reader.read()).done; ) {
      length += part.value.length;
      if (length > limit) {
        reader.cancel();
        throw 'too-large';
      }
      chunks.push(part.value);
    }
  } catch (error) {
    throw error === 'too-large' ? error : 'no-answer';
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

/** True if something answers there, readable or not. */
async function isThere(url) {
  try {
    await fetch(url, { ...QUIET, method: 'HEAD', mode: 'no-cors', signal: AbortSignal.timeout(DEADLINE) });
    return true;
  } catch {
    return false;
  }
}
