use std::{collections::VecDeque, fmt};

use http::{Request, Response, StatusCode, header};
use rfc8414::{Endpoint, InvalidMetadata, Issuer, Metadata, Parsed, Violation, WellKnown};
use serde::Serialize;

use crate::{
    DriveError, Egress, Exchange, FailedResponse, Fault, Faulty, LoginTarget, RetryAfter, Step, Turn,
    location, same_site,
};

/// A search for the metadata of an authorization server (RFC 8414 §3, then §5).
///
/// Documents are requested in a fixed order, one request each. A document of another issuer is a pointer: that issuer
/// is requested once, and no member of the first document is used.
#[derive(Clone, Debug)]
pub struct Discover {
    egress: Egress,
    current: Candidate,
    next: VecDeque<Candidate>,
    redirects: u8,
    unanswered: u8,
    attempts: Vec<Attempt>,
    pointed: bool,
}

#[derive(Clone, Debug)]
struct Candidate {
    well_known: WellKnown,
    issuer: Issuer,
    target: Endpoint,
}

impl Discover {
    /// A search for a host or URL that a person named: first with that URL as the issuer, then with its origin.
    pub fn new(target: &LoginTarget, egress: Egress) -> Result<Self, NotFound> {
        let mut next: VecDeque<Candidate> = target.issuers().iter().flat_map(candidates).collect();
        let current = next.pop_front().ok_or(NotFound { attempts: Vec::new() })?;
        let attempts = Vec::new();
        Ok(Self { egress, current, next, redirects: 0, unanswered: 0, attempts, pointed: false })
    }

    /// Continues with the next document, or ends the search.
    fn otherwise(mut self, outcome: Outcome) -> Result<Turn<Self>, NotFound> {
        self.attempts.push(Attempt { url: self.current.target.url().to_string(), outcome });
        match self.next.pop_front() {
            Some(candidate) => Ok(Turn::Again(Self { current: candidate, redirects: 0, ..self })),
            None => Err(NotFound { attempts: self.attempts }),
        }
    }

    /// Follows a redirect within the origin: RFC 8414 does not define redirects, but some servers send them. A redirect
    /// to another host of the site is a pointer: that origin is requested once, as an issuer of its own.
    fn redirected(mut self, location: Option<String>) -> Result<Turn<Self>, NotFound> {
        let here = self.current.target.url();
        let target = location.and_then(|location| here.join(&location).ok());
        let to = target.as_ref().map(|url| url.as_str().chars().take(MAX_LOCATION).collect());
        let allowed = target.filter(|url| self.egress.judge(url).is_ok());
        let (within, across) = match allowed {
            Some(url) if url.origin() == here.origin() => (Endpoint::try_from(url).ok(), None),
            other => (None, other.filter(|url| same_site(url, &here) && url.port() == here.port())),
        };
        if let Some(target) = within.filter(|_| self.redirects < MAX_REDIRECTS) {
            let redirects = self.redirects.saturating_add(1);
            return Ok(Turn::Again(Self {
                current: Candidate { target, ..self.current },
                redirects,
                ..self
            }));
        }
        if let Some(url) = across {
            let origin = url.origin().ascii_serialization();
            let path = self.current.issuer.url().path().trim_end_matches('/').to_owned();
            self.point_to(
                [format!("{origin}{path}"), origin].into_iter().filter_map(|issuer| issuer.try_into().ok()),
            );
        }
        self.otherwise(Outcome::Redirect { to })
    }

    fn invalid(
        mut self,
        response: &Response<Vec<u8>>,
        invalid: InvalidMetadata,
    ) -> Result<Turn<Self>, NotFound> {
        self.point_to(invalid.pointer().cloned().into_iter());
        let status = response.status();
        self.otherwise(match FailedResponse::read(Step::Metadata, response).fault() {
            Fault::Refused => Outcome::Closed(status),
            Fault::Temporary { retry_after } => Outcome::Temporary(status, retry_after),
            _ if status == StatusCode::OK && is_json(response) && !invalid.is_a_document() => {
                Outcome::Unreadable(invalid)
            }
            Fault::Contradiction | Fault::Gone | Fault::Ours => Outcome::Invalid(invalid),
        })
    }

    /// Requests the metadata of these issuers next, unless a pointer was already followed.
    fn point_to(&mut self, issuers: impl Iterator<Item = Issuer>) {
        let issuers: Vec<Issuer> =
            issuers.filter(|issuer| self.egress.judge(&issuer.url()).is_ok()).collect();
        if self.pointed || issuers.is_empty() {
            return;
        }
        self.pointed = true;
        for candidate in issuers.iter().flat_map(candidates).collect::<Vec<_>>().into_iter().rev() {
            self.next.push_front(candidate);
        }
    }
}

impl Exchange for Discover {
    type Output = Discovered;
    type Error = NotFound;

    fn request(&self) -> Request<Vec<u8>> {
        let mut request = Request::new(Vec::new());
        *request.uri_mut() = self.current.target.uri();
        request.headers_mut().insert(header::ACCEPT, header::HeaderValue::from_static("application/json"));
        request
    }

    fn receive(self, response: &Response<Vec<u8>>) -> Result<Turn<Self>, NotFound> {
        // 300 and 304 are excluded: they have no target to follow.
        if matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
            return self.redirected(location(response.headers()));
        }
        match Metadata::receive(&self.current.issuer, response) {
            Ok(read) => Ok(Turn::Done(Discovered {
                url: self.current.target.url().to_string(),
                well_known: self.current.well_known,
                read,
                attempts: self.attempts,
            })),
            Err(invalid) => self.invalid(response, invalid),
        }
    }

    /// Another document may have a response; a host that leaves a second request without one gets no third.
    fn unanswered<F>(mut self, _: F) -> Result<Turn<Self>, DriveError<NotFound, F>> {
        self.unanswered = self.unanswered.saturating_add(1);
        if self.unanswered > MAX_UNANSWERED {
            self.next.clear();
        }
        self.otherwise(Outcome::Unanswered).map_err(DriveError::Protocol)
    }
}

fn candidates(issuer: &Issuer) -> Vec<Candidate> {
    let candidate = |well_known: &WellKnown| {
        let target = Endpoint::try_from(issuer.metadata_url(*well_known)).ok()?;
        Some(Candidate { well_known: *well_known, issuer: issuer.clone(), target })
    };
    issuer.well_knowns().iter().filter_map(candidate).collect()
}

/// The metadata that was found, with the requests that led to it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Discovered {
    /// The URL of the document.
    pub url: String,
    /// The kind of the document.
    pub well_known: WellKnown,
    /// The metadata and its violations.
    pub read: Parsed,
    /// The requests before it, none of which led to a usable document.
    pub attempts: Vec<Attempt>,
}

impl Discovered {
    /// The violations of earlier documents whose issuer is not the requested one.
    pub(crate) fn pointers(&self) -> impl Iterator<Item = &Violation> {
        let refused = self.attempts.iter().filter_map(|attempt| match &attempt.outcome {
            Outcome::Invalid(refused) if refused.pointer().is_some() => Some(refused),
            _ => None,
        });
        refused.flat_map(|refused| &refused.violations).filter(|violation| violation.is_fatal())
    }
}

/// A request that did not lead to a usable document.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Attempt {
    /// The URL of the request.
    pub url: String,
    /// The reason.
    pub outcome: Outcome,
}

/// The reason why a response has no usable document.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "a caller must handle each")]
pub enum Outcome {
    /// The host denies access, such as by 401 or 403.
    Closed(StatusCode),
    /// No document, or an unusable one.
    Invalid(InvalidMetadata),
    /// A redirect to another origin, to a blocked URL, or one more than the limit.
    Redirect {
        /// The target, shortened: untrusted text.
        to: Option<String>,
    },
    /// A status that calls for a retry, such as 429 or 5xx, with the time that the host asks to wait.
    Temporary(StatusCode, Option<RetryAfter>),
    /// No response.
    Unanswered,
    /// A response with a JSON media type whose body is not JSON.
    Unreadable(InvalidMetadata),
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed(status) | Self::Temporary(status, _) => {
                write!(f, "the status is {}", status.as_u16())
            }
            Self::Invalid(invalid) | Self::Unreadable(invalid) => invalid.fmt(f),
            Self::Redirect { to: Some(to) } => write!(f, "it redirects to {to}"),
            Self::Redirect { to: None } => f.write_str("it redirects to no URL"),
            Self::Unanswered => f.write_str("there is no response"),
        }
    }
}

impl Attempt {
    /// The first status that calls for a retry: the metadata may exist.
    pub(crate) fn temporary(attempts: &[Self]) -> Option<StatusCode> {
        attempts.iter().find_map(|attempt| match attempt.outcome {
            Outcome::Temporary(status, _) => Some(status),
            _ => None,
        })
    }

    /// The last time that the host asks to wait.
    pub(crate) fn retry_after(attempts: &[Self]) -> Option<RetryAfter> {
        attempts.iter().rev().find_map(|attempt| match attempt.outcome {
            Outcome::Temporary(_, retry_after) => retry_after,
            _ => None,
        })
    }
}

impl Serialize for Attempt {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut attempt = serializer.serialize_struct("Attempt", 2)?;
        attempt.serialize_field("url", &self.url)?;
        attempt.serialize_field("outcome", &self.outcome.to_string())?;
        attempt.end()
    }
}

/// The error of a search that found no usable metadata.
#[derive(Clone, Debug, thiserror::Error)]
#[error("no usable metadata was found")]
#[non_exhaustive]
pub struct NotFound {
    /// All requests, in order.
    pub attempts: Vec<Attempt>,
}

impl NotFound {
    /// The first document that was present and unusable: the failure is the server's, not a missing document.
    pub fn unusable(&self) -> Option<&InvalidMetadata> {
        self.attempts.iter().find_map(|attempt| match &attempt.outcome {
            Outcome::Invalid(invalid) if invalid.is_a_document() => Some(invalid),
            _ => None,
        })
    }

    /// The first document that was present and could not be parsed.
    pub fn unreadable(&self) -> Option<&InvalidMetadata> {
        self.attempts.iter().find_map(|attempt| match &attempt.outcome {
            Outcome::Unreadable(invalid) => Some(invalid),
            _ => None,
        })
    }

    /// The first status by which the host denies access.
    pub fn closed(&self) -> Option<StatusCode> {
        self.attempts.iter().find_map(|attempt| match attempt.outcome {
            Outcome::Closed(status) => Some(status),
            _ => None,
        })
    }
}

fn is_json(response: &Response<Vec<u8>>) -> bool {
    let content_type = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    content_type.is_some_and(|value| {
        let media_type = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        media_type == "application/json" || media_type.ends_with("+json")
    })
}

const MAX_LOCATION: usize = 300;
const MAX_REDIRECTS: u8 = 3;
const MAX_UNANSWERED: u8 = 1;
