// The host program of the tests, whose objects are counted and can be evicted at any point.
import host from '../e2e/host.mjs';
import { Account as OriginalAccount, Registrar as OriginalRegistrar } from 'worker-client';

const counts = { account: 0, registrar: 0, rowsWritten: 0 };

/** Counts the rows that statements write, in the whole program. */
function countRows({ storage: { sql } }) {
  const kind = Object.getPrototypeOf(sql);
  if (countRows.done) return;
  countRows.done = true;
  const { exec } = kind;
  kind.exec = function counted(...statement) {
    const cursor = exec.apply(this, statement);
    counts.rowsWritten += cursor.rowsWritten;
    return cursor;
  };
}

export class Account extends OriginalAccount {
  #state;

  constructor(state, env) {
    countRows(state);
    super(state, env);
    this.#state = state;
  }

  fetch(request) {
    if (new URL(request.url).pathname === '/evict') this.#state.abort('evicted');
    return super.fetch(request);
  }

  ask(question) {
    counts.account += 1;
    return super.ask(question);
  }
}

export class Registrar extends OriginalRegistrar {
  constructor(state, env) {
    countRows(state);
    super(state, env);
  }

  ask(question) {
    counts.registrar += 1;
    return super.ask(question);
  }
}

export default {
  async fetch(request, env, context) {
    const { pathname } = new URL(request.url);
    if (pathname === '/counts') return Response.json(counts);
    if (pathname !== '/evict') return host.fetch(request, env, context);
    const [, account] = /__Host-sid=([^.;]+)\./.exec(request.headers.get('cookie'));
    const stub = env.ACCOUNT.get(env.ACCOUNT.idFromName(`browser.${account}`));
    return stub.fetch('https://object.internal/evict').catch(() => new Response('evicted'));
  },
};
