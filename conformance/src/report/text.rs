use std::fmt::Write;

use worker_client::flow::{Actor, Verdict};

use crate::report::Report;

/// The report for a terminal.
pub(crate) fn print(report: &Report) -> String {
    let mut out = String::new();
    // Writing to a string does not fail.
    let _ = write(report, &mut out);
    out
}

fn write(report: &Report, out: &mut String) -> std::fmt::Result {
    writeln!(out, "{}  {}", escape(&report.resource), verdict(&report.verdict))?;
    if report.allow_private {
        writeln!(out, "  loopback was allowed (--allow-private)")?;
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
    if report.metadata_url.is_none() {
        for attempt in &report.attempts {
            writeln!(
                out,
                "  asked        {}: {}",
                escape(&attempt.url),
                escape(&attempt.outcome.to_string())
            )?;
        }
    }
    for finding in &report.findings {
        writeln!(out, "  {:<7}{}  {}", finding.level, finding.id, escape(&finding.evidence))?;
        writeln!(out, "         {}: {}", finding.actor.as_str(), finding.remedy)?;
        writeln!(out, "         {}", finding.section)?;
    }
    Ok(())
}

fn verdict(verdict: &Verdict) -> String {
    let server = Actor::AuthorizationServer.as_str();
    match verdict {
        Verdict::Registrable => "supports dynamic client registration".to_owned(),
        Verdict::NoRegistration => format!("has no registration_endpoint ({server} must act)"),
        Verdict::NoMetadata => format!("publishes no metadata ({} must act)", Actor::Host.as_str()),
        Verdict::Elsewhere { resource_metadata } => {
            format!("points to {}, which is not used (RFC 9728)", escape(resource_metadata))
        }
        Verdict::Refused { why } => format!("was not asked: {}", escape(why)),
        Verdict::Unreachable { why } => format!("gave no answer: {}", escape(why)),
        Verdict::Unusable { why } => format!("cannot be used: {} ({server} must act)", escape(why)),
        _ => "has an unknown verdict".to_owned(),
    }
}

/// Text of a stranger for a terminal: control and direction characters become visible escapes.
pub(crate) fn escape(text: &str) -> String {
    let is_unsafe = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if is_unsafe(c) {
            escaped.extend(c.escape_unicode());
        } else {
            escaped.push(c);
        }
    }
    escaped
}
