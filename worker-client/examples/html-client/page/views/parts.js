// What several views are made of.
import { coded, h, said, sentence } from '../dom.js';

const WORKER = 'the Worker of this project, which asks from a server and is not bound by CORS';

export const heading = (...children) => h('h1', { tabindex: '-1' }, ...children);

export const submit = (act) => (event) => {
  event.preventDefault();
  act(event.target);
};

export const hostOf = (host, ...more) => h('span', { class: 'host' }, host, ...more);

export const initial = (host, large) =>
  h('span', { class: `icon${large ? ' large' : ''}`, 'aria-hidden': 'true' }, host[0] ?? '');

export const back = (act) => h('button', { type: 'button', class: 'plain', click: act }, 'To the start page');

export const details = (summary, ...children) => h('details', {}, h('summary', {}, summary), ...children);

export const finding = ([id, evidence]) => h('li', {}, h('code', {}, id), ': ', said(evidence));

/** A failure: what, where, who must act, and how. */
export function failure({ kind, text, actor, remedy, url, requirement }) {
  return [
    h('p', {}, said(sentence(text))),
    url && h('p', {}, h('code', {}, said(url))),
    actor && h('p', {}, h('strong', {}, 'Who must act: '), actor, remedy ? [': ', coded(remedy), '.'] : '.'),
    requirement && h('p', {}, 'Requirement: ', h('code', {}, requirement)),
    kind === 'temporary' && h('p', {}, 'It may pass: try again later.'),
  ];
}

export const worker = () => h('p', {}, `Until then, use ${WORKER}.`);

export function notice({ title, good, body = [] }) {
  return h(
    'section',
    { class: `notice${good ? '' : ' open'}`, 'aria-label': 'What happened' },
    h('p', { class: 'said' }, title),
    body,
  );
}
