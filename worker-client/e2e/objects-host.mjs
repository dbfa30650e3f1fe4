// The host program of the tests, whose objects write down how they are asked. The registrars have no methods, as those of
// an older version; accounts can be made to lose their answers.
import app, { Account as Present, Registrar as PresentRegistrar } from './host.mjs';

const asked = [];
let isLosing = false;
const kindOf = (question) => {
  const parsed = JSON.parse(question);
  const request = parsed.request ?? parsed;
  return typeof request === 'string' ? request : Object.keys(request)[0];
};

export class Account extends Present {
  async ask(question) {
    asked.push(['account', 'ask', kindOf(question)]);
    const answer = await super.ask(question);
    if (isLosing) throw new Error('lost');
    return answer;
  }

  async fetch(request) {
    asked.push(['account', 'fetch', kindOf(await request.clone().text())]);
    return super.fetch(request);
  }
}

/** An object of an older version. */
export class Registrar {
  #object;

  constructor(state, env) {
    this.#object = new PresentRegistrar(state, env);
  }

  async fetch(request) {
    asked.push(['registrar', 'fetch', kindOf(await request.clone().text())]);
    return this.#object.fetch(request);
  }

  alarm() {
    return this.#object.alarm();
  }
}

export default {
  fetch(request, env) {
    const { pathname } = new URL(request.url);
    if (pathname === '/asked') return Response.json(asked.splice(0));
    if (pathname === '/lose') {
      isLosing = true;
      return new Response('so be it');
    }
    return app.fetch(request, env);
  },
};
