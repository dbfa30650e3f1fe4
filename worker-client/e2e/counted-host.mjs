// The host program of the tests, whose costs are counted: GET /costs says what was taken since the last look.
import { count, taken, watchStorage } from './counting-platform.mjs';
import { DurableObject } from 'cloudflare:workers';
import app, { Account as PlainAccount, Registrar as PlainRegistrar } from './host.mjs';

const watched = (Plain, name) =>
  class extends DurableObject {
    constructor(state, env) {
      super(state, env);
      watchStorage(state);
      this.plain = new Plain(state, env);
    }
    ask(question) {
      count(`${name} asked`);
      return this.plain.ask(question);
    }
    alarm() {
      count('alarm rang');
      return this.plain.alarm();
    }
  };
export const Account = watched(PlainAccount, 'account');
export const Registrar = watched(PlainRegistrar, 'registrar');

export default {
  fetch(request, env) {
    if (new URL(request.url).pathname === '/costs') return Response.json(taken());
    return app.fetch(request, env);
  },
};
