use std::fmt;

use login_flow::Actor;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Rule,
    text::{MAX_EVIDENCE, bounded},
};

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

impl From<login_flow::Finding> for Finding {
    fn from(finding: login_flow::Finding) -> Self {
        Self {
            id: finding.id.into_owned(),
            level: Level::parse(finding.level.as_str()).unwrap_or(Level::Note),
            section: finding.section.into_owned(),
            actor: finding.actor,
            evidence: finding.evidence,
            remedy: finding.remedy.into_owned(),
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
