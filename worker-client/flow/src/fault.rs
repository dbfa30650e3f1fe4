use serde::{Deserialize, Serialize};

use crate::{DriveError, FailedResponse, FetchError, RetryAfter};

/// The meaning of a failure: it decides if what was presented is kept, if and when another attempt is made, and who
/// must act.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a caller must handle each")]
pub enum Fault {
    /// The server broke its own word: a success without its contents, a redirect, no endpoint where one is published.
    Contradiction,
    /// The server said that what was presented is no longer valid, or that what was asked for does not exist.
    Gone,
    /// The client did not send the request, or cannot use the response for a reason of its own.
    Ours,
    /// The server, or what stands before it, refuses the request.
    Refused,
    /// A failure that passes: nothing is lost, and another attempt is worthwhile.
    Temporary {
        /// The time that the server asked to wait.
        retry_after: Option<RetryAfter>,
    },
}

/// An error whose meaning is known.
pub trait Faulty {
    /// The meaning of the error.
    fn fault(&self) -> Fault;
}

/// The request that failed: the same status means different things for different requests.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[expect(clippy::exhaustive_enums, reason = "the requests of a login that there are")]
pub enum Step {
    /// A request to the client configuration endpoint (RFC 7592 §2).
    ClientConfiguration,
    /// The exchange of an authorization code (RFC 6749 §4.1.3).
    CodeExchange,
    /// The request for a metadata document (RFC 8414 §3.1).
    Metadata,
    /// The refresh of an access token (RFC 6749 §6).
    Refresh,
    /// A client registration request (RFC 7591 §3.1).
    Registration,
    /// The revocation of a token (RFC 7009 §2.1).
    Revocation,
}

impl Step {
    /// The endpoint that the request is sent to, in words.
    pub(crate) fn endpoint(self) -> &'static str {
        match self {
            Self::ClientConfiguration => "client configuration endpoint",
            Self::CodeExchange | Self::Refresh => "token endpoint",
            Self::Metadata => "host",
            Self::Registration => "registration endpoint",
            Self::Revocation => "revocation endpoint",
        }
    }
}

/// The decision of what a failed response means, from its status, its error code and `Retry-After`.
impl Faulty for FailedResponse {
    fn fault(&self) -> Fault {
        let status = self.status.as_u16();
        let is = |codes: &[&str]| {
            self.error
                .as_deref()
                .is_some_and(|error| codes.iter().any(|code| error.eq_ignore_ascii_case(code)))
        };
        // The body does not count: a proxy, or an application that broke, does not speak for the server.
        if matches!(status, 408 | 425 | 429 | 500..) || is(TEMPORARY) {
            return Fault::Temporary { retry_after: self.retry_after };
        }
        let is_success = self.status.is_success();
        let is_denied = matches!(status, 401 | 402 | 403 | 407 | 451);
        let is_missing = matches!(status, 404 | 410);
        match self.step {
            _ if self.status.is_redirection() => Fault::Contradiction,
            // To a request that is known to be well-formed, every error but one of a parameter is about the grant or
            // the client. A refusal that names nothing but itself is that of a firewall.
            Step::CodeExchange | Step::Refresh => match self.error {
                Some(_) if is(PARAMETER) || is(&["forbidden"]) => Fault::Refused,
                Some(_) if is_success || is_denied || matches!(status, 400 | 409 | 410 | 422) => Fault::Gone,
                None if is_success || is_missing => Fault::Contradiction,
                _ => Fault::Refused,
            },
            Step::Registration if self.error.is_none() && (is_success || is_missing) => Fault::Contradiction,
            Step::ClientConfiguration | Step::Revocation if is_missing => Fault::Gone,
            Step::ClientConfiguration | Step::Revocation if is_success => Fault::Contradiction,
            Step::ClientConfiguration | Step::Registration | Step::Revocation => Fault::Refused,
            Step::Metadata if is_denied => Fault::Refused,
            Step::Metadata if is_success => Fault::Contradiction,
            // 404 and 410 say so; 400, 405 and 406 are how a host answers at a path that it does not know.
            Step::Metadata => Fault::Gone,
        }
    }
}

impl Faulty for FetchError {
    fn fault(&self) -> Fault {
        match self {
            Self::Blocked(_) => Fault::Ours,
            Self::Encoding | Self::TooLarge => Fault::Contradiction,
            Self::NoAnswer => Fault::Temporary { retry_after: None },
        }
    }
}

impl<P: Faulty> Faulty for DriveError<P, FetchError> {
    fn fault(&self) -> Fault {
        match self {
            Self::Fetch(error) => error.fault(),
            Self::Protocol(error) => error.fault(),
        }
    }
}

/// Errors of a parameter that can be left out: they leave the grant as it is (RFC 6749 §5.2, RFC 8707 §2).
const PARAMETER: &[&str] = &["invalid_scope", "invalid_target"];

/// Errors that are a matter of time: registered ones (RFC 6749 §4.1.2.1, RFC 8628 §3.5), and what servers send.
const TEMPORARY: &[&str] = &[
    "internal_error",
    "internal_server_error",
    "rate_limit_exceeded",
    "rate_limited",
    "server_error",
    "service_unavailable",
    "slow_down",
    "temporarily_unavailable",
    "too_many_requests",
];
