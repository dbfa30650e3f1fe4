// Guards of the search for a server: the egress policy, the documents, and what a host may name.
import { flow, host } from './guard.mjs';

export const DISCOVERY = [
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
    'match Ok::<(), crate::Blocked>(()) {',
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
  host('one site for consent and tokens', flow('server'), ['if !sends_iss && !same_site(a, t) {', 'if false {']),
  host('sites: public suffixes', flow('site'), ['[listed, any].iter()', '[any].iter()']),
  host('sites: wildcards', flow('site'), ['[listed, any].iter()', '[listed].iter()']),
  host('sites: exceptions', flow('site'), ['if find(table, count, &format!("!{label}")).is_some() {', 'if false {']),
  host('S256', flow('server'), ['(!has_s256, Unusable::NoS256)', '(false, Unusable::NoS256)']),
  host('our own parameters in an endpoint', flow('server'), [
    'if a.query_pairs().any(|(name, _)| OWN_PARAMETERS.iter().any(|own| name.eq_ignore_ascii_case(own))) {',
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
  host('a POST where every document was answered', flow('probe'), ['if is_unsaid {', 'if false {']),
  host('a POST at a host that is more than read', flow('unauthenticated'), [
    'if is_get && requests == UnauthenticatedRequests::GetThenPing {',
    'if is_get {',
  ]),
  host('no POST at a host that asks for a pause', flow('unauthenticated'), [
    'if received.challenge.is_some() || asks_for_pause(&response) {',
    'if received.challenge.is_some() {',
  ]),
  host('a result of a POST alone', flow('unauthenticated'), ['is_open: !is_get && is_result', 'is_open: is_result']),
];
