use serde::Deserialize;
use serde_json::Value;

use crate::files::{REQUIREMENTS, below, parse};

/// The vectors of one requirement of SPEC.md.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[non_exhaustive]
pub struct Requirement {
    /// Its id, which is also the file's path below `requirements/`.
    pub id: String,
    /// What the cases are about, which tells how to read and replay them: see README.md.
    pub subject: String,
    /// Cases that break the requirement, and neighbours that do not.
    pub cases: Vec<Case>,
}

/// One input and what is to come of it.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[non_exhaustive]
pub struct Case {
    /// What is worth knowing about it.
    pub note: String,
    /// The input: its members are those of the subject.
    #[serde(flatten)]
    pub input: Value,
    /// What is to come of it.
    pub expect: Value,
}

/// Every requirement, by id.
pub fn requirements() -> impl Iterator<Item = Requirement> {
    below(&REQUIREMENTS).into_iter().filter_map(parse)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_id_is_the_path() {
        let files = below(&REQUIREMENTS);
        assert_eq!(requirements().count(), files.len());
        for (requirement, file) in requirements().zip(files) {
            assert_eq!(file.path().with_extension("").to_str(), Some(requirement.id.as_str()));
            let notes: BTreeSet<_> = requirement.cases.iter().map(|case| &case.note).collect();
            assert_eq!(
                notes.len(),
                requirement.cases.len(),
                "{}: each case has a note of its own",
                requirement.id
            );
        }
    }
}
