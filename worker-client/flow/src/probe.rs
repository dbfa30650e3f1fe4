use http::{Method, Request, Response};
use rfc8414::{Endpoint, InvalidMetadata, Issuer, Metadata, WellKnown};

use crate::{
    Attempt, BearerChallenge, Discover, DriveError, Egress, FetchError, Finding, InvalidHost, LoginTarget,
    NotFound, RetryAfter, Server, Unreachable, Unusable, Verdict, drive,
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
    let discovered = match Discover::new(target, egress.clone()) {
        Ok(discover) => drive(discover, &fetch).await,
        Err(not_found) => Err(DriveError::Protocol(not_found)),
    };
    match discovered {
        Err(DriveError::Fetch(FetchError::Blocked(reason))) => {
            Probe::of(Verdict::Refused { reason: InvalidHost::Blocked(reason) })
        }
        Err(DriveError::Fetch(error)) => {
            Probe::of(Verdict::Unreachable { reason: Unreachable::Fetch(error), detail: None })
        }
        Err(DriveError::Protocol(not_found)) => without_metadata(target, not_found, fetch).await,
        Ok(found) => {
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
    }
}

/// The verdict for a host without usable metadata. A temporary failure never counts as a missing document.
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
    let challenge = challenge(target, fetch).await;
    if let Some(resource_metadata) = challenge.and_then(|challenge| challenge.resource_metadata) {
        return Probe { attempts, ..Probe::of(Verdict::ExternalAuthorizationServer { resource_metadata }) };
    }
    let verdict = match (not_found.temporary(), not_found.closed()) {
        (Some(status), _) => {
            Verdict::Unreachable { reason: Unreachable::Status(status.as_u16()), detail: None }
        }
        (None, Some(status)) => Verdict::Closed { status: status.as_u16() },
        (None, None) => {
            let findings = vec![Finding::no_metadata()];
            return Probe { findings, attempts, ..Probe::of(Verdict::NoMetadata) };
        }
    };
    Probe { attempts, retry_after: not_found.retry_after(), ..Probe::of(verdict) }
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
