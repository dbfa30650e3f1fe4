// Context editor: a person names any URL and sees the text that is there, fetched as them where they are connected,
// with a way to log in where the host offers one, and as anybody would see it otherwise.
//
// The document is a stranger's: bounded in size and time, shown as text, and where it redirects to is said and not
// followed. `npx wrangler deploy` with the settings of wrangler.toml is all it needs.
import type { Login, Probed } from 'worker-client';
import { Html, html, isProblem, logIn, pageOf, panel, told, worker } from '../../shell';

export { Account, Registrar } from 'worker-client';
export default worker('Context editor', opened);

/** The document as the person sees it where a connection covers it, and as anybody does where none does. */
async function opened(login: Login, probed: Probed, url: URL): Promise<Html> {
  const signal = AbortSignal.timeout(DEADLINE_MS);
  const late = new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  const request = new Request(url, { redirect: 'manual', signal });
  const document = async () => shown(await (probed.connection ? login.fetch(request) : fetch(request)), url);
  try {
    return html`${offer(login, probed, url)}${await Promise.race([document(), late])}`;
  } catch (error) {
    if (isProblem(error)) return told(error, url);
    const why = html`<p>The host broke off, or took longer than ${DEADLINE_MS / 1000} seconds.</p>`;
    return panel('The document did not come', why);
  }
}

/** Logging in is to the host, not to the one document: to the issuer there, or to the origin. */
function offer(login: Login, { connection, host, issuer, login: possible }: Probed, url: URL): Html | string {
  if (connection || !possible || !issuer) return '';
  const place = new URL(issuer).origin === url.origin ? issuer : url.origin;
  return logIn(login.link(place), `Log in to ${host}`, url);
}

async function shown(answer: Response, url: URL): Promise<Html> {
  const type = answer.headers.get('content-type') ?? '';
  const to = URL.parse(answer.headers.get('location') ?? '', url);
  const from = html`<p class="fact" id="from">${answer.status} from ${url.href} ${type}</p>`;
  if (to && answer.status >= 300 && answer.status < 400)
    return html`${from}<p>It leads to <a href="${pageOf(to)}">${to.href}</a></p>`;
  if (type && !TEXT.test(type)) return html`${from}<p>That is no text.</p>`;
  const { text, isCut } = await start(answer.body);
  const cut = isCut ? html`<p class="warn">These are the first ${MOST_BYTES >> 10} KiB.</p>` : '';
  return html`${from}${cut}<pre id="document">${text}</pre>`;
}

/** As much of a body as is shown. What is left of it is not pulled. */
async function start(body: ReadableStream<Uint8Array> | null): Promise<{ text: string; isCut: boolean }> {
  const [reader, decoder] = [body?.getReader(), new TextDecoder()];
  let [text, room] = ['', MOST_BYTES];
  for (;;) {
    const { value } = (await reader?.read()) ?? {};
    if (!value) return { text: text + decoder.decode(), isCut: false };
    text += decoder.decode(value.subarray(0, room), { stream: true });
    if ((room -= value.byteLength) >= 0) continue;
    await reader?.cancel();
    return { text, isCut: true };
  }
}

const TEXT = /^(text\/|application\/([\w.-]+\+)?(json|xml|yaml|toml|javascript))/i;
const MOST_BYTES = 256 << 10;
const DEADLINE_MS = 5000;
