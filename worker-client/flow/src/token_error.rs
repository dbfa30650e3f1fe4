use crate::{FailedResponse, Fault, Faulty, Requirement};

/// The error of a token request.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// An error response (RFC 6749 §5.2), or any other response that is no success, redirects included.
    #[error(transparent)]
    Failed(Box<FailedResponse>),
    /// A success response without a required member.
    #[error("the access token response lacks {0}")]
    Malformed(&'static str),
    /// The token type is not Bearer.
    #[error("the token is not a bearer token")]
    TokenType,
}

impl TokenError {
    /// The requirement that the response violates; an error response violates none.
    pub fn requirement(&self) -> Option<Requirement> {
        match self {
            Self::Failed(_) => None,
            Self::Malformed(_) => Some(Requirement::TOKEN_ANSWER),
            Self::TokenType => Some(Requirement::TOKEN_TYPE),
        }
    }

    /// The error code of the response (RFC 6749 §5.2).
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Failed(response) => response.error.as_deref(),
            Self::Malformed(_) | Self::TokenType => None,
        }
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
        self.code() == Some(code)
    }

    /// True if the server no longer knows this client (RFC 6749 §5.2).
    pub fn is_about_the_client(&self) -> bool {
        self.has_code("invalid_client")
    }
}

impl Faulty for TokenError {
    fn fault(&self) -> Fault {
        match self {
            Self::Failed(response) => response.fault(),
            Self::Malformed(_) | Self::TokenType => Fault::Contradiction,
        }
    }
}

impl From<FailedResponse> for TokenError {
    fn from(response: FailedResponse) -> Self {
        Self::Failed(Box::new(response))
    }
}
