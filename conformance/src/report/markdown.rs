//! Markdown, for a comment on a change or a page of a repository.

use std::fmt::Write;

use super::model::Report;

/// The reports as sections.
pub fn print(reports: &[Report]) -> String {
    let mut out = String::new();
    for report in reports {
        // Writing to a string does not fail.
        let _ = write(report, &mut out);
    }
    out
}

fn write(report: &Report, out: &mut String) -> std::fmt::Result {
    writeln!(out, "## {}\n", code(&report.resource))?;
    writeln!(out, "{}: {}\n", report.verdict.name(), code(report.headline()))?;
    for (name, value) in [("title", &report.about.title), ("issuer", &report.issuer)] {
        if let Some(value) = value {
            writeln!(out, "- {name}: {}", code(value))?;
        }
    }
    let [passed, failed, not_tested] = report.counts();
    writeln!(out, "- {passed} passed, {failed} failed, {not_tested} not tested\n")?;
    if !report.findings.is_empty() {
        writeln!(out, "| level | requirement | seen | who must act | what to do |\n|---|---|---|---|---|")?;
    }
    for finding in &report.findings {
        let also = finding.also.iter().map(|evidence| format!("; {evidence}"));
        let evidence = code([finding.summary()].into_iter().chain(also).collect::<String>());
        let remedy = code(&finding.remedy);
        let actor = finding.actor.as_str();
        let section = link(&finding.section);
        writeln!(
            out,
            "| {} | [{}]({section}) | {evidence} | {actor} | {remedy} |",
            finding.level,
            code(&finding.id)
        )?;
    }
    for left in &report.left_behind {
        writeln!(out, "\nLeft behind: the client {} ({}).", code(&left.client_id), code(&left.why))?;
    }
    for (why, ids) in report.not_tested() {
        writeln!(out, "\nNot tested: {} ({}).", ids.len(), code(why))?;
    }
    writeln!(out)
}

/// A code span that nothing inside can end: its fence is longer than any inside, and there is no line end, no cell
/// end, and nothing that a terminal obeys.
fn code(text: impl AsRef<str>) -> String {
    let text = crate::escape(text.as_ref()).replace('|', "\\|");
    let text = text.trim();
    let inside = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    match (inside, text) {
        (_, "") => "` `".to_owned(),
        (0, text) => format!("`{text}`"),
        (inside, text) => {
            let fence = "`".repeat(inside.saturating_add(1));
            format!("{fence} {text} {fence}")
        }
    }
}

fn link(url: &str) -> String {
    url.replace("##", "#%23")
        .chars()
        .filter(|c| c.is_ascii_graphic() && !matches!(c, '(' | ')' | '<' | '>' | '|' | '`'))
        .collect()
}
