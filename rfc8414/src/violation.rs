use rfc7591::{Level, lenient::Unreadable};

use crate::Issuer;

/// A requirement that the response to a metadata request breaks.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Violation {
    /// §2: "The value `none` MUST NOT be used", in a list of signature algorithms.
    #[error("`{0}` contains `none`")]
    AlgorithmNone(&'static str),
    /// §2: a list of signature algorithms "MUST be present" where an authentication method signs.
    #[error("`{0}` is missing beside a method that signs")]
    AlgorithmsMissing(&'static str),
    /// §3.2: "a content type of `application/json`"; holds the one that was sent, or nothing.
    #[error("the content type is `{0}`, not `application/json`")]
    ContentType(String),
    /// §3.2: "Claims with zero elements MUST be omitted"; `null` is read the same way.
    #[error("`{0}` is empty and should be omitted")]
    Empty(String),
    /// §2, RFC 6749 §3.1: the URL of an endpoint is https and without a fragment; it counts as absent.
    #[error(transparent)]
    EndpointUrl(Unreadable),
    /// §3.3: the document speaks for another issuer than the one it was asked of.
    #[error("`issuer` is `{found}`, not `{expected}`")]
    IssuerMismatch {
        /// The issuer that the well-known URL was built from.
        expected: Issuer,
        /// The issuer that the document publishes.
        found: Issuer,
    },
    /// §3.3, by one slash at the end only: both forms build the same well-known URL.
    #[error("`issuer` is `{found}`, not `{expected}`: they differ in a slash at the end")]
    IssuerSlash {
        /// The issuer that the well-known URL was built from.
        expected: Issuer,
        /// The issuer that the document publishes.
        found: Issuer,
    },
    /// §2: an issuer is "a URL that uses the "https" scheme and has no query or fragment components".
    #[error(transparent)]
    IssuerUrl(Unreadable),
    /// A member of the wrong type or syntax; it counts as absent.
    #[error(transparent)]
    Malformed(Unreadable),
    /// A REQUIRED member of §2 is not there.
    #[error("`{0}` is missing")]
    Missing(&'static str),
    /// §3.2: the body is "a JSON object".
    #[error("the body is not a JSON object")]
    NotAnObject,
    /// A member that came more than once (RFC 8259 §4).
    #[error("`{0}` is there more than once")]
    Repeated(String),
    /// §3.2: "A successful response MUST use the 200 OK HTTP status code".
    #[error("status {0}, not 200")]
    Status(u16),
}

impl Violation {
    /// The codes of all violations.
    pub const CODES: &[&str] = &[
        "rfc8414/2/alg-none",
        "rfc8414/2/alg-values-required",
        "rfc8414/2/endpoint-url",
        "rfc8414/2/issuer-url",
        "rfc8414/2/malformed-member",
        "rfc8414/2/required-member",
        "rfc8414/3.2/content-type",
        "rfc8414/3.2/empty-member",
        "rfc8414/3.2/json-object",
        "rfc8414/3.2/repeated-member",
        "rfc8414/3.2/status-200",
        "rfc8414/3.3/issuer-identical",
    ];

    /// The stable id of the broken requirement.
    pub fn code(&self) -> &'static str {
        match self {
            Self::AlgorithmNone(_) => "rfc8414/2/alg-none",
            Self::AlgorithmsMissing(_) => "rfc8414/2/alg-values-required",
            Self::ContentType(_) => "rfc8414/3.2/content-type",
            Self::Empty(_) => "rfc8414/3.2/empty-member",
            Self::EndpointUrl(_) => "rfc8414/2/endpoint-url",
            Self::IssuerMismatch { .. } | Self::IssuerSlash { .. } => "rfc8414/3.3/issuer-identical",
            Self::IssuerUrl(_) => "rfc8414/2/issuer-url",
            Self::Malformed(_) => "rfc8414/2/malformed-member",
            Self::Missing(_) => "rfc8414/2/required-member",
            Self::NotAnObject => "rfc8414/3.2/json-object",
            Self::Repeated(_) => "rfc8414/3.2/repeated-member",
            Self::Status(_) => "rfc8414/3.2/status-200",
        }
    }

    /// The section of the requirement, as a link.
    pub fn section(&self) -> &'static str {
        match self {
            Self::AlgorithmNone(_)
            | Self::AlgorithmsMissing(_)
            | Self::EndpointUrl(_)
            | Self::IssuerUrl(_)
            | Self::Malformed(_)
            | Self::Missing(_) => "https://www.rfc-editor.org/rfc/rfc8414#section-2",
            Self::IssuerMismatch { .. } | Self::IssuerSlash { .. } => {
                "https://www.rfc-editor.org/rfc/rfc8414#section-3.3"
            }
            _ => "https://www.rfc-editor.org/rfc/rfc8414#section-3.2",
        }
    }

    /// The strength of the requirement.
    pub fn level(&self) -> Level {
        match self {
            // RFC 8259 §4: "The names within an object SHOULD be unique."
            Self::Repeated(_) => Level::Should,
            _ => Level::Must,
        }
    }

    /// `true` if the document cannot be used at all.
    pub fn is_fatal(&self) -> bool {
        match self {
            Self::IssuerMismatch { .. } | Self::IssuerUrl(_) | Self::NotAnObject | Self::Status(_) => true,
            Self::Missing(member) => *member == "issuer",
            Self::Malformed(unreadable) => unreadable.member == "issuer",
            // Two readers that choose differently could be played against each other.
            Self::Repeated(member) => {
                member.ends_with("issuer")
                    || member.ends_with("_endpoint")
                    || member == "code_challenge_methods_supported"
            }
            _ => false,
        }
    }
}

/// A response without usable metadata, with every requirement that it breaks.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the metadata cannot be used: {}", list(.violations))]
#[non_exhaustive]
pub struct InvalidMetadata {
    /// At least one of them fatal.
    pub violations: Vec<Violation>,
    /// The issuer that the document publishes, when it does.
    pub published: Option<Box<Issuer>>,
}

impl InvalidMetadata {
    pub(crate) fn of(violation: Violation) -> Self {
        Self { violations: vec![violation], published: None }
    }

    /// The foreign issuer of an otherwise usable document: ask there, and use nothing of this document.
    pub fn pointer(&self) -> Option<&Issuer> {
        let only = |violation: &Violation| {
            !violation.is_fatal() || matches!(violation, Violation::IssuerMismatch { .. })
        };
        self.published.as_deref().filter(|_| self.violations.iter().all(only))
    }

    /// `true` if there was a metadata document at all, however broken.
    pub fn is_a_document(&self) -> bool {
        !self.violations.iter().any(|v| matches!(v, Violation::NotAnObject | Violation::Status(_)))
    }
}

fn list(violations: &[Violation]) -> String {
    let fatal = violations.iter().filter(|violation| violation.is_fatal());
    fatal.map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
