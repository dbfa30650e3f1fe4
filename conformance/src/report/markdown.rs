//! Markdown, for a comment on a change or a page of a repository.

use std::fmt::Write;

use crate::{Report, report::terminal::reasons};

/// One section for each report.
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
    writeln!(out, "{}: {}\n", report.verdict.name(), code(report.verdict.to_string()))?;
    for (name, value) in [("title", &report.about.title), ("issuer", &report.issuer)] {
        if let Some(value) = value {
            writeln!(out, "- {name}: {}", code(value))?;
        }
    }
    let [kept, broken, untested] = report.counts();
    writeln!(out, "- {kept} kept, {broken} broken, {untested} not tested\n")?;
    if !report.findings.is_empty() {
        writeln!(out, "| level | requirement | seen | who must act | what to do |\n|---|---|---|---|---|")?;
    }
    for finding in &report.findings {
        let cells = [&finding.evidence, finding.actor.as_str(), &finding.remedy].map(code);
        let [evidence, actor, remedy] = cells;
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
    for (why, ids) in reasons(report) {
        writeln!(out, "\nNot tested: {} ({}).", ids.len(), code(&why))?;
    }
    writeln!(out)
}

/// A code span that nothing inside can end: no backtick, no line end, no cell end, nothing that a terminal obeys.
fn code(text: impl AsRef<str>) -> String {
    let text = crate::escape(text.as_ref()).replace('`', "ˋ").replace('|', "\\|");
    if text.trim().is_empty() { "` `".to_owned() } else { format!("`{}`", text.trim()) }
}

fn link(url: &str) -> String {
    url.chars().filter(|c| c.is_ascii_graphic() && !matches!(c, '(' | ')' | '<' | '>' | '|' | '`')).collect()
}
