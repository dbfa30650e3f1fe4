//! SARIF 2.1.0, for the machines that show findings beside code: a rule for each id, a result for each finding, and a
//! notification for each host that does not support login, which may have no finding at all.

use serde_json::{Value, json};
use url::Url;

use super::{
    finding::ReportedFinding,
    form::{self, Form, FormError},
    json,
    model::Report,
};
use crate::{rule::Rule, text::escape};
use login_flow::Level;

/// The log of some reports.
pub fn print(reports: &[Report]) -> Result<String, FormError> {
    form::print(Sarif::default(), reports)
}

/// The parts of the log that are about all reports.
#[derive(Default)]
pub(super) struct Sarif {
    has_unanswered: bool,
    notifications: Vec<Value>,
}

impl Form for Sarif {
    fn part(&mut self, report: &Report) -> Result<String, FormError> {
        self.has_unanswered |= report.exit_code() == 3;
        self.notifications.extend(notification(report));
        let results: Vec<String> =
            report.findings.iter().map(|finding| result(report, finding).to_string()).collect();
        Ok(json::escape(&results.join(self.between())).into_owned())
    }

    fn head(&self) -> Result<String, FormError> {
        let driver = json!({
            "name": "conformance",
            "semanticVersion": env!("CARGO_PKG_VERSION"),
            "informationUri": "https://www.rfc-editor.org/rfc/rfc7591",
            "rules": Rule::ALL.iter().map(|rule| descriptor(*rule)).collect::<Vec<_>>(),
        });
        let invocation = json!({
            "executionSuccessful": !self.has_unanswered,
            "toolExecutionNotifications": self.notifications,
        });
        let head = format!(
            "{{\"$schema\": \"https://json.schemastore.org/sarif-2.1.0.json\", \"version\": \"2.1.0\", \"runs\": [{{\n\"tool\": {{\"driver\": {driver}}},\n\"columnKind\": \"unicodeCodePoints\",\n\"invocations\": [{invocation}],\n\"results\": [\n"
        );
        Ok(json::escape(&head).into_owned())
    }

    fn between(&self) -> &'static str {
        ",\n"
    }

    fn tail(&self) -> String {
        "\n]}]}\n".to_owned()
    }
}

fn descriptor(rule: Rule) -> Value {
    let clause = rule.clause();
    json!({
        "id": clause.id,
        "shortDescription": {"text": clause.text},
        "helpUri": clause.section,
        "defaultConfiguration": {"level": level(clause.level)},
    })
}

fn notification(report: &Report) -> Option<Value> {
    let text = format!("{} {}", escape(&report.resource), escape(&report.headline()));
    let unsupported = !report.is_supported();
    unsupported.then(|| json!({"level": "error", "message": {"text": text}, "locations": places(report)}))
}

/// The URL of the host or its metadata; empty for a name that is no URL.
fn places(report: &Report) -> Vec<Value> {
    let place = Url::parse(report.metadata_url.as_ref().unwrap_or(&report.resource));
    let locate = |url: Url| json!({"physicalLocation": {"artifactLocation": {"uri": url.as_str()}}});
    place.into_iter().map(locate).collect()
}

fn result(report: &Report, finding: &ReportedFinding) -> Value {
    let also: Vec<String> = finding.also.iter().map(|evidence| escape(evidence)).collect();
    let (actor, remedy) = (finding.actor.as_str(), escape(&finding.remedy));
    let seen = [escape(&finding.summary())].into_iter().chain(also).collect::<Vec<_>>().join("; ");
    let text = format!("{seen}. {actor}: {remedy}");
    json!({
        "ruleId": finding.id,
        "ruleIndex": Rule::ALL.iter().position(|rule| rule.id() == finding.id),
        "level": level(finding.level),
        "message": {"text": text},
        "locations": places(report),
        "partialFingerprints": {"host/id": format!("{} {}", escape(&report.host), finding.id)},
    })
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Must => "error",
        Level::Should => "warning",
        Level::May | Level::Note => "note",
    }
}
