use std::{collections::VecDeque, fmt};

use http::{Request, Response, header};
use rfc8414::{Endpoint, InvalidMetadata, Issuer, Metadata, Parsed, Violation, WellKnown};
use serde::Serialize;

use crate::{Egress, Exchange, LoginTarget, Turn};

/// Finds the metadata of an authorization server (RFC 8414 §3, then §5).
///
/// Documents are asked for in a fixed order, one request each. A document of another issuer is a pointer: that
/// issuer is asked once, and nothing of the first document is used.
#[derive(Clone, Debug)]
pub struct Discover {
    egress: Egress,
    current: Ask,
    next: VecDeque<Ask>,
    redirects: u8,
    attempts: Vec<Attempt>,
    pointed: bool,
}

#[derive(Clone, Debug)]
struct Ask {
    issuer: Issuer,
    target: Endpoint,
}

impl Discover {
    /// The metadata for a host or URL that a person named: it as an issuer, then its origin.
    pub fn new(named: &LoginTarget, egress: Egress) -> Result<Self, NotFound> {
        let mut next: VecDeque<Ask> = named.issuers().iter().flat_map(asks).collect();
        let current = next.pop_front().ok_or(NotFound { attempts: Vec::new() })?;
        Ok(Self { egress, current, next, redirects: 0, attempts: Vec::new(), pointed: false })
    }

    /// The next document, or the end of the search.
    fn otherwise(mut self, outcome: Outcome) -> Result<Turn<Self>, NotFound> {
        self.attempts.push(Attempt { url: self.current.target.url().to_string(), outcome });
        match self.next.pop_front() {
            Some(ask) => Ok(Turn::Again(Self { current: ask, redirects: 0, ..self })),
            None => Err(NotFound { attempts: self.attempts }),
        }
    }

    /// Follows a redirect within the host; RFC 8414 knows none, but some servers send them.
    fn redirected(self, location: Option<&str>) -> Result<Turn<Self>, NotFound> {
        let here = self.current.target.url();
        let target = location
            .and_then(|location| here.join(location).ok())
            .filter(|url| url.origin() == here.origin() && self.egress.judge(url).is_ok())
            .and_then(|url| Endpoint::try_from(url).ok())
            .filter(|_| self.redirects < MAX_REDIRECTS);
        match target {
            Some(target) => {
                let redirects = self.redirects.saturating_add(1);
                Ok(Turn::Again(Self { current: Ask { target, ..self.current }, redirects, ..self }))
            }
            None => self.otherwise(Outcome::Redirect),
        }
    }

    fn refused(mut self, refused: InvalidMetadata) -> Result<Turn<Self>, NotFound> {
        let pointer =
            refused.pointer().filter(|issuer| !self.pointed && self.egress.judge(&issuer.url()).is_ok());
        if let Some(issuer) = pointer {
            self.pointed = true;
            for ask in asks(issuer).into_iter().rev() {
                self.next.push_front(ask);
            }
        }
        self.otherwise(Outcome::Invalid(refused))
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
        // Not 300 and 304, which name no place to go on to.
        if matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
            return self.redirected(response.headers().get(header::LOCATION).and_then(|v| v.to_str().ok()));
        }
        match Metadata::receive(&self.current.issuer, response) {
            Ok(read) => Ok(Turn::Done(Discovered {
                url: self.current.target.url().to_string(),
                read,
                attempts: self.attempts,
            })),
            Err(refused) => self.refused(refused),
        }
    }
}

fn asks(issuer: &Issuer) -> Vec<Ask> {
    let ask = |well_known: &WellKnown| {
        let target = Endpoint::try_from(issuer.metadata_url(*well_known)).ok()?;
        Some(Ask { issuer: issuer.clone(), target })
    };
    issuer.well_knowns().iter().filter_map(ask).collect()
}

/// The metadata that was found.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Discovered {
    /// Where.
    pub url: String,
    /// What.
    pub read: Parsed,
    /// What was asked before it, in vain.
    pub attempts: Vec<Attempt>,
}

impl Discovered {
    /// That documents which were found before it name another issuer than the one that was asked.
    pub(crate) fn pointers(&self) -> impl Iterator<Item = &Violation> {
        let refused = self.attempts.iter().filter_map(|attempt| match &attempt.outcome {
            Outcome::Invalid(refused) if refused.pointer().is_some() => Some(refused),
            _ => None,
        });
        refused.flat_map(|refused| &refused.violations).filter(|violation| violation.is_fatal())
    }
}

/// One request that led to no usable document.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Attempt {
    /// What was asked for.
    pub url: String,
    /// What came of it.
    pub outcome: Outcome,
}

/// Why an answer was no usable document.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// A redirect to another origin, to a forbidden place, or one too many.
    Redirect,
    /// A status, a body or a document that cannot be used.
    Invalid(InvalidMetadata),
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Redirect => f.write_str("it redirects elsewhere"),
            Self::Invalid(refused) => refused.fmt(f),
        }
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

/// No usable metadata anywhere it may lie.
#[derive(Clone, Debug, thiserror::Error)]
#[error("no usable metadata was found")]
#[non_exhaustive]
pub struct NotFound {
    /// Everything that was asked, in order.
    pub attempts: Vec<Attempt>,
}

impl NotFound {
    /// The first document that was there and could not be used: its server is to blame, not its absence.
    pub fn misbehaves(&self) -> Option<&InvalidMetadata> {
        self.attempts.iter().find_map(|attempt| match &attempt.outcome {
            Outcome::Invalid(refused) if refused.is_a_document() => Some(refused),
            _ => None,
        })
    }
}

const MAX_REDIRECTS: u8 = 3;
