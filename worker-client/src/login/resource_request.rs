//! A host program's request, made one of its user.

use http::header;
use rfc7591::Secret;
use worker::{Headers, Request, RequestInit, RequestRedirect, Response};

use crate::account::{AccessToken, Refusal};
use login_flow::{BearerChallenge, has_scope_value};

/// True if a request of that method may carry a token: TRACE would echo it, CONNECT leads elsewhere. The name is asked
/// for, because the platform's bindings take every method that they do not know for GET.
pub(crate) fn is_allowed(request: &Request) -> bool {
    ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"].contains(&request.inner().method().as_str())
}

/// The host program's request, without headers that could speak for another party, and with the token.
pub(crate) fn with_token(request: &Request, token: &Secret) -> worker::Result<Request> {
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

/// The response without the host's cookies: a program that passes it on would set them on its own origin.
pub(crate) fn without_cookies(response: Response) -> worker::Result<Response> {
    let headers = response.headers().clone();
    headers.delete(header::SET_COOKIE.as_str())?;
    Ok(response.with_headers(headers))
}

/// The request to send should the host refuse the token: a refused request was not acted on (RFC 6750 §3.1).
pub(crate) enum Repetition {
    /// A body that is long is not held in memory: the request is not repeated.
    None,
    /// The request itself, which has no body to be spent.
    Same,
    /// A copy: the body of the first is spent.
    Copy(Request),
}

impl Repetition {
    /// The repetition of a request that has not been sent yet.
    pub(crate) fn of(request: &Request) -> worker::Result<Self> {
        if request.inner().body().is_none() {
            return Ok(Self::Same);
        }
        let length = request.headers().get(header::CONTENT_LENGTH.as_str())?;
        let is_short =
            length.is_none_or(|length| length.parse().is_ok_and(|length: u64| length <= LONGEST_COPY));
        let is_chunked = request.headers().get(header::TRANSFER_ENCODING.as_str())?.is_some();
        if is_short && !is_chunked { request.clone().map(Self::Copy) } else { Ok(Self::None) }
    }

    /// The request to send, unless it is not repeated.
    pub(crate) fn request<'a>(&'a self, first: &'a Request) -> Option<&'a Request> {
        match self {
            Self::None => None,
            Self::Same => Some(first),
            Self::Copy(copy) => Some(copy),
        }
    }
}

/// The meaning of a response for the token of its request; `None` if the response does not refuse it.
pub(crate) fn refusal(request: &Request, response: &Response, token: &AccessToken) -> Option<Refusal> {
    match response.status_code() {
        401 => {
            let error = challenge(response).and_then(|challenge| challenge.error);
            let is_invalid = error.is_some_and(|error| error == "invalid_token");
            Some(if is_invalid { Refusal::Invalid } else { Refusal::Unclear })
        }
        // A scope that was granted is missing: the token has lost it, as some servers say of one that is over.
        403 => {
            let challenge = challenge(response)?;
            let mut missing = challenge.insufficient_scope()?.split_ascii_whitespace().peekable();
            let granted = token.scope.as_deref()?;
            missing.peek()?;
            missing.all(|value| has_scope_value(granted, value)).then_some(Refusal::Unclear)
        }
        // To a sign-in page. Only what is safe to repeat (RFC 9110 §9.2.1): others may have been acted on.
        302 | 303 | 307 => {
            let is_safe = ["GET", "HEAD"].contains(&request.inner().method().as_str());
            (is_safe && token.may_be_over).then_some(Refusal::Unclear)
        }
        _ => None,
    }
}

/// The Bearer challenge of a response (RFC 6750 §3).
pub(crate) fn challenge(response: &Response) -> Option<BearerChallenge> {
    BearerChallenge::parse(&response.headers().get(header::WWW_AUTHENTICATE.as_str()).ok()??)
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

const LONGEST_COPY: u64 = 1 << 20;
