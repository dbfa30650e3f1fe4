// The host program of the tests, whose accounts can be evicted in the middle of whatever they do.
import host, { Registrar } from '../e2e/host.mjs';
import { Account as Original } from 'worker-client';

export { Registrar };

export class Account extends Original {
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

export default {
  async fetch(request, env, context) {
    if (new URL(request.url).pathname !== '/evict') return host.fetch(request, env, context);
    const [, account] = /__Host-sid=([^.;]+)\./.exec(request.headers.get('cookie'));
    const stub = env.ACCOUNT.get(env.ACCOUNT.idFromName(`browser.${account}`));
    return stub.fetch('https://object.internal/evict').catch(() => new Response('evicted'));
  },
};
