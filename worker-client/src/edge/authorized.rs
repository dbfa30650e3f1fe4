//! A host program's request, made one of its user.

use http::{HeaderMap, HeaderValue, header};
use rfc7591::Secret;
use worker::{Headers, Method, Request, RequestInit, RequestRedirect, Response};

use crate::flow::Challenge;

/// Whether a request of that method may carry a token: TRACE would echo it, CONNECT leads elsewhere.
pub(super) fn is_allowed(method: &Method) -> bool {
    matches!(
        method,
        Method::Delete
            | Method::Get
            | Method::Head
            | Method::Options
            | Method::Patch
            | Method::Post
            | Method::Put
    )
}

/// The host program's request, without what could speak for somebody else, and with the token.
pub(super) fn with_token(request: &Request, token: &Secret) -> worker::Result<Request> {
    let headers = Headers::new();
    for (name, value) in request.headers() {
        let is_ours = NOT_PASSED.contains(&name.as_str())
            || ["cf-", "proxy-", "sec-", "x-forwarded-"].iter().any(|prefix| name.starts_with(prefix));
        if !is_ours {
            headers.set(&name, &value)?;
        }
    }
    headers.set("authorization", &format!("Bearer {}", token.secret()))?;
    let mut init = RequestInit::new();
    init.with_headers(headers)
        .with_method(request.method())
        .with_redirect(RequestRedirect::Manual)
        .with_body(request.inner().body().map(Into::into));
    Request::new_with_init(request.url()?.as_str(), &init)
}

/// Why the host refused, in the words of RFC 6750 §3.
pub(super) fn challenge(response: &Response) -> Option<Challenge> {
    let value = response.headers().get(header::WWW_AUTHENTICATE.as_str()).ok()??;
    let mut headers = HeaderMap::new();
    headers.insert(header::WWW_AUTHENTICATE, HeaderValue::try_from(value).ok()?);
    Challenge::read(&headers)
}

const NOT_PASSED: &[&str] = &[
    "authorization",
    "connection",
    "cookie",
    "forwarded",
    "host",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];
