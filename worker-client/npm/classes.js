// What a program imports, around a build: `login.js` and `development.js` name the build.
import { DurableObject } from 'cloudflare:workers';

export function classes({ Account, Calls, Registrar }) {
  const numbered = Calls.numbering();
  /**
   * The number of the settings that were found right, and a pattern of the URLs of our routes under these: for users whom
   * the program knows, and for strangers.
   */
  const right = { known: undefined, open: undefined };

  /** Sends a request that has no body, and that is not aborted. */
  let send;

  /** What is right of an environment, or the problem with it. */
  function checked(env, kind) {
    const settings = numbered(env);
    if (right[kind]?.settings !== settings) {
      right[kind] = { settings, ours: new RegExp(Calls.check(env, settings, kind === 'open')) };
    }
    return right[kind];
  }

  class Login {
    #user;
    /** A pattern of the URLs of our routes. */
    #ours;
    /** What each call is made with: see `Caller` in `src/entry.rs`. */
    #caller;

    constructor(env, user) {
      const isBrowser = user instanceof Browser;
      if (!isBrowser && typeof user !== 'string') throw new TypeError('worker-client: the name of a user is a text');
      const { settings, ours } = checked(env, isBrowser ? 'open' : 'known');
      const { cookie, headers } = isBrowser ? user : {};
      this.#user = user;
      this.#ours = ours;
      this.#caller = { env, settings, user: isBrowser ? undefined : user, headers, cookie, label: undefined };
    }

    static byCookie(env, request) {
      return new Login(env, new Browser(request.headers));
    }

    labelled(label) {
      const login = new Login(this.#caller.env, this.#user);
      login.#caller.label = label;
      return login;
    }

    handle(request) {
      const { url } = request;
      const answer = this.#ours.test(url) ? Calls.handle(this.#caller, request, url, request.method) : undefined;
      return answer ?? Promise.resolve();
    }

    fetch(input, init) {
      let request;
      try {
        request = new Request(input, init);
      } catch (error) {
        return Promise.reject(error);
      }
      // A request has a signal in any case: it is listened to where the program gave one.
      const signal = (init?.signal === undefined ? input.signal : init.signal) ?? undefined;
      if (signal === undefined && request.body === null) {
        send ??= Calls.sender(Calls);
        return send(this.#caller, request, request.url, request.method);
      }
      return Calls.fetch(this.#caller, request, request.url, request.method, undefined, undefined, signal);
    }

    proxy(browser, input, init) {
      return Calls.proxy(this.#caller, browser, input, init);
    }

    probe(url) {
      return Calls.probe(this.#caller, url);
    }

    connections() {
      return Calls.connections(this.#caller);
    }

    authorization(url) {
      return Calls.authorization(this.#caller, url);
    }

    disconnect(id) {
      return Calls.disconnect(this.#caller, id);
    }

    erase() {
      return Calls.erase(this.#caller);
    }

    link(url, returnTo, scope) {
      return Calls.link(this.#caller, url, returnTo, scope);
    }
  }

  Calls.objectsHaveMethods();
  return { Account: withMethods(Account), Login, Registrar: withMethods(Registrar) };
}

/** The browser that a request came from. */
class Browser {
  constructor(headers) {
    this.headers = headers;
    this.cookie = headers.get('cookie') ?? undefined;
  }
}

/** A Durable Object whose methods the platform lets a Worker call: that takes a class which extends the platform's. */
const withMethods = (Built) =>
  class extends DurableObject {
    #object;

    constructor(state, env) {
      super(state, env);
      this.#object = new Built(state, env);
    }

    /** One question, and its answer. */
    ask(question) {
      try {
        return this.#object.ask(question);
      } catch (error) {
        // An error of type `TypeError` means that there is no such method.
        throw new Error(String(error));
      }
    }

    /** The same for a Worker of an older version. */
    fetch(request) {
      return this.#object.fetch(request);
    }

    alarm() {
      return this.#object.alarm();
    }
  };
