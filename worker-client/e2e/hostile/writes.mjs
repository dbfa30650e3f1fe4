// A program that lets its own page send requests of every method through `proxy`.
import { Account, Login, Registrar } from 'worker-client';

export { Account, Registrar };

export default {
  async fetch(request, env) {
    const login = new Login(env, request.headers.get('cf-access-authenticated-user-email'));
    const { method, body, url } = request;
    return (
      (await login.handle(request)) ?? login.proxy(request, new URL(url).searchParams.get('url'), { method, body })
    );
  },
};
