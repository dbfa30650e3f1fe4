use std::borrow::Cow;

use login_flow::{Actor, InvalidHost, Level, Verdict};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    access::Access,
    circumstances::VERSION,
    finding::ReportedFinding,
    readable::Readable,
    works_with::{Answer, WorksWith},
};
use crate::{
    rule::Rule,
    text::{MAX_EVIDENCE, bounded, with_actor, without_credentials},
};

/// The report of one host. All texts of it may be the host's own.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// The host and port, as A-labels.
    pub host: String,
    /// The URL that was checked.
    pub resource: String,
    /// The date of the check, as `YYYY-MM-DD`, where the program that made it has a clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// The version of the checker.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The options of the check, as arguments of the command line, without secrets and files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
    /// The duration of the check, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
    /// The verdict.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// The reason of the verdict in words.
    pub why: Option<String>,
    /// The id of the requirement that decided the verdict; none where the server requires what this profile lacks.
    pub requirement: Option<String>,
    /// The issuer, where there is one to log in with.
    pub issuer: Option<String>,
    /// The URL of the metadata.
    pub metadata_url: Option<String>,
    /// The ways to become a client, and what each client needs besides.
    #[serde(default)]
    pub clients: Vec<Access>,
    /// The widely used clients that were tried.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub works_with: Vec<WorksWith>,
    /// The answers that a page of the origin of `--cors` can read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub readable: Vec<Readable>,
    /// The authorization servers that the protected resource metadata of the host names (RFC 9728), where that was
    /// followed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub authorization_servers: Vec<String>,
    /// The reason why an authorization server that the host points to is not checked, where that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_followed: Option<String>,
    /// The words of the host about itself.
    pub about: About,
    /// The violations and deviations, in the order of SPEC.md.
    pub findings: Vec<ReportedFinding>,
    /// Every rule, and its outcome.
    pub checks: Vec<Check>,
    /// The requests that led to no usable document.
    pub attempts: Vec<Attempt>,
    /// Clients that were registered and could not be deleted.
    pub left_behind: Vec<LeftBehind>,
    /// The requests beyond reading, and their number.
    pub extent: Extent,
}

impl Report {
    /// The report of a name that is not one of a host; a password or query in it, which may be a secret, is left out.
    pub fn not_asked(name: &str, reason: InvalidHost) -> Self {
        let verdict = Verdict::Refused { reason };
        let outcome = Outcome::NotTested { why: "the host was not asked".into() };
        let check = |rule: &Rule| Check { id: rule.id().into(), outcome: outcome.clone() };
        let name = bounded(&without_credentials(name), MAX_EVIDENCE);
        let (issuer, metadata_url, about, findings, attempts, left_behind, extent) = Default::default();
        let (clients, works_with, authorization_servers) = Default::default();
        Self {
            host: name.clone(),
            resource: name,
            date: None,
            version: Some(VERSION.to_owned()),
            options: Vec::new(),
            duration_ms: None,
            why: verdict.why(),
            requirement: verdict.requirement().map(Cow::into_owned),
            verdict,
            issuer,
            metadata_url,
            clients,
            works_with,
            readable: Vec::new(),
            authorization_servers,
            not_followed: None,
            about,
            findings,
            checks: Rule::ALL.iter().map(check).collect(),
            attempts,
            left_behind,
            extent,
        }
    }

    /// Returns `true` if a person can log in, as far as was tested.
    pub fn is_supported(&self) -> bool {
        self.verdict == Verdict::Registrable && !self.refuses_clients()
    }

    /// Returns `true` if a good registration was tried and refused.
    fn refuses_clients(&self) -> bool {
        self.outcome(Rule::OpenRegistration) == Some(&Outcome::Failed)
    }

    /// The answer in one sentence about the host, and who must act; untrusted text is not escaped.
    pub fn headline(&self) -> String {
        let (sentence, actor) = match self.verdict {
            Verdict::Registrable if self.refuses_clients() => {
                ("refuses to register a client".to_owned(), Some(Actor::AuthorizationServer))
            }
            ref verdict => (verdict.to_string(), verdict.actor()),
        };
        with_actor(sentence, actor)
    }

    /// The findings of a level.
    pub fn failed(&self, level: Level) -> impl Iterator<Item = &ReportedFinding> {
        self.findings.iter().filter(move |finding| finding.level == level)
    }

    /// The outcome of a rule; `None` in a report of a version that did not have it.
    pub fn outcome(&self, rule: Rule) -> Option<&Outcome> {
        self.checks.iter().find(|check| check.id == rule.id()).map(|check| &check.outcome)
    }

    /// 0 supported; 1 not supported, or a MUST failed; 3 no response, or not one to all that was asked for.
    pub fn exit_code(&self) -> u8 {
        self.exit_code_at(Some(Level::Must))
    }

    /// The same, where a failed requirement of a level or a stricter one fails the check; `None` if none does.
    pub fn exit_code_at(&self, fail_on: Option<Level>) -> u8 {
        match self.verdict {
            Verdict::Unreachable { .. } => 3,
            _ if !self.is_supported() => 1,
            _ if self.findings.iter().any(|finding| finding.counts_at(fail_on)) => 1,
            _ if self.works_with.iter().any(|tried| tried.logs_in == Answer::No) => 1,
            _ if self.works_with.iter().any(|tried| tried.logs_in == Answer::NotTested) => 3,
            _ if self.readable.iter().any(|read| read.can_be_read == Answer::No) => 1,
            _ if self.readable.iter().any(|read| read.can_be_read == Answer::NotTested) => 3,
            _ if self.is_complete() => 0,
            _ => 3,
        }
    }

    /// Returns `true` if a registration and a login took place where they were asked for.
    pub fn is_complete(&self) -> bool {
        let is_tested = |rule| self.outcome(rule).is_some_and(Outcome::is_tested);
        let Extent { register, login, .. } = self.extent;
        (!(register || login) || is_tested(Rule::ClientId)) && (!login || is_tested(Rule::TokenResponse))
    }

    /// The numbers of rules that passed, failed, and were not tested.
    pub fn counts(&self) -> [usize; 3] {
        let count = |is: fn(&Outcome) -> bool| self.checks.iter().filter(|check| is(&check.outcome)).count();
        [
            count(|outcome| *outcome == Outcome::Passed),
            count(|outcome| *outcome == Outcome::Failed),
            count(|outcome| matches!(outcome, Outcome::NotTested { .. })),
        ]
    }

    /// The reasons why rules were not tested, each once with the ids of its rules, in the order in which they come.
    pub fn not_tested(&self) -> Vec<(&str, Vec<&str>)> {
        let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
        for check in &self.checks {
            let Outcome::NotTested { why } = &check.outcome else { continue };
            match reasons.iter_mut().find(|(reason, _)| reason == why) {
                Some((_, ids)) => ids.push(&check.id),
                None => reasons.push((why, vec![&check.id])),
            }
        }
        reasons
    }
}

/// The words of a host about itself.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[non_exhaustive]
pub struct About {
    /// The title of its root page.
    pub title: Option<String>,
    /// The description of its root page.
    pub description: Option<String>,
    /// Its icon.
    pub icon: Option<String>,
}

/// The outcome of one rule.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Check {
    /// The stable id of the rule.
    pub id: Cow<'static, str>,
    /// The outcome.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// The outcome of a rule. A rule that was not tested is never passed.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "a reader must handle each")]
pub enum Outcome {
    /// There is a finding of it.
    Failed,
    /// No check looked at it.
    NotTested {
        /// The reason.
        why: Cow<'static, str>,
    },
    /// A check looked at it and saw it met.
    Passed,
}

impl Outcome {
    /// Returns `true` if a check looked at the rule.
    pub fn is_tested(&self) -> bool {
        !matches!(self, Self::NotTested { .. })
    }
}

/// One request that led to no usable document.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Attempt {
    /// The URL.
    pub url: String,
    /// Its response, or the reason why there was none.
    pub outcome: String,
}

/// A client that is still registered.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LeftBehind {
    /// Its identifier.
    pub client_id: String,
    /// The reason why it could not be deleted.
    pub why: String,
}

/// The extent of a check beyond reading.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Extent {
    /// An MCP `initialize`.
    pub mcp: bool,
    /// Registrations.
    pub register: bool,
    /// A login.
    pub login: bool,
    /// Requests to loopback were allowed.
    #[serde(alias = "allow_private")]
    pub allow_loopback: bool,
    /// Requests went through a proxy, which looked names up: their addresses were not checked.
    #[serde(default)]
    pub proxy: bool,
    /// The number of requests.
    pub requests: u32,
}
