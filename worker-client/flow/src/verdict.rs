use std::{borrow::Cow, fmt};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Actor, FetchError, Finding, InvalidHost, Requirement, Unusable};

/// The verdict on a host: if and how a person can log in to it. Reasons are types until they are printed.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "a caller must handle each")]
pub enum Verdict {
    /// The host denies access: every document was answered with 401, 403 or its like, and no challenge leads on.
    Closed {
        /// The status of the first such response.
        status: u16,
    },
    /// The host refers to another authorization server (RFC 9728), which is reported and never requested.
    ExternalAuthorizationServer {
        /// The `resource_metadata` of its challenge: untrusted text.
        resource_metadata: String,
    },
    /// Every well-known URL was answered, and none has metadata.
    NoMetadata,
    /// The metadata has no `registration_endpoint`, and meets every other requirement of a login.
    NoRegistration,
    /// No login is required: an MCP request succeeds without a token.
    Open,
    /// No request was sent: the egress policy blocks the host, or the name is invalid.
    Refused {
        /// The rule of the policy, or the error in the name.
        reason: InvalidHost,
    },
    /// A person can log in.
    Registrable,
    /// No response, or a temporary failure: the host is in an unknown state.
    Unreachable {
        /// The reason, as coarse as it is shown to users.
        reason: Unreachable,
        /// The reason in the words of the transport, for the command line.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        detail: Option<String>,
    },
    /// A document is present and cannot be parsed.
    Unreadable {
        /// The requirements that the document violates; at least one.
        reasons: Vec<Finding>,
    },
    /// The metadata, or the client that the server registers, does not allow a login.
    Unusable {
        /// All reasons; at least one.
        reasons: Vec<Unusable>,
    },
}

/// The reason why the state of a host is unknown.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(clippy::exhaustive_enums, reason = "a caller must handle each")]
pub enum Unreachable {
    /// The request has no response.
    Fetch(FetchError),
    /// A status that calls for a retry: 408, 429 or 5xx.
    Status(u16),
}

impl fmt::Display for Unreachable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fetch(error) => error.fmt(f),
            Self::Status(status) => write!(f, "the host answered {status}"),
        }
    }
}

impl Verdict {
    /// The name of the verdict in JSON.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Closed { .. } => "closed",
            Self::ExternalAuthorizationServer { .. } => "external_authorization_server",
            Self::NoMetadata => "no_metadata",
            Self::NoRegistration => "no_registration",
            Self::Open => "open",
            Self::Refused { .. } => "refused",
            Self::Registrable => "registrable",
            Self::Unreachable { .. } => "unreachable",
            Self::Unreadable { .. } => "unreadable",
            Self::Unusable { .. } => "unusable",
        }
    }

    /// The reason in words, if the verdict has one; untrusted text in part.
    pub fn why(&self) -> Option<String> {
        match self {
            Self::Closed { status } => Some(format!("the host answered {status}")),
            Self::Refused { reason } => Some(reason.to_string()),
            Self::Unreachable { reason, detail } => {
                Some(detail.clone().unwrap_or_else(|| reason.to_string()))
            }
            Self::Unreadable { reasons } => {
                let reasons: Vec<&str> = reasons.iter().map(|finding| finding.evidence.as_str()).collect();
                Some(reasons.join("; "))
            }
            Self::Unusable { reasons } => Some(sentence(reasons)),
            Self::ExternalAuthorizationServer { .. }
            | Self::NoMetadata
            | Self::NoRegistration
            | Self::Open
            | Self::Registrable => None,
        }
    }

    /// The party that must act so that people can log in; `None` if no party must, or it is unknown.
    pub fn actor(&self) -> Option<Actor> {
        match self {
            Self::NoRegistration | Self::Unreadable { .. } | Self::Unusable { .. } => {
                Some(Actor::AuthorizationServer)
            }
            Self::Closed { .. } | Self::NoMetadata => Some(Actor::Host),
            Self::Refused { .. } => Some(Actor::You),
            // A host that names its authorization server by RFC 9728 does what it should.
            Self::ExternalAuthorizationServer { .. }
            | Self::Open
            | Self::Registrable
            | Self::Unreachable { .. } => None,
        }
    }

    /// The id of the requirement that decided the verdict, whichever party it binds; a mechanism that this client does
    /// not support violates none.
    pub fn requirement(&self) -> Option<Cow<'static, str>> {
        match self {
            Self::NoMetadata => Some(Requirement::METADATA.id.into()),
            Self::NoRegistration => Some(Requirement::REGISTRATION_ENDPOINT.id.into()),
            Self::Refused { reason: InvalidHost::Blocked(blocked) } => Some(blocked.requirement().id.into()),
            Self::Unreadable { reasons } => reasons.first().map(|finding| finding.id.clone()),
            Self::Unusable { reasons } => reasons.iter().find_map(Unusable::requirement_id),
            Self::Closed { .. }
            | Self::ExternalAuthorizationServer { .. }
            | Self::Open
            | Self::Refused { .. }
            | Self::Registrable
            | Self::Unreachable { .. } => None,
        }
    }
}

impl Verdict {
    /// The texts of the verdict that may contain text of a host.
    pub fn untrusted_texts(&mut self) -> Vec<&mut String> {
        match self {
            Self::ExternalAuthorizationServer { resource_metadata } => vec![resource_metadata],
            Self::Unreachable { detail, .. } => detail.iter_mut().collect(),
            Self::Unreadable { reasons } => reasons.iter_mut().map(|finding| &mut finding.evidence).collect(),
            Self::Unusable { reasons } => reasons.iter_mut().flat_map(Unusable::untrusted_texts).collect(),
            Self::Closed { .. }
            | Self::NoMetadata
            | Self::NoRegistration
            | Self::Open
            | Self::Refused { .. }
            | Self::Registrable => Vec::new(),
        }
    }
}

/// A sentence about the host; untrusted text is not escaped.
impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let why = self.why().unwrap_or_default();
        match self {
            Self::Closed { status } => write!(f, "refuses to be asked ({status})"),
            Self::ExternalAuthorizationServer { resource_metadata } => {
                write!(f, "points to {resource_metadata}, which is not used (RFC 9728)")
            }
            Self::NoMetadata => f.write_str("publishes no metadata"),
            Self::NoRegistration => f.write_str("has no registration_endpoint"),
            Self::Open => f.write_str("needs no login: an MCP request succeeds without a token"),
            Self::Refused { .. } => write!(f, "was not asked: {why}"),
            Self::Registrable => f.write_str("supports dynamic client registration"),
            Self::Unreachable { .. } => write!(f, "gave no answer: {why}"),
            Self::Unreadable { .. } => write!(f, "publishes a document that cannot be read: {why}"),
            Self::Unusable { .. } => write!(f, "cannot be used: {why}"),
        }?;
        match (self, self.requirement()) {
            (Self::Refused { .. } | Self::Unreadable { .. } | Self::Unusable { .. }, Some(id)) => {
                write!(f, " ({id})")
            }
            _ => Ok(()),
        }
    }
}

/// All reasons in one sentence.
fn sentence(reasons: &[Unusable]) -> String {
    reasons.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
