use rfc7591::Secret;
use serde::{Deserialize, Serialize};

/// A token that the resource did not accept, or seems not to have.
#[derive(Deserialize, Serialize)]
pub(crate) struct RefusedToken {
    /// Its digest.
    pub(crate) digest: String,
    /// The meaning of the response.
    pub(crate) refusal: Refusal,
}

/// The meaning of a response that does not accept a token.
#[derive(Clone, Copy, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) enum Refusal {
    /// The resource said that the token is invalid: without a refresh token the connection is over.
    Invalid,
    /// The token has just taken the place of another one that was refused.
    OfReplacement,
    /// The resource names another authorization server than the one that issued the token.
    Moved,
    /// A renewed token may fare better.
    Unclear,
}

/// A token to use.
#[derive(Deserialize, Serialize)]
pub(crate) struct AccessToken {
    /// The token.
    pub(crate) token: Secret,
    /// The scope that was granted.
    pub(crate) scope: Option<String>,
    /// True if the token may be over, and can be renewed.
    pub(crate) may_be_over: bool,
    /// True if the user has agreed so often that another login for the same scope is in vain.
    pub(crate) is_last: bool,
}
