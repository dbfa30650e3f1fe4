// What the page shows. A view is a function from what is known to elements; what a button does is given to it.
import { coded, h, said, sentence } from './dom.js';

const WORKER = 'the Worker of this project, which asks from a server and is not bound by CORS';

const heading = (...children) => h('h1', { tabindex: '-1' }, ...children);

const submit = (act) => (event) => {
  event.preventDefault();
  act(event.target);
};

const hostOf = (host, ...more) => h('span', { class: 'host' }, host, ...more);

export const initial = (host, large) =>
  h('span', { class: `icon${large ? ' large' : ''}`, 'aria-hidden': 'true' }, host[0] ?? '');

/** The host's icon, from the bytes that the flow has looked at. */
function icon(brand, host) {
  if (!brand?.icon) return initial(host, true);
  const [type, bytes] = brand.icon;
  return h('img', { class: 'icon large', src: `data:${type};base64,${bytes}`, alt: '', width: 64, height: 64 });
}

const back = (act) => h('button', { type: 'button', class: 'plain', click: act }, 'To the start page');

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

const worker = () => h('p', {}, `Until then, use ${WORKER}.`);

export function notice({ title, good, body = [] }) {
  return h(
    'section',
    { class: `notice${good ? '' : ' open'}`, 'aria-label': 'What happened' },
    h('p', { class: 'said' }, title),
    body,
  );
}

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

const time = (millis) => {
  const at = new Date(millis);
  return h('time', { datetime: at.toISOString() }, at.toLocaleString());
};

const hidden = (text) => h('span', { class: 'hidden' }, text);

function facts(connection) {
  const { part, issuer_host: issuer, scope, relaxed, expires, can_refresh: renews } = connection;
  const fact = (...children) => h('p', { class: 'fact' }, ...children);
  return [
    part && fact('For ', said(part)),
    fact('Issuer ', said(connection.issuer)),
    issuer && fact('Through ', issuer),
    scope && fact('Allows ', said(scope)),
    relaxed && fact('As the server requires, this page ', relaxed),
    fact(
      expires ? ['Token ends ', time(expires)] : 'The server does not say when the token ends',
      renews ? '; it is renewed when it is used' : '',
    ),
    fact(
      connection.isKept ? 'Kept on this device, encrypted' : 'In memory only: gone when this tab is closed or reloaded',
    ),
    connection.needs_login && h('p', { class: 'warn' }, 'Log in again: the server no longer accepts this connection.'),
  ];
}

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

/** A host that one cannot log in to from here. */
export function refused({ look, on }) {
  const blocked = look.unreadable.length > 0;
  return [
    heading('You cannot log in to ', hostOf(look.host), ' from this page'),
    blocked
      ? [
          h('p', {}, 'A browser lets a page read only what a server allows it to (CORS). Of this host it cannot read:'),
          look.unreadable.slice(0, 4).map((one) => h('section', { class: 'panel' }, failure(one))),
          worker(),
        ]
      : h(
          'section',
          { class: 'panel' },
          h('p', {}, hostOf(look.host), ' ', said(`${look.text}.`)),
          look.actor && h('p', {}, h('strong', {}, 'Who must act: '), `${look.actor}.`),
          look.requirement && h('p', {}, 'Requirement: ', h('code', {}, look.requirement)),
        ),
    look.findings.length > 0 && details('What was found', h('ul', { class: 'plain' }, look.findings.map(finding))),
    h('div', { class: 'row' }, h('button', { click: () => on.look(look.resource) }, 'Ask again'), back(on.home)),
  ];
}

const details = (summary, ...children) => h('details', {}, h('summary', {}, summary), ...children);

const finding = ([id, evidence]) => h('li', {}, h('code', {}, id), ': ', said(evidence));

const term = (name, value) => [h('dt', {}, name), h('dd', {}, value)];

/** The page before a login. */
export function confirm({ look, brand, metadata, known, scope, keep, problem, on }) {
  const { offer, host } = look;
  const crossing = offer.cross_site_hosts.join(' and ');
  const chosen = scope.split(' ').filter(Boolean);
  const others = chosen.filter((value) => !offer.scopes.some(([offered]) => offered === value));
  const international = [host, offer.authorization_host, ...offer.cross_site_hosts].filter((name) =>
    name.split('.').some((label) => label.startsWith('xn--')),
  );
  const cancel = h('button', { type: 'button', class: crossing ? undefined : 'plain', click: on.home }, 'Cancel');
  const go = h('button', { class: crossing ? 'plain' : undefined }, `Log in at ${offer.authorization_host}`);
  return [
    heading('Log in to ', hostOf(host, h('span', {}, '?'))),
    problem && h('section', { class: 'panel' }, failure(problem), problem.kind === 'unreadable' && worker()),
    h(
      'section',
      { class: 'card', 'aria-label': 'What the host says of itself' },
      icon(brand, host),
      h(
        'div',
        { class: 'who' },
        h('p', { class: 'host' }, host),
        brand?.title && h('p', { class: 'claim' }, 'calls itself ', said(brand.title)),
        brand?.description && h('p', { class: 'claim' }, said(brand.description)),
        h('p', { class: 'claim' }, look.text),
      ),
    ),
    [...new Set(international)].map((name) =>
      h(
        'p',
        { class: 'panel warn' },
        'This name is written in letters that can look like others. Compare it with care: ',
        h('strong', { class: 'host' }, name),
      ),
    ),
    h(
      'dl',
      {},
      h('dt', {}, 'You will agree at'),
      h('dd', { class: 'host' }, offer.authorization_host),
      term('This page will then use, as you', said(look.resource)),
      term('It will ask for', chosen.length ? said(chosen.join(' ')) : 'What the server decides; it will show you.'),
    ),
    h(
      'form',
      {
        submit: submit(({ elements }) =>
          on.login({
            scope: [...[elements.scope].flat(), ...document.querySelectorAll('[name=tick]:checked')]
              .map(({ value }) => value)
              .join(' '),
            keep: elements.keep.checked,
            anew: elements.anew?.checked ?? false,
          }),
        ),
      },
      h(
        'label',
        { class: 'check' },
        h('input', { type: 'checkbox', name: 'keep', checked: keep }),
        h('span', {}, 'Stay logged in on this device', h('span', { class: 'quiet' }, ' (encrypted in this browser)')),
      ),
      details(
        'Ask for something in particular',
        offer.scopes.length > 0 &&
          h(
            'fieldset',
            {},
            h('legend', {}, 'Ask for'),
            offer.scopes.map(([value]) =>
              h(
                'label',
                { class: 'check' },
                h('input', { type: 'checkbox', name: 'tick', value, checked: chosen.includes(value) }),
                h('span', {}, said(value)),
              ),
            ),
          ),
        h('label', { for: 'scope' }, offer.scopes.length ? 'Other scope values' : 'Scope'),
        h('input', {
          id: 'scope',
          name: 'scope',
          type: 'text',
          value: others.join(' '),
          maxlength: 1024,
          autocomplete: 'off',
          autocapitalize: 'none',
          spellcheck: 'false',
          'aria-describedby': 'scopes',
        }),
        h('p', { id: 'scopes', class: 'quiet' }, 'Separated by spaces. With none at all, the server decides.'),
        known &&
          h(
            'label',
            { class: 'check' },
            h('input', { type: 'checkbox', name: 'anew' }),
            h('span', {}, 'Register anew: the server may have forgotten this page'),
          ),
      ),
      details(
        'What the server says of itself',
        h(
          'dl',
          {},
          offer.claims.map(([name, value]) => term(name, said(value))),
        ),
        look.findings.length > 0 && h('ul', { class: 'plain' }, look.findings.map(finding)),
      ),
      details(
        'What will be sent',
        h(
          'p',
          { class: 'quiet' },
          known
            ? 'This page is registered at the server already; nothing is registered again.'
            : 'To the registration endpoint, once:',
        ),
        h('pre', { class: 'answer', tabindex: '0', 'aria-label': 'The client metadata' }, metadata),
        h(
          'p',
          { class: 'quiet' },
          `With you to ${offer.authorization_host}: the client identifier, the scope, the resource ${look.resource}, a state and a code challenge (S256).`,
        ),
      ),
      crossing &&
        h(
          'section',
          { class: 'panel', 'aria-labelledby': 'another-site' },
          h('h2', { id: 'another-site', class: 'warn' }, 'Another site is involved'),
          h(
            'p',
            {},
            `${host} will receive a token that was issued by ${crossing}, another site. If the two do not belong together, ${host} could use it to act for you at ${crossing}.`,
          ),
          h(
            'label',
            { class: 'check' },
            h('input', { type: 'checkbox', required: true }),
            h('span', {}, 'I know that they belong together'),
          ),
        ),
      h('div', { class: 'row' }, crossing ? [cancel, go] : [go, cancel]),
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

/** The page cannot do its work where it is. */
export const unable = (text) => [heading('Log in to any site'), h('p', { class: 'panel' }, text)];
