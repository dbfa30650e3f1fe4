//! One word for a script, and a badge for a README, that say what was tested and when.

use login_flow::{Level, Verdict};

use super::{model::Report, works_with::Answer};
use crate::rule::Rule;

/// The word: `conforms`, `deviates`, `unsupported` or `unknown`.
pub fn word(report: &Report) -> &'static str {
    let is_stopped = report.works_with.iter().any(|tried| tried.logs_in == Answer::No);
    match report.exit_code() {
        3 => "unknown",
        _ if matches!(report.verdict, Verdict::Refused { .. }) => "unknown",
        _ if !report.is_supported() => "unsupported",
        _ if is_stopped || report.failed(Level::Must).any(|finding| finding.accepted.is_none()) => "deviates",
        _ => "conforms",
    }
}

/// The badge: what was tested, the word, and the date of the check.
pub fn svg(report: &Report) -> String {
    let tested = tested(report);
    let (word, colour) = match word(report) {
        word @ "conforms" => (word, "#2e7d32"),
        word @ "deviates" => (word, "#9a6700"),
        word @ "unsupported" => (word, "#b3261e"),
        word => (word, "#555555"),
    };
    let [_, failed, _] = report.counts();
    let value = match (word, &report.date) {
        ("deviates", Some(date)) => format!("{word} ({failed}), {date}"),
        (word, Some(date)) => format!("{word}, {date}"),
        (word, None) => word.to_owned(),
    };
    let [left, right] =
        [&tested, &value].map(|text| text.chars().count().saturating_mul(7).saturating_add(12));
    let width = left.saturating_add(right);
    let [middle_left, middle_right] = [left / 2, left.saturating_add(right / 2)];
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"20\" role=\"img\" aria-label=\"{tested}: {value}\">\
<title>{tested}: {value}</title><rect width=\"{left}\" height=\"20\" fill=\"#333333\"/>\
<rect x=\"{left}\" width=\"{right}\" height=\"20\" fill=\"{colour}\"/>\
<g fill=\"#ffffff\" font-family=\"Verdana,sans-serif\" font-size=\"11\" text-anchor=\"middle\">\
<text x=\"{middle_left}\" y=\"14\">{tested}</text><text x=\"{middle_right}\" y=\"14\">{value}</text></g></svg>\n"
    )
}

/// The parts of the check that took place.
fn tested(report: &Report) -> String {
    let saw = |rule| report.outcome(rule).is_some_and(super::model::Outcome::is_tested);
    let parts = [
        (saw(Rule::MetadataObject), "metadata"),
        (saw(Rule::ClientId), "registration"),
        (saw(Rule::TokenResponse), "login"),
        (saw(Rule::BearerChallenge), "MCP challenge"),
    ];
    let parts: Vec<&str> =
        parts.into_iter().filter(|(is_tested, _)| *is_tested).map(|(_, name)| name).collect();
    if parts.is_empty() { "OAuth".to_owned() } else { format!("OAuth {}", parts.join(", ")) }
}
