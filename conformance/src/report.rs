//! What was found out about a host, and how it is printed.

pub mod html;
pub mod json;
pub mod junit;
pub mod markdown;
pub mod sarif;
pub mod terminal;

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use worker_client::flow::{self, Actor};

use crate::{
    Phase, Rule,
    ledger::Ledger,
    text::{MAX_EVIDENCE, bounded},
};

/// Everything that was found out about one host. All texts of it may be the host's own.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// The host and port, as A-labels.
    pub host: String,
    /// What was asked about.
    pub resource: String,
    /// The answer.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// The issuer, where there is one to log in with.
    pub issuer: Option<String>,
    /// Where the metadata was found.
    pub metadata_url: Option<String>,
    /// What the host says of itself.
    pub about: About,
    /// What is broken or worth knowing, in the order of SPEC.md.
    pub findings: Vec<Finding>,
    /// Every rule, and what became of it.
    pub checks: Vec<Check>,
    /// What was asked in vain.
    pub attempts: Vec<Attempt>,
    /// Clients that were registered and could not be deleted.
    pub left_behind: Vec<LeftBehind>,
    /// What was asked beyond reading, and how much.
    pub asked: Asked,
}

impl Report {
    /// A host that was not asked, because what was named is none.
    pub fn not_asked(named: &str, why: &str) -> Self {
        let mut ledger = Ledger::default();
        for phase in Phase::ALL {
            ledger.rest_untested(*phase, "the host was not asked");
        }
        let (checks, findings) = ledger.finish();
        let why = bounded(why, MAX_EVIDENCE);
        let named = bounded(named, MAX_EVIDENCE);
        let (issuer, metadata_url, about, attempts, left_behind, asked) = Default::default();
        Self {
            host: named.clone(),
            resource: named,
            verdict: Verdict::Refused { why },
            issuer,
            metadata_url,
            about,
            findings,
            checks,
            attempts,
            left_behind,
            asked,
        }
    }

    /// Whether a person can log in, as far as was tested.
    pub fn is_supported(&self) -> bool {
        self.verdict == Verdict::Registrable
            && !self.findings.iter().any(|finding| finding.id == "rfc7591/3/open-registration")
    }

    /// The findings of a level.
    pub fn broken(&self, level: Level) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(move |finding| finding.level == level)
    }

    /// What became of a rule.
    pub fn outcome(&self, id: &str) -> Option<&Outcome> {
        self.checks.iter().find(|check| check.id == id).map(|check| &check.outcome)
    }

    /// 0 supported; 1 not supported, or a MUST is broken; 3 no answer, or not one to all that was asked for.
    pub fn exit_code(&self) -> u8 {
        match self.verdict {
            Verdict::Unreachable { .. } => 3,
            _ if !self.is_supported() || self.broken(Level::Must).next().is_some() => 1,
            _ if self.is_complete() => 0,
            _ => 3,
        }
    }

    /// Whether a registration and a login took place where they were asked for: what was not tested is not passed.
    pub fn is_complete(&self) -> bool {
        let is_tested =
            |id: &str| self.outcome(id).is_some_and(|outcome| !matches!(outcome, Outcome::NotTested { .. }));
        let Asked { register, login, .. } = self.asked;
        (!(register || login) || is_tested("rfc7591/3.2.1/client-id"))
            && (!login || is_tested("rfc6749/5.1/token-answer"))
    }

    /// How many rules were kept, broken and not tested.
    pub fn counts(&self) -> [usize; 3] {
        let count = |is: fn(&Outcome) -> bool| self.checks.iter().filter(|check| is(&check.outcome)).count();
        [
            count(|outcome| *outcome == Outcome::Pass),
            count(|outcome| *outcome == Outcome::Fail),
            count(|outcome| matches!(outcome, Outcome::NotTested { .. })),
        ]
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&terminal::print(self, false))
    }
}

/// Whether and how a person can log in to a host.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Verdict {
    /// The host points to another authorization server by RFC 9728, which is named and not asked.
    Elsewhere {
        /// The `resource_metadata` of its challenge.
        resource_metadata: String,
    },
    /// No metadata anywhere it may lie.
    NoMetadata,
    /// Metadata, but no `registration_endpoint`.
    NoRegistration,
    /// No login is needed: an MCP `initialize` succeeds without a token.
    Open,
    /// The egress policy forbids asking.
    Refused {
        /// Its reason.
        why: String,
    },
    /// A person can log in.
    Registrable,
    /// No answer.
    Unreachable {
        /// The reason.
        why: String,
    },
    /// Metadata with which no login is possible.
    Unusable {
        /// What is wrong with it, or what it requires.
        why: String,
    },
}

impl Verdict {
    /// Its name on the wire.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Elsewhere { .. } => "elsewhere",
            Self::NoMetadata => "no_metadata",
            Self::NoRegistration => "no_registration",
            Self::Open => "open",
            Self::Refused { .. } => "refused",
            Self::Registrable => "registrable",
            Self::Unreachable { .. } => "unreachable",
            Self::Unusable { .. } => "unusable",
        }
    }
}

/// As a sentence about the host; untrusted text is not escaped.
impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Elsewhere { resource_metadata } => {
                write!(f, "points to {resource_metadata}, which is not used (RFC 9728)")
            }
            Self::NoMetadata => f.write_str("publishes no metadata"),
            Self::NoRegistration => f.write_str("has no registration_endpoint"),
            Self::Open => f.write_str("needs no login: an MCP initialize succeeds without a token"),
            Self::Refused { why } => write!(f, "was not asked: {why}"),
            Self::Registrable => f.write_str("supports dynamic client registration"),
            Self::Unreachable { why } => write!(f, "gave no answer: {why}"),
            Self::Unusable { why } => write!(f, "cannot be used: {why}"),
        }
    }
}

impl From<flow::Verdict> for Verdict {
    fn from(verdict: flow::Verdict) -> Self {
        let told = |why: String| bounded(&why, MAX_EVIDENCE);
        match verdict {
            flow::Verdict::Elsewhere { resource_metadata } => Self::Elsewhere { resource_metadata },
            flow::Verdict::NoMetadata => Self::NoMetadata,
            flow::Verdict::NoRegistration => Self::NoRegistration,
            flow::Verdict::Refused { why } => Self::Refused { why: told(why) },
            flow::Verdict::Registrable => Self::Registrable,
            flow::Verdict::Unreachable { why } => Self::Unreachable { why: told(why) },
            flow::Verdict::Unusable { why } => Self::Unusable { why: told(why) },
            other => Self::Unusable { why: format!("{other:?}") },
        }
    }
}

/// What the host says of itself.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[non_exhaustive]
pub struct About {
    /// The title of its root page.
    pub title: Option<String>,
    /// What it is about.
    pub description: Option<String>,
    /// Its icon.
    pub icon: Option<String>,
}

/// One thing that is broken, or worth knowing, and who must act on it.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// The stable id of the requirement in SPEC.md.
    pub id: String,
    /// How binding it is.
    pub level: Level,
    /// Its source, as a link.
    pub section: String,
    /// Who must act.
    pub actor: Actor,
    /// What was seen: untrusted text in part.
    pub evidence: String,
    /// What to do about it.
    pub remedy: String,
}

impl Finding {
    /// That a rule is broken; nothing for an id that is none.
    pub(crate) fn of(id: &str, evidence: &str, remedy: &str) -> Option<Self> {
        let rule = Rule::of(id)?;
        Some(Self {
            id: rule.id.to_owned(),
            level: rule.level,
            section: rule.section.to_owned(),
            actor: rule.actor,
            evidence: bounded(evidence, MAX_EVIDENCE),
            remedy: remedy.to_owned(),
        })
    }
}

impl From<flow::Finding> for Finding {
    fn from(finding: flow::Finding) -> Self {
        Self {
            id: finding.id.to_owned(),
            level: Level::parse(finding.level).unwrap_or(Level::Note),
            section: finding.section.to_owned(),
            actor: finding.actor,
            evidence: finding.evidence,
            remedy: finding.remedy.to_owned(),
        }
    }
}

/// How binding a requirement is, in the words of BCP 14.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, Ord, PartialEq, PartialOrd, Serialize)]
#[expect(clippy::exhaustive_enums, reason = "the levels of SPEC.md")]
pub enum Level {
    /// An absolute requirement.
    #[serde(rename = "MUST")]
    Must,
    /// A recommendation.
    #[serde(rename = "SHOULD")]
    Should,
    /// Truly optional.
    #[serde(rename = "MAY")]
    May,
    /// Legal, and worth knowing.
    #[serde(rename = "note")]
    Note,
}

impl Level {
    /// From its name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Must, Self::Should, Self::May, Self::Note].into_iter().find(|level| level.as_str() == name)
    }

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Must => "MUST",
            Self::Should => "SHOULD",
            Self::May => "MAY",
            Self::Note => "note",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What became of one rule.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Check {
    /// Its id.
    pub id: String,
    /// What became of it.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// What became of a rule. What was not tested is never passed.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "a reader must handle each")]
pub enum Outcome {
    /// There is a finding of it.
    Fail,
    /// It could not be, or was not asked for.
    NotTested {
        /// Why.
        why: String,
    },
    /// It was tested and is kept.
    Pass,
}

/// One request that led to no usable document.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Attempt {
    /// What was asked for.
    pub url: String,
    /// What came of it.
    pub outcome: String,
}

/// A client that is still registered.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LeftBehind {
    /// Its identifier.
    pub client_id: String,
    /// Why it could not be deleted.
    pub why: String,
}

/// What was asked of a host beyond reading.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "each is a question of its own")]
pub struct Asked {
    /// An MCP `initialize`.
    pub mcp: bool,
    /// Registrations.
    pub register: bool,
    /// A login.
    pub login: bool,
    /// Whether loopback was allowed.
    pub allow_private: bool,
    /// How many requests were sent.
    pub requests: u32,
}
