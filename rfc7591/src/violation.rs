use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Difference, lenient::Unreadable};

/// The force of a requirement, in the words of BCP 14.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[expect(clippy::exhaustive_enums, reason = "a caller must handle each")]
pub enum Level {
    /// An absolute requirement of the specification.
    #[serde(rename = "MUST")]
    Must,
    /// A recommendation that was not followed.
    #[serde(rename = "SHOULD")]
    Should,
    /// Truly optional.
    #[serde(rename = "MAY")]
    May,
    /// Legal, and worth knowing.
    #[serde(rename = "note")]
    Note,
}

impl Level {
    /// The keyword of BCP 14, or `note`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Must => "MUST",
            Self::Should => "SHOULD",
            Self::May => "MAY",
            Self::Note => "note",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A requirement that the response to a registration or client configuration request breaks, or a difference from what
/// the request asked for.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Violation {
    /// The server registered another value than the request asked for, which RFC 7591 §3.2.1 allows.
    #[error(transparent)]
    Changed(Difference),
    /// RFC 7591 §3.2.1: `client_id` is REQUIRED; there is none that can be used.
    #[error("there is no usable `client_id`")]
    ClientId,
    /// RFC 7591 §3.2.1: "a body of type `application/json`"; holds the type that was sent, or nothing.
    #[error("the content type is `{0}`, not `application/json`")]
    ContentType(String),
    /// RFC 7592 §2.3: a successful delete is answered with 204.
    #[error("status {0}, not 204")]
    DeleteStatus(u16),
    /// RFC 7591 §3.2.2: the body of an error response is a JSON object with `error`.
    #[error("status {0} without a JSON object that has an `error`")]
    ErrorObject(u16),
    /// RFC 7591 §3.2.2: a registration error is answered with 400.
    #[error("an error response with status {0}, not 400")]
    ErrorStatus(u16),
    /// A member of the wrong type or with a value that cannot be read; it counts as absent.
    #[error(transparent)]
    Malformed(Unreadable),
    /// RFC 7592 §3: one of the two members for managing a client without the other; holds the missing one.
    #[error("`{0}` is missing beside its counterpart")]
    ManagementPair(&'static str),
    /// RFC 7592 §3: `registration_client_uri` is a fully qualified URL, and RFC 7592 §2 asks for TLS.
    #[error("`registration_client_uri` is `{0}`, not a fully qualified https URL")]
    ManagementUri(String),
    /// RFC 7591 §3.2.1: all registered metadata is returned; the redirection URIs were not.
    #[error("`{0}` was asked for and is not in the answer")]
    NotReturned(&'static str),
    /// A success without a JSON object.
    #[error("the body is not a JSON object")]
    NotAnObject,
    /// RFC 7592 §2.1, §2.2: a successful read or update is answered with 200.
    #[error("status {0}, not 200")]
    ReadStatus(u16),
    /// A member that came more than once.
    #[error("`{0}` is there more than once")]
    Repeated(String),
    /// A secret without `client_secret_expires_at`, which is "REQUIRED if `client_secret` is issued".
    #[error("a secret without `client_secret_expires_at`")]
    SecretWithoutExpiry,
    /// RFC 7591 §3.2.1: a successful registration is answered with 201.
    #[error("status {0}, not 201")]
    Status(u16),
}

impl Violation {
    /// The codes of all violations.
    pub const CODES: &[&str] = &[
        "rfc7591/3.2.1/auth-method-substituted",
        "rfc7591/3.2.1/client-id",
        "rfc7591/3.2.1/content-type",
        "rfc7591/3.2.1/grant-type-removed",
        "rfc7591/3.2.1/json-object",
        "rfc7591/3.2.1/malformed-member",
        "rfc7591/3.2.1/metadata-returned",
        "rfc7591/3.2.1/redirect-uri-added",
        "rfc7591/3.2.1/redirect-uri-dropped",
        "rfc7591/3.2.1/repeated-member",
        "rfc7591/3.2.1/response-type-removed",
        "rfc7591/3.2.1/scope-changed",
        "rfc7591/3.2.1/secret-expiry",
        "rfc7591/3.2.1/secret-for-public-client",
        "rfc7591/3.2.1/status-201",
        "rfc7591/3.2.1/value-replaced",
        "rfc7591/3.2.2/error-object",
        "rfc7591/3.2.2/error-status",
        "rfc7592/2.1/read-status",
        "rfc7592/2.3/delete-status",
        "rfc7592/3/management-pair",
        "rfc7592/3/registration-client-uri",
    ];

    /// The stable id of the requirement.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Changed(difference) => difference.code(),
            Self::ClientId => "rfc7591/3.2.1/client-id",
            Self::ContentType(_) => "rfc7591/3.2.1/content-type",
            Self::DeleteStatus(_) => "rfc7592/2.3/delete-status",
            Self::ErrorObject(_) => "rfc7591/3.2.2/error-object",
            Self::ErrorStatus(_) => "rfc7591/3.2.2/error-status",
            Self::Malformed(_) => "rfc7591/3.2.1/malformed-member",
            Self::ManagementPair(_) => "rfc7592/3/management-pair",
            Self::ManagementUri(_) => "rfc7592/3/registration-client-uri",
            Self::NotAnObject => "rfc7591/3.2.1/json-object",
            Self::NotReturned(_) => "rfc7591/3.2.1/metadata-returned",
            Self::ReadStatus(_) => "rfc7592/2.1/read-status",
            Self::Repeated(_) => "rfc7591/3.2.1/repeated-member",
            Self::SecretWithoutExpiry => "rfc7591/3.2.1/secret-expiry",
            Self::Status(_) => "rfc7591/3.2.1/status-201",
        }
    }

    /// The section of the requirement, as a link.
    pub fn section(&self) -> &'static str {
        match self {
            Self::DeleteStatus(_) => "https://www.rfc-editor.org/rfc/rfc7592#section-2.3",
            Self::ErrorObject(_) | Self::ErrorStatus(_) => {
                "https://www.rfc-editor.org/rfc/rfc7591#section-3.2.2"
            }
            Self::ManagementPair(_) | Self::ManagementUri(_) => {
                "https://www.rfc-editor.org/rfc/rfc7592#section-3"
            }
            Self::ReadStatus(_) => "https://www.rfc-editor.org/rfc/rfc7592#section-2.1",
            _ => "https://www.rfc-editor.org/rfc/rfc7591#section-3.2.1",
        }
    }

    /// The strength of the requirement.
    pub fn level(&self) -> Level {
        match self {
            Self::Changed(_) => Level::Note,
            // RFC 8259 §4: "The names within an object SHOULD be unique."
            Self::Repeated(_) => Level::Should,
            _ => Level::Must,
        }
    }

    /// `true` if the response gives no client that can be used.
    pub fn is_fatal(&self) -> bool {
        match self {
            Self::ClientId | Self::ErrorObject(_) | Self::ErrorStatus(_) | Self::NotAnObject => true,
            // Two readers that choose differently could be played against each other.
            Self::Repeated(member) => member == "client_id" || member == "client_secret",
            _ => false,
        }
    }
}
