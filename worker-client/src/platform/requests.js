// Requests to objects and to hosts: each is one call, with as few objects of the platform as it takes.

/** Posts JSON to the host program; the status that it answers with. */
export function post(env, binding, body) {
  const headers = { 'content-type': 'application/json' };
  return env[binding].fetch('https://events.internal/', { method: 'POST', headers, body }).then(({ status }) => status);
}

/** The object that the first line names, and the question: to copy a text from wasm takes longer than to cut it here. */
function objectOf(objects, named) {
  const end = named.indexOf('\n');
  const name = named.slice(0, end);
  const object = objects.getByName ? objects.getByName(name) : objects.get(objects.idFromName(name));
  return [object, named.slice(end + 1)];
}

/** Asks an object by its method. */
export function ask(env, binding, named) {
  const [object, question] = objectOf(env[binding], named);
  return object.ask(question);
}

/** The same by a `fetch`, which every version has. */
export function askByPost(env, binding, named) {
  const [object, body] = objectOf(env[binding], named);
  return object.fetch('https://object.internal/', { method: 'POST', body }).then((answer) => answer.text());
}

/** Sends a request with that `Authorization` value. Redirects come back as they are. */
export function send({ url, method, headers, body }, notPassed, authorization, signal) {
  const isPassed = (name) =>
    !notPassed.some((other) => (other.endsWith('-') ? name.startsWith(other) : name === other));
  // The platform takes the members of an object in less time than the items of a list.
  const passed = { __proto__: null, authorization };
  headers.forEach((value, name) => {
    if (isPassed(name)) passed[name] = value;
  });
  return fetch(url, { method, headers: passed, body, redirect: 'manual', signal });
}

/** The response without a header. One that does not have it is as it came. */
export function without(response, name) {
  if (!response.headers.has(name)) return response;
  const changed = new Response(response.body, response);
  changed.headers.delete(name);
  return changed;
}

/**
 * Sends requests without a body as their user. What most of them need is done here, without a future for each; functions of
 * wasm decide. Where more is to be done than that, and for each failure, `goOn` takes over, with the promises of what was
 * asked and sent already, so that neither is done twice.
 */
export function sender({ question, bearer, fetch: goOn }, binding, notPassed, statuses, cookie) {
  const lookedAt = [...statuses];
  return async (caller, request, url, method) => {
    let asked, response;
    try {
      const named = question(caller, url, method);
      if (named) asked = ask(caller.env, binding, named);
      const authorization = asked && bearer(await asked);
      if (authorization) {
        response = send(request, notPassed, authorization);
        const { status, headers } = await response;
        if (!lookedAt.includes(status) && !headers.has(cookie)) return response;
      }
    } catch {
      // The failure comes again where it is looked at.
    }
    return goOn(caller, request, url, method, asked, response);
  };
}
