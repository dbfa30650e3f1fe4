// The start page: a field for a host, and the connections.
import { h } from '../dom.js';
import { facts } from './facts.js';
import { heading, initial, notice, submit } from './parts.js';

function ask(act, typed = '') {
  return h(
    'form',
    { submit: submit((form) => act(form.elements.url.value)) },
    h('label', { for: 'url' }, 'Host or URL'),
    h(
      'div',
      { class: 'row' },
      h('input', {
        id: 'url',
        name: 'url',
        type: 'text',
        inputmode: 'url',
        required: true,
        maxlength: 2048,
        autocomplete: 'url',
        autocapitalize: 'none',
        spellcheck: 'false',
        value: typed,
        placeholder: 'good.example',
      }),
      h('button', {}, 'Continue'),
    ),
  );
}

const hidden = (text) => h('span', { class: 'hidden' }, text);

export function home({ told, connections, typed, on }) {
  return [
    told && notice(told),
    heading('Log in to any site'),
    h(
      'p',
      { class: 'lead' },
      'Name a host. You agree there, and from then on this page can act for you at that host. No server of ours is between.',
    ),
    ask(on.look, typed),
    h('h2', { id: 'connections' }, 'Your connections'),
    connections.length
      ? h(
          'ul',
          { class: 'connections', 'aria-labelledby': 'connections' },
          connections.map((connection) =>
            h(
              'li',
              {},
              initial(connection.host),
              h('div', { class: 'who' }, h('h3', { class: 'host' }, connection.host), facts(connection)),
              h(
                'div',
                { class: 'actions' },
                connection.needs_login
                  ? h(
                      'button',
                      { click: () => on.look(connection.resource) },
                      'Log in again',
                      hidden(` to ${connection.host}`),
                    )
                  : h(
                      'button',
                      { click: () => on.open(connection.resource) },
                      'Use',
                      hidden(` ${connection.resource}`),
                    ),
                h(
                  'button',
                  { class: 'plain', click: () => on.leave(connection.resource) },
                  'Log out',
                  hidden(` of ${connection.resource}`),
                ),
              ),
            ),
          ),
        )
      : h('p', { class: 'quiet' }, 'None yet.'),
    h(
      'div',
      { class: 'leave' },
      h(
        'button',
        { class: 'plain', 'aria-describedby': 'leave', click: on.erase },
        connections.length ? 'Log out of all, and forget everything' : 'Forget everything',
      ),
      h(
        'p',
        { id: 'leave', class: 'quiet' },
        'Revokes every token and erases what this page has stored in this browser.',
      ),
    ),
  ];
}

/** The page cannot do its work where it is. */
export const unable = (text) => [heading('Log in to any site'), h('p', { class: 'panel' }, text)];
