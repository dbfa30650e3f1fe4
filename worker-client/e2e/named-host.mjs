// A host program that identifies its users itself, and receives the events of their connections.
import { Account, Login, Registrar } from 'worker-client';

export { Account, Registrar };

const events = [];

export default {
  async fetch(request, env) {
    const { pathname, hostname } = new URL(request.url);
    if (hostname === 'events.internal') {
      events.push(await request.json());
      return new Response(null, { status: 204 });
    }
    if (pathname === '/events') return Response.json(events);
    const login = new Login(env, request.headers.get('x-user'));
    const answer = await login.handle(request);
    if (answer) return answer;
    try {
      const { url } = await request.json();
      return await login.fetch(new Request(url));
    } catch (problem) {
      return Response.json(problem, { status: problem.status ?? 500 });
    }
  },
};
