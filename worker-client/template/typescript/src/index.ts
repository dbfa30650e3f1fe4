import { Account, Login, Registrar, isProblem, type LoginEnv } from 'worker-client';

export { Account, Registrar };

interface Settings extends LoginEnv {
  /** Your user on your own machine, in `.dev.vars` alone. */
  DEV_USER?: string;
}

export default {
  async fetch(request: Request, env: Settings): Promise<Response> {
    const user = userOf(request, env);
    if (!user) return new Response('Sign in first', { status: 401 });
    try {
      const login = new Login(env, user);
      const url = new URL(request.url).searchParams.get('url');
      // Pages, login and callback under `PREFIX`; else what this user gets at a host, safe to show to them.
      return (await login.handle(request)) ?? (url ? login.proxy(request, url) : new Response('Try /connect/'));
    } catch (error) {
      if (!isProblem(error)) throw error;
      return Response.json({ ...error, title: error.message }, { status: error.status });
    }
  },
};

/** Your own name for your user: this one stands behind Cloudflare Access. On your machine it is that of `.dev.vars`. */
function userOf(request: Request, env: Settings): string | undefined {
  return request.headers.get('cf-access-authenticated-user-email') ?? env.DEV_USER;
}
