//! The requests of one check: within a budget and a deadline, one at a time for each host, with the pauses that it
//! asks for.

mod host_queue;

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    time::Duration,
};

use futures_util::future::LocalBoxFuture;
use http::{Request, Response, StatusCode, header};
use login_flow::{Egress, FetchError, RetryAfter, authority};
use tokio::time::{Instant, sleep_until, timeout_at};
use url::Url;

pub(crate) use host_queue::HostQueue;

use crate::{
    options::Options,
    received::{self, Received},
};

/// A way to send a request and read its response, without following redirects: a socket, or a recording.
pub trait Transport {
    /// Sends a request.
    fn send(
        &self,
        request: Request<Vec<u8>>,
        limit: Limit,
    ) -> LocalBoxFuture<'_, Result<Response<Vec<u8>>, Failure>>;
}

impl<F: Fn(&Request<Vec<u8>>) -> Result<Response<Vec<u8>>, FetchError>> Transport for F {
    fn send(
        &self,
        request: Request<Vec<u8>>,
        _limit: Limit,
    ) -> LocalBoxFuture<'_, Result<Response<Vec<u8>>, Failure>> {
        Box::pin(std::future::ready(self(&request).map_err(Failure::from)))
    }
}

/// The kind of body that is expected, which bounds its size.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a transport must bound each")]
pub enum Limit {
    /// 64 KiB; more is an error.
    Json,
    /// 512 KiB; the rest is not read.
    Page,
}

impl Limit {
    pub(crate) fn bytes(self) -> usize {
        match self {
            Self::Json => 64 << 10,
            Self::Page => 512 << 10,
        }
    }
}

/// The reason why a request has no response.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{}", .detail.as_ref().map_or_else(|| .error.to_string(), Clone::clone))]
#[non_exhaustive]
pub struct Failure {
    /// The reason, as the flow knows it.
    pub error: FetchError,
    /// The reason, for the person at the command line.
    pub detail: Option<String>,
}

impl Failure {
    pub(crate) fn with_detail(detail: impl Into<String>) -> Self {
        Self { error: FetchError::NoAnswer, detail: Some(detail.into()) }
    }
}

impl From<FetchError> for Failure {
    fn from(error: FetchError) -> Self {
        Self { error, detail: None }
    }
}

/// The requests of one check.
pub(crate) struct Session<'a> {
    transport: &'a dyn Transport,
    queue: &'a HostQueue,
    egress: &'a Egress,
    budget: u32,
    deadline: Instant,
    keeps_received: bool,
    sent: RefCell<BTreeMap<String, u32>>,
    paused: RefCell<BTreeMap<String, Failure>>,
    failure: RefCell<Option<Failure>>,
    received: RefCell<Option<Received>>,
    total: Cell<u32>,
}

impl<'a> Session<'a> {
    pub(crate) fn new(
        transport: &'a dyn Transport,
        queue: &'a HostQueue,
        egress: &'a Egress,
        options: &Options,
    ) -> Self {
        let now = Instant::now();
        let deadline = now.checked_add(options.within).unwrap_or(now);
        let budget = options.budget;
        // A check that reads only has one answer that matters, the document.
        let keeps_received = !options.is_reading();
        let (sent, paused, failure, received) = Default::default();
        let total = Cell::new(0);
        Self {
            transport,
            queue,
            egress,
            budget,
            deadline,
            keeps_received,
            sent,
            paused,
            failure,
            received,
            total,
        }
    }

    pub(crate) fn egress(&self) -> &Egress {
        self.egress
    }

    /// The number of requests that were sent.
    pub(crate) fn total(&self) -> u32 {
        self.total.get()
    }

    /// The reason why the last request without a response had none.
    pub(crate) fn failure(&self) -> Option<Failure> {
        self.failure.borrow().clone()
    }

    /// The last request with its response.
    pub(crate) fn received(&self) -> Option<Received> {
        self.received.borrow().clone()
    }

    /// The output of a future, if it is there before the deadline.
    pub(crate) async fn in_time<T>(&self, future: impl Future<Output = T>) -> Option<T> {
        timeout_at(self.deadline, future).await.ok()
    }

    /// Sends a request of the flow, which knows no finer reason.
    pub(crate) async fn fetch(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, FetchError> {
        self.send(request, Limit::Json).await.map_err(|failure| failure.error)
    }

    /// Sends a request; after 429 or 503 once more, when the host says after how long and there is time for it.
    pub(crate) async fn send(
        &self,
        request: Request<Vec<u8>>,
        limit: Limit,
    ) -> Result<Response<Vec<u8>>, Failure> {
        let line = self.keeps_received.then(|| received::line(&request));
        let sent = self.send_with_pause(request, limit).await;
        match &sent {
            Ok(response) => {
                *self.received.borrow_mut() = line.map(|line| Received::of(&line, response));
            }
            Err(failure) => *self.failure.borrow_mut() = Some(failure.clone()),
        }
        sent
    }

    async fn send_with_pause(
        &self,
        request: Request<Vec<u8>>,
        limit: Limit,
    ) -> Result<Response<Vec<u8>>, Failure> {
        let url = Url::parse(&request.uri().to_string()).map_err(|_| FetchError::NoAnswer)?;
        self.egress.judge(&url).map_err(FetchError::Blocked)?;
        let host = authority(&url);
        let response = self.send_once(&host, request.clone(), limit).await?;
        if !asks_for_pause(&response) {
            return Ok(response);
        }
        let asked = RetryAfter::read(response.headers());
        let how_long = asked.map(|asked| format!(" {asked}")).unwrap_or_default();
        let detail = format!("the host asks for a pause ({}){how_long}", response.status());
        // The check has no clock but its own: a date without the date of the server is no time to wait for.
        let pause = asked.and_then(|asked| match asked {
            RetryAfter::After(pause) => Some(pause).filter(|pause| *pause <= MAX_PAUSE),
            RetryAfter::At(_) => None,
        });
        let until = pause.and_then(|pause| Instant::now().checked_add(pause));
        match until.filter(|until| *until < self.deadline) {
            Some(until) => {
                sleep_until(until).await;
                let again = self.send_once(&host, request, limit).await?;
                if !asks_for_pause(&again) {
                    return Ok(again);
                }
            }
            // 503 without Retry-After is a response like any other.
            None if !response.headers().contains_key(header::RETRY_AFTER)
                && response.status() == StatusCode::SERVICE_UNAVAILABLE =>
            {
                return Ok(response);
            }
            None => {}
        }
        let failure = Failure::with_detail(detail);
        self.paused.borrow_mut().insert(host, failure.clone());
        Err(failure)
    }

    async fn send_once(
        &self,
        host: &str,
        request: Request<Vec<u8>>,
        limit: Limit,
    ) -> Result<Response<Vec<u8>>, Failure> {
        if let Some(failure) = self.paused.borrow().get(host) {
            return Err(failure.clone());
        }
        {
            let mut sent = self.sent.borrow_mut();
            let count = sent.entry(host.to_owned()).or_default();
            if *count >= self.budget {
                return Err(Failure::with_detail(format!("the budget of {} requests is spent", self.budget)));
            }
            *count = count.saturating_add(1);
        }
        self.total.set(self.total.get().saturating_add(1));
        let sent = self.queue.one_at_a_time(host, self.transport.send(request, limit));
        match timeout_at(self.deadline, sent).await {
            Ok(sent) => sent,
            Err(_) => Err(Failure::with_detail("the deadline has passed")),
        }
    }
}

/// Returns `true` if a response asks for a pause.
fn asks_for_pause(response: &Response<Vec<u8>>) -> bool {
    matches!(response.status(), StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE)
}

const MAX_PAUSE: Duration = Duration::from_secs(30);
