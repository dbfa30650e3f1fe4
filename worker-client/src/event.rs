//! What the host program is told of, if it binds `EVENTS`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A change of one connection, posted as JSON to the Worker that is bound as `EVENTS`.
///
/// It is posted until it is answered with a success, for a day: an event can arrive twice, and late.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[expect(clippy::exhaustive_structs, reason = "what the host program reads")]
pub struct Event {
    /// What happened.
    pub event: Change,
    /// The host program's own name for the user; absent where a cookie of ours tells users apart.
    pub user: Option<String>,
    /// The `NAMESPACE` of that program; absent without one.
    pub namespace: Option<String>,
    /// The connection's `id`.
    pub connection: String,
    /// What its token is for.
    pub resource: String,
    /// When, in seconds since 1970.
    pub at: i64,
}

/// What can happen to a connection.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Change {
    /// The user logged in; a connection to the same resource with the same label is replaced.
    Connected,
    /// The user, or the host program, ended it.
    Disconnected,
    /// The server no longer accepts it: only the user can mend that, by logging in again.
    NeedsLogin,
}
