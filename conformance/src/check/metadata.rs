mod document;

pub(crate) use document::judge_grants;
use document::judge_members;

use std::cell::RefCell;

use http::{Request, Response, StatusCode, header};
use login_flow::{
    Finding, Level, Probe, Requirement, UnauthenticatedRequests, Verdict, probe, probe_resource,
};
use serde_json::{Map, Value};

use crate::{
    context::CheckContext,
    received::{self, Received},
    rule::{Phase, Rule},
};

/// Reads the metadata, and notes the outcome of each of its rules. `typed` is the host as it was named.
pub(super) async fn read(context: &mut CheckContext<'_>, typed: &str) -> Probe {
    let seen = RefCell::new(Vec::new());
    let documents = RefCell::new(Vec::new());
    let session = context.session;
    let fetch = async |request: Request<Vec<u8>>| {
        let path = request.uri().path();
        let is_well_known = path.contains("/.well-known/") && !path.contains("oauth-protected-resource");
        let url = request.uri().to_string();
        let response = session.fetch(request).await?;
        if is_well_known && response.status() == StatusCode::OK {
            documents.borrow_mut().push((url, response.clone()));
        } else if is_well_known {
            seen.borrow_mut().extend(Unread::of(&url, &response));
        }
        Ok(response)
    };
    let requests = UnauthenticatedRequests::GetThenPing;
    let probe = if context.options.resource_metadata {
        probe_resource(context.target, session.egress(), requests, |_| false, fetch).await
    } else {
        probe(context.target, session.egress(), requests, |_| false, fetch).await
    };
    let documents: Vec<(String, Response<Vec<u8>>)> = documents.take();
    let is_read = |document: &&(String, Response<Vec<u8>>)| probe.metadata_url.as_ref() == Some(&document.0);
    let document = documents.iter().rfind(is_read);
    let no_metadata = Requirement::METADATA.id;
    let is_typed = probe.metadata.as_ref().is_some_and(|metadata| metadata.issuer.as_str() == typed);
    let findings = probe.findings.iter().filter(|finding| finding.id != no_metadata);
    // The slash at the end of an issuer that was typed with it is no difference.
    let findings = findings.filter(|finding| {
        !(is_typed && finding.id == Rule::IssuerIdentical.id() && finding.level == Level::Note)
    });
    let mut findings: Vec<Finding> = findings.cloned().collect();
    let mut object = Map::new();
    if let Some((metadata, (_, response))) = probe.metadata.as_ref().zip(document) {
        let json = response.body().strip_prefix(BYTE_ORDER_MARK).unwrap_or(response.body());
        object = serde_json::from_slice(json).unwrap_or_default();
        findings.extend(judge_members(&metadata.issuer, response.body(), &object));
        findings.extend(judge_grants(metadata));
    }
    let shown = document.filter(|_| !findings.is_empty());
    let received = shown.map(|(url, response)| {
        let line = received::line_of_get(url);
        if object.is_empty() || response.body().starts_with(BYTE_ORDER_MARK) {
            return Received::of(&line, response);
        }
        Received::of_json(&line, response, Value::Object(object))
    });
    for finding in findings {
        context.ledger.failed(finding, received.clone());
    }
    match (&probe.metadata, &probe.verdict) {
        (Some(metadata), _) => document::judge(context, metadata),
        (None, Verdict::NoMetadata) => {
            let read = documents.iter().filter_map(|(url, response)| Unread::of(url, response));
            for unread in seen.take().into_iter().chain(read) {
                context.ledger.failed(unread.finding(), None);
            }
            if [Rule::MetadataStatus, Rule::MetadataObject]
                .iter()
                .any(|rule| context.ledger.has_failed(*rule))
            {
                context.not_applicable(Rule::MetadataPublished, "a document is there, and it cannot be read");
            } else {
                for finding in &probe.findings {
                    context.ledger.failed(finding.clone(), None);
                }
            }
            context.end_phase(Phase::Metadata, "there is no metadata");
        }
        (None, Verdict::Unreadable { .. } | Verdict::Unusable { .. }) => {
            context.end_phase(Phase::Metadata, "the metadata cannot be used");
        }
        (None, verdict) => context.end_phase(Phase::Metadata, format!("the host {verdict}")),
    }
    probe
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

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
