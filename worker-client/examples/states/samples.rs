//! Every state of every page, with what a host can do to it: for the eyes, for the snapshots, and for the browser test.

use std::error::Error;

use base64ct::{Base64, Encoding};
use http::StatusCode;
use login_flow::{
    AuthorizationResponseError, Blocked, Egress, FetchError, InvalidHost, LoginTarget, RegisterError, Server,
    TokenError, Unreachable, Unusable, Verdict,
};
use rfc8414::{Issuer, Metadata};
use url::Url;
use worker_client::{
    pages::{self, About, Connection, Notice, Question, Receipt, Revocation},
    problem::Problem,
};

/// One page as it is sent.
#[derive(Debug)]
pub(crate) struct State {
    /// Names its file.
    pub(crate) name: String,
    /// The page.
    pub(crate) html: String,
    /// Its `Content-Security-Policy`.
    pub(crate) policy: String,
}

/// The icon that samples have.
pub(crate) const ICON: &[u8] = include_bytes!("icon.png");

/// Every state.
pub(crate) fn states() -> Result<Vec<State>, Box<dyn Error>> {
    let mut states = homes();
    states.extend(questions()?);
    let problems = problems().into_iter().map(|(name, problem)| page(name, pages::problem("", &problem)));
    states.extend(problems);
    Ok(states)
}

fn page(name: &str, html: String) -> State {
    State { name: name.to_owned(), html, policy: pages::content_security_policy(name.starts_with("confirm")) }
}

// ── the start page ──

fn homes() -> Vec<State> {
    use Revocation::{FailedWillRetry, NotHeld, NotOffered, Refused, Revoked};
    let one = [connection("good.example", "https://good.example", Some("Good Notes"))];
    let gone =
        |refresh_token, access_token| Some(Notice::Disconnected(Receipt { refresh_token, access_token }));
    let signed_in = true;
    [
        ("home-empty", pages::home("", &[], false, None)),
        ("home-one", pages::home("", &one, signed_in, None)),
        ("home-many", pages::home("", &many(), signed_in, None)),
        ("home-hostile", pages::home("", &hostile(), signed_in, None)),
        ("home-connected", pages::home("", &one, signed_in, Some(Notice::Connected))),
        ("home-disconnected", pages::home("", &[], signed_in, gone(Revoked, Revoked))),
        ("home-disconnected-not-offered", pages::home("", &one, signed_in, gone(NotHeld, NotOffered))),
        ("home-disconnected-refused", pages::home("", &one, signed_in, gone(Refused, Refused))),
        ("home-disconnected-failed", pages::home("", &one, signed_in, gone(FailedWillRetry, Revoked))),
        ("home-disconnected-nothing-held", pages::home("", &[], signed_in, gone(NotHeld, NotHeld))),
        ("home-logged-out", pages::home("", &[], false, Some(Notice::LoggedOut))),
    ]
    .map(|(name, html)| page(name, html))
    .into()
}

pub(crate) fn connection(host: &str, resource: &str, title: Option<&str>) -> Connection {
    Connection {
        id: host.replace(':', "-"),
        host: host.to_owned(),
        resource: resource.to_owned(),
        issuer: format!("https://{host}"),
        scope: Some("notes:read notes:write".to_owned()),
        title: title.map(str::to_owned),
        description: None,
        label: None,
        connected_at: 1_795_000_000,
        has_icon: title.is_some(),
        needs_login: false,
    }
}

fn many() -> Vec<Connection> {
    let label = |name: &str| pages::label(name);
    vec![
        Connection {
            label: label("Work"),
            ..connection("mcp.good.example", "https://mcp.good.example/mcp", Some("Good Notes"))
        },
        Connection {
            label: label("At home"),
            needs_login: true,
            ..connection("mcp.good.example", "https://mcp.good.example/mcp", Some("Good Notes"))
        },
        Connection {
            issuer: "https://login.example".to_owned(),
            scope: None,
            ..connection("plain.example:8443", "https://plain.example:8443", None)
        },
        connection("xn--80ak6aa92e.com", "https://xn--80ak6aa92e.com", Some("Apple")),
        connection("rtl.example", "https://rtl.example", Some("ملاحظات جيدة")),
    ]
}

fn hostile() -> Vec<Connection> {
    let long = long_host();
    let path = format!("https://{long}/{}", "path/".repeat(200));
    vec![
        Connection {
            scope: Some(format!("{HOSTILE} {}", "scope ".repeat(500))),
            label: pages::label(&format!("{HOSTILE} {}", marks())),
            title: Some(marks()),
            needs_login: true,
            ..connection(&long, &path, Some(""))
        },
        Connection {
            label: pages::label(&"W".repeat(500)),
            ..connection("evil.example", "https://evil.example", Some(HOSTILE))
        },
    ]
}

// ── the question ──

fn questions() -> Result<Vec<State>, Box<dyn Error>> {
    let icon = Some(format!("data:image/png;base64,{}", Base64::encode_string(ICON)));
    let good = About {
        title: Some("Good Notes".to_owned()),
        description: Some("Notes that stay where you put them, on every device you own.".to_owned()),
        icon: icon.clone(),
    };
    let apple = About { title: Some("Apple".to_owned()), ..About::default() };
    let untrue = About { title: Some("Good Notes".to_owned()), description: None, icon: icon.clone() };
    let hostile = About {
        title: Some(format!("{HOSTILE} {}", marks())),
        description: Some(format!("{} {}", "W".repeat(400), HOSTILE)),
        icon,
    };
    let (none, long) = (About::default(), long_host());
    let long = format!("https://{long}");
    let ask = |host, issuer, authorization, about, scope, label, return_to| {
        question(host, issuer, authorization, |named, server| {
            pages::confirm("", &Question { named, server, about, scope, label, return_to })
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

pub(crate) fn question(
    host: &str,
    issuer: &str,
    endpoints: &str,
    ask: impl FnOnce(&LoginTarget, &Server) -> String,
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
    Ok(ask(&LoginTarget::parse(host, &Egress::public())?, &server))
}

// ── errors ──

/// Every problem that there is, by the name of its state.
pub(crate) fn problems() -> Vec<(&'static str, Problem)> {
    let why = |text: &str| text.to_owned();
    let named = LoginTarget::parse("good.example", &Egress::public()).ok();
    let about = |problem: Problem| {
        named.as_ref().map_or_else(|| problem.clone(), |named| problem.clone().about(named))
    };
    let mut hostile = Problem::unreadable(&format!("{HOSTILE} {}", marks()));
    hostile.host = Some(long_host().into());
    let verdicts = [
        (
            "problem-elsewhere",
            Verdict::ExternalAuthorizationServer {
                resource_metadata: why("https://good.example/.well-known/oauth-protected-resource"),
            },
        ),
        ("problem-no-metadata", Verdict::NoMetadata),
        ("problem-no-registration", Verdict::NoRegistration),
        ("problem-refused", Verdict::Refused { reason: Blocked::NotPublic }),
        (
            "problem-unreachable",
            Verdict::Unreachable { reason: Unreachable::Fetch(FetchError::NoAnswer), detail: None },
        ),
        ("problem-unusable", Verdict::Unusable { reasons: vec![Unusable::NoS256] }),
    ];
    let verdicts = verdicts
        .into_iter()
        .filter_map(|(name, verdict)| Some((name, about(Problem::of_verdict(&verdict)?))));
    let again = Url::parse("https://app.example/login?url=https%3A%2F%2Fgood.example&scope=files%3Awrite");
    let consent = about(Problem::needs_consent("files:write"));
    let consent = again.map_or_else(|_| consent.clone(), |again| consent.clone().mended_at(again));
    let others = [
        ("problem-not-found", Problem::not_found()),
        ("problem-method", Problem::method()),
        ("problem-cross-site", Problem::cross_site()),
        (
            "problem-unreadable",
            Problem::unreadable("The scope is not a list of scope values (RFC 6749 §3.3)."),
        ),
        ("problem-no-session", Problem::no_session()),
        ("problem-no-connection", Problem::no_connection()),
        ("problem-login-again", Problem::login_again()),
        ("problem-needs-consent", consent),
        ("problem-try-later", Problem::try_later(5)),
        ("problem-interrupted", Problem::interrupted()),
        ("problem-too-many-requests", Problem::too_many_requests()),
        ("problem-too-many-connections", Problem::too_many_connections()),
        ("problem-registers-in-vain", about(Problem::registers_in_vain())),
        ("problem-newer-rows", Problem::newer_rows()),
        ("problem-unknown-login", Problem::unknown_login()),
        ("problem-not-agreed", about(Problem::not_agreed())),
        ("problem-internal", Problem::internal()),
        ("problem-misconfigured", Problem::misconfigured()),
        ("problem-nothing-typed", InvalidHost::Empty.into()),
        ("problem-not-a-url", InvalidHost::NotAUrl.into()),
        ("problem-address", InvalidHost::Blocked(Blocked::Address).into()),
        ("problem-wrong-issuer", AuthorizationResponseError::Issuer.into()),
        ("problem-malformed-answer", AuthorizationResponseError::NoCode.into()),
        ("problem-consent-refused", AuthorizationResponseError::Refused(why("access_denied")).into()),
        ("problem-login-refused", AuthorizationResponseError::Refused(why("server_error")).into()),
        ("problem-not-registered", about(RegisterError::RedirectUris.into())),
        ("problem-no-token", about(TokenError::Status(StatusCode::INTERNAL_SERVER_ERROR).into())),
        ("problem-too-large", about(FetchError::TooLarge.into())),
        ("problem-hostile", hostile),
    ];
    verdicts.chain(others).collect()
}

// ── what a host can do ──

/// Text that would be more than text in a page that does not escape.
pub(crate) const HOSTILE: &str =
    r#"</title><script>alert(1)</script>"><img src=x onerror=alert(1)>' onmouseover='"#;

/// A letter under 2,000 marks.
fn marks() -> String {
    format!("Z{}", "\u{30D}".repeat(2000))
}

/// As long as a name can be.
fn long_host() -> String {
    format!("{0}.{0}.{0}.{1}.example", "a".repeat(63), "b".repeat(50))
}
