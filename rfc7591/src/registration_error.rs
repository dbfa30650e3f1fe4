use http::{Response, StatusCode};

use crate::{ErrorCode, ErrorResponse, Violation, lenient::Members};

/// The reason why a registration or client configuration request gave no client.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RegistrationError {
    /// The server sent the error response of §3.2.2.
    #[error("the server refused: {}", .error_response.error)]
    #[non_exhaustive]
    Refused {
        /// The status: 400, if the server keeps to §3.2.2.
        status: StatusCode,
        /// The error response.
        error_response: Box<ErrorResponse>,
        /// The requirements that the response breaks.
        violations: Vec<Violation>,
    },
    /// Another status than a success, without an error response.
    #[error("the server answered with {status}")]
    #[non_exhaustive]
    Status {
        /// The status.
        status: StatusCode,
        /// The requirements that the response breaks.
        violations: Vec<Violation>,
    },
    /// A success that names no client; at least one of the violations is fatal.
    #[error("the answer names no client that can be used: {}", list(.violations))]
    #[non_exhaustive]
    Unusable {
        /// The requirements that the response breaks.
        violations: Vec<Violation>,
    },
}

impl RegistrationError {
    /// The requirements that the response breaks.
    pub fn violations(&self) -> &[Violation] {
        match self {
            Self::Refused { violations, .. }
            | Self::Status { violations, .. }
            | Self::Unusable { violations } => violations,
        }
    }

    /// Reads a response that is no success, or an error response that came with the status of one.
    pub(crate) fn receive(response: &Response<Vec<u8>>) -> Self {
        let status = response.status();
        if let Some(error_response) = error_response(response) {
            let registration = !matches!(error_response.error, ErrorCode::Other(_));
            let wrong = status.is_success() || registration && status != StatusCode::BAD_REQUEST;
            let violations = wrong.then_some(Violation::ErrorStatus(status.as_u16())).into_iter().collect();
            return Self::Refused { status, error_response: Box::new(error_response), violations };
        }
        // Other statuses may come from what stands before the server, and mean something else.
        let wrong = matches!(status, StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY);
        let violations = wrong.then_some(Violation::ErrorObject(status.as_u16())).into_iter().collect();
        Self::Status { status, violations }
    }
}

/// The error response in a body, if it is one and names no client beside the error.
pub(crate) fn error_response(response: &Response<Vec<u8>>) -> Option<ErrorResponse> {
    let members = Members::from_slice(response.body()).ok()?;
    ErrorResponse::from_members(members).value.filter(|error| !error.additional.contains_key("client_id"))
}

fn list(violations: &[Violation]) -> String {
    let fatal = violations.iter().filter(|violation| violation.is_fatal());
    fatal.map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
