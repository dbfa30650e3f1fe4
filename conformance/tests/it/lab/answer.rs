use std::collections::BTreeMap;

use http::Response;
use serde_json::{Value, json};

/// An answer that a fault may change.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<&'static str, String>,
    pub(crate) body: Value,
    /// Instead of the body.
    pub(crate) text: Option<String>,
}

impl Answer {
    pub(super) fn json(status: u16, body: Value) -> Self {
        let headers = [("content-type", "application/json"), ("cache-control", "no-store")];
        let headers = headers.into_iter().map(|(name, value)| (name, value.to_owned())).collect();
        Self { status, headers, body, text: None }
    }

    pub(super) fn error(status: u16, error: &str) -> Self {
        Self::json(status, json!({"error": error}))
    }

    pub(super) fn to(location: String) -> Self {
        Self { status: 302, headers: [("location", location)].into(), ..Self::default() }
    }

    pub(super) fn nothing(status: u16) -> Self {
        Self { status, ..Self::default() }
    }

    /// A member of the body.
    pub(crate) fn set(&mut self, name: &str, value: Value) {
        self.body[name] = value;
    }

    pub(crate) fn remove(&mut self, name: &str) {
        self.body.as_object_mut().unwrap().remove(name).unwrap();
    }

    /// The same member once more, at the end.
    pub(crate) fn repeat(&mut self, name: &str) {
        let text = self.body.to_string();
        let value = &self.body[name];
        self.text = Some(format!("{}, \"{name}\": {value}}}", text.strip_suffix('}').unwrap()));
    }

    pub(super) fn into_http(self) -> Response<Vec<u8>> {
        let mut response = Response::builder().status(self.status);
        for (name, value) in &self.headers {
            response = response.header(*name, value);
        }
        let body = match (self.text, self.body) {
            (Some(text), _) => text,
            (None, Value::Null) => String::new(),
            (None, body) => body.to_string(),
        };
        response.body(body.into_bytes()).unwrap()
    }
}
