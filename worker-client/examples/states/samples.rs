//! Every state of every page, with what a host can do to it: for the eyes, for the snapshots, and for the browser test.

use std::{error::Error, time::Duration};

use base64ct::{Base64, Encoding};
use login_flow::{
    AuthorizationResponseError, Blocked, Egress, FetchError, InvalidHost, LoginTarget, Quotation,
    RegisterError, Relaxation, Relaxations, Server, Step, TokenError, Unreachable, Unusable, Verdict,
};
use rfc8414::{Issuer, Metadata};
use url::Url;
use worker_client::{
    config::Misconfigured,
    failure::{AppFailure, Defect, Failure, Reason, ServerFailure, UserFailure},
    model::{About, Connection, ConnectionState, Receipt, Revocation},
    pages::{self, BrowserSession, ConfirmPage, FormTarget, Notice, Unrenderable},
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
    let mut states = homes()?;
    states.extend(confirm_pages()?);
    for (name, failed) in failures() {
        states.push(page(name, failed.page()?));
    }
    Ok(states)
}

fn page(name: &str, html: String) -> State {
    let forms = if name.starts_with("confirm") { FormTarget::LeadsAway } else { FormTarget::OwnOrigin };
    State { name: name.to_owned(), html, policy: pages::content_security_policy(forms) }
}

// ── the start page ──

fn homes() -> Result<Vec<State>, Unrenderable> {
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
fn earlier() -> Vec<Connection> {
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

fn hostile() -> Vec<Connection> {
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

// ── the page before a login ──

fn confirm_pages() -> Result<Vec<State>, Box<dyn Error>> {
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

// ── errors ──

/// A failure, and the host that it is about.
pub(crate) struct Failed {
    pub(crate) failure: Failure,
    pub(crate) target: Option<LoginTarget>,
    /// The page that begins its login again.
    pub(crate) again: Option<Url>,
}

impl Failed {
    pub(crate) fn page(&self) -> Result<String, Unrenderable> {
        pages::failure("", &self.failure, self.target.as_ref(), self.again.as_ref())
    }
}

/// A failure of each kind, by the name of its state.
pub(crate) fn failures() -> Vec<(&'static str, Failed)> {
    at_a_host().into_iter().chain(of_the_request()).chain(of_a_login()).collect()
}

fn target(host: &str) -> Option<LoginTarget> {
    LoginTarget::parse(host, &Egress::public()).ok()
}

fn alone(name: &'static str, failure: impl Into<Failure>) -> (&'static str, Failed) {
    (name, Failed { failure: failure.into(), target: None, again: None })
}

fn about(name: &'static str, failure: impl Into<Failure>) -> (&'static str, Failed) {
    (name, Failed { failure: failure.into(), target: target("good.example"), again: None })
}

/// A login that failed at a host, and can be begun again.
fn failed_login(name: &'static str, failure: impl Into<Failure>) -> (&'static str, Failed) {
    let again = Url::parse("https://app.example/login?url=https%3A%2F%2Fgood.example");
    (name, Failed { failure: failure.into(), target: target("good.example"), again: again.ok() })
}

fn at_a_host() -> Vec<(&'static str, Failed)> {
    let why = |text: &str| text.to_owned();
    let resource_metadata = why("https://good.example/.well-known/oauth-protected-resource");
    let verdicts = [
        ("problem-elsewhere", Verdict::ExternalAuthorizationServer { resource_metadata }),
        ("problem-no-metadata", Verdict::NoMetadata),
        ("problem-no-registration", Verdict::NoRegistration),
        ("problem-open", Verdict::Open),
        ("problem-refused", Verdict::Refused { reason: InvalidHost::Blocked(Blocked::NotPublic) }),
        (
            "problem-unreachable",
            Verdict::Unreachable { reason: Unreachable::Fetch(FetchError::NoAnswer), detail: None },
        ),
        ("problem-unusable", Verdict::Unusable { reasons: vec![Unusable::NoS256] }),
        ("problem-try-later-host", Verdict::Unreachable { reason: Unreachable::Status(503), detail: None }),
        ("problem-closed", Verdict::Closed { status: 403 }),
        ("problem-unreadable", Verdict::Unreadable { reasons: Vec::new() }),
    ];
    let verdicts = verdicts
        .into_iter()
        .filter_map(|(name, verdict)| Some(about(name, Failure::of_verdict(&verdict, None)?)));
    let others = [
        about("problem-registers-in-vain", ServerFailure::RegistersInVain),
        about("problem-not-agreed", UserFailure::NotAgreed),
        about("problem-not-registered", RegisterError::RedirectUris),
        about("problem-no-token", TokenError::Malformed("`token_type`")),
        about("problem-too-large", FetchError::TooLarge),
    ];
    verdicts.chain(others).collect()
}

fn of_the_request() -> Vec<(&'static str, Failed)> {
    let again = Url::parse("https://app.example/login?url=https%3A%2F%2Fgood.example&scope=files%3Awrite");
    let login = again.ok().map(Box::new);
    let scope = "files:write".to_owned();
    let hostile = UserFailure::UnreadableRequest(Reason::of(format!("{HOSTILE} {}", marks())));
    vec![
        alone("problem-not-found", UserFailure::NotFound),
        alone("problem-method", UserFailure::MethodNotAllowed),
        alone("problem-cross-site", UserFailure::CrossSite),
        alone(
            "problem-unreadable",
            UserFailure::UnreadableRequest(Reason::of(
                "The scope is not a list of scope values (RFC 6749 §3.3).",
            )),
        ),
        alone("problem-no-session", UserFailure::NoSession { login: None }),
        alone("problem-no-connection", UserFailure::NoConnection { login: None }),
        alone("problem-login-again", UserFailure::LoginAgain { login: None }),
        about("problem-needs-consent", UserFailure::NeedsConsent { scope, login }),
        alone("problem-too-many-requests", UserFailure::TooManyRequests),
        alone("problem-too-many-connections", UserFailure::TooManyConnections),
        alone("problem-nothing-typed", InvalidHost::Empty),
        alone("problem-not-a-url", InvalidHost::NotAUrl),
        alone("problem-address", InvalidHost::Blocked(Blocked::Address)),
        ("problem-hostile", Failed { failure: hostile.into(), target: target(&long_host()), again: None }),
    ]
}

fn of_a_login() -> Vec<(&'static str, Failed)> {
    let refused = |error: &str| AuthorizationResponseError::Refused {
        error: error.to_owned(),
        says: Quotation::of("Your administrator must approve this app"),
    };
    let reason = "the token endpoint answered with 503 Service Unavailable";
    let try_later = |step| ServerFailure::try_later(step, Duration::from_secs(5), Some(Reason::of(reason)));
    let again = Url::parse("https://app.example/login?url=https%3A%2F%2Fgood.example");
    let mut lasting = try_later(Step::Refresh).lasting();
    if let ServerFailure::TryLater { login, .. } = &mut lasting {
        *login = again.ok().map(Box::new);
    }
    vec![
        alone("problem-try-later", try_later(Step::Refresh)),
        failed_login("problem-try-later-login", try_later(Step::CodeExchange)),
        alone("problem-try-later-registration", try_later(Step::Registration)),
        about("problem-try-later-lasting", lasting),
        alone("problem-interrupted", AppFailure::Interrupted { cause: None }),
        alone("problem-newer-rows", AppFailure::NewerRows),
        alone("problem-internal", Failure::internal(Defect::Row)),
        alone("problem-misconfigured", Misconfigured::NoKeys),
        alone("problem-unknown-login", UserFailure::UnknownLogin),
        failed_login("problem-wrong-issuer", AuthorizationResponseError::Issuer),
        failed_login("problem-malformed-answer", AuthorizationResponseError::NoCode),
        failed_login("problem-consent-refused", refused("access_denied")),
        failed_login("problem-login-refused", refused("server_error")),
    ]
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
