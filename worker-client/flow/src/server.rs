mod unusable;

pub use self::unusable::{Mechanism, Unusable};

use std::borrow::Cow;

use pkce::CodeChallengeMethod;
use rfc7591::{AuthMethod, GrantType, ResponseType};
use rfc8414::{Endpoint, Issuer, Metadata, ResponseMode, ScopeValues};
use serde::{Deserialize, Serialize};

use crate::{Egress, LoginTarget, login_target::authority, scope::OPENID, site::same_site};

/// An authorization server with which a login is possible: the metadata that a login requires, with every endpoint
/// checked by the egress policy.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[expect(
    clippy::exhaustive_structs,
    reason = "a store takes it apart and puts it together again: a member more is a new form"
)]
#[expect(clippy::struct_excessive_bools, reason = "each is a statement of the metadata")]
pub struct Server {
    /// The issuer identifier, as published.
    pub issuer: Issuer,
    /// The authorization endpoint.
    pub authorization_endpoint: Endpoint,
    /// The token endpoint, the only receiver of codes and refresh tokens.
    pub token_endpoint: Endpoint,
    /// The registration endpoint; a server with a pre-registered client may have none.
    pub registration_endpoint: Option<Endpoint>,
    /// The revocation endpoint, if it is on the site of the token endpoint.
    pub revocation_endpoint: Option<Endpoint>,
    /// The client authentication methods that both sides support, in this client's order of preference.
    pub auth_methods: Vec<AuthMethod>,
    /// True if every authorization response has `iss` (RFC 9207 §3).
    pub sends_iss: bool,
    /// The first 32 of `scopes_supported`: untrusted text.
    pub scopes: Vec<String>,
    /// True unless `grant_types_supported` is there without `refresh_token`.
    pub lists_refresh: bool,
    /// True if the server is an `OpenID` provider: found by `OpenID` Connect Discovery, or `openid` is among
    /// `scopes_supported`.
    pub speaks_openid: bool,
    /// True if the server takes the URL of a client id metadata document as a client identifier: see
    /// [`takes_documents`].
    pub takes_documents: bool,
}

impl Server {
    /// Checks metadata; the error lists everything that prevents a login. `has_client` is true if this app has a client
    /// identifier there without a registration, so that it requires no registration endpoint.
    pub fn new(metadata: Metadata, egress: &Egress, has_client: bool) -> Result<Self, Vec<Unusable>> {
        let mut reasons = Vec::new();
        let mut required = |endpoint: &Option<Endpoint>, member| {
            let checked = endpoint.clone().ok_or(Unusable::Without(Cow::Borrowed(member)));
            let checked = checked.and_then(|endpoint| match egress.judge(&endpoint.url()) {
                Ok(()) => Ok(endpoint),
                Err(why) => Err(Unusable::Blocked { member: member.into(), why }),
            });
            checked.map_err(|reason| reasons.push(reason)).ok()
        };
        let authorization_endpoint = required(&metadata.authorization_endpoint, "authorization_endpoint");
        let token_endpoint = required(&metadata.token_endpoint, "token_endpoint");
        let registration_endpoint = match &metadata.registration_endpoint {
            None => None,
            found => required(found, "registration_endpoint"),
        };
        let auth_methods = auth_methods(&metadata);
        reasons.extend(unmet(&metadata, &auth_methods, has_client));
        let (Some(authorization_endpoint), Some(token_endpoint)) = (authorization_endpoint, token_endpoint)
        else {
            return Err(reasons);
        };
        let sends_iss = metadata.authorization_response_iss_parameter_supported();
        let (a, t) = (&authorization_endpoint.url(), &token_endpoint.url());
        if a.query_pairs().any(|(name, _)| OWN_PARAMETERS.iter().any(|own| name.eq_ignore_ascii_case(own))) {
            reasons.push(Unusable::OwnParameters);
        }
        if !sends_iss && !same_site(a, t) {
            reasons.push(Unusable::Split { authorization: authority(a), token: authority(t) });
        }
        if !reasons.is_empty() {
            return Err(reasons);
        }
        let supported = || metadata.scopes_supported.iter().flat_map(ScopeValues::iter);
        Ok(Self {
            authorization_endpoint,
            registration_endpoint,
            auth_methods,
            sends_iss,
            scopes: supported().filter(|scope| scope.len() <= 100).take(32).map(str::to_owned).collect(),
            lists_refresh: lists_refresh(&metadata),
            speaks_openid: supported().any(|scope| scope == OPENID),
            takes_documents: takes_documents(&metadata),
            issuer: metadata.issuer,
            revocation_endpoint: metadata
                .revocation_endpoint
                .filter(|r| egress.judge(&r.url()).is_ok() && same_site(&r.url(), t)),
            token_endpoint,
        })
    }

    /// The hosts of the issuer, the authorization endpoint and the token endpoint that are on another site than the
    /// named host. Their users may not know the named host, which will receive the token.
    pub fn cross_site_hosts(&self, target: &LoginTarget) -> Vec<String> {
        let parts = [self.issuer.url(), self.authorization_endpoint.url(), self.token_endpoint.url()];
        let others = parts.iter().filter(|part| !same_site(part, target.url()));
        let mut hosts: Vec<String> = others.map(authority).collect();
        hosts.sort_unstable();
        hosts.dedup();
        hosts
    }

    /// True if a client registered at `other` can be used here: the same issuer, with the same endpoints that receive
    /// secrets.
    pub fn is_same_party(&self, other: &Self) -> bool {
        self.issuer == other.issuer
            && self.token_endpoint == other.token_endpoint
            && self.registration_endpoint == other.registration_endpoint
    }
}

/// The requirements of a login that a server does not meet by what it says it supports.
fn unmet(
    metadata: &Metadata,
    auth_methods: &[AuthMethod],
    has_client: bool,
) -> impl Iterator<Item = Unusable> {
    let has_s256 = metadata.code_challenge_methods_supported().contains(&CodeChallengeMethod::S256);
    let has_query = metadata.response_modes_supported().contains(&ResponseMode::Query);
    let types = metadata.response_types_supported.as_deref().unwrap_or_default();
    let has_code = types.is_empty() || types.contains(&ResponseType::Code);
    let reasons = [
        (metadata.registration_endpoint.is_none() && !has_client, Unusable::NoRegistration),
        (!has_s256, Unusable::NoS256),
        (
            metadata.require_pushed_authorization_requests(),
            Unusable::Requires(Mechanism::PushedAuthorizationRequests),
        ),
        (metadata.require_signed_request_object(), Unusable::Requires(Mechanism::SignedRequestObjects)),
        (auth_methods.is_empty(), Unusable::Requires(Mechanism::ClientAuthentication)),
        (!has_query, Unusable::Requires(Mechanism::ResponseMode)),
        (!has_code, Unusable::Requires(Mechanism::ResponseType)),
    ];
    reasons.into_iter().filter(|(is_unmet, _)| *is_unmet).map(|(_, reason)| reason)
}

/// True if the URL of a client id metadata document can be the client identifier at a server
/// (draft-ietf-oauth-client-id-metadata-document).
///
/// Any server may take the document of this app, which has one redirection URI for all of them. What tells their
/// responses apart is `iss` alone, so a server that does not promise it is not given the document (RFC 9700 §4.4.2).
pub fn takes_documents(metadata: &Metadata) -> bool {
    metadata.client_id_metadata_document_supported == Some(true)
        && metadata.authorization_response_iss_parameter_supported()
        && metadata.token_endpoint_auth_methods_supported().contains(&AuthMethod::None)
}

/// The common authentication methods. `none` comes first, because a public client has no secret that can leak; then the
/// server's own order, because all of its endpoints accept the methods that it lists first.
fn auth_methods(metadata: &Metadata) -> Vec<AuthMethod> {
    let ours = [AuthMethod::None, AuthMethod::ClientSecretBasic, AuthMethod::ClientSecretPost];
    let offered = metadata.token_endpoint_auth_methods_supported();
    let mut methods: Vec<AuthMethod> =
        offered.iter().filter(|method| ours.contains(method)).cloned().collect();
    methods.sort_by_key(|method| *method != AuthMethod::None);
    methods
}

/// True if the server lists the grant type `refresh_token`, or no grant types at all.
fn lists_refresh(metadata: &Metadata) -> bool {
    let refresh = GrantType::RefreshToken;
    let listed = metadata.grant_types_supported.as_deref();
    listed.is_none_or(|listed| listed.iter().any(|listed| listed.as_str() == refresh.as_str()))
}

/// The parameters of this client's authorization request, compared without regard to case, because some servers ignore
/// case.
const OWN_PARAMETERS: &[&str] = &[
    "client_id",
    "code_challenge",
    "code_challenge_method",
    "nonce",
    "prompt",
    "redirect_uri",
    "resource",
    "response_type",
    "scope",
    "state",
];
