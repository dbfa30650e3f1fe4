//! Requests to other parties: judged, without redirects, bounded in time and size.

use std::{
    pin::pin,
    time::{Duration, SystemTime},
};

use futures_util::{
    StreamExt,
    future::{Either, select},
};
use http::{HeaderName, HeaderValue, Request, Response, header};
use url::Url;
use worker::{AbortController, AbortSignal, ByteStream, Delay, Fetch, Headers, RequestInit, RequestRedirect};

use super::clock::now;
use login_flow::{Egress, FetchError};

/// Limit of a response: its time, headers and body together, and its size after decompression.
#[derive(Clone, Copy)]
pub(crate) struct Limit {
    bytes: usize,
    time: Duration,
    longer: Longer,
}

/// Treatment of a body that is longer than its limit.
#[derive(Clone, Copy)]
enum Longer {
    Cut,
    Refuse,
}

impl Limit {
    /// A form that a person sends us.
    pub(crate) const FORM: Self =
        Self { bytes: 16 << 10, time: Duration::from_secs(5), longer: Longer::Refuse };
    pub(crate) const METADATA: Self =
        Self { bytes: 64 << 10, time: Duration::from_secs(5), longer: Longer::Refuse };
    pub(crate) const TOKEN: Self =
        Self { bytes: 64 << 10, time: Duration::from_secs(10), longer: Longer::Refuse };
    pub(crate) const PAGE: Self =
        Self { bytes: 512 << 10, time: Duration::from_secs(3), longer: Longer::Cut };
    pub(crate) const ICON: Self =
        Self { bytes: 256 << 10, time: Duration::from_secs(3), longer: Longer::Refuse };
}

/// The end of a series of requests: slow responses, each within its limit, do not add up.
#[derive(Clone, Copy)]
pub(crate) struct Deadline(Option<SystemTime>);

impl Deadline {
    pub(crate) fn after(time: Duration) -> Self {
        Self(now().checked_add(time))
    }

    /// The limit of the next request; no time is left for one after the deadline.
    fn cut(self, limit: Limit) -> Limit {
        let Some(deadline) = self.0 else { return limit };
        let left = deadline.duration_since(now()).unwrap_or_default();
        Limit { time: limit.time.min(left), ..limit }
    }
}

/// Sends a request and reads its answer. Redirects come back as they are.
pub(crate) async fn fetch(
    request: Request<Vec<u8>>,
    egress: &Egress,
    limit: Limit,
) -> Result<Response<Vec<u8>>, FetchError> {
    let url = Url::parse(&request.uri().to_string()).map_err(|_| FetchError::NoAnswer)?;
    egress.judge(&url).map_err(FetchError::Blocked)?;
    if limit.time.is_zero() {
        return Err(FetchError::NoAnswer);
    }
    #[cfg(feature = "panic-on-purpose")]
    super::panic::on_purpose(&url);
    let request = platform_request(&url, &request).map_err(|_| FetchError::NoAnswer)?;
    let abort = AbortController::default();
    let signal = abort.signal();
    let answer = pin!(send(request, &signal, limit));
    match select(answer, pin!(Delay::from(limit.time))).await {
        Either::Left((answer, _)) => {
            // Whatever is left of a body that was cut or refused is not pulled.
            abort.abort();
            answer
        }
        Either::Right(_) => {
            abort.abort();
            Err(FetchError::NoAnswer)
        }
    }
}

/// [`fetch`] as what drives an exchange: one piece of code for all of them.
pub(crate) fn through(
    egress: &Egress,
    limit: Limit,
) -> impl AsyncFn(Request<Vec<u8>>) -> Result<Response<Vec<u8>>, FetchError> {
    through_until(egress, limit, Deadline(None))
}

/// The same for a series of requests with a deadline.
pub(crate) fn through_until(
    egress: &Egress,
    limit: Limit,
    deadline: Deadline,
) -> impl AsyncFn(Request<Vec<u8>>) -> Result<Response<Vec<u8>>, FetchError> {
    async move |request| fetch(request, egress, deadline.cut(limit)).await
}

async fn send(
    request: worker::Request,
    signal: &AbortSignal,
    limit: Limit,
) -> Result<Response<Vec<u8>>, FetchError> {
    #[expect(clippy::disallowed_methods, reason = "the only call of it")]
    let sent = Fetch::Request(request).send_with_signal(signal).await;
    let mut answer = sent.map_err(|_| FetchError::NoAnswer)?;
    let mut response = Response::new(Vec::new());
    *response.status_mut() = answer.status_code().try_into().map_err(|_| FetchError::NoAnswer)?;
    for (name, value) in answer.headers() {
        // RFC 9110 §5.5: control characters in a value are replaced with spaces.
        let value = value.replace(|c: char| c.is_ascii_control() && c != '\t', " ");
        let name = HeaderName::try_from(name).map_err(|_| FetchError::NoAnswer)?;
        response.headers_mut().append(name, HeaderValue::try_from(value).map_err(|_| FetchError::NoAnswer)?);
    }
    // The runtime decodes one known encoding; what it leaves is not looked into.
    let encoding = response.headers().get(header::CONTENT_ENCODING).map(HeaderValue::as_bytes);
    if !matches!(encoding, None | Some(b"gzip" | b"br" | b"deflate" | b"identity" | b"")) {
        return Err(FetchError::Encoding);
    }
    if let Ok(stream) = answer.stream() {
        *response.body_mut() = bounded(stream, limit).await?;
    }
    Ok(response)
}

/// Reads a body as far as the limit allows.
pub(crate) async fn bounded(mut stream: ByteStream, limit: Limit) -> Result<Vec<u8>, FetchError> {
    let mut body = Vec::new();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|_| FetchError::NoAnswer)?;
        let room = limit.bytes.saturating_sub(body.len());
        if chunk.len() > room {
            match limit.longer {
                Longer::Refuse => return Err(FetchError::TooLarge),
                Longer::Cut => body.extend(chunk.into_iter().take(room)),
            }
            break;
        }
        body.extend(chunk);
    }
    Ok(body)
}

fn platform_request(url: &Url, request: &Request<Vec<u8>>) -> worker::Result<worker::Request> {
    let headers = Headers::new();
    for (name, value) in request.headers() {
        headers.set(name.as_str(), value.to_str().map_err(|e| worker::Error::RustError(e.to_string()))?)?;
    }
    headers.set("user-agent", USER_AGENT)?;
    let mut init = RequestInit::new();
    init.with_headers(headers)
        .with_method(worker::Method::from(request.method().to_string()))
        .with_redirect(RequestRedirect::Manual);
    if !request.body().is_empty() {
        init.with_body(Some(worker::js_sys::Uint8Array::from(request.body().as_slice()).into()));
    }
    worker::Request::new_with_init(url.as_str(), &init)
}

const USER_AGENT: &str = concat!("worker-client/", env!("CARGO_PKG_VERSION"));
