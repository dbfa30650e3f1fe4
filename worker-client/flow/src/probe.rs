use http::{Request, Response};
use rfc8414::{InvalidMetadata, Issuer, Metadata, WellKnown};

use crate::{
    Attempt, BearerChallenge, Discover, Discovered, DriveError, Egress, FetchError, Finding, InvalidHost,
    LoginTarget, NotFound, ResourceMetadata, RetryAfter, Server, Unreachable, Unusable, Verdict, drive, get,
    resource_metadata::challenge,
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
}

/// Probes a host with read-only requests: its well-known documents, and if there are none the named URL itself.
///
/// `has_client` says if this app has a client identifier at that server without a registration.
pub async fn probe(
    target: &LoginTarget,
    egress: &Egress,
    has_client: impl Fn(&Metadata) -> bool,
    fetch: impl AsyncFn(Request<Vec<u8>>) -> Result<Response<Vec<u8>>, FetchError>,
) -> Probe {
    match discovered(Discover::new(target, egress.clone()), egress, &has_client, &fetch).await {
        Ok(probe) => probe,
        Err(not_found) => {
            let is_there = not_found.unusable().or(not_found.unreadable()).is_some();
            let challenge = if is_there { None } else { challenge(target, &fetch).await };
            without_metadata(&not_found, challenge.and_then(|challenge| challenge.resource_metadata))
        }
    }
}

/// Probes one issuer, at its own well-known URLs alone.
pub(crate) async fn probe_issuer(
    issuer: &Issuer,
    egress: &Egress,
    has_client: &impl Fn(&Metadata) -> bool,
    fetch: &impl AsyncFn(Request<Vec<u8>>) -> Result<Response<Vec<u8>>, FetchError>,
) -> Probe {
    match discovered(Discover::at(issuer, egress.clone()), egress, has_client, fetch).await {
        Ok(probe) => probe,
        Err(not_found) => without_metadata(&not_found, None),
    }
}

async fn discovered(
    discover: Result<Discover, NotFound>,
    egress: &Egress,
    has_client: &impl Fn(&Metadata) -> bool,
    fetch: &impl AsyncFn(Request<Vec<u8>>) -> Result<Response<Vec<u8>>, FetchError>,
) -> Result<Probe, NotFound> {
    Ok(match drive(discover?, fetch).await {
        Err(DriveError::Fetch(FetchError::Blocked(reason))) => {
            Probe::of(Verdict::Refused { reason: InvalidHost::Blocked(reason) })
        }
        Err(DriveError::Fetch(error)) => Probe::unreachable(Unreachable::Fetch(error), None),
        Err(DriveError::Protocol(not_found)) => return Err(not_found),
        Ok(found) => judged(found, egress, has_client),
    })
}

/// The probe of a host whose metadata was found.
fn judged(found: Discovered, egress: &Egress, has_client: &impl Fn(&Metadata) -> bool) -> Probe {
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

/// The verdict for a host without usable metadata. A temporary failure never counts as a missing document; `pointer` is the
/// `resource_metadata` of its challenge, which is never fetched.
fn without_metadata(not_found: &NotFound, pointer: Option<String>) -> Probe {
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
    if let Some(resource_metadata) = pointer {
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
    let response = fetch(get(target.url(), "*/*")?).await.ok()?;
    BearerChallenge::read(response.headers())?.scope
}
