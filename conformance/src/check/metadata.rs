use std::cell::RefCell;

use http::{Response, StatusCode, header};
use login_flow::{Finding, Probe, Requirement, Verdict, probe};
use rfc7591::AuthMethod;
use rfc8414::Metadata;
use serde_json::Value;

use crate::{
    context::CheckContext,
    rule::{Phase, Rule},
};

/// Reads the metadata, and notes the outcome of each of its rules.
pub(super) async fn read(context: &mut CheckContext<'_>) -> Probe {
    let seen = RefCell::new(Vec::new());
    let session = context.session;
    let probe = probe(
        context.target,
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
    let no_metadata = Requirement::METADATA.id;
    for finding in probe.findings.iter().filter(|finding| finding.id != no_metadata) {
        context.failed(finding.clone());
    }
    match (&probe.metadata, &probe.verdict) {
        (Some(metadata), _) => judge_document(context, metadata),
        (None, Verdict::NoMetadata) => {
            for unread in seen.take() {
                context.failed(unread.finding());
            }
            if [Rule::MetadataStatus, Rule::MetadataObject]
                .iter()
                .any(|rule| context.ledger.has_failed(*rule))
            {
                context.not_applicable(Rule::MetadataPublished, "a document is there, and it cannot be read");
            } else {
                for finding in &probe.findings {
                    context.failed(finding.clone());
                }
            }
            context.end_phase(Phase::Metadata, "there is no metadata");
        }
        (None, Verdict::Unreadable { .. } | Verdict::Unusable { .. }) => {
            context.end_phase(Phase::Metadata, "the metadata cannot be used");
        }
        (None, verdict) => context.end_phase(Phase::Metadata, &format!("the host {verdict}")),
    }
    probe
}

/// Notes what a document that can be read shows of each rule: that it passes where it has no finding, or why the
/// document shows nothing of it.
fn judge_document(context: &mut CheckContext<'_>, metadata: &Metadata) {
    // `Metadata::receive` looks at each of these before it returns a document, and `probe` at the last three.
    for rule in [
        Rule::MetadataPublished,
        Rule::MetadataStatus,
        Rule::MetadataContentType,
        Rule::MetadataObject,
        Rule::MetadataRepeatedMember,
        Rule::MetadataEmptyMember,
        Rule::IssuerIdentical,
        Rule::IssuerUrl,
        Rule::MetadataRequiredMember,
        Rule::MetadataMalformedMember,
        Rule::RegistrationEndpoint,
        Rule::S256Advertised,
        Rule::IssAdvertised,
    ] {
        context.passed(rule);
    }
    let endpoints =
        [&metadata.authorization_endpoint, &metadata.token_endpoint, &metadata.registration_endpoint];
    let methods = [
        &metadata.token_endpoint_auth_methods_supported,
        &metadata.revocation_endpoint_auth_methods_supported,
        &metadata.introspection_endpoint_auth_methods_supported,
    ];
    let algorithms = [
        &metadata.token_endpoint_auth_signing_alg_values_supported,
        &metadata.revocation_endpoint_auth_signing_alg_values_supported,
        &metadata.introspection_endpoint_auth_signing_alg_values_supported,
    ];
    let signs =
        |method: &AuthMethod| matches!(method, AuthMethod::PrivateKeyJwt | AuthMethod::ClientSecretJwt);
    for (rule, is_seen, why) in [
        (Rule::EndpointUrl, endpoints.into_iter().any(Option::is_some), "the document names no endpoint"),
        (
            Rule::AlgorithmsRequired,
            methods.into_iter().flatten().flatten().any(signs),
            "no authentication method signs",
        ),
        (
            Rule::AlgorithmNone,
            algorithms.into_iter().any(Option::is_some),
            "there is no list of signature algorithms",
        ),
    ] {
        if is_seen {
            context.passed(rule);
        } else {
            context.not_applicable(rule, why);
        }
    }
    context.end_phase(Phase::Metadata, "the document shows nothing of it");
}

/// A response at a well-known URL that comes close to being a document.
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

    fn finding(&self) -> Finding {
        match self.status {
            Some(status) => Rule::MetadataStatus
                .finding(&format!("{} answers a document with status {status}", self.url), "answer with 200"),
            None => Rule::MetadataObject.finding(
                &format!("{} answers 200 as application/json with another body than a JSON object", self.url),
                "send one JSON object",
            ),
        }
    }
}
