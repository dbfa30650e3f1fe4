// The smallest program around the Worker: its pages for a browser, and one route that makes an authorized request.
import { Account, Login, Registrar } from 'worker-client';

export { Account, Registrar };

export default {
  async fetch(request, env) {
    const url = new URL(request.url);
    try {
      const login = Login.byCookie(env, request);
      const answer = await login.handle(request);
      if (answer) return answer;
      if (url.pathname !== '/use') return new Response('nothing here', { status: 404 });
      const { method, url: target, headers, body, label, timeout } = await request.json();
      const signal = timeout ? AbortSignal.timeout(timeout) : undefined;
      return await (label ? login.labelled(label) : login).fetch(target, { method, headers, body, signal });
    } catch (problem) {
      const { status = 500, name } = problem;
      return Response.json(problem.type ? problem : { name }, { status });
    }
  },
};
