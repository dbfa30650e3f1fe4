//! The pages a person sees. They work without JavaScript and load nothing from anywhere else.

use askama::Template;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    flow::{Named, Server, authority},
    problem::Problem,
};

/// What a host says of itself: untrusted text, cleaned and capped by `branding`.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[expect(clippy::exhaustive_structs, reason = "the three things that are shown")]
pub struct About {
    /// Its title.
    pub title: Option<String>,
    /// Its description.
    pub description: Option<String>,
    /// Its icon as a `data:` URL, made by us from bytes that are an image.
    pub icon: Option<String>,
}

/// One row of the list of connections.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[expect(clippy::exhaustive_structs, reason = "a row of a list")]
pub struct Connection {
    /// Names it within its account.
    pub id: String,
    /// The host and port, as A-labels.
    pub host: String,
    /// What the token is for.
    pub resource: String,
    /// Who issued it.
    pub issuer: String,
    /// The user's own name for it, which tells two connections to one resource apart.
    pub label: Option<String>,
    /// What it allows, as the server said.
    pub scope: Option<String>,
    /// What the host calls itself: untrusted text.
    pub title: Option<String>,
    /// What the host says of itself: untrusted text.
    pub description: Option<String>,
    /// Whether `/icon/<id>` has an image.
    pub has_icon: bool,
    /// Whether the host has ended it.
    pub needs_login: bool,
    /// Since when, in seconds since 1970.
    pub connected_at: i64,
}

/// The start page: a field for a host, and the list of connections.
pub fn home(prefix: &str, connections: &[Connection], signed_in: bool) -> String {
    #[derive(Template)]
    #[template(path = "home.html")]
    struct Home<'a> {
        prefix: &'a str,
        connections: &'a [Connection],
        signed_in: bool,
    }
    render(&Home { prefix, connections, signed_in })
}

/// The question before a login: who is asked, where, and for what.
pub fn confirm(prefix: &str, named: &Named, server: &Server, about: &About, scope: &str) -> String {
    #[derive(Template)]
    #[template(path = "confirm.html")]
    struct Confirm<'a> {
        prefix: &'a str,
        host: String,
        resource: String,
        authorization_host: String,
        issuer_host: String,
        is_elsewhere: bool,
        is_idn: bool,
        title: Option<&'a str>,
        description: Option<&'a str>,
        icon: Option<&'a str>,
        scope: &'a str,
        scopes: String,
    }
    let host = named.host();
    render(&Confirm {
        prefix,
        is_idn: host.split('.').any(|label| label.starts_with("xn--")),
        host,
        resource: named.resource(),
        authorization_host: authority(&server.authorization_endpoint.url()),
        issuer_host: authority(&server.issuer.url()),
        is_elsewhere: !server.is_of(named),
        title: about.title.as_deref(),
        description: about.description.as_deref(),
        icon: about.icon.as_deref(),
        scope,
        scopes: server.scopes.join(" "),
    })
}

/// An error: what happened, who must act, what to do next.
pub fn problem(prefix: &str, problem: &Problem) -> String {
    #[derive(Template)]
    #[template(path = "problem.html")]
    struct Page<'a> {
        prefix: &'a str,
        problem: &'a Problem,
    }
    render(&Page { prefix, problem })
}

/// What makes the pages say that they wait.
pub const SCRIPT: &str = "";

/// The one style sheet.
pub const STYLE: &str = include_str!("../templates/style.css");

fn render(page: &impl Template) -> String {
    // Writing to a string fails for no template of ours.
    page.render().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::Egress;
    use rfc8414::{Issuer, Metadata};

    const HOSTILE: &str = r#"</title><script>alert(1)</script>"><img src=x onerror=alert(1)>' onmouseover='"#;

    fn server(issuer: &str) -> Server {
        let json = format!(
            r#"{{"issuer": "{issuer}", "authorization_endpoint": "{issuer}/authorize",
                "token_endpoint": "{issuer}/token", "registration_endpoint": "{issuer}/register",
                "response_types_supported": ["code"], "code_challenge_methods_supported": ["S256"]}}"#
        );
        let issuer = Issuer::try_from(issuer.to_owned()).unwrap();
        let metadata = Metadata::read(&issuer, json.as_bytes()).unwrap().metadata;
        Server::new(metadata, &Egress::public()).unwrap()
    }

    fn named(text: &str) -> Named {
        Named::parse(text, &Egress::public()).unwrap()
    }

    #[test]
    fn b01_what_a_host_says_stays_text() {
        let about = About {
            title: Some(HOSTILE.to_owned()),
            description: Some(HOSTILE.to_owned()),
            icon: Some("data:image/png;base64,AA==".to_owned()),
        };
        let page = confirm("", &named("good.example"), &server("https://good.example"), &about, "");
        assert!(page.contains("alert(1)"), "shown, as text");
        assert!(!page.contains("<script") && !page.contains("<img src=x") && !page.contains("' onmouseover"));
        let connection = Connection {
            id: "1".to_owned(),
            host: "good.example".to_owned(),
            resource: "https://good.example".to_owned(),
            issuer: "https://good.example".to_owned(),
            label: None,
            scope: None,
            title: Some(HOSTILE.to_owned()),
            description: None,
            has_icon: false,
            needs_login: false,
            connected_at: 0,
        };
        let page = home("", &[connection], true);
        assert!(page.contains("alert(1)") && !page.contains("<script") && !page.contains("<img src=x"));
    }

    #[test]
    fn b10_the_host_stands_before_its_title() {
        let about = About { title: Some("Google".to_owned()), ..About::default() };
        let page = confirm("", &named("evil.example"), &server("https://evil.example"), &about, "");
        assert!(page.find("evil.example").unwrap() < page.find("Google").unwrap());
        assert!(page.contains("calls itself <bdi>Google</bdi>"));
    }

    #[test]
    fn d09_an_international_name_is_shown_as_a_label() {
        let page =
            confirm("", &named("аррӏе.com"), &server("https://xn--80ak6aa92e.com"), &About::default(), "");
        assert!(page.contains("xn--80ak6aa92e.com") && page.contains("can look like others"));
        assert!(!page.contains("аррӏе"));
    }

    #[test]
    fn another_site_that_issues_the_token_is_named() {
        let elsewhere =
            confirm("", &named("evil.example"), &server("https://good.example"), &About::default(), "");
        assert!(elsewhere.contains("evil.example will receive a token that was issued by good.example"));
        let own =
            confirm("", &named("mcp.good.example"), &server("https://good.example"), &About::default(), "");
        assert!(!own.contains("will receive a token"));
    }

    #[test]
    fn every_page() {
        insta::assert_snapshot!("home", home("/auth", &[], false));
        insta::assert_snapshot!("problem", problem("", &Problem::unknown_login()));
        let about = About { title: Some("Good".to_owned()), ..About::default() };
        insta::assert_snapshot!(
            "confirm",
            confirm("", &named("good.example"), &server("https://good.example"), &about, "")
        );
    }
}
