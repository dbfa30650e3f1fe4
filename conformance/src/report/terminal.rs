//! The report for a person at a terminal.

use std::fmt::{self, Write};

use super::{finding::ReportedFinding, model::Report};
use crate::text::escape;
use login_flow::{Level, Verdict};

/// The report as lines of text, in colour or not.
pub fn print(report: &Report, colour: bool) -> String {
    let mut out = String::new();
    // Writing to a string does not fail.
    let _ = write(report, Paint(colour), &mut out);
    out
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&print(self, false))
    }
}

fn write(report: &Report, paint: Paint, out: &mut String) -> fmt::Result {
    let verdict = escape(&report.headline());
    writeln!(out, "{}  {}", paint.bold(&escape(&report.resource)), paint.verdict(report, &verdict))?;
    if report.extent.allow_loopback {
        writeln!(out, "  loopback was allowed (--allow-loopback)")?;
    }
    if report.extent.proxy {
        writeln!(out, "  a proxy looked names up, so that addresses were not checked (--proxy)")?;
    }
    for (name, value) in [
        ("calls itself", &report.about.title),
        ("says", &report.about.description),
        ("issuer", &report.issuer),
        ("metadata", &report.metadata_url),
    ] {
        if let Some(value) = value {
            writeln!(out, "  {name:<13}{}", escape(value))?;
        }
    }
    if !report.clients.is_empty() {
        let clients: Vec<String> = report.clients.iter().map(ToString::to_string).collect();
        writeln!(out, "  {:<13}{}", "clients", clients.join(", "))?;
    }
    for tried in &report.works_with {
        writeln!(out, "  as {:<9} {}", escape(&tried.client), escape(&tried.to_string()))?;
    }
    for read in &report.readable {
        writeln!(out, "  {:<13}{}", "a page", escape(&read.to_string()))?;
    }
    for server in &report.authorization_servers {
        writeln!(out, "  {:<13}{}", "points to", escape(server))?;
    }
    if let Some(why) = &report.not_followed {
        writeln!(out, "  {:<13}{}", "not followed", escape(why))?;
    }
    if report.metadata_url.is_none() {
        for attempt in &report.attempts {
            writeln!(out, "  requested    {}: {}", escape(&attempt.url), escape(&attempt.outcome))?;
        }
    }
    for finding in &report.findings {
        self::finding(finding, paint, out)?;
    }
    for left in &report.left_behind {
        writeln!(out, "  left behind: the client {} ({})", escape(&left.client_id), escape(&left.why))?;
    }
    let [passed, failed, not_tested] = report.counts();
    writeln!(
        out,
        "  {passed} passed, {failed} failed, {not_tested} not tested, {} requests",
        report.extent.requests
    )?;
    for (why, ids) in report.not_tested() {
        let rules = match ids[..] {
            [id] => escape(id),
            _ => format!("{} requirements", ids.len()),
        };
        writeln!(out, "  {}", paint.dim(&format!("not tested: {rules} ({})", escape(why))))?;
    }
    Ok(())
}

fn finding(finding: &ReportedFinding, paint: Paint, out: &mut String) -> fmt::Result {
    let level = paint.level(finding.level, &format!("{:<6}", finding.level));
    writeln!(out, "  {level} {}  {}", finding.id, escape(&finding.summary()))?;
    for evidence in &finding.also {
        writeln!(out, "         also: {}", escape(evidence))?;
    }
    if let Some(received) = &finding.received {
        writeln!(out, "         {}", paint.dim(&format!("sent {}", escape(&received.request))))?;
        writeln!(out, "         {}", paint.dim(&format!("received {}", escape(&received.response))))?;
    }
    writeln!(out, "         {}: {}", finding.actor.as_str(), escape(&finding.remedy))?;
    writeln!(out, "         {}", paint.dim(&escape(&finding.section)))
}

/// Escapes of our own, around text that is escaped already.
#[derive(Clone, Copy)]
struct Paint(bool);

impl Paint {
    fn with(self, code: &str, text: &str) -> String {
        if self.0 { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    fn bold(self, text: &str) -> String {
        self.with("1", text)
    }

    fn dim(self, text: &str) -> String {
        self.with("2", text)
    }

    fn level(self, level: Level, text: &str) -> String {
        match level {
            Level::Must => self.with("1;31", text),
            Level::Should => self.with("33", text),
            Level::May | Level::Note => self.with("36", text),
        }
    }

    fn verdict(self, report: &Report, text: &str) -> String {
        match report.verdict {
            Verdict::Registrable if report.is_supported() => self.with("32", text),
            Verdict::Open | Verdict::ExternalAuthorizationServer { .. } | Verdict::Registrable => {
                self.with("33", text)
            }
            _ => self.with("31", text),
        }
    }
}
