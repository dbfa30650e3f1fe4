//! States of the start page.

use login_flow::{Relaxation, Relaxations};
use worker_client::{
    model::{Connection, ConnectionState, Receipt, Revocation},
    pages::{self, BrowserSession, Notice, Unrenderable},
};

use super::{
    State,
    hostile::{HOSTILE, long_host, marks},
    page,
};

pub(super) fn homes() -> Result<Vec<State>, Unrenderable> {
    use BrowserSession::{Absent, Present};
    use Revocation::{FailedWillRetry, NotHeld, NotOffered, Refused, Revoked, UnderWay, Unreadable};
    let one = [connection("good.example", "https://good.example", Some("Good Notes"))];
    let gone =
        |refresh_token, access_token| Some(Notice::Disconnected(Receipt { refresh_token, access_token }));
    let pages = [
        ("home-empty", pages::home("", &[], Absent, None, None)),
        ("home-one", pages::home("", &one, Present, None, None)),
        ("home-many", pages::home("", &many(), Present, None, None)),
        ("home-hostile", pages::home("", &hostile(), Present, None, None)),
        ("home-connected", pages::home("", &one, Present, Some(Notice::Connected), None)),
        ("home-disconnected", pages::home("", &[], Present, gone(Revoked, Revoked), Some("good.example"))),
        (
            "home-disconnected-not-offered",
            pages::home("", &one, Present, gone(NotHeld, NotOffered), Some("gone.example")),
        ),
        (
            "home-disconnected-refused",
            pages::home("", &one, Present, gone(Refused, Refused), Some("good.example")),
        ),
        (
            "home-disconnected-failed",
            pages::home("", &one, Present, gone(FailedWillRetry, Revoked), Some("gone.example")),
        ),
        (
            "home-disconnected-under-way",
            pages::home("", &one, Present, gone(UnderWay, UnderWay), Some("gone.example")),
        ),
        ("home-disconnected-unreadable", pages::home("", &one, Present, gone(Unreadable, Unreadable), None)),
        ("home-disconnected-nothing-held", pages::home("", &[], Present, gone(NotHeld, NotHeld), None)),
        ("home-disconnected-long", pages::home("", &[], Present, gone(NotHeld, NotHeld), Some(&long_host()))),
        ("home-logged-out", pages::home("", &[], Absent, Some(Notice::LoggedOut), None)),
    ];
    pages.into_iter().map(|(name, html)| Ok(page(name, html?))).collect()
}

pub(crate) fn connection(host: &str, resource: &str, title: Option<&str>) -> Connection {
    Connection {
        id: host.replace(':', "-"),
        host: host.to_owned(),
        resource: resource.to_owned(),
        issuer: format!("https://{host}"),
        scope: Some("notes:read notes:write".to_owned()),
        relaxations: Relaxations::default(),
        title: title.map(str::to_owned),
        description: None,
        label: None,
        connected_at: 1_795_000_000,
        has_icon: title.is_some(),
        needs_login: false,
        state: ConnectionState::Works,
    }
}

fn many() -> Vec<Connection> {
    let label = |name: &str| pages::label(name);
    vec![
        Connection {
            label: label("Work"),
            relaxations: Relaxations::default().with(Relaxation::WithoutResource),
            ..connection("mcp.good.example", "https://mcp.good.example/mcp", Some("Good Notes"))
        },
        Connection {
            label: label("At home"),
            needs_login: true,
            state: ConnectionState::NeedsLogin,
            ..connection("mcp.good.example", "https://mcp.good.example/mcp", Some("Good Notes"))
        },
        Connection {
            issuer: "https://login.example".to_owned(),
            scope: None,
            ..connection("plain.example:8443", "https://plain.example:8443", None)
        },
        Connection {
            state: ConnectionState::TryLater,
            ..connection("down.example", "https://down.example", None)
        },
        Connection {
            state: ConnectionState::TryLaterOrLogin,
            ..connection("lasting.example", "https://lasting.example", None)
        },
        connection("xn--80ak6aa92e.com", "https://xn--80ak6aa92e.com", Some("Apple")),
        connection("rtl.example", "https://rtl.example", Some("ملاحظات جيدة")),
    ]
}

/// The connections to a host of a person who logs in to it once more.
pub(super) fn earlier() -> Vec<Connection> {
    let at = |resource| connection("good.example", resource, Some("Good Notes"));
    vec![
        at("https://good.example/mcp"),
        Connection {
            label: pages::label("Work"),
            connected_at: 1_795_100_000,
            ..at("https://good.example/mcp")
        },
        at("https://good.example/another/path"),
        connection("other.example", "https://other.example", None),
    ]
}

pub(super) fn hostile() -> Vec<Connection> {
    let long = long_host();
    let path = format!("https://{long}/{}", "path/".repeat(200));
    vec![
        Connection {
            scope: Some(format!("{HOSTILE} {}", "scope ".repeat(500))),
            label: pages::label(&format!("{HOSTILE} {}", marks())),
            title: Some(marks()),
            needs_login: true,
            state: ConnectionState::NeedsLogin,
            ..connection(&long, &path, Some(""))
        },
        Connection {
            label: pages::label(&"W".repeat(500)),
            ..connection("evil.example", "https://evil.example", Some(HOSTILE))
        },
    ]
}
