// Elements without markup: what a stranger says is text, wherever it stands.

/** An element; attributes that are `undefined` or `false` are left out, functions are listeners. */
export function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (typeof value === 'function') element.addEventListener(name, value);
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child || child === 0));
  return element;
}

/** A stranger's words, whose direction is their own. */
export const said = (text) => h('bdi', {}, text);

/** Our sentences come in lower case and without a full stop, as errors do. */
export const sentence = (text) => `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}.`;

/** A text of ours, with what stands between backticks as code. */
export const coded = (text) => text.split('`').map((part, n) => (n % 2 ? h('code', {}, part) : part));

let busy = 0;

/** Says what is awaited, to eyes and ears, and keeps a second press from asking twice. */
export async function waiting(text, work) {
  const status = document.getElementById('waiting');
  busy += 1;
  status.textContent = `${text}…`;
  try {
    return await work();
  } finally {
    busy -= 1;
    if (!busy) status.textContent = '';
  }
}

export const isBusy = () => busy > 0;

/** Shows a view. The focus goes to its heading, from where a screen reader goes on. */
export function show(title, ...children) {
  document.title = title === 'Log in to any site' ? title : `${title} – Log in to any site`;
  document.getElementById('view').replaceChildren(...children.flat(Infinity).filter(Boolean));
  const heading = document.querySelector('#view [tabindex="-1"]');
  heading?.focus({ preventScroll: false });
  scrollTo(0, 0);
}

/** The browser's parser, which loads nothing and runs nothing of what it parses. */
const inert = globalThis.trustedTypes?.createPolicy('inert', { createHTML: (html) => html });

/** What the head of a page says, as pairs of a kind and a text. */
export function head(html, contentType, url) {
  const charset = /charset=["']?([\w-]+)/i.exec(contentType)?.[1] ?? 'utf-8';
  let decoder;
  try {
    decoder = new TextDecoder(charset);
  } catch {
    decoder = new TextDecoder();
  }
  const text = decoder.decode(html);
  const page = new DOMParser().parseFromString(inert ? inert.createHTML(text) : text, 'text/html');
  const pairs = [['title', page.head.querySelector(':scope > title')?.textContent ?? '']];
  for (const meta of page.head.querySelectorAll('meta[content]')) {
    const name = meta.getAttribute('property') ?? meta.getAttribute('name');
    if (name) pairs.push([name.toLowerCase(), meta.getAttribute('content')]);
  }
  for (const link of page.head.querySelectorAll('link[rel~="icon" i][href], link[rel~="apple-touch-icon" i][href]')) {
    const base = page.head.querySelector('base[href]')?.getAttribute('href') ?? '';
    try {
      pairs.push(['icon', new URL(link.getAttribute('href'), new URL(base, url)).href]);
    } catch {
      // Not a URL: no icon.
    }
  }
  return pairs.flat();
}
