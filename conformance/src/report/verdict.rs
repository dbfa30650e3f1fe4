use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use worker_client::flow;

use crate::text::{MAX_EVIDENCE, bounded};

/// Whether and how a person can log in to a host.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Verdict {
    /// The host points to another authorization server by RFC 9728, which is named and not asked.
    Elsewhere {
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
        /// What is wrong with it, or what it requires.
        why: String,
    },
}

impl Verdict {
    /// Its name on the wire.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Elsewhere { .. } => "elsewhere",
            Self::NoMetadata => "no_metadata",
            Self::NoRegistration => "no_registration",
            Self::Open => "open",
            Self::Refused { .. } => "refused",
            Self::Registrable => "registrable",
            Self::Unreachable { .. } => "unreachable",
            Self::Unusable { .. } => "unusable",
        }
    }
}

/// As a sentence about the host; untrusted text is not escaped.
impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Elsewhere { resource_metadata } => {
                write!(f, "points to {resource_metadata}, which is not used (RFC 9728)")
            }
            Self::NoMetadata => f.write_str("publishes no metadata"),
            Self::NoRegistration => f.write_str("has no registration_endpoint"),
            Self::Open => f.write_str("needs no login: an MCP initialize succeeds without a token"),
            Self::Refused { why } => write!(f, "was not asked: {why}"),
            Self::Registrable => f.write_str("supports dynamic client registration"),
            Self::Unreachable { why } => write!(f, "gave no answer: {why}"),
            Self::Unusable { why } => write!(f, "cannot be used: {why}"),
        }
    }
}

impl From<flow::Verdict> for Verdict {
    fn from(verdict: flow::Verdict) -> Self {
        let told = |why: String| bounded(&why, MAX_EVIDENCE);
        match verdict {
            flow::Verdict::Elsewhere { resource_metadata } => Self::Elsewhere { resource_metadata },
            flow::Verdict::NoMetadata => Self::NoMetadata,
            flow::Verdict::NoRegistration => Self::NoRegistration,
            flow::Verdict::Refused { why } => Self::Refused { why: told(why) },
            flow::Verdict::Registrable => Self::Registrable,
            flow::Verdict::Unreachable { why } => Self::Unreachable { why: told(why) },
            flow::Verdict::Unusable { why } => Self::Unusable { why: told(why) },
            other => Self::Unusable { why: format!("{other:?}") },
        }
    }
}
