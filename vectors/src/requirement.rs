use serde::{Deserialize, de::DeserializeOwned};
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

impl Case {
    /// The input as the type of its subject.
    ///
    /// # Panics
    ///
    /// When it is not of that type: the file is at fault, or the type.
    #[expect(clippy::panic, reason = "vectors are for tests, which fail by panicking")]
    pub fn input<T: DeserializeOwned>(&self) -> T {
        let input = serde_json::from_value(self.input.clone());
        input.unwrap_or_else(|error| panic!("{}: {error}", self.note))
    }
}

/// The cases of a subject, each with the id of its requirement.
pub fn cases(subject: &str) -> impl Iterator<Item = (String, Case)> {
    let of_the_subject = requirements().filter(move |requirement| requirement.subject == subject);
    of_the_subject
        .flat_map(|requirement| requirement.cases.into_iter().map(move |case| (requirement.id.clone(), case)))
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
