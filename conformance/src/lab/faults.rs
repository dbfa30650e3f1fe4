mod login;
mod management;
mod metadata;
mod refusals;
mod registration;

use http::Request;
use serde_json::{Map, Value, json};
use url::Url;

use super::{
    answer::Answer,
    server::{Edit, Lab, Methods, RequestKind},
};

/// Every fault.
pub fn faults() -> impl Iterator<Item = &'static Fault> {
    let all = [metadata::FAULTS, registration::FAULTS, refusals::FAULTS, management::FAULTS, login::FAULTS];
    all.into_iter().flatten()
}

/// A change of one kind of response that violates one requirement, and no other one.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Fault {
    /// The id of the requirement.
    pub id: &'static str,
    /// The change, in a few words.
    pub note: &'static str,
    /// The kind of request whose response is changed.
    pub kind: RequestKind,
    /// The change.
    pub edit: Edit,
    /// The client authentication methods of a server that can have it.
    pub methods: Methods,
}

impl Fault {
    /// The fault of a name.
    pub fn named(name: &str) -> Option<&'static Self> {
        faults().find(|fault| fault.name() == name)
    }

    /// The name of the fault: the id of its requirement, and its note in one word after a `=` if it is not the first
    /// one of its requirement.
    pub fn name(&self) -> String {
        let first = faults().find(|fault| fault.id == self.id);
        if first.is_some_and(|first| first.note == self.note && first.kind == self.kind) {
            return self.id.to_owned();
        }
        format!("{}={}", self.id, self.note.replace(|c: char| !c.is_alphanumeric() && c != '_', "-"))
    }
}

const fn of(id: &'static str, note: &'static str, kind: RequestKind, edit: Edit) -> Fault {
    Fault { id, note, kind, edit, methods: Methods::Public }
}

const fn confidential(fault: Fault) -> Fault {
    Fault { methods: Methods::Confidential, ..fault }
}

/// A wrong registration is registered as it was asked for.
const fn registers(id: &'static str, name: &'static str) -> Fault {
    let edit: Edit = |answer, lab, request| {
        let requested: Value = serde_json::from_slice(request.body()).unwrap_or_default();
        let mut requested = match requested {
            Value::Object(requested) => requested,
            _ => Map::new(),
        };
        if requested.get("redirect_uris").is_some_and(|uris| !uris.is_array()) {
            requested.insert("redirect_uris".to_owned(), json!(["http://127.0.0.1:8912/callback"]));
        }
        *answer = lab.registered(requested);
    };
    of(id, name, RequestKind::Wrong(name), edit)
}

/// An authorization request that must be refused is granted.
fn grants(answer: &mut Answer, lab: &Lab, request: &Request<Vec<u8>>) {
    if let Ok(url) = Url::parse(&request.uri().to_string()) {
        *answer = lab.granted(&url);
    }
}

/// A good authorization request is refused.
fn refuses(error: &str, answer: &mut Answer, lab: &Lab, request: &Request<Vec<u8>>) {
    let Ok(mut callback) = Url::parse(&parameter(request, "redirect_uri")) else { return };
    let (state, iss) = (parameter(request, "state"), lab.origin());
    callback.query_pairs_mut().extend_pairs([("error", error), ("state", &state), ("iss", iss)]);
    *answer = Answer::to(callback.to_string());
}

fn parameter(request: &Request<Vec<u8>>, name: &str) -> String {
    let url = Url::parse(&request.uri().to_string()).ok();
    let value = url
        .and_then(|url| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned()));
    value.unwrap_or_default()
}
