//! A host program's request, made one of its user.

use http::header;
use url::Url;
use worker::{
    js_sys::{Array, JsString},
    wasm_bindgen::JsValue,
    web_sys::{Request, Response},
};

use crate::{
    account::{AccessToken, Refusal},
    failure::{Failure, UserFailure},
};
use login_flow::{BearerChallenge, Egress, FetchError, has_scope_value, scope_values};

/// A request of the host program that may carry a token.
pub(crate) struct ResourceRequest {
    pub(crate) url: Url,
    is_safe: bool,
}

impl ResourceRequest {
    /// The request of a URL and a method as the platform writes them. TRACE would echo a token, CONNECT leads elsewhere.
    pub(crate) fn new(url: &str, method: &str, egress: &Egress) -> Result<Self, Failure> {
        let url = Url::parse(url).map_err(|_| FetchError::NoAnswer)?;
        egress.judge(&url).map_err(FetchError::Blocked)?;
        let is_safe = match method {
            "GET" | "HEAD" => true,
            "DELETE" | "OPTIONS" | "PATCH" | "POST" | "PUT" => false,
            _ => return Err(UserFailure::MethodNotAllowed.into()),
        };
        Ok(Self { url, is_safe })
    }

    /// The meaning of a response for the token of this request; `None` if the response does not refuse it.
    pub(crate) fn refusal(&self, response: &Response, token: &AccessToken) -> Option<Refusal> {
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
            302 | 303 | 307 => (self.is_safe && token.may_be_over).then_some(Refusal::Unclear),
            _ => None,
        }
    }
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

/// True if the scope that a resource names was granted.
pub(crate) fn is_granted(named: &str, token: &AccessToken) -> bool {
    let granted = token.scope.as_deref().unwrap_or_default();
    scope_values(named).next().is_some() && scope_values(named).all(|value| has_scope_value(granted, value))
}

/// The Bearer challenge of a response (RFC 6750 §3).
pub(crate) fn challenge(response: &Response) -> Option<BearerChallenge> {
    BearerChallenge::parse(&response.headers().get(header::WWW_AUTHENTICATE.as_str()).ok()??)
}

thread_local! {
    /// The headers that could speak for another party, and those of one connection alone.
    pub(crate) static NOT_PASSED: Array = "authorization connection cookie forwarded host keep-alive te trailer \
        transfer-encoding upgrade cf- proxy- sec- x-forwarded-".split(' ').map(JsValue::from_str).collect();
    /// The header by which a host sets a cookie.
    pub(crate) static SET_COOKIE: JsString = header::SET_COOKIE.as_str().into();
}

/// The statuses of a response that may refuse the token, or ask for more than it is good for.
#[cfg(feature = "entry")]
pub(super) const LOOKED_AT: [u16; 5] = [302, 303, 307, 401, 403];

const LONGEST_COPY: u64 = 1 << 20;
