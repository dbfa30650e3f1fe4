// Guards of the login itself: registration, authorization, tokens, and where a token goes.
import { flow, host } from './guard.mjs';

export const PROTOCOL = [
  host('state', flow('authorize'), ['if !bool::from(given.as_bytes().ct_eq(self.state.as_bytes())) {', 'if false {']),
  host('one redirection URI for each issuer', flow('authorize'), [
    'if callback.path() != self.request.client.redirect_uri.path() {',
    'if false {',
  ]),
  host('a parameter once', flow('authorize'), ['(_, Some(_)) => Err(()),', '(first, Some(_)) => Ok(first),']),
  host('iss: compared', flow('authorize'), [
    'Some(iss) if iss != self.request.server.issuer.as_str() => {',
    'Some(_) if false => {',
  ]),
  host('iss: missed', flow('authorize'), [
    'None if self.request.server.sends_iss => return Err(AuthorizationResponseError::NoIssuer),',
    '',
  ]),
  host('registered redirection URIs', flow('client'), [
    'if registered.differences().any(is_about_redirect_uris)',
    'if false',
  ]),
  host('registered authentication', flow('client_auth'), [
    '(Some(other), _) => Err(RegisterError::AuthMethod(other)),',
    '(Some(_), _) => Ok(Self::None),',
  ]),
  host('bearer tokens alone', flow('token'), ['.eq_ignore_ascii_case("bearer") {', '.is_ascii() {']),
  host('tokens that fit a header', flow('token'), [
    '(1..=16_384).contains(&token.len()) && token.bytes().all(|b| b.is_ascii_graphic())',
    'true',
  ]),
  host('token members once', flow('token'), ['return Err(TokenError::Malformed("each member once"));', '{}']),
  host('lifetimes are bounded', flow('token'), ['seconds.min(TEN_YEARS)', 'seconds']),
  host('what is final', flow('fault'), ['|| matches!(status, 400 | 409 | 410 | 422) =>', '|| status > 0 =>']),
  host('what may pass', flow('fault'), ['|| is(TEMPORARY) {', '{']),
  host('a pause is bounded', flow('retry_after'), ['wait.min(LONGEST)', 'wait']),
  host('a quotation names no challenge', flow('bearer_challenge'), [
    `if *first == b'"' { quoted(rest).1 } else { rest.get(1..).unwrap_or_default() }`,
    'rest.get(1..).unwrap_or_default()',
  ]),
  host('a refresh token that stays', flow('refresh'), [
    'tokens.refresh_token = tokens.refresh_token.or(Some(self.token));',
    '',
  ]),
  host('less is asked for once', flow('authorize'), ['(!self.is_repeated).then(|| Box', 'Some(Box']),
  host('less is asked for once, in a registration', flow('register'), [
    '(less != self.relaxations).then_some(less)',
    'Some(less)',
  ]),
  host('a person who refuses is not asked again', flow('authorize'), [
    '("access_denied", Pace::AtOnce)',
    '("access_denied", _)',
  ]),
  host('a named scope stays', flow('scope'), [
    'let Self::Chosen(scope) = self else { return None };',
    'let (Self::Chosen(scope) | Self::Named(scope)) = self;',
  ]),
  host('a secret is sent otherwise before it has worked alone', flow('client_auth'), [
    'if self.is_proven {',
    'if false {',
  ]),
  host('a token for its origin', flow('resource'), ['resource.origin() == target.origin()', 'true']),
  host('a token for its path', flow('resource'), ["|rest| rest.is_empty() || rest.starts_with('/')", '|_| true']),
  host('a token for its path, decoded', flow('resource'), [
    'parent.is_empty() || segments_are_plain(target.path())',
    'true',
  ]),
  host('a code or an error', flow('authorize'), ['if code.is_some() && error.is_some() {', 'if false {']),
];
