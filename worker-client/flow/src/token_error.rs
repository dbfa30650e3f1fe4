use http::StatusCode;

use crate::{Quotation, Requirement, quotation::said};

/// The error of a token request.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// A success response without a required member.
    #[error("the access token response lacks {0}")]
    Malformed(&'static str),
    /// An error of RFC 6749 §5.2, cleaned.
    #[error("the token endpoint answered {error}{}", said(.says.as_ref()))]
    Refused {
        /// The status: 400, 401, or another one that the server chose.
        status: StatusCode,
        /// The error code.
        error: String,
        /// The description of the error.
        says: Option<Quotation>,
    },
    /// Any other status, redirects included, with any body.
    #[error("the token endpoint answered with {0}")]
    Status(StatusCode),
    /// The token type is not Bearer.
    #[error("the token is not a bearer token")]
    TokenType,
}

impl TokenError {
    /// The requirement that the response violates; an error response violates none.
    pub fn requirement(&self) -> Option<Requirement> {
        match self {
            Self::Malformed(_) => Some(Requirement::TOKEN_ANSWER),
            Self::Refused { .. } | Self::Status(_) => None,
            Self::TokenType => Some(Requirement::TOKEN_TYPE),
        }
    }

    /// True if trying again later is useless: the server said in some way that the grant or the client is gone. To a
    /// request that is known to be well-formed every error is about them, but for those that speak of another time or
    /// of a parameter that can be left out.
    pub fn is_final(&self) -> bool {
        let Self::Refused { status, error, .. } = self else { return false };
        matches!(status.as_u16(), 200 | 201 | 400 | 401 | 403) && !NOT_FINAL.contains(&error.as_str())
    }

    /// True if the server refuses the `resource` of the request (RFC 8707 §2).
    pub fn is_about_the_resource(&self) -> bool {
        self.has_code("invalid_target")
    }

    /// True if the server refuses the scope of the request (RFC 6749 §5.2).
    pub fn is_about_the_scope(&self) -> bool {
        self.has_code("invalid_scope")
    }

    /// True if the server refuses the authorization code (RFC 6749 §5.2).
    pub(crate) fn is_about_the_code(&self) -> bool {
        self.has_code("invalid_grant")
    }

    fn has_code(&self, code: &str) -> bool {
        matches!(self, Self::Refused { error, .. } if error == code)
    }

    /// True if the server no longer knows this client (RFC 6749 §5.2).
    pub fn is_about_the_client(&self) -> bool {
        self.has_code("invalid_client")
    }
}

/// Errors that leave the grant as it is: a matter of time, or of a parameter (RFC 6749 §5.2, RFC 8628 §3.5, RFC 8707 §2).
const NOT_FINAL: &[&str] = &[
    "invalid_scope",
    "invalid_target",
    "rate_limit_exceeded",
    "server_error",
    "slow_down",
    "temporarily_unavailable",
    "too_many_requests",
];
