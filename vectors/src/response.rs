use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A response, in the form of a vector.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Response {
    /// The status.
    pub status: u16,
    /// The headers.
    #[serde(default)]
    pub headers: Vec<(String, String)>,
    /// The body: a string is sent unchanged, null as an empty body, any other value as JSON.
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

    /// The response as an HTTP response; `None` if its status or a header is invalid.
    pub fn to_http(&self) -> Option<http::Response<Vec<u8>>> {
        let response = http::Response::builder().status(self.status);
        let response =
            self.headers.iter().fold(response, |response, (name, value)| response.header(name, value));
        response.body(self.body()).ok()
    }
}
