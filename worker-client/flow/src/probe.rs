use http::{Method, Request, Response};
use rfc8414::{Endpoint, InvalidMetadata, Issuer, Metadata};

use crate::{
    Attempt, BearerChallenge, Discover, DriveError, Egress, FetchError, Finding, InvalidHost, LoginTarget,
    NotFound, Server, Unreachable, Unusable, Verdict, drive,
};

/// The outcome of asking a host.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Probe {
    /// The answer.
    pub verdict: Verdict,
    /// Whom to log in with, exactly when the verdict is `Registrable`.
    pub server: Option<Server>,
    /// The metadata, where there is some that can be read.
    pub metadata: Option<Box<Metadata>>,
    /// What the metadata breaks.
    pub findings: Vec<Finding>,
    /// Where the metadata was found.
    pub metadata_url: Option<String>,
    /// Everything that was asked in vain.
    pub attempts: Vec<Attempt>,
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
        }
    }
}

/// Asks a host, by reading only: its well-known documents, and where there are none the named URL itself.
///
/// `is_preregistered` says at which issuers this app has a client that was registered by hand.
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
                Ok(server) => (Verdict::Registrable, Some(server)),
                Err(reasons) if reasons == [Unusable::NoRegistration] => (Verdict::NoRegistration, None),
                Err(reasons) => (Verdict::Unusable { reasons }, None),
            };
            let (metadata_url, attempts) = (Some(found.url), found.attempts);
            Probe { verdict, server, metadata, findings, metadata_url, attempts }
        }
    }
}

/// The verdict of a host without usable metadata. A failure that may pass is never taken for an absence.
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
    if let Some(resource_metadata) = challenge(target, fetch).await {
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
    Probe { attempts, ..Probe::of(verdict) }
}

fn findings(invalid: &InvalidMetadata) -> Vec<Finding> {
    invalid.violations.iter().map(Finding::from).collect()
}

/// The `resource_metadata` of the named URL's Bearer challenge, never fetched.
async fn challenge(
    target: &LoginTarget,
    fetch: impl AsyncFn(Request<Vec<u8>>) -> Result<Response<Vec<u8>>, FetchError>,
) -> Option<String> {
    let mut request = Request::new(Vec::new());
    *request.method_mut() = Method::GET;
    *request.uri_mut() = Endpoint::try_from(target.url().clone()).ok()?.uri();
    let response = fetch(request).await.ok()?;
    BearerChallenge::read(response.headers())?.resource_metadata
}
