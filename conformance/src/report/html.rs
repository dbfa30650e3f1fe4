//! One self-contained page for a person: a directory of hosts, with their findings to unfold. It loads nothing: the mark
//! of a host is the first letter of its name.

use askama::Template;
use url::Url;

use super::{
    finding::ReportedFinding,
    form::{self, Form, FormError, Rank},
    model::Report,
};
use crate::text::escape;
use login_flow::{Level, Verdict};

/// The page of some reports: those that support login first.
pub fn print(reports: &[Report]) -> Result<String, FormError> {
    form::print(Html::default(), reports)
}

/// The page, from its head to where the hosts begin.
#[derive(Default, Template)]
#[template(path = "head.html")]
pub(super) struct Html {
    hosts: usize,
    supported: usize,
}

impl Form for Html {
    fn part(&mut self, report: &Report) -> Result<String, FormError> {
        self.hosts = self.hosts.saturating_add(1);
        self.supported = self.supported.saturating_add(usize::from(report.is_supported()));
        Ok(Host::of(report).render()?)
    }

    fn rank(&self, report: &Report) -> Rank {
        Some((!report.is_supported(), name(report)))
    }

    fn head(&self) -> Result<String, FormError> {
        Ok(self.render()?)
    }

    fn tail(&self) -> String {
        "</main>\n</body>\n</html>\n".to_owned()
    }
}

/// The name of a host, with its path: another path of the same host may be another server.
fn name(report: &Report) -> String {
    let name = report.resource.split_once("://").map_or(&*report.resource, |(_, rest)| rest);
    escape(name.trim_end_matches('/'))
}

#[derive(Template)]
#[template(path = "host.html")]
struct Host {
    name: String,
    levels: Vec<(&'static str, usize)>,
    address: Option<String>,
    title: Option<String>,
    description: Option<String>,
    initial: String,
    verdict: String,
    kind: &'static str,
    issuer: Option<String>,
    counts: [usize; 3],
    findings: Vec<Shown>,
    not_tested: Vec<(Vec<Part>, usize)>,
    circumstances: String,
    left_behind: Vec<(String, Vec<Part>)>,
}

struct Shown {
    level: &'static str,
    id: String,
    evidence: Vec<Part>,
    also: Vec<Vec<Part>>,
    received: Option<(String, String)>,
    actor: &'static str,
    remedy: Vec<Part>,
    section: Option<String>,
}

impl Host {
    fn of(report: &Report) -> Self {
        let name = name(report);
        let levels = [Level::Must, Level::Should, Level::May, Level::Note];
        let levels = levels.map(|level| (level.as_str(), report.failed(level).count()));
        let reasons = report.not_tested();
        let left = report.left_behind.iter().map(|left| (escape(&left.client_id), coded(&left.why)));
        Self {
            initial: name.chars().take(1).flat_map(char::to_uppercase).collect(),
            name,
            levels: levels.into_iter().filter(|(_, count)| *count > 0).collect(),
            address: web(&report.resource),
            title: report.about.title.as_deref().map(escape),
            description: report.about.description.as_deref().map(escape),
            verdict: escape(&report.headline()),
            kind: match report.verdict {
                Verdict::Registrable if report.is_supported() => "good",
                Verdict::Open | Verdict::ExternalAuthorizationServer { .. } | Verdict::Registrable => "fair",
                _ => "poor",
            },
            issuer: report.issuer.as_deref().map(escape),
            counts: report.counts(),
            findings: report.findings.iter().map(Shown::of).collect(),
            not_tested: reasons.into_iter().map(|(why, ids)| (coded(why), ids.len())).collect(),
            circumstances: escape(&report.circumstances()),
            left_behind: left.collect(),
        }
    }

    /// The share of the rules that were tested, for the bar.
    fn parts(&self) -> impl Iterator<Item = (&'static str, usize)> {
        ["passed", "failed", "not-tested"].into_iter().zip(self.counts).filter(|(_, count)| *count > 0)
    }
}

impl Shown {
    fn of(finding: &ReportedFinding) -> Self {
        Self {
            level: finding.level.as_str(),
            id: escape(&finding.id),
            evidence: coded(&finding.summary()),
            also: finding.also.iter().map(|evidence| coded(evidence)).collect(),
            received: finding.received.as_ref().map(|r| (escape(&r.request), escape(&r.response))),
            actor: finding.actor.as_str(),
            remedy: coded(&finding.remedy),
            section: web(&finding.section),
        }
    }
}

/// A part of a text: between backticks it is code.
struct Part {
    text: String,
    is_code: bool,
}

/// The parts of a text; a last backtick without another is one.
fn coded(text: &str) -> Vec<Part> {
    let text = escape(text);
    let mut parts = Vec::new();
    let mut rest = text.as_str();
    while let Some((before, enclosed)) = rest.split_once('`')
        && let Some((code, after)) = enclosed.split_once('`')
    {
        parts.push(Part { text: before.to_owned(), is_code: false });
        parts.push(Part { text: code.to_owned(), is_code: true });
        rest = after;
    }
    parts.push(Part { text: rest.to_owned(), is_code: false });
    parts
}

/// A URL that may stand in a link of the page; `None` for other schemes than http and https.
fn web(text: &str) -> Option<String> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "https" | "http"))?;
    Some(url.as_str().replace("##", "#%23"))
}
