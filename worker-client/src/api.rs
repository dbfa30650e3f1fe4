//! The routes, and the answers that programs read: what `openapi.json` describes.

use schemars::JsonSchema;
use serde::Serialize;
use url::Url;

use crate::pages::{About, Connection};
use login_flow::{Verdict, covers};

/// A route below the prefix.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the router answers each")]
pub enum Route<'a> {
    /// Begin a login.
    Begin,
    /// An authorization response.
    Callback,
    /// The question before a login.
    Confirm,
    /// The list.
    Connections,
    /// End a connection.
    Disconnect(&'a str),
    /// End a connection, by the form of a page.
    DisconnectForm(&'a str),
    /// Whether the app is configured.
    Health,
    /// The start page.
    Home,
    /// The icon of a connection.
    Icon(&'a str),
    /// End the session, its connections and all that is stored of them.
    Logout,
    /// `openapi.json`.
    OpenApi,
    /// Whether and how one can log in to a host.
    Probe,
    /// What makes the pages say that they wait.
    Script,
    /// The style sheet.
    Style,
}

/// Why a request is none of the routes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the router answers both")]
pub enum NoRoute {
    /// The path is one of them, with another method.
    Method,
    /// The path is none of them.
    Path,
}

impl<'a> Route<'a> {
    /// The route of a request, `path` being what follows the prefix.
    pub fn of(method: &str, path: &'a str) -> Result<Self, NoRoute> {
        let segments: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        Ok(match (method, segments.as_slice()) {
            ("GET", [""]) => Self::Home,
            ("GET", ["style.css"]) => Self::Style,
            ("GET", ["script.js"]) => Self::Script,
            ("GET", ["login"]) => Self::Confirm,
            ("POST", ["login"]) => Self::Begin,
            ("GET", ["callback", _]) => Self::Callback,
            ("GET", ["probe"]) => Self::Probe,
            ("GET", ["connections"]) => Self::Connections,
            ("DELETE", ["connections", id]) => Self::Disconnect(id),
            ("POST", ["connections", id, "disconnect"]) => Self::DisconnectForm(id),
            ("POST", ["logout"]) => Self::Logout,
            ("GET", ["icon", id]) => Self::Icon(id),
            ("GET", ["health"]) => Self::Health,
            ("GET", ["openapi.json"]) => Self::OpenApi,
            (
                _,
                [
                    "" | "style.css" | "script.js" | "login" | "probe" | "connections" | "logout" | "health"
                    | "openapi.json",
                ]
                | ["callback" | "connections" | "icon", _]
                | ["connections", _, "disconnect"],
            ) => return Err(NoRoute::Method),
            _ => return Err(NoRoute::Path),
        })
    }
}

/// The description of the routes in `OpenAPI` 3.1, with `{origin}` where the app lives.
pub const OPENAPI: &str = include_str!("../openapi.json");

/// What asking a host led to.
#[derive(Clone, Debug, JsonSchema, Serialize)]
#[non_exhaustive]
pub struct Probed {
    /// The host and port, as A-labels.
    pub host: String,
    /// What a token would be for.
    pub resource: String,
    /// Who would issue it.
    pub issuer: Option<String>,
    /// Whether a person can log in, and if not, why.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// The verdict's reason in words: untrusted text in part.
    pub why: Option<String>,
    /// What the host says of itself: untrusted text.
    pub about: About,
    /// The connection that covers the resource, when the user has one.
    pub connection: Option<Connection>,
    /// The page to send the person to, when they can log in.
    pub login: Option<Url>,
}

impl Probed {
    /// What a host answered, before it is known who asks.
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
        }
    }
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

/// `/health`: the app is configured and its objects can be asked.
#[derive(Clone, Copy, Debug, JsonSchema, Serialize)]
#[expect(clippy::exhaustive_structs, reason = "an answer")]
pub struct Health {
    /// The version of this package.
    pub version: &'static str,
    /// The version of the stored rows that it reads and writes.
    pub schema: u32,
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

    #[test]
    fn what_is_no_route() {
        assert_eq!(Route::of("GET", "/"), Ok(Route::Home));
        assert_eq!(Route::of("DELETE", "/connections/x"), Ok(Route::Disconnect("x")));
        for (method, path, expected) in [
            ("POST", "/", NoRoute::Method),
            ("HEAD", "/callback/x", NoRoute::Method),
            ("GET", "/connections/x/disconnect", NoRoute::Method),
            ("GET", "/nothing", NoRoute::Path),
            ("GET", "/callback", NoRoute::Path),
            ("GET", "/callback/x/y", NoRoute::Path),
            ("GET", "/proxy/https://good.example", NoRoute::Path),
        ] {
            assert_eq!(Route::of(method, path), Err(expected), "{method} {path}");
        }
    }
}
