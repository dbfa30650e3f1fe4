//! States of the page before a login.

use std::error::Error;

use base64ct::{Base64, Encoding};
use login_flow::{Egress, LoginTarget, Server};
use rfc8414::{Issuer, Metadata};
use worker_client::{
    model::{About, Connection},
    pages::{self, ConfirmPage, Unrenderable},
};

use super::{
    ICON, State,
    hostile::{HOSTILE, long_host, marks},
    page,
    start_page::{earlier, hostile},
};

pub(super) fn confirm_pages() -> Result<Vec<State>, Box<dyn Error>> {
    let icon = Some(format!("data:image/png;base64,{}", Base64::encode_string(ICON)));
    let good = About {
        title: Some("Good Notes".to_owned()),
        description: Some("Notes that stay where you put them, on every device you own.".to_owned()),
        icon: icon.clone(),
    };
    let apple = About { title: Some("Apple".to_owned()), ..About::default() };
    let untrue = About { title: Some("Good Notes".to_owned()), description: None, icon: icon.clone() };
    let hostile_earlier: Vec<Connection> = (0..5).flat_map(|_| hostile()).collect();
    let hostile = About {
        title: Some(format!("{HOSTILE} {}", marks())),
        description: Some(format!("{} {}", "W".repeat(400), HOSTILE)),
        icon,
    };
    let (none, long) = (About::default(), long_host());
    let long = format!("https://{long}");
    let ask = |host, issuer, authorization, about, scope, label, return_to| {
        confirm_page(host, issuer, authorization, |target, server| {
            let (default_scope, is_listed) = (None, false);
            pages::confirm(
                "",
                &ConfirmPage { target, server, is_listed, about, scope, default_scope, label, return_to },
                &[],
            )
        })
    };
    let with_default = |default_scope| {
        confirm_page("good.example", "https://good.example", "https://good.example", |target, server| {
            let (scope, label, return_to) = ("", None, None);
            let (about, default_scope, is_listed) = (&good, Some(default_scope), false);
            pages::confirm(
                "",
                &ConfirmPage { target, server, is_listed, about, scope, default_scope, label, return_to },
                &[],
            )
        })
    };
    let connected = |host: &str, connections: &[Connection]| {
        let issuer = if host.starts_with(&long) { &*long } else { "https://good.example" };
        confirm_page(host, issuer, issuer, |target, server| {
            let (scope, label, return_to, default_scope, is_listed) = ("", None, None, None, false);
            let about = &good;
            let page =
                ConfirmPage { target, server, is_listed, about, scope, default_scope, label, return_to };
            pages::confirm("", &page, connections)
        })
    };
    let own = "https://good.example";
    Ok([
        ("confirm", ask("good.example", own, own, &good, "", None, None)?),
        ("confirm-bare", ask("good.example/mcp", own, "https://auth.good.example", &none, "", None, None)?),
        (
            "confirm-options",
            ask("good.example", own, own, &good, "notes:read", Some("Work"), Some("/notes?open=1"))?,
        ),
        ("confirm-connected", connected("good.example/mcp", &earlier())?),
        ("confirm-connected-many", connected(&format!("{long}/"), &hostile_earlier)?),
        ("confirm-default-scope", with_default("openid notes:read")?),
        (
            "confirm-international",
            ask(
                "аррӏе.com",
                "https://xn--80ak6aa92e.com",
                "https://xn--80ak6aa92e.com",
                &apple,
                "",
                None,
                None,
            )?,
        ),
        ("confirm-elsewhere", ask("evil.example", own, own, &untrue, "", None, None)?),
        (
            "confirm-endpoints-elsewhere",
            ask("evil.example", "https://evil.example", own, &untrue, "", None, None)?,
        ),
        ("confirm-hostile", ask(&long, own, &long, &hostile, HOSTILE, Some(&marks()), Some(HOSTILE))?),
    ]
    .map(|(name, html)| page(name, html))
    .into())
}

pub(crate) fn confirm_page(
    host: &str,
    issuer: &str,
    endpoints: &str,
    ask: impl FnOnce(&LoginTarget, &Server) -> Result<String, Unrenderable>,
) -> Result<String, Box<dyn Error>> {
    let json = serde_json::json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{endpoints}/authorize"),
        "token_endpoint": format!("{endpoints}/token"),
        "registration_endpoint": format!("{issuer}/register"),
        "response_types_supported": ["code"],
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": ["notes:read", "notes:write", "offline_access"],
    });
    let issuer = Issuer::try_from(issuer.to_owned())?;
    let read =
        Metadata::read(&issuer, json.to_string().as_bytes()).map_err(|refused| format!("{refused:?}"))?;
    let server =
        Server::new(read.metadata, &Egress::public(), false).map_err(|reasons| format!("{reasons:?}"))?;
    Ok(ask(&LoginTarget::parse(host, &Egress::public())?, &server)?)
}
