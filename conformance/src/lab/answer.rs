use std::collections::BTreeMap;

use http::Response;
use serde_json::{Value, json};
use url::Url;

/// An answer of the server, which a fault may change. A change of what is not there changes nothing.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: BTreeMap<&'static str, String>,
    /// The body as JSON; `null` is none.
    pub body: Value,
    /// A body instead of that one.
    pub text: Option<String>,
}

impl Answer {
    /// An answer of JSON that no cache stores.
    pub fn json(status: u16, body: Value) -> Self {
        let headers = [("content-type", "application/json"), ("cache-control", "no-store")];
        let headers = headers.into_iter().map(|(name, value)| (name, value.to_owned())).collect();
        Self { status, headers, body, text: None }
    }

    /// An error response.
    pub fn error(status: u16, error: &str) -> Self {
        Self::json(status, json!({"error": error}))
    }

    /// A redirect.
    pub fn to(location: String) -> Self {
        Self { status: 302, headers: [("location", location)].into(), ..Self::default() }
    }

    /// An answer without a body.
    pub fn nothing(status: u16) -> Self {
        Self { status, ..Self::default() }
    }

    /// A 401 with a Bearer challenge.
    pub fn challenge(challenge: &str) -> Self {
        Self { headers: [("www-authenticate", challenge.to_owned())].into(), ..Self::nothing(401) }
    }

    /// Sets a member of the body.
    pub fn set(&mut self, name: &str, value: Value) {
        if let Some(object) = self.body.as_object_mut() {
            object.insert(name.to_owned(), value);
        }
    }

    /// Removes a member of the body.
    pub fn remove(&mut self, name: &str) {
        if let Some(object) = self.body.as_object_mut() {
            object.remove(name);
        }
    }

    /// The list of a member of the body.
    pub fn list(&mut self, name: &str) -> Option<&mut Vec<Value>> {
        self.body.get_mut(name)?.as_array_mut()
    }

    /// The same member once more, at the end.
    pub fn repeat(&mut self, name: &str) {
        let text = self.body.to_string();
        if let (Some(head), Some(value)) = (text.strip_suffix('}'), self.body.get(name)) {
            self.text = Some(format!("{head}, \"{name}\": {value}}}"));
        }
    }

    /// Sets a header.
    pub fn header(&mut self, name: &'static str, value: &str) {
        self.headers.insert(name, value.to_owned());
    }

    /// Changes or removes the parameters of an authorization response.
    pub fn callback(&mut self, change: fn(&str, &str) -> Option<String>) {
        let Some(location) = self.headers.get_mut("location") else { return };
        let Ok(mut url) = Url::parse(location) else { return };
        let changed: Vec<(String, String)> = url
            .query_pairs()
            .filter_map(|(name, value)| Some((name.to_string(), change(&name, &value)?)))
            .collect();
        url.query_pairs_mut().clear().extend_pairs(changed);
        *location = url.to_string();
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
        response.body(body.into_bytes()).unwrap_or_default()
    }
}
