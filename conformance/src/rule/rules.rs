/// Generates [`Rule`] with its clauses: a name, its phase, level and addressee, its id, text and source.
macro_rules! rules {
    ($($name:ident: $phase:ident, $level:ident, $actor:ident, $id:literal, $text:literal, $source:literal = $section:literal;)+) => {
        /// A requirement that binds a host or its authorization server, and so is checked, in the order of SPEC.md.
        #[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
        #[non_exhaustive]
        pub enum Rule {
            $(#[doc = $text] $name),+
        }

        impl Rule {
            /// Every rule, in the order of SPEC.md.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The clause of SPEC.md.
            pub fn clause(self) -> &'static Clause {
                match self {
                    $(Self::$name => &Clause {
                        id: $id,
                        level: Level::$level,
                        actor: Actor::$actor,
                        text: $text,
                        source: $source,
                        section: $section,
                    }),+
                }
            }

            /// The part of a check that tests it.
            pub fn phase(self) -> Phase {
                match self {
                    $(Self::$name => Phase::$phase),+
                }
            }
        }
    };
}

pub(super) use rules;
