//! The form in which a verdict is remembered for a minute: each variant under its name. Reading the published form, where
//! a member says which variant it is, costs the artefact 8 KB.

use std::borrow::Cow;

use login_flow::{Blocked, Finding, InvalidHost, Mechanism, Unreachable, Unusable, Verdict};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

#[derive(Deserialize, Serialize)]
#[serde(remote = "Verdict")]
pub(super) enum VerdictForm {
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
