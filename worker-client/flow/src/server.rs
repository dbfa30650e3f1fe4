use std::borrow::Cow;

use pkce::CodeChallengeMethod;
use rfc7591::AuthMethod;
use rfc8414::{Endpoint, Issuer, Metadata, ResponseMode, ScopeValues, Violation};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Blocked, Egress, Finding, LoginTarget, Requirement, login_target::authority, site::same_site};

/// An authorization server that a person can be sent to: metadata narrowed to what a login needs, with every
/// endpoint judged by the egress policy.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[expect(
    clippy::exhaustive_structs,
    reason = "a store takes it apart and puts it together again: a member more is a new form"
)]
pub struct Server {
    /// Its identifier, as published.
    pub issuer: Issuer,
    /// Where the person goes.
    pub authorization_endpoint: Endpoint,
    /// Where codes and refresh tokens go, and nothing else may receive them.
    pub token_endpoint: Endpoint,
    /// Where clients register; a server at which this app is known already need not have one.
    pub registration_endpoint: Option<Endpoint>,
    /// Where tokens are revoked, when it belongs to the token endpoint's site.
    pub revocation_endpoint: Option<Endpoint>,
    /// The ways to authenticate that we know and it offers, in our order of preference.
    pub auth_methods: Vec<AuthMethod>,
    /// Whether every authorization response carries `iss` (RFC 9207 §3).
    pub sends_iss: bool,
    /// Scope values that it publishes, the first 32: untrusted text.
    pub scopes: Vec<String>,
}

impl Server {
    /// Narrows metadata, or says everything that stands in the way. `is_preregistered`: whether this app has a client there that was registered
    /// by hand, so that it needs no registration.
    pub fn new(metadata: Metadata, egress: &Egress, is_preregistered: bool) -> Result<Self, Vec<Unusable>> {
        let auth_methods = auth_methods(&metadata);
        let scopes = metadata
            .scopes_supported
            .iter()
            .flat_map(ScopeValues::iter)
            .filter(|s| s.len() <= 100)
            .take(32)
            .map(str::to_owned)
            .collect();
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
        if metadata.registration_endpoint.is_none() && !is_preregistered {
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
        })
    }

    /// The hosts of other sites than the named one's that have a part in issuing the token. Their people may know
    /// nothing of the named host, which will receive it.
    pub fn cross_site_hosts(&self, named: &LoginTarget) -> Vec<String> {
        let parts = [self.issuer.url(), self.authorization_endpoint.url(), self.token_endpoint.url()];
        let others = parts.iter().filter(|part| !same_site(part, named.url()));
        let mut hosts: Vec<String> = others.map(authority).collect();
        hosts.sort_unstable();
        hosts.dedup();
        hosts
    }

    /// Whether a client registered there can be used here: the same issuer, with the same endpoints for secrets.
    pub fn is_same_party(&self, other: &Self) -> bool {
        self.issuer == other.issuer
            && self.token_endpoint == other.token_endpoint
            && self.registration_endpoint == other.registration_endpoint
    }
}

/// `none` first: a public client has no secret to lose. Then the server's own order, for what it lists first is
/// what all of its endpoints take.
fn auth_methods(metadata: &Metadata) -> Vec<AuthMethod> {
    let ours = [AuthMethod::None, AuthMethod::ClientSecretBasic, AuthMethod::ClientSecretPost];
    let offered = metadata.token_endpoint_auth_methods_supported();
    let mut methods: Vec<AuthMethod> =
        offered.iter().filter(|method| ours.contains(method)).cloned().collect();
    methods.sort_by_key(|method| *method != AuthMethod::None);
    methods
}

/// A reason why a metadata document that can be read is not enough for a login.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize, thiserror::Error)]
#[serde(tag = "reason", content = "of", rename_all = "kebab-case")]
#[expect(clippy::exhaustive_enums, reason = "a caller must handle each")]
pub enum Unusable {
    /// An endpoint lies where requests may not go.
    #[error("`{member}` may not be used: {why}")]
    Blocked {
        /// The endpoint's member.
        member: Cow<'static, str>,
        /// The rule of the egress policy.
        why: Blocked,
    },
    /// The document breaks a requirement of RFC 8414 that a login depends on.
    #[error("the metadata cannot be used: {}", .0.evidence)]
    Metadata(Finding),
    /// The server is within its rights: registration is optional in RFC 8414.
    #[error("the server offers no dynamic client registration")]
    NoRegistration,
    /// PKCE cannot be relied on (RFC 8414 §2: what is not listed is not supported).
    #[error("the metadata has no `S256` in code_challenge_methods_supported")]
    NoS256,
    /// `authorization_endpoint` already carries a parameter that belongs to the client (RFC 6749 §3.1).
    #[error("`authorization_endpoint` already carries a parameter of the authorization request")]
    OwnParameters,
    /// The server asks for a mechanism that this client does not have.
    #[error("the server requires {0}")]
    Requires(Mechanism),
    /// A mix-up cannot be told from this: two sites, and no `iss` to tell them apart (RFC 9700 §4.4.2).
    #[error(
        "consent is asked at {authorization} but tokens are issued at {token}, another site, without `iss`"
    )]
    Split {
        /// The authorization endpoint's host.
        authorization: String,
        /// The token endpoint's host.
        token: String,
    },
    /// A member is missing without which there is no login.
    #[error("the metadata has no {0}")]
    Without(Cow<'static, str>),
}

impl Unusable {
    /// The id of the requirement that is not met; a mechanism that this client does not have breaks none.
    pub fn requirement_id(&self) -> Option<Cow<'static, str>> {
        let id = match self {
            Self::Blocked { why, .. } => why.requirement().id,
            Self::Metadata(finding) => return Some(finding.id.clone()),
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
            Self::Metadata(finding) => vec![&mut finding.evidence],
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

/// A mechanism that a server may require and this client does not have.
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
    /// Signed request objects (RFC 9101).
    #[error("signed request objects (RFC 9101)")]
    SignedRequestObjects,
}

/// The parameters of an authorization request as this client makes it, compared without regard to case: some servers
/// read them so.
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
