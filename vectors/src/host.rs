use http::{Method, Request};
use serde::{Deserialize, Serialize};

use crate::{
    Response,
    files::{HOSTS, parse},
    scrub,
};

/// What one host answered.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Vector {
    /// What a person would name: a host or URL.
    pub host: String,
    /// What is worth knowing about it.
    #[serde(default)]
    pub note: String,
    /// The verdict of a client that reads it.
    #[serde(default)]
    pub verdict: String,
    /// The ids of the findings, sorted.
    #[serde(default)]
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
    /// The answer.
    #[serde(flatten)]
    pub response: Response,
}

impl Vector {
    /// A host of which nothing is recorded yet.
    pub fn new(host: &str) -> Self {
        let host = host.to_owned();
        let (note, verdict, findings, exchanges) = Default::default();
        Self { host, note, verdict, findings, exchanges }
    }

    /// Adds an exchange, without cookies, credentials and tokens.
    pub fn record(&mut self, request: &Request<Vec<u8>>, response: &http::Response<Vec<u8>>) {
        self.exchanges.push(Exchange {
            method: request.method().to_string(),
            url: request.uri().to_string(),
            response: Response {
                status: response.status().as_u16(),
                headers: scrub::headers(response.headers()),
                body: scrub::body(response.body()),
            },
        });
    }

    /// The recorded answer to a request.
    pub fn fetch(&self, request: &Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, Unrecorded> {
        let url = request.uri().to_string();
        let matches =
            |exchange: &&Exchange| exchange.url == url && exchange.method == request.method().as_str();
        let Some(exchange) = self.exchanges.iter().find(matches) else {
            return if request.method() == Method::GET { Ok(not_found()) } else { Err(Unrecorded(url)) };
        };
        exchange.response.to_http().ok_or(Unrecorded(url))
    }
}

fn not_found() -> http::Response<Vec<u8>> {
    let mut response = http::Response::new(Vec::new());
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

/// Every host, by file name.
pub fn all() -> impl Iterator<Item = Vector> {
    HOSTS.files().filter_map(parse)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_a_vector() {
        assert_eq!(all().count(), HOSTS.files().count());
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
