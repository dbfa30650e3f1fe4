use std::cell::Cell;

use http::{Method, Request, Response};
use rfc8414::{Endpoint, InvalidMetadata, Issuer, Metadata, WellKnown};

use crate::{
    Attempt, BearerChallenge, Discover, Discovered, DriveError, Egress, FetchError, Finding, InvalidHost,
    LoginTarget, NotFound, Outcome, Requirement, RetryAfter, Server, Unreachable, Unusable, Verdict, drive,
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
}

impl Probe {
    fn of(verdict: Verdict) -> Self {
        Self {
            verdict,
            server: None,
            metadata: None,
            findings: Vec::new(),
            metadata_url: None,
            attempts: Vec::new(),
            retry_after: None,
        }
    }

    /// The verdict is that the state of the host is unknown, instead of a negative one, if a document that may change
    /// the verdict was not received: `error` is the first error of a request without a response.
    fn unless_unknown(self, error: Option<FetchError>) -> Self {
        if let Some(FetchError::Blocked(reason)) = error.filter(|_| self.server.is_none()) {
            return Self::of(Verdict::Refused { reason: InvalidHost::Blocked(reason) });
        }
        let status = Attempt::temporary(&self.attempts).map(|status| Unreachable::Status(status.as_u16()));
        let verdict = match (&self.verdict, error, status) {
            (Verdict::ExternalAuthorizationServer { .. } | Verdict::Registrable, ..) | (_, None, None) => {
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

/// Probes a host with read-only requests: its well-known documents, and if there are none the named URL itself.
///
/// `is_preregistered` says at which issuers this app has a pre-registered client.
pub async fn probe(
    target: &LoginTarget,
    egress: &Egress,
    is_preregistered: impl Fn(&Issuer) -> bool,
    fetch: impl AsyncFn(Request<Vec<u8>>) -> Result<Response<Vec<u8>>, FetchError>,
) -> Probe {
    let error = Cell::new(None);
    let observed =
        async |request| fetch(request).await.inspect_err(|reason| error.set(error.get().or(Some(*reason))));
    let discovered = match Discover::new(target, egress.clone()) {
        Ok(discover) => drive(discover, observed).await,
        Err(not_found) => Err(DriveError::Protocol(not_found)),
    };
    let probe = match discovered {
        // Discovery goes on without a response, so that no error of the transport ends it; `error` has the reason.
        Err(DriveError::Fetch(_)) => Probe::of(Verdict::NoMetadata),
        Err(DriveError::Protocol(not_found)) => without_metadata(target, not_found, fetch).await,
        Ok(found) => with_metadata(found, egress, is_preregistered),
    };
    probe.unless_unknown(error.get())
}

fn with_metadata(found: Discovered, egress: &Egress, is_preregistered: impl Fn(&Issuer) -> bool) -> Probe {
    let findings = found.pointers().chain(&found.read.violations).map(Finding::from);
    let findings = findings.chain(Finding::beyond(&found.read.metadata)).collect();
    let metadata = Some(Box::new(found.read.metadata.clone()));
    let is_preregistered = is_preregistered(&found.read.metadata.issuer);
    let (verdict, server) = match Server::new(found.read.metadata, egress, is_preregistered) {
        Ok(mut server) => {
            server.speaks_openid |= found.well_known != WellKnown::OAuth;
            (Verdict::Registrable, Some(server))
        }
        Err(reasons) if reasons == [Unusable::NoRegistration] => (Verdict::NoRegistration, None),
        Err(reasons) => (Verdict::Unusable { reasons }, None),
    };
    let (metadata_url, attempts) = (Some(found.url), found.attempts);
    Probe { verdict, server, metadata, findings, metadata_url, attempts, retry_after: None }
}

/// The verdict for a host without usable metadata.
async fn without_metadata(
    target: &LoginTarget,
    not_found: NotFound,
    fetch: impl AsyncFn(Request<Vec<u8>>) -> Result<Response<Vec<u8>>, FetchError>,
) -> Probe {
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
    let is_silent = attempts.iter().all(|attempt| matches!(attempt.outcome, Outcome::Unanswered));
    let challenge = if is_silent { None } else { challenge(target, fetch).await };
    if let Some(resource_metadata) = challenge.and_then(|challenge| challenge.resource_metadata) {
        return Probe { attempts, ..Probe::of(Verdict::ExternalAuthorizationServer { resource_metadata }) };
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
    challenge(target, fetch).await?.scope
}

/// The Bearer challenge of the named URL to a request without a token; its `resource_metadata` is never fetched.
async fn challenge(
    target: &LoginTarget,
    fetch: impl AsyncFn(Request<Vec<u8>>) -> Result<Response<Vec<u8>>, FetchError>,
) -> Option<BearerChallenge> {
    let mut request = Request::new(Vec::new());
    *request.method_mut() = Method::GET;
    *request.uri_mut() = Endpoint::try_from(target.url().clone()).ok()?.uri();
    let response = fetch(request).await.ok()?;
    BearerChallenge::read(response.headers())
}
