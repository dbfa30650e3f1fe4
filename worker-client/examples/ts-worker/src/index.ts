import { Account, Login, Registrar, type LoginEnv } from 'worker-client';

export { Account, Registrar };

export default {
  async fetch(request: Request, env: LoginEnv): Promise<Response> {
    // Your program knows its users; this one stands behind Cloudflare Access.
    const user = request.headers.get('cf-access-authenticated-user-email');
    if (!user) return new Response('Sign in first', { status: 401 });
    const login = new Login(env, user);
    const url = new URL(request.url).searchParams.get('url');
    return (await login.handle(request)) ?? (url ? login.proxy(request, url) : new Response('Try /connect/'));
  },
};
