//! States of an error.

use std::time::Duration;

use login_flow::{
    AuthorizationResponseError, Blocked, Egress, FetchError, InvalidHost, LoginTarget, Quotation,
    RegisterError, Step, TokenError, Unreachable, Unusable, Verdict,
};
use url::Url;
use worker_client::{
    config::Misconfigured,
    failure::{AppFailure, Defect, Failure, Reason, ServerFailure, UserFailure},
    pages::{self, Unrenderable},
};

use super::hostile::{HOSTILE, long_host, marks};

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
