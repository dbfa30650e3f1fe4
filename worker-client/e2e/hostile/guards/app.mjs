// Guards of the app that tests on the host reach: cookies, encryption, a host's content, pages.
import { host } from './guard.mjs';

export const APP = [
  host('the cookie once', 'worker-client/src/cookie.rs', [
    'let (value, None) = (found.next()?, found.next()) else { return None };',
    'let value = found.next()?;',
  ]),
  host('the cookie trimmed of space and tab', 'worker-client/src/cookie.rs', [
    'let mut pair = pair;',
    'let mut pair = str::from_utf8(pair).ok()?.trim().as_bytes();',
  ]),
  host('the cookie has its form', 'worker-client/src/cookie.rs', [
    '(is_text(account, 22) && is_text(secret, 43))',
    'is_text(account, account.len())',
  ]),
  host('seal: its place', 'worker-client/src/seal.rs', [
    ['.seal(nonce, &associated, plain)?', '.seal(nonce, b"", plain)?'],
    ['cipher.open(nonce, &associated, &sealed)', 'cipher.open(nonce, b"", &sealed)'],
  ]),
  host('seal: its use', 'worker-client/src/seal.rs', [
    'let [first, second] = place.used_for;',
    'let [first, second] = ["", ""];',
  ]),
  host('seal: keys of 32 bytes', 'worker-client/src/seal/keys.rs', ['if decoded.len() != 32 {', 'if false {']),
  host('seal: keys that protect', 'worker-client/src/seal/keys.rs', ['return Err(InvalidKeys::Weak);', '{}']),
  host('seal: no key is both lost and there', 'worker-client/src/seal/keys.rs', [
    'return Err(InvalidKeys::Lost);',
    '{}',
  ]),
  // Either of the two suffices; without both a path leads away.
  host('return path', 'worker-client/src/return_to.rs', [
    ['.filter(|url| url.origin() == origin.origin())', ''],
    ['!text.starts_with("//") && ', ''],
  ]),
  host('content that a browser could run', 'worker-client/src/browser_headers.rs', [
    '.filter(|value| is_inert(value))',
    '',
  ]),
  host('one content type', 'worker-client/src/browser_headers.rs', ["!content_type.contains(',') && ", '']),
  host('headers that act on an origin', 'worker-client/src/browser_headers.rs', [
    '} else if DESCRIPTIVE.contains(&name.as_str()) || LIMITS.iter().any(|limit| name.starts_with(limit)) {',
    '} else {',
  ]),
  host('a sandbox for content', 'worker-client/src/browser_headers.rs', ['headers.extend(owned(POLICY));', '']),
  host('escaping of a title', 'worker-client/templates/confirm.html', ['{{ title }}', '{{ title|safe }}']),
  host('escaping of a description', 'worker-client/templates/confirm.html', [
    '{{ description }}',
    '{{ description|safe }}',
  ]),
  host('escaping in the list', 'worker-client/templates/connections.html', ['{{ title }}', '{{ title|safe }}']),
];
