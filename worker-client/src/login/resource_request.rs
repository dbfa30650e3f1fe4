//! A host program's request, made one of its user.

use http::header;
use worker::web_sys::{Request, Response};

use crate::account::{AccessToken, Refusal};
use login_flow::{BearerChallenge, has_scope_value, scope_values};

/// True if a request of that method may carry a token: TRACE would echo it, CONNECT leads elsewhere. The name is asked
/// for, because the platform's bindings take every method that they do not know for GET.
pub(crate) fn is_allowed(request: &Request) -> bool {
    ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"].contains(&request.method().as_str())
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
        if request.body().is_none() {
            return Ok(Self::Same);
        }
        let headers = request.headers();
        let length = headers.get(header::CONTENT_LENGTH.as_str())?;
        let is_short =
            length.is_none_or(|length| length.parse().is_ok_and(|length: u64| length <= LONGEST_COPY));
        let is_chunked = headers.get(header::TRANSFER_ENCODING.as_str())?.is_some();
        Ok(if is_short && !is_chunked { Self::Copy(request.clone()?) } else { Self::None })
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
    match response.status() {
        401 => {
            let error = challenge(response).and_then(|challenge| challenge.error);
            let is_invalid = error.is_some_and(|error| error == "invalid_token");
            Some(if is_invalid { Refusal::Invalid } else { Refusal::Unclear })
        }
        // A scope that was granted is missing: the token has lost it, as some servers say of one that is over.
        403 => {
            let challenge = challenge(response)?;
            is_granted(challenge.insufficient_scope()?, token).then_some(Refusal::Unclear)
        }
        // To a sign-in page. Only what is safe to repeat (RFC 9110 §9.2.1): others may have been acted on.
        302 | 303 | 307 => {
            let is_safe = ["GET", "HEAD"].contains(&request.method().as_str());
            (is_safe && token.may_be_over).then_some(Refusal::Unclear)
        }
        _ => None,
    }
}

/// True if the scope that a resource names was granted.
pub(crate) fn is_granted(named: &str, token: &AccessToken) -> bool {
    let granted = token.scope.as_deref().unwrap_or_default();
    scope_values(named).next().is_some() && scope_values(named).all(|value| has_scope_value(granted, value))
}

/// The Bearer challenge of a response (RFC 6750 §3).
pub(crate) fn challenge(response: &Response) -> Option<BearerChallenge> {
    BearerChallenge::parse(&response.headers().get(header::WWW_AUTHENTICATE.as_str()).ok()??)
}

/// The headers that could speak for another party, and those of one connection alone.
pub(crate) const NOT_PASSED: &str = "authorization connection cookie forwarded host keep-alive te trailer \
    transfer-encoding upgrade cf- proxy- sec- x-forwarded-";

const LONGEST_COPY: u64 = 1 << 20;
