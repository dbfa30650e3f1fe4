// A user agent without JavaScript: cookies, navigations, redirects and forms.
import { parse } from 'node-html-parser';
import { pairs } from './lab.mjs';

const APP = 'https://app.example';

/** The `Origin` of a form's POST to its own site: our pages send no referrer, which makes it `null`. */
const originOf = (url) => (new URL(url).origin === APP ? 'null' : new URL(url).origin);

/** The `Referer` of what a page leads to, redirects included: its origin, but none for a page of ours. */
const referrerOf = (url) => (new URL(url).origin === APP ? undefined : `${new URL(url).origin}/`);

export class Agent {
  #cookies = new Map();

  constructor(app, lab) {
    this.app = app;
    this.lab = lab;
  }

  /** Types an address: a navigation that follows redirects to where they end, on whatever host. */
  visit(address, options = {}) {
    return this.#navigate({ method: 'GET', url: new URL(address, APP).href, site: 'none', ...options });
  }

  /** Sends a form of a page as a browser would; `values` are typed over what it holds, `press` is the button. */
  submit(page, values = {}, { form: selector = 'form', press = {}, ...options } = {}) {
    const form = parse(page.body).querySelector(selector);
    if (!form) throw new Error(`no ${selector} on ${page.url}:\n${page.body}`);
    const fields = new URLSearchParams();
    for (const input of form.querySelectorAll('input[name]')) {
      const name = input.getAttribute('name');
      const isBox = input.getAttribute('type') === 'checkbox';
      // A box that must be ticked is; any other is left as it is.
      if (isBox && !['checked', 'required'].some((attribute) => input.hasAttribute(attribute))) continue;
      fields.append(name, (isBox ? undefined : values[name]) ?? input.getAttribute('value') ?? '');
    }
    for (const [name, value] of Object.entries(press)) fields.append(name, value);
    const url = new URL(form.getAttribute('action') ?? '', page.url);
    const method = (form.getAttribute('method') ?? 'get').toUpperCase();
    if (method === 'GET') url.search = fields.toString();
    return this.#navigate({
      method,
      url: url.href,
      body: method === 'GET' ? '' : fields.toString(),
      site: 'same-origin',
      referrer: referrerOf(page.url),
      ...options,
    });
  }

  /** A request of a program with this browser's cookies: no redirects, JSON back. */
  async json(method, path, { body, headers = {} } = {}) {
    const sent = { accept: 'application/json', origin: APP, 'sec-fetch-site': 'same-origin', ...headers };
    if (body) sent['content-type'] = 'application/json';
    const answer = await this.#send({
      method,
      url: new URL(path, APP).href,
      headers: sent,
      body: body ? JSON.stringify(body) : '',
    });
    const isJson = /json/.test(answer.headers.get('content-type'));
    return { ...answer, json: isJson && answer.body ? JSON.parse(answer.body) : undefined };
  }

  /** The cookies that this browser holds for a host. */
  cookies(host) {
    return this.#cookies.get(host) ?? new Map();
  }

  /** Follows redirects; `until` says at which address to stop and hand the address back. */
  async #navigate({ method, url, body = '', site, until, referrer, headers: extra = {} }) {
    const hops = [];
    for (let hop = 0; hop < 20; hop += 1) {
      if (until?.(url)) return { url, hops, status: 0, body: '' };
      const headers = {
        accept: 'text/html',
        'sec-fetch-dest': 'document',
        'sec-fetch-mode': 'navigate',
        'sec-fetch-site': site,
        ...(referrer ? { referer: referrer } : {}),
        ...extra,
      };
      if (method === 'POST')
        Object.assign(headers, { 'content-type': 'application/x-www-form-urlencoded', origin: originOf(url) });
      const answer = await this.#send({ method, url, headers, body });
      hops.push({ method, url, status: answer.status });
      if (![301, 302, 303, 307, 308].includes(answer.status)) return { ...answer, url, hops };
      const next = new URL(answer.headers.get('location'), url);
      if (next.host !== new URL(url).host) site = 'cross-site';
      if (answer.status < 307) [method, body] = ['GET', ''];
      url = next.href;
    }
    throw new Error(`too many redirects: ${hops.map(({ url }) => url).join(' ')}`);
  }

  async #send({ method, url, headers, body }) {
    const { host } = new URL(url);
    const cookie = [...this.cookies(host)].map(([name, value]) => `${name}=${value}`).join('; ');
    if (cookie) headers = { ...headers, cookie };
    const answer =
      host === new URL(APP).host
        ? await this.app.fetch({ method, url, headers, body })
        : await this.lab.fetch({ method, url, headers, body });
    const list = new Headers(pairs(answer.headers));
    for (const text of list.getSetCookie()) this.#keep(host, text);
    return { status: answer.status, headers: list, body: String(answer.body ?? '') };
  }

  #keep(host, text) {
    const [pair, ...attributes] = text.split(/;\s*/);
    const [name, value] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
    const has = (pattern) => attributes.some((attribute) => pattern.test(attribute));
    if (name.startsWith('__Host-') && !(has(/^secure$/i) && has(/^path=\/$/i) && !has(/^domain=/i))) return;
    if (!this.#cookies.has(host)) this.#cookies.set(host, new Map());
    const jar = this.#cookies.get(host);
    if (has(/^max-age=0$/i) || value === '') jar.delete(name);
    else jar.set(name, value);
  }
}
