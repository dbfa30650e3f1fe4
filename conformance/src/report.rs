//! What was found out about a host, and how it is printed.

mod document;
mod finding;
pub mod html;
pub mod json;
pub mod junit;
pub mod markdown;
pub mod sarif;
pub mod terminal;
mod verdict;

use std::fmt;

pub use document::Document;
pub use finding::{Finding, Level};
use login_flow::Actor;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
pub use verdict::Verdict;

use crate::{
    Phase,
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
            verdict: Verdict::Refused { why, requirement: None },
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
        self.verdict == Verdict::Registrable && !self.refuses_clients()
    }

    /// Whether a good registration was tried and refused.
    fn refuses_clients(&self) -> bool {
        self.outcome("rfc7591/3/open-registration") == Some(&Outcome::Fail)
    }

    /// The answer in one sentence about the host, and who must act; untrusted text is not escaped.
    pub fn headline(&self) -> String {
        let (what, actor) = match self.verdict {
            Verdict::Registrable if self.refuses_clients() => {
                ("refuses to register a client".to_owned(), Some(Actor::AuthorizationServer))
            }
            ref verdict => (verdict.to_string(), verdict.actor()),
        };
        match actor {
            Some(actor) => format!("{what} ({} must act)", actor.as_str()),
            None => what,
        }
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
