use login_flow::{Actor, Level};

/// A requirement as SPEC.md states it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Clause {
    /// The stable id.
    pub id: &'static str,
    /// The level.
    pub level: Level,
    /// The party that it binds.
    pub actor: Actor,
    /// The requirement, as a sentence.
    pub text: &'static str,
    /// The name of its source: `RFC 7591 §5`.
    pub source: &'static str,
    /// Its source, as a link.
    pub section: &'static str,
}
