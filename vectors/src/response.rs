use serde::{Deserialize, Serialize};
use serde_json::Value;

/// An answer, as a vector writes it.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Response {
    /// The status.
    pub status: u16,
    /// The headers.
    #[serde(default)]
    pub headers: Vec<(String, String)>,
    /// The body: a string is sent as it is, nothing as nothing, any other value as JSON.
    #[serde(default)]
    pub body: Value,
}

impl Response {
    /// The body as it is sent.
    pub fn body(&self) -> Vec<u8> {
        match &self.body {
            Value::Null => Vec::new(),
            Value::String(text) => text.clone().into_bytes(),
            value => value.to_string().into_bytes(),
        }
    }

    /// The answer as one of HTTP; none when its status or headers are none.
    pub fn to_http(&self) -> Option<http::Response<Vec<u8>>> {
        let response = http::Response::builder().status(self.status);
        let response =
            self.headers.iter().fold(response, |response, (name, value)| response.header(name, value));
        response.body(self.body()).ok()
    }
}
