//! SARIF 2.1.0, for the machines that show findings beside code: a rule for each id, a result for each finding.

use serde_json::{Value, json};

use crate::{Finding, Level, Report, Rule, text::escape};

/// The log of some reports.
pub fn print(reports: &[Report]) -> String {
    let rules: Vec<Value> = Rule::all().iter().map(rule).collect();
    let results: Vec<Value> = reports.iter().flat_map(results).collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "conformance",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "informationUri": "https://www.rfc-editor.org/rfc/rfc7591",
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    serde_json::to_string_pretty(&log).unwrap_or_default()
}

fn rule(rule: &Rule) -> Value {
    json!({
        "id": rule.id,
        "shortDescription": {"text": rule.requirement},
        "helpUri": rule.section,
        "defaultConfiguration": {"level": level(rule.level)},
    })
}

fn results(report: &Report) -> impl Iterator<Item = Value> {
    report.findings.iter().map(|finding| result(report, finding))
}

fn result(report: &Report, finding: &Finding) -> Value {
    let Finding { evidence, remedy, .. } = finding;
    let place = report.metadata_url.as_ref().unwrap_or(&report.resource);
    let text = format!("{}. {}: {}", escape(evidence), finding.actor.as_str(), escape(remedy));
    json!({
        "ruleId": finding.id,
        "ruleIndex": Rule::all().iter().position(|rule| rule.id == finding.id),
        "level": level(finding.level),
        "message": {"text": text},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": escape(place)}}}],
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
