//! A check as a vector: written while a host is checked, and read instead of it.

use std::cell::{Cell, RefCell};

use futures_util::future::LocalBoxFuture;
use http::{Method, Request, Response, StatusCode, header};
use login_flow::FetchError;
use serde_json::Value;
use vectors::Vector;

use crate::{
    report::{Report, json},
    secrets::Secrets,
    session::{Failure, Limit, Transport},
};

/// A transport that records the requests and responses of another one.
pub struct Recorder<'a> {
    transport: &'a dyn Transport,
    vector: RefCell<Vector>,
    secrets: RefCell<Secrets>,
}

impl<'a> Recorder<'a> {
    /// A recorder of one host.
    pub fn new(transport: &'a dyn Transport, host: &str) -> Self {
        Self { transport, vector: RefCell::new(Vector::new(host)), secrets: RefCell::default() }
    }

    /// The vector, with the verdict and findings of the report, as JSON.
    pub fn vector(&self, report: &Report) -> Result<String, serde_json::Error> {
        let mut vector = self.vector.borrow().clone();
        report.resource.clone_into(&mut vector.host);
        report.verdict.name().clone_into(&mut vector.verdict);
        vector.findings = report.findings.iter().map(|finding| finding.id.to_string()).collect();
        vector.findings.sort();
        // A server may repeat a secret anywhere, and the text of a secret may also be a part of the JSON.
        let secrets = self.secrets.borrow();
        for exchange in &mut vector.exchanges {
            secrets.take_out(&mut exchange.url);
            exchange.response.headers.iter_mut().for_each(|(_, value)| secrets.take_out(value));
            secrets.take_out_of(&mut exchange.response.body);
        }
        let mut text = json::escape(&serde_json::to_string_pretty(&vector)?).into_owned();
        text.push('\n');
        Ok(text)
    }
}

impl Recorder<'_> {
    fn keep_secrets(&self, request: &Request<Vec<u8>>, response: &Response<Vec<u8>>) {
        let mut secrets = self.secrets.borrow_mut();
        let credentials = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        if let Some((_, secret)) = credentials.and_then(|credentials| credentials.split_once(' ')) {
            secrets.keep(secret);
        }
        let body = serde_json::from_slice::<Value>(response.body()).unwrap_or_default();
        for member in ["client_secret", "registration_access_token"] {
            if let Some(secret) = body.get(member).and_then(Value::as_str) {
                secrets.keep(secret);
            }
        }
    }
}

impl std::fmt::Debug for Recorder<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recorder").field("vector", &self.vector).finish_non_exhaustive()
    }
}

impl Transport for Recorder<'_> {
    fn send(
        &self,
        request: Request<Vec<u8>>,
        limit: Limit,
    ) -> LocalBoxFuture<'_, Result<Response<Vec<u8>>, Failure>> {
        Box::pin(async move {
            let response = self.transport.send(request.clone(), limit).await?;
            self.keep_secrets(&request, &response);
            self.vector.borrow_mut().record(&request, &response);
            Ok(response)
        })
    }
}

/// A transport that answers from a vector: requests for the same URL in the order in which they were recorded, the last one again.
#[derive(Debug)]
pub struct Replay {
    vector: Vector,
    used: Vec<Cell<bool>>,
}

impl Replay {
    /// Reads the JSON of a vector.
    pub fn parse(text: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(text).map(Self::new)
    }

    /// The transport of a vector.
    pub fn new(vector: Vector) -> Self {
        let used = vector.exchanges.iter().map(|_| Cell::new(false)).collect();
        Self { vector, used }
    }

    /// The host to check.
    pub fn host(&self) -> &str {
        &self.vector.host
    }

    fn respond(&self, request: &Request<Vec<u8>>) -> Result<Response<Vec<u8>>, FetchError> {
        let url = request.uri().to_string();
        let exchanges = self.vector.exchanges.iter().zip(&self.used);
        let matching = exchanges
            .filter(|(exchange, _)| exchange.url == url && exchange.method == request.method().as_str());
        let next = matching.clone().find(|(_, used)| !used.get()).or_else(|| matching.clone().last());
        match next {
            Some((exchange, used)) => {
                used.set(true);
                exchange.response.to_http().ok_or(FetchError::NoAnswer)
            }
            None if request.method() == Method::GET => {
                let mut response = Response::new(Vec::new());
                *response.status_mut() = StatusCode::NOT_FOUND;
                Ok(response)
            }
            None => Err(FetchError::NoAnswer),
        }
    }
}

impl Transport for Replay {
    fn send(
        &self,
        request: Request<Vec<u8>>,
        _limit: Limit,
    ) -> LocalBoxFuture<'_, Result<Response<Vec<u8>>, Failure>> {
        Box::pin(std::future::ready(self.respond(&request).map_err(Failure::from)))
    }
}
