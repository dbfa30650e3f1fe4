// The host program of the tests, whose costs are counted: GET /costs says what was taken since the last look.
import { count, taken, watchStorage } from './counting-platform.mjs';
import app, { Account as PlainAccount, Registrar as PlainRegistrar } from './host.mjs';

const watched = (Plain, name) =>
  class {
    constructor(state, env) {
      watchStorage(state);
      this.plain = new Plain(state, env);
    }
    fetch(request) {
      count(`${name} asked`);
      return this.plain.fetch(request);
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
