//! The routes that `openapi.json` describes.

/// A route below the prefix.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the router answers each")]
pub enum Route<'a> {
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
    Disconnect(&'a str),
    /// End a connection, by the form of a page.
    DisconnectForm(&'a str),
    /// The state of the configuration.
    Health,
    /// The start page.
    Home,
    /// The icon of a connection.
    Icon(&'a str),
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
            ("GET", ["client-metadata.json"]) => Self::ClientMetadata,
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

/// The path of a URL that the platform has written: to parse it anew takes longer than a path that is not ours may.
pub(crate) fn path_of(url: &str) -> &str {
    let beyond_scheme = url.split_once("://").map_or("", |(_, rest)| rest);
    let path = beyond_scheme.find('/').and_then(|at| beyond_scheme.get(at..));
    path.and_then(|path| path.split(['?', '#']).next()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;

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
