//! One page of plain text, for a person who was not there: what was seen of a host, who must act, and how to see it again.

use std::fmt::{self, Write};

use login_flow::{Actor, Verdict};

use super::{finding::ReportedFinding, model::Report};
use crate::{
    rule::Rule,
    text::{bounded, escape},
};

/// The page of a host.
pub fn print(report: &Report) -> String {
    let mut out = String::new();
    // Writing to a string does not fail.
    let _ = write(report, &mut out);
    out
}

fn write(report: &Report, out: &mut String) -> fmt::Result {
    let resource = line(&report.resource);
    writeln!(out, "Can people log in at {resource}?\n")?;
    let answer = match report.verdict {
        _ if report.is_supported() => "Yes",
        Verdict::Open => "They need not",
        Verdict::Refused { .. } | Verdict::Unreachable { .. } => "That is unknown",
        _ => "No",
    };
    writeln!(out, "{answer}: it {}.", line(&report.headline()))?;
    let [passed, failed, not_tested] = report.counts();
    writeln!(out, "Of the requirements {passed} passed, {failed} failed, and {not_tested} were not tested.")?;
    for tried in report.works_with.iter().take(MAX_CLIENTS) {
        writeln!(out, "{}.", line(&tried.to_string()))?;
    }
    more(report.works_with.len(), MAX_CLIENTS, "client", out)?;
    let mut findings: Vec<&ReportedFinding> = report.findings.iter().collect();
    findings.sort_by_key(|finding| finding.level);
    let shown = findings.get(..MAX_FINDINGS).unwrap_or(&findings);
    for actor in [Actor::Host, Actor::AuthorizationServer, Actor::Client, Actor::You] {
        let of_actor = shown.iter().filter(|finding| finding.actor == actor);
        for (index, found) in of_actor.enumerate() {
            if index == 0 {
                writeln!(out, "\nFor {}:", actor.as_str())?;
            }
            finding(found, out)?;
        }
    }
    more(findings.len(), MAX_FINDINGS, "finding", out)?;
    match report.left_behind.len() {
        0 => {}
        1 => writeln!(out, "\n1 client that the check registered could not be deleted.")?,
        left => writeln!(out, "\n{left} clients that the check registered could not be deleted.")?,
    }
    let reasons = report.not_tested();
    if !reasons.is_empty() {
        writeln!(out, "\nNot tested:")?;
    }
    for (why, ids) in reasons.iter().take(MAX_REASONS) {
        writeln!(out, "- {}: {}", ids.len(), line(why))?;
    }
    more(reasons.len(), MAX_REASONS, "reason", out)?;
    let circumstances = report.circumstances();
    if !circumstances.is_empty() {
        writeln!(out, "\nThis was {}.", line(&circumstances))?;
    }
    let command =
        ["conformance check", &report.resource].into_iter().chain(report.options.iter().map(String::as_str));
    let command: Vec<&str> = command.collect();
    writeln!(out, "To see it again, with all particulars:\n  {}", line(&command.join(" ")))
}

fn finding(finding: &ReportedFinding, out: &mut String) -> fmt::Result {
    let text = Rule::try_from(&*finding.id).map(|rule| rule.clause().text);
    writeln!(out, "- {}: {}", finding.level, line(text.unwrap_or(&finding.id)))?;
    writeln!(out, "  seen:  {}", line(&finding.summary()))?;
    writeln!(out, "  to do: {}", line(&finding.remedy))?;
    writeln!(out, "  {}", line(&finding.section))
}

/// The number of those that the page has no room for.
fn more(all: usize, shown: usize, name: &str, out: &mut String) -> fmt::Result {
    match all.saturating_sub(shown) {
        0 => Ok(()),
        1 => writeln!(out, "- and 1 {name} more"),
        left => writeln!(out, "- and {left} {name}s more"),
    }
}

/// A text of any length as one line.
fn line(text: &str) -> String {
    escape(&bounded(text, MAX_LINE))
}

const MAX_CLIENTS: usize = 8;
const MAX_FINDINGS: usize = 6;
const MAX_LINE: usize = 240;
const MAX_REASONS: usize = 5;
