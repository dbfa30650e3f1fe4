use std::cell::Cell;

use http::{Request, Response};
use rfc8414::{InvalidMetadata, Issuer, Metadata, WellKnown};

use crate::{
    Attempt, BearerChallenge, Discover, Discovered, DriveError, Egress, FetchError, Finding, InvalidHost,
    LoginTarget, NotFound, Outcome, Requirement, ResourceMetadata, RetryAfter, Server, Unreachable, Unusable,
    Verdict, drive, get,
    unauthenticated::{UnauthenticatedRequests, UnauthenticatedResponse},
};

/// The result of probing a host.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Probe {
    /// The verdict.
    pub verdict: Verdict,
    /// The authorization server to log in with; present exactly if the verdict is `Registrable`.
    pub server: Option<Server>,
    /// The metadata, if there is a readable document.
    pub metadata: Option<Box<Metadata>>,
    /// The requirements that the metadata violates.
    pub findings: Vec<Finding>,
    /// The URL of the metadata.
    pub metadata_url: Option<String>,
    /// The requests that led to no usable document.
    pub attempts: Vec<Attempt>,
    /// The time that an unreachable host asks to wait.
    pub retry_after: Option<RetryAfter>,
    /// The metadata of the resource, if it names servers and was followed.
    pub resource: Option<ResourceMetadata>,
}

impl Probe {
    pub(crate) fn of(verdict: Verdict) -> Self {
        Self {
            verdict,
            server: None,
            metadata: None,
            findings: Vec::new(),
            metadata_url: None,
            attempts: Vec::new(),
            retry_after: None,
            resource: None,
        }
    }

    pub(crate) fn unreachable(reason: Unreachable, retry_after: Option<RetryAfter>) -> Self {
        Self { retry_after, ..Self::of(Verdict::Unreachable { reason, detail: None }) }
    }

    /// The verdict is that the state of the host is unknown, instead of a negative one, if a document that may change
    /// the verdict was not received: `error` is the first error of a request without a response.
    fn unless_unknown(self, error: Option<FetchError>) -> Self {
        if let Some(FetchError::Blocked(reason)) = error.filter(|_| self.server.is_none()) {
            return Self::of(Verdict::Refused { reason: InvalidHost::Blocked(reason) });
        }
        let status = Attempt::temporary(&self.attempts).map(|status| Unreachable::Status(status.as_u16()));
        let verdict = match (&self.verdict, error, status) {
            (Verdict::ExternalAuthorizationServer { .. } | Verdict::Open | Verdict::Registrable, ..)
            | (_, None, None) => {
                return self;
            }
            (_, _, Some(reason)) => Verdict::Unreachable { reason, detail: None },
            (_, Some(error), None) => {
                Verdict::Unreachable { reason: Unreachable::Fetch(error), detail: None }
            }
        };
        let retry_after = Attempt::retry_after(&self.attempts);
        let findings =
            self.findings.into_iter().filter(|finding| finding.id != Requirement::METADATA.id).collect();
        Self { verdict, findings, retry_after, ..self }
    }
}

/// Probes a host: its well-known documents and, where none is there, the named URL itself.
///
/// `has_client` says if this app has a client identifier at that server without a registration.
pub async fn probe(
    target: &LoginTarget,
    egress: &Egress,
    requests: UnauthenticatedRequests,
    has_client: impl Fn(&Metadata) -> bool,
    fetch: impl AsyncFn(Request<Vec<u8>>) -> Result<Response<Vec<u8>>, FetchError>,
) -> Probe {
    probe_own(target, egress, NamedUrl::NotAsked(requests), &has_client, &fetch).await
}

/// The named URL in a probe of its host: with the requests that may be sent to it, or with the response that it gave.
pub(crate) enum NamedUrl {
    NotAsked(UnauthenticatedRequests),
    Asked(UnauthenticatedResponse),
}

/// Probes a host as its own authorization server.
pub(crate) async fn probe_own(
    target: &LoginTarget,
    egress: &Egress,
    named_url: NamedUrl,
    has_client: &impl Fn(&Metadata) -> bool,
    fetch: &impl AsyncFn(Request<Vec<u8>>) -> Result<Response<Vec<u8>>, FetchError>,
) -> Probe {
    let (discovered, error) =
        discovered(Discover::new(target, egress.clone()), egress, has_client, fetch).await;
    let probe = match discovered {
        Ok(probe) => probe,
        Err(not_found) => {
            let is_there = not_found.unusable().or(not_found.unreadable()).is_some();
            let mut outcomes = not_found.attempts.iter().map(|attempt| &attempt.outcome);
            let is_silent = outcomes.clone().all(|outcome| matches!(outcome, Outcome::Unanswered));
            // A host that refuses to be asked, or does not say now, is not asked for more than it is read for.
            let is_unsaid = outcomes.any(|outcome| {
                matches!(outcome, Outcome::Closed(_) | Outcome::Temporary(..) | Outcome::Unanswered)
            });
            let response = match named_url {
                NamedUrl::Asked(response) => response,
                NamedUrl::NotAsked(_) if is_there || is_silent => UnauthenticatedResponse::default(),
                NamedUrl::NotAsked(requests) => {
                    let requests = if is_unsaid { UnauthenticatedRequests::Get } else { requests };
                    UnauthenticatedResponse::of(target, requests, fetch).await
                }
            };
            without_metadata(&not_found, response)
        }
    };
    probe.unless_unknown(error)
}

/// Probes one issuer, at its own well-known URLs alone.
pub(crate) async fn probe_issuer(
    issuer: &Issuer,
    egress: &Egress,
    has_client: &impl Fn(&Metadata) -> bool,
    fetch: &impl AsyncFn(Request<Vec<u8>>) -> Result<Response<Vec<u8>>, FetchError>,
) -> Probe {
    let (discovered, error) =
        discovered(Discover::at(issuer, egress.clone()), egress, has_client, fetch).await;
    discovered
        .unwrap_or_else(|not_found| without_metadata(&not_found, UnauthenticatedResponse::default()))
        .unless_unknown(error)
}

/// The probe of what a search finds, and the first error of a request without a response.
async fn discovered(
    discover: Result<Discover, NotFound>,
    egress: &Egress,
    has_client: &impl Fn(&Metadata) -> bool,
    fetch: &impl AsyncFn(Request<Vec<u8>>) -> Result<Response<Vec<u8>>, FetchError>,
) -> (Result<Probe, NotFound>, Option<FetchError>) {
    let error = Cell::new(None);
    let observed =
        async |request| fetch(request).await.inspect_err(|reason| error.set(error.get().or(Some(*reason))));
    let discovered = match discover {
        Ok(discover) => drive(discover, observed).await,
        Err(not_found) => Err(DriveError::Protocol(not_found)),
    };
    let probe = match discovered {
        // Discovery goes on without a response, so that no error of the transport ends it; `error` has the reason.
        Err(DriveError::Fetch(_)) => Ok(Probe::of(Verdict::NoMetadata)),
        Err(DriveError::Protocol(not_found)) => Err(not_found),
        Ok(found) => Ok(with_metadata(found, egress, has_client)),
    };
    (probe, error.get())
}

/// The probe of a host whose metadata was found.
fn with_metadata(found: Discovered, egress: &Egress, has_client: &impl Fn(&Metadata) -> bool) -> Probe {
    let findings = found.pointers().chain(&found.read.violations).map(Finding::from);
    let findings = findings.chain(Finding::beyond(&found.read.metadata)).collect();
    let metadata = Some(Box::new(found.read.metadata.clone()));
    let has_client = has_client(&found.read.metadata);
    let (verdict, server) = match Server::new(found.read.metadata, egress, has_client) {
        Ok(mut server) => {
            server.speaks_openid |= found.well_known != WellKnown::OAuth;
            (Verdict::Registrable, Some(server))
        }
        Err(reasons) if reasons == [Unusable::NoRegistration] => (Verdict::NoRegistration, None),
        Err(reasons) => (Verdict::Unusable { reasons }, None),
    };
    let (metadata_url, attempts) = (Some(found.url), found.attempts);
    Probe { server, metadata, findings, metadata_url, attempts, ..Probe::of(verdict) }
}

/// The verdict for a host without usable metadata. The `resource_metadata` of its challenge is never fetched.
fn without_metadata(not_found: &NotFound, unauthenticated: UnauthenticatedResponse) -> Probe {
    let attempts = not_found.attempts.clone();
    if let Some(invalid) = not_found.unusable() {
        let findings = findings(invalid);
        let fatal = invalid.violations.iter().filter(|violation| violation.is_fatal());
        let reasons = fatal.map(|violation| Unusable::Metadata(violation.into())).collect();
        return Probe { findings, attempts, ..Probe::of(Verdict::Unusable { reasons }) };
    }
    if let Some(invalid) = not_found.unreadable() {
        let reasons = findings(invalid);
        return Probe { findings: reasons.clone(), attempts, ..Probe::of(Verdict::Unreadable { reasons }) };
    }
    let pointer = unauthenticated.challenge.and_then(|challenge| challenge.resource_metadata);
    if let Some(resource_metadata) = pointer {
        return Probe { attempts, ..Probe::of(Verdict::ExternalAuthorizationServer { resource_metadata }) };
    }
    if unauthenticated.is_open {
        return Probe { attempts, ..Probe::of(Verdict::Open) };
    }
    if let Some(status) = not_found.closed() {
        return Probe { attempts, ..Probe::of(Verdict::Closed { status: status.as_u16() }) };
    }
    Probe { findings: vec![Finding::no_metadata()], attempts, ..Probe::of(Verdict::NoMetadata) }
}

fn findings(invalid: &InvalidMetadata) -> Vec<Finding> {
    invalid.violations.iter().map(Finding::from).collect()
}

/// The scope of the named URL's Bearer challenge (RFC 6750 §3), for [`RequestedScope::chosen`](crate::RequestedScope):
/// untrusted text.
pub async fn challenge_scope(
    target: &LoginTarget,
    fetch: impl AsyncFn(Request<Vec<u8>>) -> Result<Response<Vec<u8>>, FetchError>,
) -> Option<String> {
    let response = fetch(get(target.url(), "*/*")?).await.ok()?;
    BearerChallenge::read(response.headers())?.scope
}
