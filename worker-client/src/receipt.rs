//! What ending a connection achieved at the server that issued its tokens.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The end of a connection, as far as the server is concerned. Here everything is erased in any case.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[expect(clippy::exhaustive_structs, reason = "the two tokens that there are")]
pub struct Receipt {
    /// What gave new access tokens. It goes first, for it would outlive the other.
    pub refresh_token: Fate,
    /// What was sent with requests.
    pub access_token: Fate,
}

/// What became of a token at its server (RFC 7009).
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "a person is told each of them")]
pub enum Fate {
    /// There was none.
    None,
    /// The server offers no revocation: the token lives until it ends by itself.
    NotOffered,
    /// The server refused to revoke it.
    Refused,
    /// The server confirmed that it is no longer valid.
    Revoked,
    /// The server did not confirm it yet. It is asked again until it does, for a day.
    WillRetry,
}
