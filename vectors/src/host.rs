use http::{Method, Request};
use serde::{Deserialize, Serialize};

use crate::{
    Response,
    files::{HOSTS, parse},
    scrub,
};

/// The recorded responses of a host, with the verdict of a client.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Vector {
    /// The host or URL, as a person names it.
    pub host: String,
    /// A description of the host.
    #[serde(default)]
    pub note: String,
    /// The verdict of a client that probes the host.
    #[serde(default)]
    pub verdict: String,
    /// The ids of the findings, sorted.
    #[serde(default)]
    pub findings: Vec<String>,
    /// The exchanges. The response to any other GET is 404 with an empty body.
    pub exchanges: Vec<Exchange>,
}

/// A request and its response.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Exchange {
    /// The method; `GET` by default.
    #[serde(default = "get")]
    pub method: String,
    /// The complete URL.
    pub url: String,
    /// The response.
    #[serde(flatten)]
    pub response: Response,
}

impl Vector {
    /// A host without exchanges.
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

    /// The recorded response to a request; 404 for a GET that is not recorded.
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

/// The error for a request that is not recorded and not a GET.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("there is no recorded answer for {0}")]
#[non_exhaustive]
pub struct Unrecorded(pub String);

/// All hosts, by file name.
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
