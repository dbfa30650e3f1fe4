// The page that both examples share: one where a person names a URL, told who is there before anything is done.
import { Login, type LoginEnv, type Probed, type Problem } from 'worker-client';

/** A Worker of that page. `open` shows what is at the URL; it is called for what the person asked for by themselves. */
export const worker = (title: string, open: Open) => ({
  async fetch(request: Request, env: LoginEnv): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const typed = searchParams.get('url') ?? '';
    const show = (main: Html, status = 200) => page(env.PREFIX ?? '', title, typed, main, status);
    try {
      const login = Login.byCookie(env, request);
      const answer = await login.handle(request);
      if (answer) return answer;
      if (pathname !== '/') return show(html`<p>There is nothing here.</p>`, 404);
      if (!typed) return show(listed(await login.connections(), env.PREFIX ?? ''));
      const url = URL.parse(typed.includes('://') ? typed : `https://${typed}`);
      if (!url) return show(html`<p>That is no URL.</p>`, 400);
      // Judges the URL before anything is sent there: what may not be asked is thrown as a problem.
      const probed = await login.probe(url.href);
      const site = request.headers.get('sec-fetch-site');
      // Another site may lead a person here, but do nothing in their name: they press the button themselves.
      if (site !== 'same-origin' && site !== 'none') return show(html`${who(probed)}<p>Press “Open” to go there.</p>`);
      return show(html`${who(probed)}${await open(login, probed, url, request)}`);
    } catch (error) {
      if (!isProblem(error)) throw error;
      return show(told(error, typed), error.status);
    }
  },
});

type Open = (login: Login, probed: Probed, url: URL, request: Request) => Promise<Html>;

/** HTML that is ours. Text becomes it by being escaped. */
export class Html {
  constructor(readonly text: string) {}
}
type Part = Html | readonly Html[] | string | number | null | undefined;

export const html = (strings: TemplateStringsArray, ...parts: Part[]): Html =>
  new Html(strings.reduce((text, string, i) => text + written(parts[i - 1]) + string));

function written(part: Part): string {
  if (part instanceof Html) return part.text;
  if (typeof part === 'object') return (part ?? []).map(written).join('');
  return String(part ?? '').replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** The address of the page about a URL. */
export const pageOf = (url: string | URL): string => `/?${new URLSearchParams({ url: String(url) })}`;

/** A link to the library's page that asks the person whether to log in, and that brings them back to ours. */
export function logIn(link: string, text: string, url: string | URL): Html {
  const target = new URL(link);
  target.searchParams.set('return_to', pageOf(url));
  return html`<p><a class="button" href="${target.href}">${text}</a></p>`;
}

/** What the library throws: what happened, what to do next, and the page that mends it. */
export const isProblem = (error: unknown): error is Problem =>
  typeof error === 'object' && error !== null && 'remedy' in error;
export const told = ({ title, detail, remedy, login }: Problem, url: string | URL): Html =>
  panel(title, html`<p>${detail}</p><p>${remedy}</p>${login ? logIn(login, 'Log in', url) : ''}`);

/** Something that the person has to know. */
export const panel = (title: string, text: Html): Html =>
  html`<section class="panel"><h2>${title}</h2>${text}</section>`;

function who({ host, about: { icon, title }, connection }: Probed): Html {
  const image = icon ? html`<img class="icon" src="${icon}" alt="" width="48" height="48">` : '';
  const claim = title ? html`<p class="claim">calls itself <bdi>${title}</bdi></p>` : '';
  const as = connection && !connection.needs_login ? `As you, connected to ${connection.resource}` : 'As anybody';
  return html`<div class="card">
${image}<div class="who"><strong class="host">${host}</strong>
${claim}<p class="fact">${as}</p></div></div>`;
}

const listed = (connections: { resource: string }[], prefix: string): Html => html`<h2>Where you are logged in</h2>
<ul>${connections.map(({ resource }) => html`<li><a href="${pageOf(resource)}">${resource}</a></li>`)}</ul>
<p><a href="${prefix}/">Manage them</a></p>`;

/** No script, no frame, nothing from elsewhere. The style sheet is the one of the library's own pages. */
function page(prefix: string, title: string, typed: string, main: Html, status: number): Response {
  const { text } = html`<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title>
<meta name="viewport" content="width=device-width">
<link rel="icon" href="data:,"><link rel="stylesheet" href="${prefix}/style.css">
<style>pre { white-space: pre-wrap } .card button { margin-top: .75rem }</style>
<main><h1><a href="/">${title}</a></h1><form action="/"><label for="url">URL</label><div class="row">
<input type="text" id="url" name="url" value="${typed}" required inputmode="url"><button>Open</button></div></form>
${main}</main></html>`;
  return new Response(text, {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': POLICY,
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
    },
  });
}
const POLICY = `default-src 'none'; style-src 'self' 'unsafe-inline'; img-src data:; \
form-action 'self'; frame-ancestors 'none'; base-uri 'none'`;
