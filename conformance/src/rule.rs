//! The requirements of SPEC.md as types: a misspelt id does not compile, and a test holds the table to SPEC.md.

mod clause;
mod client;
mod phase;
mod rules;
mod table;

pub use clause::Clause;
pub use client::CLIENT_CLAUSES;
pub use phase::Phase;
pub use table::Rule;

impl Rule {
    /// The stable id.
    pub fn id(self) -> &'static str {
        self.clause().id
    }

    /// The place in [`ALL`](Self::ALL), which has the variants in their order.
    pub(crate) fn index(self) -> usize {
        self as usize
    }

    /// The rules of a phase.
    pub(crate) fn of_phase(phase: Phase) -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(move |rule| rule.phase() == phase)
    }
}

impl TryFrom<&str> for Rule {
    type Error = UnknownRule;

    fn try_from(id: &str) -> Result<Self, UnknownRule> {
        let rule = Self::ALL.iter().copied().find(|rule| rule.id() == id);
        rule.ok_or_else(|| UnknownRule(id.to_owned()))
    }
}

/// An id that is not one of a rule.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("no rule has the id `{0}`")]
pub struct UnknownRule(String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_that_binds_a_host_or_server() {
        let line = |rule: &Rule| format!("{:?} {} {}", rule.phase(), rule.clause().level, rule.id());
        let listed: Vec<String> = Rule::ALL.iter().map(line).collect();
        insta::assert_snapshot!(listed.join("\n"));
    }

    #[test]
    fn each_rule_is_at_its_place() {
        for (place, rule) in Rule::ALL.iter().enumerate() {
            assert_eq!(rule.index(), place, "{}", rule.id());
        }
    }

    #[test]
    fn ids_of_the_specification_crates() {
        for code in rfc8414::Violation::CODES.iter().chain(rfc7591::Violation::CODES) {
            assert_eq!(Rule::try_from(*code).map(Rule::id), Ok(*code));
        }
        assert_eq!(Rule::try_from("rfc8414/2/alg-nine"), Err(UnknownRule("rfc8414/2/alg-nine".to_owned())));
    }
}
