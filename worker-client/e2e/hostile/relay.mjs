// The control of the tests of `proxy`: a program that returns the response of a host as it came.
import { Account, Login, Registrar } from 'worker-client';

export { Account, Registrar };

export default {
  async fetch(request, env) {
    const login = new Login(env, request.headers.get('cf-access-authenticated-user-email'));
    const { searchParams } = new URL(request.url);
    return (await login.handle(request)) ?? fetch(searchParams.get('url'));
  },
};
