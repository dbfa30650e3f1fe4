// The guards of the code, each with its replacement in a mutant. A guard that is no longer found makes the check fail.
const flow = (file) => `worker-client/flow/src/${file}.rs`;
/** `tests`: the packages whose tests reach it, the nearest first. */
const host = (guard, file, changes, tests = nearestFirst(file)) => ({
  guard,
  file,
  changes: [].concat(typeof changes[0] === 'string' ? [changes] : changes),
  tests,
});

const nearestFirst = (file) =>
  file.startsWith('worker-client/flow/') ? ['login-flow', 'worker-client'] : ['worker-client', 'login-flow'];

/** Guards that tests on the host reach. */
export const HOST = [
  host('egress: no address', flow('egress'), [
    'Some(Host::Ipv4(_) | Host::Ipv6(_)) => return Err(Blocked::Address),',
    'Some(Host::Ipv4(_) | Host::Ipv6(_)) => {}',
  ]),
  host('egress: no private name', flow('egress'), [
    '!top.is_empty() && !SPECIAL_USE',
    '!top.is_empty() || !SPECIAL_USE',
  ]),
  host('egress: https alone', flow('egress'), ['if url.scheme() != "https" {', 'if false {']),
  host('egress: no user information', flow('egress'), [
    'if !url.username().is_empty() || url.password().is_some() {',
    'if false {',
  ]),
  host('egress: not ourselves', flow('egress'), ['return Err(Blocked::OwnHost);', '{}']),
  host('egress: ports', flow('egress'), [
    'if port < 1024 || BAD_PORTS.contains(&port) =>',
    'if port == 0 && BAD_PORTS.contains(&port) =>',
  ]),
  host('egress: what is typed', flow('login_target'), ['egress.judge(&url).map_err(InvalidHost::Blocked)?;', '']),
  host('egress: the endpoints of a document', flow('server'), [
    'match egress.judge(&endpoint.url()) {',
    'match Ok::<(), Blocked>(()) {',
  ]),
  host('egress: a pointer', flow('discover'), [
    'issuers.filter(|issuer| self.egress.judge(&issuer.url()).is_ok()).collect()',
    'issuers.collect()',
  ]),
  host('a pointer is followed once', flow('discover'), [
    'if self.pointed || issuers.is_empty() {',
    'if issuers.is_empty() {',
  ]),
  host('redirects stay at the origin', flow('discover'), [
    'Some(url) if url.origin() == here.origin() =>',
    'Some(url) =>',
  ]),
  host('a pointer stays within the site', flow('discover'), ['same_site(url, &here) && url.port()', 'url.port()']),
  host('three redirects', flow('discover'), ['const MAX_REDIRECTS: u8 = 3', 'const MAX_REDIRECTS: u8 = 4']),
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
  host('one site for consent and tokens', flow('server'), ['if !sends_iss && !same_site(a, t) {', 'if false {']),
  host('sites: public suffixes', flow('site'), ['[listed, any].iter()', '[any].iter()']),
  host('sites: wildcards', flow('site'), ['[listed, any].iter()', '[listed].iter()']),
  host('sites: exceptions', flow('site'), ['if find(table, count, &format!("!{label}")).is_some() {', 'if false {']),
  host('S256', flow('server'), [
    'if !metadata.code_challenge_methods_supported().contains(&CodeChallengeMethod::S256) {',
    'if false {',
  ]),
  host('our own parameters in an endpoint', flow('server'), [
    'if a.query_pairs().any(|(name, _)| OWN_PARAMETERS.iter().any(|own| name.eq_ignore_ascii_case(own))) {',
    'if false {',
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
  host('resource metadata: covers the named URL', flow('resource_metadata'), [
    'if !url.is_some_and(|url| covers(&url, target.url())) {',
    'if url.is_none() {',
  ]),
  host('resource metadata: egress of its servers', flow('resource_metadata'), [
    'Issuer::try_from(issuer.to_owned()).ok().filter(|issuer| egress.judge(&issuer.url()).is_ok())',
    'Issuer::try_from(issuer.to_owned()).ok()',
  ]),
  host('resource metadata: three servers', flow('resource_metadata'), [
    'const MAX_SERVERS: usize = 3',
    'const MAX_SERVERS: usize = 10',
  ]),
  host('resource metadata: at the origin of the resource', flow('resource_metadata'), [
    '.filter(|url| url.origin() == target.url().origin())',
    '',
  ]),
  host('resource metadata: a server at its own issuer', flow('discover'), [
    'Self::among(std::slice::from_ref(issuer), egress, true)',
    'Self::among(std::slice::from_ref(issuer), egress, false)',
  ]),
  host('resource metadata: no other server while one is silent', flow('resource_metadata'), [
    'Some(found) if found.server.is_some() || matches!(found.verdict, Verdict::Unreachable { .. }) => {',
    'Some(found) if found.server.is_some() => {',
  ]),
  host('resource metadata: a server lists this resource', flow('resource_metadata'), [
    'listed.is_some_and(|listed| listed.contains(&named.resource))',
    'listed.is_some()',
  ]),
  host('client id documents: where `iss` is promised', flow('server'), [
    '&& metadata.authorization_response_iss_parameter_supported()\n',
    '\n',
  ]),
  host('client id documents: where the server takes them', flow('server'), [
    'metadata.client_id_metadata_document_supported == Some(true)',
    'metadata.client_id_metadata_document_supported.is_none()',
  ]),
  host('a token for its origin', flow('resource'), ['resource.origin() == target.origin()', 'true']),
  host('a token for its path', flow('resource'), ["|rest| rest.is_empty() || rest.starts_with('/')", '|_| true']),
  host('a token for its path, decoded', flow('resource'), [
    'parent.is_empty() || segments_are_plain(target.path())',
    'true',
  ]),
  host('a code or an error', flow('authorize'), ['if code.is_some() && error.is_some() {', 'if false {']),
  host('the cookie once', 'worker-client/src/cookie.rs', [
    'let (value, None) = (found.next()?, found.next()) else { return None };',
    'let value = found.next()?;',
  ]),
  host('the cookie trimmed of space and tab', 'worker-client/src/cookie.rs', ["trim_matches([' ', '\\t'])", 'trim()']),
  host('the cookie has its form', 'worker-client/src/cookie.rs', [
    '(is_text(account, 22) && is_text(secret, 43))',
    'is_text(account, account.len())',
  ]),
  host('seal: its place', 'worker-client/src/seal.rs', [
    ['msg: plain, aad: &self.associated_data(FORM, kid, place)?', 'msg: plain, aad: b""'],
    ['msg: &sealed, aad: &associated', 'msg: &sealed, aad: &associated[..0]'],
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
  host('escaping in the list', 'worker-client/templates/home.html', ['{{ title }}', '{{ title|safe }}']),
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

const src = (file) => `worker-client/src/${file}.rs`;
const RELEASE = '. npm/dist --features entry';
const RUST_HOST = 'examples/rust-worker examples/rust-worker/build';
const PANICS = '. .run/panics --features entry,panic-on-purpose';
const RUST_PANICS = 'examples/rust-worker .run/rust-panics --features worker-client/panic-on-purpose';

/** `rows`: the tests that must notice. `builds`: what they run, as `build.sh` is called. */
const worker = (guard, file, changes, section, rows, builds = [RELEASE]) => ({
  ...host(guard, file, changes, [`--test-name-pattern=\\b(?:${rows})\\b`, `e2e/hostile/${section}.test.mjs`]),
  builds,
});

/** Guards that only the Worker has. */
export const WORKER = [
  worker(
    'single flight',
    src('platform/single_flight'),
    ['let running = self.0.borrow().get(key).cloned();', 'let running: Option<Flight<T>> = None;'],
    'tokens',
    'T01|T02',
  ),
  worker('intent', src('account/tokens'), ['store.set_intent(&row, intent)?;', ''], 'tokens', 'T02'),
  worker(
    'backoff',
    src('account/patience'),
    ['self.set_pause(&row.id, wait, count.saturating_add(1), since)?;', 'let _ = since;'],
    'tokens',
    'T03',
  ),
  worker(
    'the least interval between refreshes',
    src('account/tokens'),
    ['if row.generation > 0 && age < MIN_REFRESH_INTERVAL {', 'if false {'],
    'tokens',
    'T12',
  ),
  worker(
    'the code is spent first',
    src('account/login'),
    ['store.end_pending(&state)?;\n        let egress', 'let egress'],
    'callback',
    'C04|C10',
  ),
  worker(
    "a cookie's secret is known",
    src('account'),
    [
      'None | Some(Err(Unsealable)) => return Err(UserFailure::NO_SESSION.into()),',
      'None | Some(Err(Unsealable)) => {}',
    ],
    'storage',
    'S15',
  ),
  worker(
    'a session is ours',
    src('account/store'),
    [
      'let until = self.0.unseal::<i64>(session_place(digest), &sealed)?;',
      'drop(sealed);\n        let until = Ok::<_, Unsealable>(i64::MAX);',
    ],
    'binding',
    'S01',
  ),
  worker(
    'a session ends',
    src('account/store'),
    ['if expires <= until { Ok(earlier) }', 'if expires <= until || until > 0 { Ok(earlier) }'],
    'binding',
    'S01',
  ),
  worker(
    'no session is older than its rows',
    src('account/store'),
    ['return self.end_sessions();', 'let _ = Self::end_sessions as fn(&Self) -> _;'],
    'binding',
    'S01',
  ),
  worker(
    'a grant is bound to its use',
    src('account/connections'),
    ['used_for: [resource, label]', 'used_for: [&resource[..0], &label[..0]]'],
    'binding',
    'S06',
  ),
  worker(
    'a registration is bound to its use',
    src('registrar/rows'),
    ['used_for: [client_id, server]', 'used_for: [&client_id[..0], &server[..0]]'],
    'binding',
    'S06',
  ),
  worker(
    'a late answer is revoked',
    src('account/tokens'),
    ['return self.revoke_late(store, grant).await;', ''],
    'races',
    'T17',
  ),
  worker(
    'a receipt during a refresh',
    src('account/disconnect'),
    ['Revocation::Revoked if is_refreshing =>', 'Revocation::Revoked if is_refreshing && false =>'],
    'races',
    'T17',
  ),
  worker(
    'what is gone needs no login',
    src('account/tokens'),
    ['if !store.ask_for_login(row)? {', 'if !store.ask_for_login(row)? && false {'],
    'flags',
    'T17',
  ),
  worker(
    'logged out during an exchange',
    src('account/login'),
    ['if self.erasures.get() != erasures {', 'if self.erasures.get() != erasures && false {'],
    'flags',
    'C14',
  ),
  worker(
    'logged out while a login begins',
    src('account/login'),
    ['&& store.session(digest)?.is_none()', '&& store.session(digest)?.is_none() && false'],
    'flags',
    'C14',
  ),
  worker(
    'rows stay for what is under way',
    src('account/alarm_handler'),
    ['&& self.exchanges.get() == 0', ''],
    'flags',
    'T17',
  ),
  worker(
    'no alarm is put off',
    src('account/tokens'),
    [
      'store.set_used(row)?;\n        self.schedule_with(store, Some(due)).await',
      'store.set_used(row)?;\n        self.alarm.schedule_at(&self.state, Some(due)).await',
    ],
    'flags',
    'T16',
  ),
  worker(
    'a release ends nothing later',
    src('registrar/holders'),
    ['AND account = ? AND since <= ?', 'AND account = ? AND since <= ? + 9e15'],
    'flags',
    'R06',
  ),
  worker(
    'a hold that is over is not told',
    src('account/alarm_handler'),
    ['Ok(holds) if holds == is_hold =>', 'Ok(holds) if holds == is_hold || is_hold =>'],
    'flags',
    'R06',
  ),
  worker(
    'a client whose deletion has begun',
    src('registrar/usable'),
    ['if row.attempts > 0 {', 'if row.attempts > 1_000 {'],
    'flags',
    'R06',
  ),
  worker(
    'what cannot be read is held',
    src('account/connections'),
    ['.map_or(true, |grant|', '.map_or(false, |grant|'],
    'keys',
    'R06',
  ),
  worker(
    'a task waits for its key',
    src('account/outbox'),
    ['if !self.0.config().keys()?.has_key_of(&row.sealed) {', 'if false {'],
    'keys',
    'S08',
  ),
  worker(
    'a grant waits for its key',
    src('account/disconnect'),
    ['store.set_aside(row)?;', 'store.erase(&row.id)?;'],
    'keys',
    'S08',
  ),
  worker(
    'a registration waits for its key',
    src('registrar/lifecycle'),
    ['return Ok(Deletion::Unreadable);', 'return Ok(Deletion::Confirmed);'],
    'keys',
    'S08',
  ),
  worker(
    'what is told of a deletion',
    src('registrar/lifecycle'),
    [
      'Deletion::Refused | Deletion::NotOffered => "not-unregistered",',
      'Deletion::Refused | Deletion::NotOffered => "unregistered",',
    ],
    'keys',
    'R06',
  ),
  worker(
    'what is given up is named',
    src('platform/sealed'),
    ['keys.lost().any(|lost| lost == key)', '(keys.lost().any(|lost| lost == key) || !key.is_empty())'],
    'keys',
    'S08',
  ),
  worker(
    'a change of keys reaches every column',
    src('account/alarm_handler'),
    ['store.0.rotate(SEALED)?;', 'store.0.rotate(SEALED.get(2..).unwrap_or_default())?;'],
    'keys',
    'S08',
  ),
  worker(
    'a change of keys reaches the registrations',
    src('registrar/lifecycle'),
    ['rows.0.rotate(SEALED)?;', 'let _ = SEALED;'],
    'keys',
    'S08',
  ),
  worker(
    'nothing sleeps through a change of keys',
    src('platform/alarm'),
    ['LONGEST_SLEEP: i64 = 2_592_000', 'LONGEST_SLEEP: i64 = 2_592_000_000'],
    'keys',
    'S08',
  ),
  worker(
    'logins end',
    src('account/store'),
    [
      '"SELECT sealed, expires FROM pending WHERE state = ? AND expires > ?"',
      '"SELECT sealed, expires FROM pending WHERE state = ? AND expires > 0 * ?"',
    ],
    'callback',
    'C05|C17',
  ),
  worker(
    'logins are few',
    src('account/store'),
    ['const MAX_PENDING: i32 = 19', 'const MAX_PENDING: i32 = 19_000'],
    'storage',
    'S11',
  ),
  worker(
    'our own page',
    src('routes/login_request'),
    [
      'proven.then_some(()).ok_or(UserFailure::CrossSite.into())',
      'Some(proven).map(drop).ok_or(UserFailure::CrossSite.into())',
    ],
    'authorization',
    'A08',
  ),
  worker(
    'no image asks',
    src('routes'),
    ['.is_some_and(|destination| destination != "document")', '.is_some_and(|_| false)'],
    'authorization',
    'A08',
  ),
  worker(
    'bytes are bounded',
    src('platform/fetch'),
    ['if body.len() > limit.bytes {', 'if body.len() > limit.bytes && body.len() > 1 << 30 {'],
    'documents',
    'D15|D16',
  ),
  worker(
    'time is bounded',
    src('platform/fetch'),
    ['limit.time.as_millis()', 'limit.time.saturating_mul(100).as_millis()'],
    'documents',
    'D17',
  ),
  worker(
    'all documents of a host in time',
    src('probe'),
    ['Deadline::after(DISCOVERY_DEADLINE)', 'Deadline::after(DISCOVERY_DEADLINE.saturating_mul(100))'],
    'documents',
    'D17',
  ),
  worker(
    'a registration and its repetition in time',
    src('registrar'),
    ['Deadline::after(REGISTRATION_DEADLINE)', 'Deadline::after(REGISTRATION_DEADLINE.saturating_mul(100))'],
    'documents',
    'D17',
  ),
  worker(
    'a disconnect in time',
    src('account/disconnect'),
    ['Deadline::after(REVOCATION_DEADLINE)', 'Deadline::after(REVOCATION_DEADLINE.saturating_mul(100))'],
    'documents',
    'D17',
  ),
  worker(
    'sessions of strangers',
    src('login'),
    ['self.rate_limit.check_new_session().await?;', ''],
    'documents',
    'S11',
  ),
  worker(
    'neighbours: revocation',
    flow('server'),
    ['egress.judge(&r.url()).is_ok() && same_site(&r.url(), t)', 'egress.judge(&r.url()).is_ok()'],
    'sites',
    'T16',
  ),
  worker(
    'neighbours: the tick',
    flow('server'),
    ['filter(|part| !same_site(part, target.url()))', 'filter(|_| false)'],
    'sites',
    'D29',
  ),
  worker(
    'neighbours: a root page',
    src('about'),
    ['page.status().is_redirection() && same_site(&url, next)', 'page.status().is_redirection()'],
    'sites',
    'B11',
  ),
  worker('encodings are known', src('platform/fetch'), ['return Err(FetchError::Encoding);', '{}'], 'documents', 'D16'),
  worker(
    'every request is judged',
    src('platform/fetch'),
    ['egress.judge(&url).map_err(FetchError::Blocked)?;', ''],
    'branding',
    'B11',
  ),
  host(
    'an answer of other settings',
    src('platform/cache'),
    ['.extend_pairs(settings)', '.extend_pairs(settings.filter(|_| false))'],
    ['--test-name-pattern=under these settings alone', 'e2e/remembered.test.mjs'],
  ),
  host(
    'an end does not move',
    src('platform/cache'),
    ['let end = end.parse().ok().filter(|end| millis(now()) < *end)?;', 'let end = end.parse::<i64>().ok()? + 60_000;'],
    ['--test-name-pattern=an end does not move', 'e2e/remembered.test.mjs'],
  ),
  host(
    'what was read before a write is forgotten',
    src('platform/storage'),
    ['self.remembered.take();\n        self.rows(statement', 'self.rows(statement'],
    ['--test-name-pattern=not sent twice', 'e2e/tokens.test.mjs'],
  ),
  host(
    'a flight that ends at once is over',
    src('platform/single_flight'),
    [
      'self.0.borrow_mut().insert(key.to_owned(), flight.clone());\n            keep_running(state, flight.clone());',
      'keep_running(state, flight.clone());\n            self.0.borrow_mut().insert(key.to_owned(), flight.clone());',
    ],
    ['--test-name-pattern=t03', 'e2e/tokens.test.mjs'],
  ),
  host(
    'what is deleted is not kept in memory',
    src('account'),
    ['*self.store.borrow_mut() = None;', ''],
    ['--test-name-pattern=deleted as a whole', 'e2e/stored-rows.test.mjs'],
  ),
  worker(
    'headers that are ours',
    src('platform/pass'),
    ['const passed = [...headers].filter(isPassed);', 'const passed = [...headers];'],
    'fetch',
    'P03',
  ),
  worker(
    'no redirect with a token',
    src('platform/pass'),
    ["redirect: 'manual'", "redirect: 'follow'"],
    'fetch',
    'P02',
  ),
  worker('cookies of a host', src('platform/pass'), ['changed.headers.delete(name);', ''], 'fetch', 'P04'),
  worker(
    'another site makes a browser ask',
    src('routes/proxy'),
    ['if site.is_some_and(|site| site == "cross-site" || site == "same-site") {', 'if false {'],
    'proxy',
    'P07',
    [RELEASE, RUST_HOST],
  ),
  worker(
    'another page makes a browser write',
    src('routes/proxy'),
    ['same_origin(self, browser.headers())?;', ''],
    'proxy',
    'P07',
    [RELEASE, RUST_HOST],
  ),
  worker(
    'a resource that has moved',
    src('login/fetch'),
    ['server.issuer.as_str() != connection.issuer', 'server.issuer.as_str() == connection.issuer'],
    'resource-metadata',
    'moves|moved|D29',
  ),
  worker(
    'a resource that has moved: its user logs in again',
    src('account/tokens'),
    ['refused.refusal == Refusal::Moved', 'refused.refusal == Refusal::Moved && false'],
    'resource-metadata',
    'D29',
  ),
  worker(
    'a resource that has moved: what was remembered is forgotten',
    src('login/fetch'),
    ['forget_host(&self.config, &target).await;', ''],
    'resource-metadata',
    'D29',
  ),
  worker(
    'the tick for the server that a resource names',
    src('pages/confirm'),
    ['filter(|hosts| !(self.is_listed || hosts.is_empty()))', 'filter(|hosts| !(self.is_listed || hosts.len() > 3))'],
    'resource-metadata',
    'D29',
  ),
  worker(
    'step-up: what was granted too',
    src('login/fetch'),
    ['scope_values(&granted).chain(scope_values(missing))', 'scope_values(missing)'],
    'resource-metadata',
    'scope',
  ),
  worker(
    'step-up: three logins',
    src('account/tokens'),
    ['const MAX_STEP_UPS: u8 = 2', 'const MAX_STEP_UPS: u8 = 200'],
    'resource-metadata',
    'scope|three',
  ),
  worker('methods', src('login/fetch'), ['if !is_allowed(request) {', 'if false {'], 'fetch', 'P10'),
  worker(
    'limits',
    src('platform/limits'),
    [
      'if !limiter.limit(key.to_owned()).await?.success {',
      'if limiter.limit(key.to_owned()).await?.success && false {',
    ],
    'documents',
    'D24',
  ),
  worker(
    'a server that refuses is left alone',
    src('registrar/attempts'),
    ['return Err(failure.clone());', 'let _ = failure;'],
    'registration',
    'R04',
  ),
  worker(
    'a client of the same party',
    src('registrar/usable'),
    ['registered.is_same_party(server);', 'registered.is_same_party(registered);'],
    'registration',
    'R01',
  ),
  worker(
    "a panic is one request's",
    src('platform/panic'),
    [
      'let outcome = AssertUnwindSafe(work).catch_unwind();',
      'let outcome = AssertUnwindSafe(work).map(Ok::<_, Box<dyn Any + Send>>);',
    ],
    'system',
    'S13',
    [RELEASE, PANICS, RUST_PANICS],
  ),
];
