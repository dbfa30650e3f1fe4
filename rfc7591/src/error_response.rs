use http::{Response, StatusCode};

use crate::{Violation, object::Lenient};

crate::members! {
    human_readable: [],
    required: {
        /// The error code.
        error: ErrorCode,
    },
    /// A client registration error response ([§3.2.2]).
    ///
    /// [§3.2.2]: https://www.rfc-editor.org/rfc/rfc7591#section-3.2.2
    #[derive(Eq)]
    pub struct ErrorResponse {
        /// The server's explanation for developers: untrusted text.
        error_description: String,
    }
}

/// Why there is no client, or none any more.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RegistrationError {
    /// The server refused in the words of §3.2.2.
    #[error("the server refused: {}", .refusal.error)]
    #[non_exhaustive]
    Refused {
        /// 400, or what the server found fit.
        status: StatusCode,
        /// Its words.
        refusal: Box<ErrorResponse>,
        /// What its answer breaks.
        violations: Vec<Violation>,
    },
    /// Any other answer than a success, with whatever body.
    #[error("the server answered with {status}")]
    #[non_exhaustive]
    Status {
        /// The status.
        status: StatusCode,
        /// What the answer breaks.
        violations: Vec<Violation>,
    },
    /// A success that names no client; at least one of its violations is fatal.
    #[error("the answer names no client that can be used: {}", list(.violations))]
    #[non_exhaustive]
    Unusable {
        /// What the answer breaks.
        violations: Vec<Violation>,
    },
}

impl RegistrationError {
    /// What the answer breaks.
    pub fn violations(&self) -> &[Violation] {
        match self {
            Self::Refused { violations, .. }
            | Self::Status { violations, .. }
            | Self::Unusable { violations } => violations,
        }
    }

    /// Reads an answer that is no success, or an error object that came as one.
    pub(crate) fn receive(response: &Response<Vec<u8>>) -> Self {
        let status = response.status();
        if let Some(refusal) = refusal(response) {
            let registration = !matches!(refusal.error, ErrorCode::Other(_));
            let wrong = status.is_success() || registration && status != StatusCode::BAD_REQUEST;
            let violations = wrong.then_some(Violation::ErrorStatus(status.as_u16())).into_iter().collect();
            return Self::Refused { status, refusal: Box::new(refusal), violations };
        }
        // Other statuses may come from what stands before the server, and mean something else.
        let wrong = matches!(status, StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY);
        let violations = wrong.then_some(Violation::ErrorObject(status.as_u16())).into_iter().collect();
        Self::Status { status, violations }
    }
}

/// The error object of an answer, when it is one and names no client beside it.
pub(crate) fn refusal(response: &Response<Vec<u8>>) -> Option<ErrorResponse> {
    let refusal = Lenient::<ErrorResponse>::from_slice(response.body()).ok()?.members?;
    (!refusal.additional.contains_key("client_id")).then_some(refusal)
}

fn list(violations: &[Violation]) -> String {
    let fatal = violations.iter().filter(|violation| violation.is_fatal());
    fatal.map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

crate::open_enum! {
    /// Error codes of [§3.2.2].
    ///
    /// [§3.2.2]: https://www.rfc-editor.org/rfc/rfc7591#section-3.2.2
    pub enum ErrorCode {
        /// A metadata field is invalid.
        InvalidClientMetadata = "invalid_client_metadata",
        /// A redirection URI is invalid.
        InvalidRedirectUri = "invalid_redirect_uri",
        /// The software statement is invalid.
        InvalidSoftwareStatement = "invalid_software_statement",
        /// The software statement is not approved.
        UnapprovedSoftwareStatement = "unapproved_software_statement",
    }
}
