use std::borrow::Cow;

use pkce::CodeChallengeMethod;
use rfc7591::{AuthMethod, GrantType, ResponseType};
use rfc8414::{Endpoint, Issuer, Metadata, ResponseMode, ScopeValues, Violation};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Blocked, Egress, Finding, LoginTarget, Requirement, login_target::authority, scope::OPENID,
    site::same_site,
};

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
        let takes_documents = takes_documents(&metadata);
        let auth_methods = auth_methods(&metadata);
        let lists_refresh = lists_refresh(&metadata);
        let supported = || metadata.scopes_supported.iter().flat_map(ScopeValues::iter);
        let scopes = supported().filter(|s| s.len() <= 100).take(32).map(str::to_owned).collect();
        let speaks_openid = supported().any(|scope| scope == OPENID);
        let mut reasons = Vec::new();
        let mut require = |endpoint: &Option<Endpoint>, member: &'static str| {
            let Some(endpoint) = endpoint else {
                reasons.push(Unusable::Without(member.into()));
                return None;
            };
            match egress.judge(&endpoint.url()) {
                Ok(()) => Some(endpoint.clone()),
                Err(why) => {
                    reasons.push(Unusable::Blocked { member: member.into(), why });
                    None
                }
            }
        };
        let authorization_endpoint = require(&metadata.authorization_endpoint, "authorization_endpoint");
        let token_endpoint = require(&metadata.token_endpoint, "token_endpoint");
        let registration_endpoint = match &metadata.registration_endpoint {
            None => None,
            found => require(found, "registration_endpoint"),
        };
        if metadata.registration_endpoint.is_none() && !has_client {
            reasons.push(Unusable::NoRegistration);
        }
        if !metadata.code_challenge_methods_supported().contains(&CodeChallengeMethod::S256) {
            reasons.push(Unusable::NoS256);
        }
        if metadata.require_pushed_authorization_requests() {
            reasons.push(Unusable::Requires(Mechanism::PushedAuthorizationRequests));
        }
        if metadata.require_signed_request_object() {
            reasons.push(Unusable::Requires(Mechanism::SignedRequestObjects));
        }
        if auth_methods.is_empty() {
            reasons.push(Unusable::Requires(Mechanism::ClientAuthentication));
        }
        if !metadata.response_modes_supported().contains(&ResponseMode::Query) {
            reasons.push(Unusable::Requires(Mechanism::ResponseMode));
        }
        let types = metadata.response_types_supported.as_deref().unwrap_or_default();
        if !types.is_empty() && !types.contains(&ResponseType::Code) {
            reasons.push(Unusable::Requires(Mechanism::ResponseType));
        }
        let sends_iss = metadata.authorization_response_iss_parameter_supported();
        let (Some(authorization_endpoint), Some(token_endpoint)) = (authorization_endpoint, token_endpoint)
        else {
            return Err(reasons);
        };
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
        let revocation_endpoint = metadata.revocation_endpoint;
        let revocation_endpoint =
            revocation_endpoint.filter(|r| egress.judge(&r.url()).is_ok() && same_site(&r.url(), t));
        Ok(Self {
            issuer: metadata.issuer,
            authorization_endpoint,
            token_endpoint,
            registration_endpoint,
            revocation_endpoint,
            auth_methods,
            sends_iss,
            scopes,
            lists_refresh,
            speaks_openid,
            takes_documents,
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

/// A reason why a server with readable metadata does not allow a login.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize, thiserror::Error)]
#[serde(tag = "reason", content = "of", rename_all = "kebab-case")]
#[expect(clippy::exhaustive_enums, reason = "a caller must handle each")]
pub enum Unusable {
    /// The egress policy blocks an endpoint.
    #[error("`{member}` may not be used: {why}")]
    Blocked {
        /// The member of the endpoint.
        member: Cow<'static, str>,
        /// The rule of the egress policy.
        why: Blocked,
    },
    /// The client information response registers a client that cannot log in: the requirement that is in the way.
    #[error("the registered client cannot log in: {}", .0.evidence)]
    Client(Finding),
    /// The document violates a requirement of RFC 8414 that a login depends on.
    #[error("the metadata cannot be used: {}", .0.evidence)]
    Metadata(Finding),
    /// The metadata has no registration endpoint, which is optional in RFC 8414.
    #[error("the server offers no dynamic client registration")]
    NoRegistration,
    /// The metadata does not list S256 (RFC 8414 §2: without the member, PKCE is not supported).
    #[error("the metadata has no `S256` in code_challenge_methods_supported")]
    NoS256,
    /// `authorization_endpoint` already has a parameter that the client must set (RFC 6749 §3.1).
    #[error("`authorization_endpoint` already carries a parameter of the authorization request")]
    OwnParameters,
    /// The server requires a mechanism that this client does not support.
    #[error("the server requires {0}")]
    Requires(Mechanism),
    /// The endpoints are on two sites and responses have no `iss`, so that a mix-up attack cannot be detected (RFC 9700
    /// §4.4.2).
    #[error(
        "consent is asked at {authorization} but tokens are issued at {token}, another site, without `iss`"
    )]
    Split {
        /// The host of the authorization endpoint.
        authorization: String,
        /// The host of the token endpoint.
        token: String,
    },
    /// A member that a login requires is missing.
    #[error("the metadata has no {0}")]
    Without(Cow<'static, str>),
}

impl Unusable {
    /// The id of the requirement that is not met; a mechanism that this client does not support violates none.
    pub fn requirement_id(&self) -> Option<Cow<'static, str>> {
        let id = match self {
            Self::Blocked { why, .. } => why.requirement().id,
            Self::Client(finding) | Self::Metadata(finding) => return Some(finding.id.clone()),
            Self::NoRegistration => Requirement::REGISTRATION_ENDPOINT.id,
            Self::NoS256 => Requirement::S256_ADVERTISED.id,
            Self::OwnParameters => Requirement::PARAMETER_ONCE.id,
            Self::Requires(_) => return None,
            Self::Split { .. } => Requirement::MIX_UP.id,
            Self::Without(_) => Violation::Missing("").code(),
        };
        Some(id.into())
    }
}

impl Unusable {
    pub(crate) fn untrusted_texts(&mut self) -> Vec<&mut String> {
        match self {
            Self::Client(finding) | Self::Metadata(finding) => vec![&mut finding.evidence],
            Self::Split { authorization, token } => vec![authorization, token],
            Self::Blocked { .. }
            | Self::NoRegistration
            | Self::NoS256
            | Self::OwnParameters
            | Self::Requires(_)
            | Self::Without(_) => Vec::new(),
        }
    }
}

/// A mechanism that a server may require and this client does not support.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
#[expect(clippy::exhaustive_enums, reason = "a caller must handle each")]
pub enum Mechanism {
    /// A client authentication method other than `none`, `client_secret_basic` and `client_secret_post`.
    #[error("a client authentication method that is not supported here")]
    ClientAuthentication,
    /// Pushed authorization requests (RFC 9126).
    #[error("pushed authorization requests (RFC 9126)")]
    PushedAuthorizationRequests,
    /// A response mode other than `query` (RFC 8414 §2, `response_modes_supported`).
    #[error("a response mode other than `query`")]
    ResponseMode,
    /// A response type other than `code` (RFC 8414 §2, `response_types_supported`).
    #[error("a response type other than `code`")]
    ResponseType,
    /// Signed request objects (RFC 9101).
    #[error("signed request objects (RFC 9101)")]
    SignedRequestObjects,
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
