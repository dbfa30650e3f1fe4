use std::fmt;

use serde::{Deserialize, Serialize};

/// The particulars of a failure, for a person to read. It may hold untrusted text, and nothing is decided by it:
/// it has no equality and gives no access to its text but `Display`.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Reason(Box<str>);

impl Reason {
    /// The reason that an error states.
    pub fn of(error: impl fmt::Display) -> Self {
        Self(error.to_string().into())
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
