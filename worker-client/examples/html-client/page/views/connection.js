// A connection, and what came of a login or a log out.
import { h, said } from '../dom.js';
import { facts } from './facts.js';
import { back, details, failure, heading, hostOf, initial, submit, worker } from './parts.js';

/** A connection: what it is, and a request as the user. */
export function connection({ connection, outcome, asked, problem, on }) {
  const { answered, failure: why } = outcome ?? {};
  return [
    heading(hostOf(connection.host)),
    problem && h('section', { class: 'panel' }, failure(problem)),
    h(
      'section',
      { class: 'card', 'aria-label': 'The connection' },
      initial(connection.host, true),
      h('div', { class: 'who' }, facts(connection)),
    ),
    h('h2', { id: 'request' }, 'A request as you'),
    h(
      'form',
      {
        'aria-labelledby': 'request',
        submit: submit(({ elements }) =>
          on.ask({ method: elements.method.value, url: elements.target.value, body: elements.body.value }),
        ),
      },
      h('label', { for: 'target' }, 'URL'),
      h(
        'div',
        { class: 'row' },
        h('input', {
          id: 'target',
          name: 'target',
          type: 'text',
          inputmode: 'url',
          required: true,
          maxlength: 2048,
          autocapitalize: 'none',
          spellcheck: 'false',
          autocomplete: 'off',
          value: asked?.url ?? connection.resource,
        }),
        h(
          'select',
          { name: 'method', 'aria-label': 'Method' },
          ['GET', 'POST'].map((method) => h('option', { selected: asked?.method === method }, method)),
        ),
        h('button', {}, 'Send'),
      ),
      details(
        'Body of a POST',
        h('label', { for: 'body' }, 'JSON'),
        h('textarea', { id: 'body', name: 'body', spellcheck: 'false' }, asked?.body ?? ''),
      ),
    ),
    h(
      'div',
      { 'aria-live': 'polite' },
      why && h('section', { class: 'panel' }, failure(why), why.kind === 'unreadable' && worker()),
      answered && [
        h('h2', {}, `Answer: ${answered.status}`),
        h('pre', { class: 'answer', tabindex: '0', 'aria-label': 'The answer' }, answered.text || '(empty)'),
        details(
          'Headers that the host lets a page read',
          h(
            'ul',
            { class: 'plain' },
            answered.headers.map(([name, value]) => h('li', {}, h('code', {}, name), ': ', said(value))),
          ),
        ),
      ],
    ),
    h('h2', {}, 'This connection'),
    h(
      'div',
      { class: 'row' },
      connection.needs_login && h('button', { click: () => on.look(connection.resource) }, 'Log in again'),
      connection.can_refresh && h('button', { class: 'plain', click: on.refresh }, 'Renew the token now'),
      h(
        'button',
        { class: 'plain', click: on.keep },
        connection.isKept ? 'Keep in memory only' : 'Keep on this device',
      ),
      h('button', { class: 'plain', click: on.leave }, 'Log out'),
      back(on.home),
    ),
  ];
}

/** A login that came to nothing. */
export function failed({ resource, why, asked, on }) {
  return [
    heading('You are not logged in'),
    h('section', { class: 'panel' }, failure(why), why.kind === 'unreadable' && worker()),
    h(
      'div',
      { class: 'row' },
      resource && h('button', { click: () => on.look(resource, asked) }, 'Log in again'),
      back(on.home),
    ),
  ];
}

/** A log out that a server did not confirm: the person decides. */
export function unrevoked({ resource, revoked, on }) {
  return [
    heading('The server has not confirmed the log out'),
    revoked
      .filter(({ failure: why }) => why)
      .map(({ token, failure: why }) =>
        h(
          'section',
          { class: 'panel' },
          h('h2', {}, token === 'access_token' ? 'Access token' : 'Refresh token'),
          failure(why),
        ),
      ),
    h('p', {}, 'The connection is kept, so that it can be tried again.'),
    h(
      'div',
      { class: 'row' },
      h('button', { click: () => on.leave(resource) }, 'Try again'),
      h('button', { class: 'plain', click: () => on.drop(resource) }, 'Remove it here all the same'),
      back(on.home),
    ),
  ];
}
