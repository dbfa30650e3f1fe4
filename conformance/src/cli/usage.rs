use std::path::Path;

use conformance::escape;

/// A request that cannot be carried out as it was made: exit code 2.
#[derive(Debug)]
pub(super) struct Usage(String);

impl Usage {
    pub(super) fn of(error: impl std::fmt::Display) -> Self {
        Self(escape(&error.to_string()))
    }

    pub(super) fn at(path: &Path, error: impl std::fmt::Display) -> Self {
        Self(escape(&format!("{}: {error}", path.display())))
    }

    /// The message, escaped for a terminal.
    pub(super) fn message(&self) -> &str {
        &self.0
    }
}
