// Guards of the command line, and of a specification crate that it shares.
import { host } from './guard.mjs';

export const CONFORMANCE = [
  host(
    'commands of a runner in a line',
    'conformance/src/text.rs',
    ["(before, c) == (Some('#'), '#')", 'false && before == Some(c)'],
    ['login-conformance'],
  ),
  host(
    'commands of a runner at the start of a line',
    'conformance/src/text.rs',
    ["(begins && c == ':')", '(begins && false)'],
    ['login-conformance'],
  ),
  host(
    'characters that XML excludes',
    'conformance/src/text.rs',
    ["| '\\u{fffe}' | '\\u{ffff}'", ''],
    ['login-conformance'],
  ),
  host(
    'arguments in a message',
    'conformance/src/cli.rs',
    [
      'Arguments::try_parse_from(escaped).err().unwrap_or(error).exit()',
      'escaped.last().map(|_| error).unwrap().exit()',
    ],
    ['login-conformance'],
  ),
  host(
    'issuer is identical',
    'rfc8414/src/violation.rs',
    ['Self::IssuerMismatch { .. } | Self::IssuerUrl(_) | Self::NotAnObject', 'Self::IssuerUrl(_) | Self::NotAnObject'],
    ['rfc8414', 'login-flow'],
  ),
];
