// A host program that exports no Durable Objects and holds no keys: it binds those of a deployed worker-client.
import { Login } from 'worker-client';

export default {
  async fetch(request, env) {
    try {
      const user = request.headers.get('x-user');
      const login = user ? new Login(env, decodeURIComponent(user)) : Login.byCookie(env, request);
      const answer = await login.handle(request);
      if (answer) return answer;
      const { url } = await request.json();
      return await login.fetch(new Request(url));
    } catch (problem) {
      return Response.json(problem, { status: problem.status ?? 500 });
    }
  },
};
