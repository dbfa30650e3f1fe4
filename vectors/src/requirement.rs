use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use crate::files::{REQUIREMENTS, below, parse};

/// The vectors of one requirement of SPEC.md.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[non_exhaustive]
pub struct Requirement {
    /// The id, which is also the path of the file below `requirements/`.
    pub id: String,
    /// The kind of the cases, which determines the members of input and expectation: see README.md.
    pub subject: String,
    /// Cases in which the requirement fails, and neighbours in which it passes.
    pub cases: Vec<Case>,
}

/// An input and its expected result.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[non_exhaustive]
pub struct Case {
    /// A description of the case.
    pub note: String,
    /// The input; its members are those of the subject.
    #[serde(flatten)]
    pub input: Value,
    /// The expected result; its members are those of the subject.
    pub expect: Value,
}

impl Case {
    /// The input as the type of its subject.
    ///
    /// # Panics
    ///
    /// If the input does not have that type.
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

/// All requirements, by id.
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
