use http::{Method, Request, Response};
use rfc8414::{Endpoint, Issuer, Metadata, Violation};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Attempt, BearerChallenge, Discover, DriveError, Egress, FetchError, Finding, LoginTarget, NotFound,
    Server, Unusable, drive,
};

/// Whether and how a person can log in to a host.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "a caller must handle each")]
pub enum Verdict {
    /// The host points to another authorization server by RFC 9728, which is named and not asked.
    ExternalAuthorizationServer {
        /// The `resource_metadata` of its challenge: untrusted text.
        resource_metadata: String,
    },
    /// No metadata anywhere it may lie.
    NoMetadata,
    /// Metadata, but no `registration_endpoint`.
    NoRegistration,
    /// The egress policy forbids asking.
    Refused {
        /// Its reason.
        why: String,
    },
    /// A person can log in.
    Registrable,
    /// No answer.
    Unreachable {
        /// As much of the reason as is told to strangers.
        why: String,
    },
    /// Metadata with which no login is possible.
    Unusable {
        /// What is wrong with it, or what it requires.
        why: String,
    },
}

/// What asking a host led to.
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
    /// The id of the requirement that decided the verdict, whomever it binds; a mechanism that this client does not
    /// have breaks none.
    pub requirement: Option<&'static str>,
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
            requirement: None,
            metadata_url: None,
            attempts: Vec::new(),
        }
    }
}

/// Asks a host, by reading only: its well-known documents, and where there are none the named URL itself.
///
/// `is_preregistered` says at which issuers this app has a client that was registered by hand.
pub async fn probe(
    named: &LoginTarget,
    egress: &Egress,
    is_preregistered: impl Fn(&Issuer) -> bool,
    fetch: impl AsyncFn(Request<Vec<u8>>) -> Result<Response<Vec<u8>>, FetchError>,
) -> Probe {
    let discovered = match Discover::new(named, egress.clone()) {
        Ok(discover) => drive(discover, &fetch).await,
        Err(not_found) => Err(DriveError::Protocol(not_found)),
    };
    match discovered {
        Err(DriveError::Fetch(FetchError::Blocked(why))) => {
            let requirement = Some(why.requirement().id);
            Probe { requirement, ..Probe::of(Verdict::Refused { why: why.to_string() }) }
        }
        Err(DriveError::Fetch(why)) => Probe::of(Verdict::Unreachable { why: why.to_string() }),
        Err(DriveError::Protocol(not_found)) => without_metadata(named, not_found, fetch).await,
        Ok(found) => {
            let findings = found.pointers().chain(&found.read.violations).map(Finding::from);
            let findings = findings.chain(Finding::beyond(&found.read.metadata)).collect();
            let metadata = Some(Box::new(found.read.metadata.clone()));
            let is_preregistered = is_preregistered(&found.read.metadata.issuer);
            let (verdict, server, requirement) =
                match Server::new(found.read.metadata, egress, is_preregistered) {
                    Ok(server) => (Verdict::Registrable, Some(server), None),
                    Err(why) => {
                        let requirement = match &why {
                            Unusable::Without(member) => Some(Violation::Missing(member).code()),
                            why => why.requirement().map(|requirement| requirement.id),
                        };
                        let verdict = match why {
                            Unusable::NoRegistration => Verdict::NoRegistration,
                            why => Verdict::Unusable { why: why.to_string() },
                        };
                        (verdict, None, requirement)
                    }
                };
            Probe {
                verdict,
                server,
                metadata,
                findings,
                requirement,
                metadata_url: Some(found.url),
                attempts: found.attempts,
            }
        }
    }
}

async fn without_metadata(
    named: &LoginTarget,
    not_found: NotFound,
    fetch: impl AsyncFn(Request<Vec<u8>>) -> Result<Response<Vec<u8>>, FetchError>,
) -> Probe {
    let attempts = not_found.attempts.clone();
    if let Some(refused) = not_found.misbehaves() {
        let findings = refused.violations.iter().map(Finding::from).collect();
        let fatal = refused.violations.iter().find(|violation| violation.is_fatal());
        let requirement = fatal.map(Violation::code);
        let verdict = Verdict::Unusable { why: refused.to_string() };
        return Probe { findings, requirement, attempts, ..Probe::of(verdict) };
    }
    let Some(resource_metadata) = challenge(named, fetch).await else {
        let finding = Finding::no_metadata();
        let requirement = Some(finding.id);
        return Probe { findings: vec![finding], requirement, attempts, ..Probe::of(Verdict::NoMetadata) };
    };
    Probe { attempts, ..Probe::of(Verdict::ExternalAuthorizationServer { resource_metadata }) }
}

/// The `resource_metadata` of the named URL's Bearer challenge, never fetched.
async fn challenge(
    named: &LoginTarget,
    fetch: impl AsyncFn(Request<Vec<u8>>) -> Result<Response<Vec<u8>>, FetchError>,
) -> Option<String> {
    let mut request = Request::new(Vec::new());
    *request.method_mut() = Method::GET;
    *request.uri_mut() = Endpoint::try_from(named.url().clone()).ok()?.uri();
    let response = fetch(request).await.ok()?;
    BearerChallenge::read(response.headers())?.resource_metadata
}
