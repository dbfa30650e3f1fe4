// The page before a login, and that of a host that one cannot log in to.
import { h, said } from '../dom.js';
import { back, details, failure, finding, heading, hostOf, initial, submit, worker } from './parts.js';

/** The host's icon, from the bytes that the flow has looked at. */
function icon(brand, host) {
  if (!brand?.icon) return initial(host, true);
  const [type, bytes] = brand.icon;
  return h('img', { class: 'icon large', src: `data:${type};base64,${bytes}`, alt: '', width: 64, height: 64 });
}

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
