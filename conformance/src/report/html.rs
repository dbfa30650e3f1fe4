//! One self-contained page for a person: a directory of hosts, with what was found to unfold.

use askama::Template;
use url::Url;

use crate::{Finding, Level, Report, Verdict, text::escape};

/// The page of some reports: those that support login first.
pub fn print(reports: &[Report]) -> String {
    let mut hosts: Vec<Host> = reports.iter().map(Host::of).collect();
    hosts.sort_by(|a, b| (!a.supported, &a.name).cmp(&(!b.supported, &b.name)));
    let supported = hosts.iter().filter(|host| host.supported).count();
    Page { hosts, supported }.render().unwrap_or_default()
}

#[derive(Template)]
#[template(path = "report.html")]
struct Page {
    hosts: Vec<Host>,
    supported: usize,
}

struct Host {
    name: String,
    levels: Vec<(&'static str, usize)>,
    address: Option<String>,
    title: Option<String>,
    description: Option<String>,
    icon: Option<String>,
    initial: String,
    verdict: String,
    kind: &'static str,
    supported: bool,
    issuer: Option<String>,
    counts: [usize; 3],
    findings: Vec<Shown>,
    untested: Vec<(String, usize)>,
    left_behind: Vec<(String, String)>,
}

struct Shown {
    level: &'static str,
    id: String,
    evidence: String,
    actor: &'static str,
    remedy: String,
    section: Option<String>,
}

impl Host {
    fn of(report: &Report) -> Self {
        // With its path, which may be of another server than the root of the same host.
        let name = report.resource.split_once("://").map_or(&*report.resource, |(_, rest)| rest);
        let name = escape(name.trim_end_matches('/'));
        let levels = [Level::Must, Level::Should, Level::May, Level::Note];
        let levels = levels.map(|level| (level.as_str(), report.broken(level).count()));
        let reasons = super::terminal::reasons(report);
        let left = report.left_behind.iter().map(|left| (escape(&left.client_id), escape(&left.why)));
        Self {
            initial: name.chars().take(1).flat_map(char::to_uppercase).collect(),
            name,
            levels: levels.into_iter().filter(|(_, count)| *count > 0).collect(),
            address: web(&report.resource),
            title: report.about.title.as_deref().map(escape),
            description: report.about.description.as_deref().map(escape),
            // Shown from where the host has it: a check that reads asks for no icon.
            icon: report.about.icon.as_deref().and_then(web),
            verdict: escape(&report.headline()),
            kind: match report.verdict {
                Verdict::Registrable if report.is_supported() => "good",
                Verdict::Open | Verdict::Elsewhere { .. } | Verdict::Registrable => "fair",
                _ => "poor",
            },
            supported: report.is_supported(),
            issuer: report.issuer.as_deref().map(escape),
            counts: report.counts(),
            findings: report.findings.iter().map(Shown::of).collect(),
            untested: reasons.into_iter().map(|(why, ids)| (escape(&why), ids.len())).collect(),
            left_behind: left.collect(),
        }
    }

    /// The share of the rules that were tested, for the bar.
    fn parts(&self) -> impl Iterator<Item = (&'static str, usize)> {
        ["kept", "broken", "untested"].into_iter().zip(self.counts).filter(|(_, count)| *count > 0)
    }
}

impl Shown {
    fn of(finding: &Finding) -> Self {
        Self {
            level: finding.level.as_str(),
            id: escape(&finding.id),
            evidence: escape(&finding.evidence),
            actor: finding.actor.as_str(),
            remedy: escape(&finding.remedy),
            section: web(&finding.section),
        }
    }
}

/// A URL that may stand in a link of the page.
fn web(text: &str) -> Option<String> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "https" | "http"))?;
    Some(url.to_string())
}
