use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The level of a requirement, in the words of BCP 14.
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
    /// The level of a name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Must, Self::Should, Self::May, Self::Note].into_iter().find(|level| level.as_str() == name)
    }

    /// The name.
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
