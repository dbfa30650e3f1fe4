use std::borrow::Cow;

use login_flow::{Actor, Finding};
use rfc7591::Violation;

use crate::{
    rule::Rule,
    text::{MAX_EVIDENCE, bounded},
};

impl Rule {
    /// A violation of the rule, with the evidence and the advice to the party that must act.
    pub(crate) fn finding(self, evidence: &str, remedy: impl Into<Cow<'static, str>>) -> Finding {
        let clause = self.clause();
        Finding {
            id: clause.id.into(),
            level: clause.level,
            section: clause.section.into(),
            actor: clause.actor,
            evidence: bounded(evidence, MAX_EVIDENCE),
            remedy: remedy.into(),
        }
    }
}

/// The finding of a violation of RFC 7591 or RFC 7592, in the response that `about` describes.
pub(crate) fn of_violation(about: &str, violation: &Violation) -> Finding {
    Finding {
        id: violation.code().into(),
        level: violation.level(),
        section: violation.section().into(),
        actor: Actor::AuthorizationServer,
        evidence: bounded(&format!("{about}: {violation}"), MAX_EVIDENCE),
        remedy: remedy(violation).into(),
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
