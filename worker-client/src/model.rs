//! The types that are stored, sent to host programs, or shown: one definition of each.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::Url;

use login_flow::{Relaxations, Verdict, covers};

/// The branding of a host: untrusted text, cleaned and capped by `branding`.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[expect(clippy::exhaustive_structs, reason = "the three things that are shown")]
pub struct About {
    /// Title of the root page.
    pub title: Option<String>,
    /// Description of the root page.
    pub description: Option<String>,
    /// Icon as a `data:` URL, made by this app from bytes that are an image.
    pub icon: Option<String>,
}

/// One row of the list of connections.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[expect(clippy::exhaustive_structs, reason = "a row of a list")]
pub struct Connection {
    /// Identifier within the account.
    pub id: String,
    /// Host and port, as A-labels.
    pub host: String,
    /// Resource that the token is for (RFC 8707).
    pub resource: String,
    /// Issuer of the token.
    pub issuer: String,
    /// Scope of the token, as the server said: untrusted text.
    pub scope: Option<String>,
    /// Relaxations that the issuer requires: what requests to it leave out or exchange.
    pub relaxations: Relaxations,
    /// Title of the host's root page: untrusted text.
    pub title: Option<String>,
    /// Description of the host's root page: untrusted text.
    pub description: Option<String>,
    /// The person's own name for it, cleaned and cut; a link may have suggested it, so it is untrusted text.
    pub label: Option<String>,
    /// Time of the person's consent, in seconds since 1970.
    pub connected_at: i64,
    /// True if `/icon/<id>` has an image.
    pub has_icon: bool,
    /// True if the server has ended it.
    pub needs_login: bool,
    /// State, which says what the person can do about it.
    pub state: ConnectionState,
}

/// State of a connection.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "a page offers a way out of each")]
pub enum ConnectionState {
    /// It can be used.
    Works,
    /// The server does not renew it at the moment; it is kept, and renewed with a later use.
    TryLater,
    /// The same for more than a day: a new login is offered beside another attempt.
    TryLaterOrLogin,
    /// The server has ended it: only a new login mends it.
    NeedsLogin,
}

impl ConnectionState {
    /// All states.
    pub const ALL: [Self; 4] = [Self::Works, Self::TryLater, Self::TryLaterOrLogin, Self::NeedsLogin];

    /// The state of a connection that the server has ended or not, and whose renewal has failed for so many
    /// milliseconds.
    pub fn of(is_ended: bool, failing: Option<i64>) -> Self {
        match failing {
            _ if is_ended => Self::NeedsLogin,
            None => Self::Works,
            Some(failing) if failing > LASTING => Self::TryLaterOrLogin,
            Some(_) => Self::TryLater,
        }
    }

    /// True if a page offers a new login.
    pub fn offers_login(self) -> bool {
        matches!(self, Self::TryLaterOrLogin | Self::NeedsLogin)
    }
}

/// The milliseconds after which a failure is said to last: a day.
const LASTING: i64 = 86_400_000;

/// Outcome of the revocation of each token of a connection that was ended.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[expect(clippy::exhaustive_structs, reason = "the two kinds of token that there are")]
pub struct Receipt {
    /// The refresh token, which would outlive the other.
    pub refresh_token: Revocation,
    /// The access token.
    pub access_token: Revocation,
}

/// Outcome of the revocation of one token (RFC 7009).
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "a page says each of them")]
pub enum Revocation {
    /// There was none.
    #[default]
    NotHeld,
    /// The server says that it is no longer valid.
    Revoked,
    /// The server has no revocation endpoint.
    NotOffered,
    /// The server refused to revoke it.
    Refused,
    /// The server did not answer as it should; it will be asked again, for a day.
    FailedWillRetry,
    /// The token is revoked. A refresh was under way, and the token that it brings will be revoked when it comes.
    UnderWay,
    /// It cannot be opened, because its key is missing: it is kept, and revoked once the key is back.
    Unreadable,
}

/// A change of one connection, posted as JSON to the Worker that is bound as `EVENTS`.
///
/// The post is repeated for a day until it is answered with a success: an event can arrive twice, and late.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[expect(clippy::exhaustive_structs, reason = "what the host program reads")]
pub struct Event {
    /// Kind of change.
    pub event: Change,
    /// The host program's own name for the user; absent where a cookie of ours tells users apart.
    pub user: Option<String>,
    /// The `NAMESPACE` of that program; absent without one.
    pub namespace: Option<String>,
    /// The connection's `id`.
    pub connection: String,
    /// Resource that its token is for.
    pub resource: String,
    /// Time of the change, in seconds since 1970.
    pub at: i64,
}

/// A kind of change of a connection.
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

/// Answer of `/probe`: how a login to a host would go.
#[derive(Clone, Debug, JsonSchema, Serialize)]
#[non_exhaustive]
pub struct Probed {
    /// Host and port, as A-labels.
    pub host: String,
    /// Resource that a token would be for.
    pub resource: String,
    /// Issuer of such a token.
    pub issuer: Option<String>,
    /// Verdict: a person can log in, or why not.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// Reason of the verdict in words: untrusted text in part.
    pub why: Option<String>,
    /// Branding of the host: untrusted text.
    pub about: About,
    /// The connection that covers the resource, when the user has one.
    pub connection: Option<Connection>,
    /// The page to send the person to, when they can log in.
    pub login: Option<Url>,
    /// The number of seconds after which a host that cannot be reached is asked again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
}

impl Probed {
    /// Answer for any user: their connection and their login page are added later.
    pub fn new(host: String, resource: String, verdict: Verdict, about: About) -> Self {
        Self {
            host,
            resource,
            issuer: None,
            why: verdict.why(),
            verdict,
            about,
            connection: None,
            login: None,
            retry_after: None,
        }
    }
}

/// Answer of `/health`: the app is configured and its objects can be asked.
#[derive(Clone, Copy, Debug, JsonSchema, Serialize)]
#[expect(clippy::exhaustive_structs, reason = "an answer")]
pub struct Health {
    /// Version of this package.
    pub version: &'static str,
    /// Version of the stored rows that it reads and writes.
    pub schema: u32,
}

/// The connection that a request to that URL uses: the one whose resource covers it most closely; of equals the
/// one without a label, then the newest. `traits` gives its resource, its label (empty without one), and since
/// when it is there; `label` asks for the connections with that one alone.
pub fn closest<T>(
    connections: Vec<T>,
    url: &Url,
    label: Option<&str>,
    traits: impl Fn(&T) -> (String, String, i64),
) -> Option<T> {
    let rank = |connection: T| {
        let (resource, own, since) = traits(&connection);
        let covers = Url::parse(&resource).is_ok_and(|resource| covers(&resource, url));
        let is_asked_for = label.is_none_or(|label| label == own);
        (covers && is_asked_for).then_some(((resource.len(), own.is_empty(), since), connection))
    };
    connections.into_iter().filter_map(rank).max_by_key(|(rank, _)| *rank).map(|(_, connection)| connection)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closest_connection_is_used() {
        let found = |url: &str, label: Option<&str>| {
            let connections = vec![
                ("https://a.example", "", 1),
                ("https://a.example/mcp", "", 2),
                ("https://a.example/mcp", "work", 3),
                ("https://a.example/mcp", "home", 4),
            ];
            let traits = |c: &(&str, &str, i64)| (c.0.to_owned(), c.1.to_owned(), c.2);
            closest(connections, &Url::parse(url).unwrap(), label, traits).map(|(_, _, since)| since)
        };
        assert_eq!(found("https://a.example/other", None), Some(1));
        assert_eq!(found("https://a.example/mcp/tools", None), Some(2), "without a label before with one");
        assert_eq!(found("https://a.example/mcp", Some("work")), Some(3));
        assert_eq!(found("https://a.example/other", Some("work")), None);
        assert_eq!(found("https://b.example/", None), None);
    }
}
