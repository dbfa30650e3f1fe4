use http::{Request, Response, StatusCode};
use rfc8414::{Issuer, Metadata};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use crate::{
    Actor, BearerChallenge, Egress, FailedResponse, Fault, Faulty, FetchError, Finding, LoginTarget, Probe,
    Requirement, Step, Unreachable, Unusable, Verdict, covers, get,
    page::is_json,
    probe::{NamedUrl, probe_issuer, probe_own},
    scope::union,
    unauthenticated::{UnauthenticatedRequests, UnauthenticatedResponse},
};

/// The protected resource metadata of a named URL (RFC 9728 §2), as far as a login uses it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ResourceMetadata {
    /// `resource` as published: the named URL, or one that covers it.
    pub resource: String,
    /// The scope of the resource's challenge (RFC 6750 §3), else its `scopes_supported`: untrusted text.
    pub scope: Option<String>,
    /// True if the metadata of the authorization server lists the resource (RFC 9728 §4).
    pub is_listed: bool,
    /// The first issuers of `authorization_servers`.
    #[serde(skip)]
    pub authorization_servers: Vec<Issuer>,
}

impl ResourceMetadata {
    /// Reads the document that was found for a named URL. Its `resource` must be that URL, or an origin or a path that
    /// covers it, and it must name an issuer that the egress policy allows.
    pub fn read(target: &LoginTarget, egress: &Egress, body: &[u8]) -> Result<Self, Finding> {
        let document: Value = serde_json::from_slice(body).unwrap_or_default();
        if !document.is_object() {
            let remedy = "send one JSON object";
            return Err(invalid(Requirement::RESOURCE_METADATA, "it is not a JSON object", remedy));
        }
        let resource = document.get("resource").and_then(Value::as_str).unwrap_or_default();
        let url = Url::parse(resource).ok().filter(|url| url.fragment().is_none() && url.query().is_none());
        if !url.is_some_and(|url| covers(&url, target.url())) {
            let shown: String = resource.chars().take(300).collect();
            let evidence = format!("its `resource` is `{shown}`, which does not cover {}", target.resource());
            return Err(invalid(Requirement::RESOURCE_COVERS, &evidence, "name the URL that people use"));
        }
        let issuers = strings(&document, "authorization_servers").filter_map(|issuer| {
            Issuer::try_from(issuer.to_owned()).ok().filter(|issuer| egress.judge(&issuer.url()).is_ok())
        });
        let authorization_servers: Vec<Issuer> = issuers.take(MAX_SERVERS).collect();
        if authorization_servers.is_empty() {
            let evidence = "its `authorization_servers` names no issuer that may be used";
            let remedy = "list the issuer identifier of the authorization server";
            return Err(invalid(Requirement::AUTHORIZATION_SERVERS, evidence, remedy));
        }
        let scope = Some(union(strings(&document, "scopes_supported"))).filter(|scope| !scope.is_empty());
        Ok(Self { resource: resource.to_owned(), scope, is_listed: false, authorization_servers })
    }
}

/// The well-known URLs of a named URL: with its path inserted, then those of its origin (RFC 9728 §3.1).
pub fn resource_metadata_urls(target: &LoginTarget) -> Vec<Url> {
    let at = |path: &str| {
        let mut url = target.url().clone();
        url.set_path(&format!("{WELL_KNOWN}{}", path.trim_end_matches('/')));
        url
    };
    let (inserted, root) = (at(target.url().path()), at(""));
    if inserted == root { vec![root] } else { vec![inserted, root] }
}

/// Probes a host by the authorization servers that its protected resource metadata names (RFC 9728), else as
/// [`probe()`](crate::probe()) does.
///
/// The servers are tried in their order, each at its own issuer identifier alone. A document that leads to no server that
/// can be used counts as none: the host may be its own authorization server.
pub async fn probe_resource(
    target: &LoginTarget,
    egress: &Egress,
    requests: UnauthenticatedRequests,
    has_client: impl Fn(&Metadata) -> bool,
    fetch: impl AsyncFn(Request<Vec<u8>>) -> Result<Response<Vec<u8>>, FetchError>,
) -> Probe {
    let received = UnauthenticatedResponse::of(target, requests, &fetch).await;
    let named = match document(target, received.challenge.as_ref(), &fetch).await {
        Ok(body) => body.map(|body| ResourceMetadata::read(target, egress, &body)),
        Err(unreachable) => return unreachable,
    };
    let mut invalid = None;
    let pointed = match named {
        None => None,
        Some(Err(finding)) => {
            let reasons = vec![Unusable::Metadata(finding.clone())];
            invalid = Some(finding.clone());
            Some(Probe { findings: vec![finding], ..Probe::of(Verdict::Unusable { reasons }) })
        }
        Some(Ok(mut named)) => {
            let challenge = received.challenge.as_ref();
            named.scope = challenge.and_then(|challenge| challenge.scope.clone()).or(named.scope);
            Some(probe_servers(named, egress, &has_client, &fetch).await)
        }
    };
    match pointed {
        Some(found) if found.server.is_some() || matches!(found.verdict, Verdict::Unreachable { .. }) => {
            found
        }
        pointed => {
            let mut own = probe_own(target, egress, NamedUrl::Asked(received), &has_client, &fetch).await;
            own.findings.extend(invalid);
            pointed.filter(|_| own.server.is_none()).unwrap_or(own)
        }
    }
}

/// Probes the servers that a resource names: the first that can be used, else the first.
async fn probe_servers(
    mut named: ResourceMetadata,
    egress: &Egress,
    has_client: &impl Fn(&Metadata) -> bool,
    fetch: &impl AsyncFn(Request<Vec<u8>>) -> Result<Response<Vec<u8>>, FetchError>,
) -> Probe {
    let mut first = None;
    for issuer in &named.authorization_servers {
        let found = probe_issuer(issuer, egress, has_client, fetch).await;
        if found.server.is_some() {
            let listed = found.metadata.as_deref().and_then(|metadata| metadata.protected_resources.as_ref());
            named.is_listed = listed.is_some_and(|listed| listed.contains(&named.resource));
            return Probe { resource: Some(named), ..found };
        }
        first.get_or_insert(found);
    }
    Probe { resource: Some(named), ..first.unwrap_or_else(|| Probe::of(Verdict::NoMetadata)) }
}

/// The document that the challenge names on the origin of the resource, else that of a well-known URL; the error is the
/// probe of a host that does not say now.
async fn document(
    target: &LoginTarget,
    challenge: Option<&BearerChallenge>,
    fetch: &impl AsyncFn(Request<Vec<u8>>) -> Result<Response<Vec<u8>>, FetchError>,
) -> Result<Option<Vec<u8>>, Probe> {
    let named = challenge.and_then(|challenge| Url::parse(challenge.resource_metadata.as_deref()?).ok());
    let mut urls: Vec<Url> = named.into_iter().filter(|url| url.origin() == target.url().origin()).collect();
    urls.extend(resource_metadata_urls(target));
    urls.dedup();
    for request in urls.iter().filter_map(|url| get(url, "application/json")) {
        let response = match fetch(request).await {
            Ok(response) => response,
            Err(error) => return Err(Probe::unreachable(Unreachable::Fetch(error), None)),
        };
        let status = response.status();
        if let Fault::Temporary { retry_after } = FailedResponse::read(Step::Metadata, &response).fault() {
            return Err(Probe::unreachable(Unreachable::Status(status.as_u16()), retry_after));
        }
        // Some hosts answer with a page whatever is asked for.
        if status == StatusCode::OK && is_json(&response) {
            return Ok(Some(response.into_body()));
        }
    }
    Ok(None)
}

/// The strings of a list.
fn strings<'a>(document: &'a Value, member: &str) -> impl Iterator<Item = &'a str> {
    document.get(member).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

fn invalid(requirement: Requirement, evidence: &str, remedy: &'static str) -> Finding {
    Finding { actor: Actor::Host, ..Finding::of(requirement, evidence, remedy) }
}

const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";
/// The number of servers that are asked: more than real resources name.
const MAX_SERVERS: usize = 3;
