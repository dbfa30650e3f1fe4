use std::borrow::Cow;

use rfc8414::Violation;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Blocked, Finding, Requirement};

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
