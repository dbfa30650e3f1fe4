//! The routes that `openapi.json` describes.

/// A route below the prefix.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the router answers each")]
pub enum Route {
    /// Begin a login.
    Begin,
    /// An authorization response.
    Callback,
    /// The client id metadata document.
    ClientMetadata,
    /// The page before a login.
    Confirm,
    /// The list.
    Connections,
    /// End a connection.
    Disconnect(String),
    /// End a connection, by the form of a page.
    DisconnectForm(String),
    /// The state of the configuration.
    Health,
    /// The start page.
    Home,
    /// The icon of a connection.
    Icon(String),
    /// End the session, its connections and all that is stored of them.
    Logout,
    /// `openapi.json`.
    OpenApi,
    /// The verdict on logging in to a host.
    Probe,
    /// The script by which the pages say that they wait.
    Script,
    /// The style sheet.
    Style,
}

/// The reason why a request is none of the routes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the router answers both")]
pub enum NoRoute {
    /// The path is one of them, with another method.
    Method,
    /// The path is none of them.
    Path,
}

impl Route {
    /// The route of a request, `path` being what follows the prefix.
    pub fn of(method: &str, path: &str) -> Result<Self, NoRoute> {
        let mut segments = path.trim_start_matches('/').split('/');
        let first = segments.next().unwrap_or_default();
        let rest = (segments.next(), segments.next(), segments.next());
        Ok(match (method, first, rest) {
            ("GET", "", (None, ..)) => Self::Home,
            ("GET", "style.css", (None, ..)) => Self::Style,
            ("GET", "script.js", (None, ..)) => Self::Script,
            ("GET", "login", (None, ..)) => Self::Confirm,
            ("POST", "login", (None, ..)) => Self::Begin,
            ("GET", "callback", (Some(_), None, _)) => Self::Callback,
            ("GET", "client-metadata.json", (None, ..)) => Self::ClientMetadata,
            ("GET", "probe", (None, ..)) => Self::Probe,
            ("GET", "connections", (None, ..)) => Self::Connections,
            ("DELETE", "connections", (Some(id), None, _)) => Self::Disconnect(id.to_owned()),
            ("POST", "connections", (Some(id), Some("disconnect"), None)) => {
                Self::DisconnectForm(id.to_owned())
            }
            ("POST", "logout", (None, ..)) => Self::Logout,
            ("GET", "icon", (Some(id), None, _)) => Self::Icon(id.to_owned()),
            ("GET", "health", (None, ..)) => Self::Health,
            ("GET", "openapi.json", (None, ..)) => Self::OpenApi,
            (
                _,
                ""
                | "style.css"
                | "script.js"
                | "client-metadata.json"
                | "login"
                | "probe"
                | "connections"
                | "logout"
                | "health"
                | "openapi.json",
                (None, ..),
            )
            | (_, "callback" | "connections" | "icon", (Some(_), None, _))
            | (_, "connections", (Some(_), Some("disconnect"), None)) => return Err(NoRoute::Method),
            _ => return Err(NoRoute::Path),
        })
    }
}

/// The first segments of the routes but the start page.
#[cfg(any(feature = "entry", test))]
const SEGMENTS: [&str; 11] = [
    "callback",
    "client-metadata.json",
    "connections",
    "health",
    "icon",
    "login",
    "logout",
    "openapi.json",
    "probe",
    "script.js",
    "style.css",
];

/// A regular expression of JavaScript that matches the URL of each request to a route below the prefix: most of those that
/// are not ours are told apart before they are copied to wasm.
#[cfg(any(feature = "entry", test))]
pub(crate) fn pattern(prefix: &str) -> String {
    let segments = SEGMENTS.join("|");
    format!("^[^/]*//[^/]*{prefix}/*(?:$|[?#]|/(?:{segments})(?:$|[/?#]))")
}

/// The description of the routes in `OpenAPI` 3.1, with `{origin}` where the app lives.
pub const OPENAPI: &str = include_str!("../openapi.json");

/// The path of a URL that the platform has written: to parse it anew takes longer than a path that is not ours may.
pub(crate) fn path_of(url: &str) -> &str {
    // It begins at the third slash.
    let slash = url.bytes().enumerate().filter(|(_, b)| *b == b'/').nth(2);
    let path = slash.and_then(|(at, _)| url.get(at..)).unwrap_or_default();
    let end = path.bytes().position(|b| b == b'?' || b == b'#').unwrap_or(path.len());
    path.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;

    #[test]
    fn what_is_no_route() {
        assert_eq!(Route::of("GET", "/"), Ok(Route::Home));
        assert_eq!(Route::of("DELETE", "/connections/x"), Ok(Route::Disconnect("x".to_owned())));
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

    #[test]
    fn the_pattern_names_each_route() {
        let described: serde_json::Value = serde_json::from_str(OPENAPI).unwrap();
        let paths = described["paths"].as_object().unwrap().keys();
        let mut named: Vec<&str> = paths.filter_map(|path| path.split('/').nth(1)).collect();
        named.retain(|name| !name.is_empty());
        named.sort_unstable();
        named.dedup();
        assert_eq!(named, SEGMENTS);
        assert!(pattern("/auth").starts_with("^[^/]*//[^/]*/auth/*(?:$|[?#]|/(?:callback|client"));
    }

    #[test]
    fn the_path_is_the_one_that_a_parser_finds() {
        for typed in [
            "https://app.example",
            "https://app.example/",
            "https://app.example?url=https://as.example/x",
            "https://app.example#/x",
            "https://app.example:8443/auth/../login?next=/x#/y",
            "https://user:a%2Fb@app.example/callback/x?code=a/b",
            "https://[::1]/a%3Fb//c?d",
            "http://localhost:8787/é ?ü",
        ] {
            let url = Url::parse(typed).unwrap();
            assert_eq!(path_of(url.as_str()), url.path(), "{typed}");
        }
        assert_eq!(path_of("login"), "");
    }
}
