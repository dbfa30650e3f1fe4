//! Recorded exchanges with authorization servers, as language-neutral JSON.
//!
//! ```
//! let vector = vectors::all().find(|vector| vector.host == "https://oidc.example").unwrap();
//! let request = http::Request::get("https://oidc.example/.well-known/oauth-authorization-server").body(Vec::new())?;
//! assert_eq!(vector.fetch(&request)?.status(), 200);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What it does not do
//!
//! It judges nothing: a vector says what was answered, and the crate that reads it says what that means.
#![forbid(unsafe_code)]

use http::{Method, Request, Response};
use serde::{Deserialize, Serialize};

/// What one host answered.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Vector {
    /// What a person would name: a host or URL.
    pub host: String,
    /// What is worth knowing about it.
    pub note: String,
    /// The verdict of a client that reads it.
    pub verdict: String,
    /// The ids of the findings, sorted.
    pub findings: Vec<String>,
    /// The exchanges. A request that is not among them was answered with 404 and an empty body.
    pub exchanges: Vec<Exchange>,
}

/// One request and its answer.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Exchange {
    /// `GET` where it is not said.
    #[serde(default = "get")]
    pub method: String,
    /// The whole URL.
    pub url: String,
    /// The status of the answer.
    pub status: u16,
    /// Its headers.
    #[serde(default)]
    pub headers: Vec<(String, String)>,
    /// Its body: a string is sent as it is, any other value as JSON.
    pub body: serde_json::Value,
}

impl Vector {
    /// The recorded answer to a request.
    pub fn fetch(&self, request: &Request<Vec<u8>>) -> Result<Response<Vec<u8>>, Unrecorded> {
        let url = request.uri().to_string();
        let matches =
            |exchange: &&Exchange| exchange.url == url && exchange.method == request.method().as_str();
        let Some(exchange) = self.exchanges.iter().find(matches) else {
            return if request.method() == Method::GET { Ok(not_found()) } else { Err(Unrecorded(url)) };
        };
        let body = match &exchange.body {
            serde_json::Value::String(text) => text.clone().into_bytes(),
            value => value.to_string().into_bytes(),
        };
        let mut response = Response::builder().status(exchange.status);
        for (name, value) in &exchange.headers {
            response = response.header(name, value);
        }
        response.body(body).map_err(|_| Unrecorded(url))
    }
}

fn not_found() -> Response<Vec<u8>> {
    let mut response = Response::new(Vec::new());
    *response.status_mut() = http::StatusCode::NOT_FOUND;
    response
}

fn get() -> String {
    Method::GET.to_string()
}

/// A request other than GET that no exchange answers.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("there is no recorded answer for {0}")]
#[non_exhaustive]
pub struct Unrecorded(pub String);

/// Every vector of this crate.
pub fn all() -> impl Iterator<Item = Vector> {
    HOSTS.iter().filter_map(|json| serde_json::from_str(json).ok())
}

const HOSTS: &[&str] = &[
    include_str!("../hosts/better-auth.json"),
    include_str!("../hosts/challenge.json"),
    include_str!("../hosts/endpoint-on-private-address.json"),
    include_str!("../hosts/fastmcp.json"),
    include_str!("../hosts/foreign-issuer.json"),
    include_str!("../hosts/html-everywhere.json"),
    include_str!("../hosts/mcp-typescript-sdk.json"),
    include_str!("../hosts/no-pkce.json"),
    include_str!("../hosts/no-registration.json"),
    include_str!("../hosts/nothing.json"),
    include_str!("../hosts/oidc-provider.json"),
    include_str!("../hosts/pointer.json"),
    include_str!("../hosts/pushed-requests.json"),
    include_str!("../hosts/split-sites.json"),
    include_str!("../hosts/workers-oauth-provider.json"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_a_vector() {
        assert_eq!(all().count(), HOSTS.len());
    }

    #[test]
    fn what_is_not_recorded() {
        let vector = all().next().unwrap();
        let request = |method| {
            Request::builder().method(method).uri("https://elsewhere.example/").body(Vec::new()).unwrap()
        };
        assert_eq!(vector.fetch(&request("GET")).unwrap().status(), 404);
        assert_eq!(vector.fetch(&request("POST")).unwrap_err().0, "https://elsewhere.example/");
    }
}
