use crate::Unreadable;

/// How binding the broken clause is.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Level {
    /// An absolute requirement of the specification.
    Must,
    /// A recommendation that was not followed.
    Should,
    /// Legal, and worth knowing.
    Note,
}

/// What a client information response breaks or changes ([§3.2.1]).
///
/// [§3.2.1]: https://www.rfc-editor.org/rfc/rfc7591#section-3.2.1
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Violation {
    /// The server registered another value than the request asked for, which §3.2.1 allows.
    #[error("`{member}` was registered as {answered}, not as {asked}")]
    Changed {
        /// The member's name.
        member: &'static str,
        /// What the request said.
        asked: String,
        /// What the server registered.
        answered: String,
    },
    /// A member of the wrong type or with a value that cannot be read; it counts as absent.
    #[error("{0}")]
    Malformed(Unreadable),
    /// A member that came more than once.
    #[error("`{0}` is there more than once")]
    Repeated(String),
    /// A secret without `client_secret_expires_at`, which is "REQUIRED if `client_secret` is issued".
    #[error("a secret without `client_secret_expires_at`")]
    SecretWithoutExpiry,
    /// A successful answer with another status than 201.
    #[error("status {0}, not 201")]
    Status(u16),
}

impl Violation {
    /// Every code, in the order of the variants.
    pub const CODES: &[&str] = &[
        "rfc7591/3.2.1/changed",
        "rfc7591/3.2.1/malformed",
        "rfc7591/3.2.1/repeated",
        "rfc7591/3.2.1/secret-expiry",
        "rfc7591/3.2.1/status-201",
    ];

    /// The stable id of the broken requirement.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Changed { .. } => "rfc7591/3.2.1/changed",
            Self::Malformed(_) => "rfc7591/3.2.1/malformed",
            Self::Repeated(_) => "rfc7591/3.2.1/repeated",
            Self::SecretWithoutExpiry => "rfc7591/3.2.1/secret-expiry",
            Self::Status(_) => "rfc7591/3.2.1/status-201",
        }
    }

    /// The section that says so, as a link.
    pub fn section(&self) -> &'static str {
        "https://www.rfc-editor.org/rfc/rfc7591#section-3.2.1"
    }

    /// How binding that section is here.
    pub fn level(&self) -> Level {
        match self {
            Self::Changed { .. } => Level::Note,
            Self::Repeated(_) => Level::Should,
            Self::Malformed(_) | Self::SecretWithoutExpiry | Self::Status(_) => Level::Must,
        }
    }
}
