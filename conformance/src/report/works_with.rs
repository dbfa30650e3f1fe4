use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The outcome of a widely used client at an authorization server.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[non_exhaustive]
pub struct WorksWith {
    /// The name of the preset.
    pub client: String,
    /// Its name for a person.
    pub title: String,
    /// It can register.
    pub registers: Answer,
    /// It can log in.
    pub logs_in: Answer,
    /// The clause or the policy of the server that stops it, or the reason why that is unknown.
    pub stopped_by: Option<String>,
}

/// An answer that may be unknown.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "a reader must handle each")]
pub enum Answer {
    /// It was tried, and works.
    Yes,
    /// It was tried, and does not.
    No,
    /// It could not be tried to the end.
    NotTested,
}

impl WorksWith {
    pub(crate) fn new(client: &str, title: &str) -> Self {
        let (client, title) = (client.to_owned(), title.to_owned());
        Self { client, title, registers: Answer::NotTested, logs_in: Answer::NotTested, stopped_by: None }
    }
}

/// A sentence; untrusted text is not escaped.
impl fmt::Display for WorksWith {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = |answer, verb| match answer {
            Answer::Yes => format!("can {verb}"),
            Answer::No => format!("cannot {verb}"),
            Answer::NotTested => format!("was not seen to {verb}"),
        };
        write!(f, "{} {}", self.title, word(self.registers, "register"))?;
        if self.registers != Answer::No {
            write!(f, ", {}", word(self.logs_in, "log in"))?;
        }
        match &self.stopped_by {
            Some(why) => write!(f, ": {why}"),
            None => Ok(()),
        }
    }
}
