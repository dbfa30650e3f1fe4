use std::cell::RefCell;

use http::{Response, StatusCode, header};
use login_flow::{Probe, probe};
use rfc7591::AuthMethod;
use rfc8414::Metadata;
use serde_json::Value;

use super::Work;
use crate::{Phase, Verdict};

/// Reads the metadata, and notes what it breaks and what it keeps.
pub(super) async fn read(work: &mut Work<'_>) -> Probe {
    let seen = RefCell::new(Vec::new());
    let session = work.session;
    let probe = probe(
        work.named,
        session.egress(),
        |_| false,
        async |request| {
            let is_well_known = request.uri().path().contains("/.well-known/");
            let url = request.uri().to_string();
            let response = session.fetch(request).await?;
            if is_well_known {
                seen.borrow_mut().extend(Unread::of(&url, &response));
            }
            Ok(response)
        },
    )
    .await;
    let no_metadata = "mcp/discovery/metadata";
    for finding in probe.findings.iter().filter(|finding| finding.id != no_metadata) {
        work.ledger.broken(finding.clone().into());
    }
    match (&probe.metadata, Verdict::of(&probe)) {
        (Some(metadata), _) => {
            work.ledger.kept(no_metadata);
            not_applicable(work, metadata);
            work.ledger.rest_kept(Phase::Metadata);
        }
        (None, Verdict::NoMetadata) => {
            for unread in seen.take() {
                unread.tell(work);
            }
            if ["rfc8414/3.2/status-200", "rfc8414/3.2/json-object"]
                .iter()
                .any(|id| work.ledger.is_broken(id))
            {
                work.ledger.untested(no_metadata, "a document is there, and it cannot be read");
            } else {
                for finding in &probe.findings {
                    work.ledger.broken(finding.clone().into());
                }
            }
            work.give_up(Phase::Metadata, "there is no metadata");
        }
        (None, Verdict::Unusable { .. }) => work.give_up(Phase::Metadata, "the metadata cannot be used"),
        (None, verdict) => work.give_up(Phase::Metadata, &format!("the host {verdict}")),
    }
    probe
}

/// Rules whose condition this document does not meet: nothing was seen of them.
fn not_applicable(work: &mut Work<'_>, metadata: &Metadata) {
    let methods = [
        &metadata.token_endpoint_auth_methods_supported,
        &metadata.revocation_endpoint_auth_methods_supported,
        &metadata.introspection_endpoint_auth_methods_supported,
    ];
    let signs =
        |method: &AuthMethod| matches!(method, AuthMethod::PrivateKeyJwt | AuthMethod::ClientSecretJwt);
    if !methods.into_iter().flatten().flatten().any(signs) {
        work.ledger.untested("rfc8414/2/alg-values-required", "no authentication method signs");
    }
    let algorithms = [
        &metadata.token_endpoint_auth_signing_alg_values_supported,
        &metadata.revocation_endpoint_auth_signing_alg_values_supported,
        &metadata.introspection_endpoint_auth_signing_alg_values_supported,
    ];
    if algorithms.into_iter().flatten().next().is_none() {
        work.ledger.untested("rfc8414/2/alg-none", "there is no list of signature algorithms");
    }
}

/// An answer at a well-known URL that comes close to being a document.
struct Unread {
    url: String,
    status: Option<StatusCode>,
}

impl Unread {
    fn of(url: &str, response: &Response<Vec<u8>>) -> Option<Self> {
        let document = serde_json::from_slice::<Value>(response.body());
        let has_issuer = document.is_ok_and(|document| document.get("issuer").is_some());
        let status = response.status();
        let content_type = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let says_json = content_type.is_some_and(|kind| kind.trim_start().starts_with("application/json"));
        let url = url.to_owned();
        match status {
            StatusCode::OK if says_json && !has_issuer => Some(Self { url, status: None }),
            StatusCode::OK => None,
            _ if has_issuer && !status.is_redirection() => Some(Self { url, status: Some(status) }),
            _ => None,
        }
    }

    fn tell(&self, work: &mut Work<'_>) {
        match self.status {
            Some(status) => work.broken(
                "rfc8414/3.2/status-200",
                &format!("{} answers a document with status {status}", self.url),
                "answer with 200",
            ),
            None => work.broken(
                "rfc8414/3.2/json-object",
                &format!("{} answers 200 as application/json with another body than a JSON object", self.url),
                "send one JSON object",
            ),
        }
    }
}
