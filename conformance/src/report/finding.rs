use login_flow::Actor;
use rfc7591::Violation;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    level::Level,
    rule::Rule,
    text::{MAX_EVIDENCE, bounded},
};

/// A violation of a requirement, or a deviation worth knowing, and the party that must act on it.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// The stable id of the requirement in SPEC.md.
    pub id: String,
    /// The level of the requirement.
    pub level: Level,
    /// Its source, as a link.
    pub section: String,
    /// The party that must act.
    pub actor: Actor,
    /// The evidence: untrusted text in part.
    pub evidence: String,
    /// The advice to the party that must act.
    pub remedy: String,
}

impl Finding {
    /// A violation of a rule.
    pub(crate) fn of(rule: Rule, evidence: &str, remedy: &str) -> Self {
        let clause = rule.clause();
        Self {
            id: clause.id.to_owned(),
            level: clause.level,
            section: clause.section.to_owned(),
            actor: clause.actor,
            evidence: bounded(evidence, MAX_EVIDENCE),
            remedy: remedy.to_owned(),
        }
    }
}

impl From<&Violation> for Finding {
    fn from(violation: &Violation) -> Self {
        Self {
            id: violation.code().to_owned(),
            level: Level::parse(violation.level().as_str()).unwrap_or(Level::Note),
            section: violation.section().to_owned(),
            actor: Actor::AuthorizationServer,
            evidence: bounded(&violation.to_string(), MAX_EVIDENCE),
            remedy: remedy(violation).to_owned(),
        }
    }
}

/// The advice to the operator of a server that violates RFC 7591 or RFC 7592.
fn remedy(violation: &Violation) -> &'static str {
    match violation {
        Violation::Changed(_) => "nothing, if it is meant: a server may register something else",
        Violation::ClientId => "answer with a `client_id` of visible characters",
        Violation::ContentType(_) => "send the answer as application/json",
        Violation::DeleteStatus(_) => "answer a delete with 204",
        Violation::ErrorObject(_) => "answer with a JSON object that has an `error`",
        Violation::ErrorStatus(_) => "answer a registration error with 400",
        Violation::Malformed(_) => "correct the value's type or syntax",
        Violation::ManagementPair(_) => "send both members, or neither",
        Violation::ManagementUri(_) => "send a fully qualified https URL",
        Violation::NotAnObject => "send one JSON object",
        Violation::NotReturned(_) => "return all registered metadata",
        Violation::ReadStatus(_) => "answer a read or an update with 200",
        Violation::Repeated(_) => "name each member once",
        Violation::SecretWithoutExpiry => "send `client_secret_expires_at`, 0 where the secret never ends",
        _ => "answer a registration with 201",
    }
}

impl From<login_flow::Finding> for Finding {
    fn from(finding: login_flow::Finding) -> Self {
        Self {
            id: finding.id.to_owned(),
            level: Level::parse(finding.level).unwrap_or(Level::Note),
            section: finding.section.to_owned(),
            actor: finding.actor,
            evidence: finding.evidence,
            remedy: finding.remedy.to_owned(),
        }
    }
}
