// The host program of the tests, in which an account can be evicted at any point, and a call to a registrar lost before
// or after it was heard, or held.
import host from '../host.mjs';
import { Account as OriginalAccount, Registrar as OriginalRegistrar } from 'worker-client';

/** What happens to the next call of a kind: `{ kind, how, arrived, go }`. */
let trouble;

export class Account extends OriginalAccount {
  #state;

  constructor(state, env) {
    super(state, env);
    this.#state = state;
  }

  fetch(request) {
    if (new URL(request.url).pathname === '/evict') this.#state.abort('evicted');
    return super.fetch(request);
  }
}

export class Registrar extends OriginalRegistrar {
  async ask(question) {
    const pass = () => super.ask(question);
    if (!trouble || !(trouble.kind in Object(JSON.parse(question)))) return pass();
    const { how } = trouble;
    if (how === 'held') {
      const { go } = trouble;
      trouble.arrived = true;
      trouble.kind = '';
      for (let n = 0; !go.now && n < 300; n += 1) await new Promise((resolve) => setTimeout(resolve, 50));
      return pass();
    }
    trouble = undefined;
    if (how === 'after') await pass();
    return 'lost';
  }
}

export default {
  async fetch(request, env, context) {
    const { pathname, searchParams } = new URL(request.url);
    const cookie = /__Host-sid=([^.;]+)\./.exec(request.headers.get('cookie'));
    if (pathname === '/evict') {
      const stub = env.ACCOUNT.get(env.ACCOUNT.idFromName(`browser.${cookie[1]}`));
      return stub.fetch('https://object.internal/evict').catch(() => new Response('evicted'));
    }
    if (pathname === '/trouble') {
      trouble = { kind: searchParams.get('kind'), how: searchParams.get('how'), go: { now: false } };
      return new Response('so be it');
    }
    if (pathname === '/arrived') return Response.json(Boolean(trouble?.arrived));
    if (pathname === '/go') {
      trouble.go.now = true;
      return new Response('go');
    }
    return host.fetch(request, env, context);
  },
};
