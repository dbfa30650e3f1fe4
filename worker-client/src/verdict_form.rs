//! The form in which a verdict is remembered for a minute: each variant under its name. Reading the published form, where
//! a member says which variant it is, costs the artefact 8 KB.

use std::borrow::Cow;

use login_flow::{Blocked, Finding, InvalidHost, Mechanism, Unreachable, Unusable, Verdict};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

#[derive(Deserialize, Serialize)]
#[serde(remote = "Verdict")]
pub(crate) enum VerdictForm {
    Closed {
        status: u16,
    },
    ExternalAuthorizationServer {
        resource_metadata: String,
    },
    NoMetadata,
    NoRegistration,
    Open,
    Refused {
        reason: InvalidHost,
    },
    Registrable,
    Unreachable {
        reason: Unreachable,
        detail: Option<String>,
    },
    Unreadable {
        reasons: Vec<Finding>,
    },
    Unusable {
        #[serde(serialize_with = "write", deserialize_with = "read")]
        reasons: Vec<Unusable>,
    },
}

#[derive(Deserialize, Serialize)]
#[serde(remote = "Unusable")]
enum UnusableForm {
    Blocked { member: Cow<'static, str>, why: Blocked },
    Client(Finding),
    Metadata(Finding),
    NoRegistration,
    NoS256,
    OwnParameters,
    Requires(Mechanism),
    Split { authorization: String, token: String },
    Without(Cow<'static, str>),
}

#[derive(Deserialize, Serialize)]
struct Reason(#[serde(with = "UnusableForm")] Unusable);

fn write<S: Serializer>(reasons: &[Unusable], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(reasons.iter().cloned().map(Reason))
}

fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Unusable>, D::Error> {
    Ok(Vec::<Reason>::deserialize(deserializer)?.into_iter().map(|Reason(reason)| reason).collect())
}

#[cfg(test)]
mod tests {
    use login_flow::FetchError;

    use super::*;

    #[derive(Deserialize, Serialize)]
    struct Remembered(#[serde(with = "VerdictForm")] Verdict);

    #[test]
    fn a_verdict_that_was_remembered_is_the_same() {
        let finding = Finding {
            id: "rfc8414/3.3/issuer-identical".into(),
            level: login_flow::Level::Must,
            section: "https://www.rfc-editor.org/rfc/rfc8414#section-3.3".into(),
            actor: login_flow::Actor::AuthorizationServer,
            evidence: "evidence".to_owned(),
            remedy: "remedy".into(),
        };
        let text = || "x".to_owned();
        let reasons = vec![
            Unusable::Blocked { member: "token_endpoint".into(), why: Blocked::Address },
            Unusable::Client(finding.clone()),
            Unusable::Metadata(finding.clone()),
            Unusable::NoRegistration,
            Unusable::NoS256,
            Unusable::OwnParameters,
            Unusable::Requires(Mechanism::PushedAuthorizationRequests),
            Unusable::Split { authorization: text(), token: text() },
            Unusable::Without("token_endpoint".into()),
        ];
        for verdict in [
            Verdict::Closed { status: 403 },
            Verdict::ExternalAuthorizationServer { resource_metadata: text() },
            Verdict::NoMetadata,
            Verdict::NoRegistration,
            Verdict::Open,
            Verdict::Refused { reason: InvalidHost::Blocked(Blocked::Port) },
            Verdict::Registrable,
            Verdict::Unreachable { reason: Unreachable::Fetch(FetchError::NoAnswer), detail: Some(text()) },
            Verdict::Unreachable { reason: Unreachable::Status(503), detail: None },
            Verdict::Unreadable { reasons: vec![finding] },
            Verdict::Unusable { reasons },
        ] {
            let written = serde_json::to_string(&Remembered(verdict.clone())).unwrap();
            let Remembered(read) = login_codec::json::read(&written).unwrap();
            assert_eq!(read, verdict, "{written}");
        }
    }
}
