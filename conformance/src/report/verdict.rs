use std::{borrow::Cow, fmt};

use login_flow::{Actor, Probe};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    session::Failure,
    text::{MAX_EVIDENCE, bounded},
};

/// The answer to the question whether a person can log in to a host.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Verdict {
    /// The host points to another authorization server by RFC 9728, which is named and not asked.
    ExternalAuthorizationServer {
        /// The `resource_metadata` of its challenge.
        resource_metadata: String,
    },
    /// No metadata anywhere it may lie.
    NoMetadata,
    /// Metadata, but no `registration_endpoint`.
    NoRegistration,
    /// No login is needed: an MCP `initialize` succeeds without a token.
    Open,
    /// The egress policy forbids asking.
    Refused {
        /// Its reason.
        why: String,
        /// The id of the requirement that it follows.
        requirement: Option<String>,
    },
    /// A person can log in.
    Registrable,
    /// No answer.
    Unreachable {
        /// The reason.
        why: String,
    },
    /// Metadata with which no login is possible.
    Unusable {
        /// The defect, or the mechanism that it requires.
        why: String,
        /// The id of the requirement that forbids the login; none where the server requires what this profile lacks.
        requirement: Option<String>,
    },
}

impl Verdict {
    /// The name on the wire.
    pub fn name(&self) -> &'static str {
        match self {
            Self::ExternalAuthorizationServer { .. } => "external_authorization_server",
            Self::NoMetadata => "no_metadata",
            Self::NoRegistration => "no_registration",
            Self::Open => "open",
            Self::Refused { .. } => "refused",
            Self::Registrable => "registrable",
            Self::Unreachable { .. } => "unreachable",
            Self::Unusable { .. } => "unusable",
        }
    }

    /// The party that must act for people to be able to log in, where there is one and it is known.
    pub fn actor(&self) -> Option<Actor> {
        match self {
            Self::NoRegistration | Self::Unusable { .. } => Some(Actor::AuthorizationServer),
            Self::ExternalAuthorizationServer { .. } | Self::NoMetadata => Some(Actor::Host),
            Self::Refused { .. } => Some(Actor::You),
            Self::Open | Self::Registrable | Self::Unreachable { .. } => None,
        }
    }

    /// The verdict of a probe. An MCP `initialize` that succeeded without a token makes a host open, and the failure of
    /// the last request says more than the flow does.
    pub(crate) fn of(probe: &Probe, is_open: bool, failure: Option<&Failure>) -> Self {
        let detail = failure.filter(|_| matches!(probe.verdict, login_flow::Verdict::Unreachable { .. }));
        let why = detail.map(ToString::to_string).or_else(|| probe.verdict.why()).unwrap_or_default();
        let why = bounded(&why, MAX_EVIDENCE);
        let requirement = probe.verdict.requirement().map(Cow::into_owned);
        match &probe.verdict {
            login_flow::Verdict::Registrable => Self::Registrable,
            login_flow::Verdict::Open => Self::Open,
            _ if is_open => Self::Open,
            login_flow::Verdict::ExternalAuthorizationServer { resource_metadata } => {
                Self::ExternalAuthorizationServer { resource_metadata: resource_metadata.clone() }
            }
            login_flow::Verdict::NoMetadata => Self::NoMetadata,
            login_flow::Verdict::NoRegistration => Self::NoRegistration,
            login_flow::Verdict::Refused { .. } => Self::Refused { why, requirement },
            login_flow::Verdict::Closed { .. } | login_flow::Verdict::Unreachable { .. } => {
                Self::Unreachable { why }
            }
            login_flow::Verdict::Unreadable { .. } | login_flow::Verdict::Unusable { .. } => {
                Self::Unusable { why, requirement }
            }
        }
    }

    /// The verdict on a name that is not one of a host.
    pub(crate) fn not_asked(why: &str) -> Self {
        Self::Refused { why: bounded(why, MAX_EVIDENCE), requirement: None }
    }

    /// The text that may repeat the words of a host.
    pub(crate) fn text_mut(&mut self) -> Option<&mut String> {
        match self {
            Self::Refused { why, .. } | Self::Unreachable { why } | Self::Unusable { why, .. } => Some(why),
            _ => None,
        }
    }
}

/// The verdict as a sentence about the host; untrusted text is not escaped.
impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ExternalAuthorizationServer { resource_metadata } => {
                write!(f, "points to {resource_metadata}, which is not used (RFC 9728)")
            }
            Self::NoMetadata => f.write_str("publishes no metadata"),
            Self::NoRegistration => f.write_str("has no registration_endpoint"),
            Self::Open => f.write_str("needs no login: an MCP initialize succeeds without a token"),
            Self::Refused { why, .. } => write!(f, "was not asked: {why}"),
            Self::Registrable => f.write_str("supports dynamic client registration"),
            Self::Unreachable { why } => write!(f, "gave no answer: {why}"),
            Self::Unusable { why, .. } => write!(f, "cannot be used: {why}"),
        }?;
        match self {
            Self::Refused { requirement: Some(id), .. } | Self::Unusable { requirement: Some(id), .. } => {
                write!(f, " ({id})")
            }
            _ => Ok(()),
        }
    }
}
