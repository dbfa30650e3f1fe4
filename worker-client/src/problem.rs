//! Failures in words: `application/problem+json` for programs, a page for the person, a line for the log.

mod kind;
mod words;

use login_flow::LoginTarget;
use schemars::JsonSchema;
use serde::Serialize;
use url::Url;

pub use self::kind::Kind;
use self::words::{detail, words};
use crate::failure::{AppFailure, Defect, Failure, HostFailure, ServerFailure, UserFailure};

/// A failure as problem details: what happened, who must act, and what to do next (RFC 9457 §3.1).
#[derive(Clone, Debug, JsonSchema, Serialize)]
#[non_exhaustive]
pub struct Problem {
    /// A stable name, such as `consent-refused`.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// The HTTP status.
    pub status: u16,
    /// The failure, in one line.
    pub title: &'static str,
    /// The particulars; may hold untrusted text, bounded and cleaned.
    pub detail: Box<str>,
    /// The one who must act.
    pub actor: &'static str,
    /// The next step.
    pub remedy: &'static str,
    /// The host that it is about, as A-labels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<Box<str>>,
    /// The page that mends it, where logging in does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub login: Option<Box<Url>>,
    /// The number of seconds after which another attempt is worthwhile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
}

impl Problem {
    /// The problem details of a failure at a host, if it is about one.
    pub fn new(failure: &Failure, target: Option<&LoginTarget>) -> Self {
        let kind = Kind::of(failure);
        let (title, remedy) = words(failure);
        Self {
            kind,
            status: status(failure),
            title,
            detail: detail(failure),
            actor: actor(failure),
            remedy,
            host: target.map(|target| target.host().into()),
            login: failure.login().cloned().map(Box::new),
            retry_after: failure.retry_after(),
        }
    }
}

/// The line that the log gets: its event, and its particulars. `None` if the operator need not know, or knows already.
pub fn log_line(failure: &Failure) -> Option<(&'static str, Option<String>)> {
    let Failure::App(failure) = failure else { return None };
    Some(match failure {
        AppFailure::Internal { defect } => match defect {
            Defect::Logged => return None,
            Defect::Panic(message) => ("panic", message.map(str::to_owned)),
            Defect::Platform(error) => ("platform-error", Some(error.to_string())),
            Defect::Encoding => ("defect", Some("a value cannot be written as JSON".to_owned())),
            Defect::Protocol => ("defect", Some("an internal request or answer cannot be read".to_owned())),
            Defect::Row => ("defect", Some("a stored row cannot be read".to_owned())),
            Defect::Seal => ("defect", Some("a value cannot be sealed".to_owned())),
            Defect::Template => ("defect", Some("a page cannot be written".to_owned())),
            Defect::Verdict => ("defect", Some("a probe has neither a server nor a reason".to_owned())),
        },
        AppFailure::Interrupted { cause } => ("interrupted", Some(cause.as_deref()?.to_owned())),
        AppFailure::Misconfigured { cause } => ("not-configured", Some((*cause)?.to_string())),
        AppFailure::NewerRows => return None,
    })
}

/// The HTTP status.
fn status(failure: &Failure) -> u16 {
    match failure {
        Failure::App(failure) => match failure {
            AppFailure::Internal { .. } => 500,
            AppFailure::Interrupted { .. } | AppFailure::Misconfigured { .. } | AppFailure::NewerRows => 503,
        },
        Failure::Host(
            HostFailure::Closed(_)
            | HostFailure::ExternalAuthorizationServer { .. }
            | HostFailure::NoMetadata,
        ) => 422,
        Failure::Server(failure) => match failure {
            ServerFailure::MalformedAnswer(_) | ServerFailure::WrongIssuer => 400,
            ServerFailure::NoRegistration | ServerFailure::Unreadable(_) | ServerFailure::Unusable(_) => 422,
            ServerFailure::LoginRefused(_)
            | ServerFailure::NoToken(_)
            | ServerFailure::NotRegistered(_)
            | ServerFailure::RegistersInVain
            | ServerFailure::Unreachable(_) => 502,
            ServerFailure::TryLater { .. } => 503,
        },
        Failure::User(failure) => match failure {
            UserFailure::InvalidHost(_)
            | UserFailure::Refused(_)
            | UserFailure::UnknownLogin
            | UserFailure::UnreadableRequest(_) => 400,
            UserFailure::NoSession { .. } => 401,
            UserFailure::ConsentRefused { .. }
            | UserFailure::CrossSite
            | UserFailure::NeedsConsent { .. }
            | UserFailure::NotAgreed => 403,
            UserFailure::NoConnection { .. } | UserFailure::NotFound => 404,
            UserFailure::MethodNotAllowed => 405,
            UserFailure::LoginAgain { .. } | UserFailure::TooManyConnections => 409,
            UserFailure::Open | UserFailure::Unreachable(_) => 422,
            UserFailure::TooManyRequests => 429,
        },
    }
}

/// The one who must act, in words.
fn actor(failure: &Failure) -> &'static str {
    match failure {
        Failure::App(_) => "the operator of this app",
        Failure::Host(_) => "the operator of the host",
        Failure::Server(_) => "the operator of the authorization server",
        Failure::User(_) => "you",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{config::Misconfigured, failure::Reason};
    use login_flow::{AuthorizationResponseError, Blocked, InvalidHost, Unreachable, Unusable, Verdict};

    #[test]
    fn every_verdict_but_one_is_a_failure() {
        assert!(Failure::of_verdict(&Verdict::Registrable, None).is_none());
        for verdict in [
            Verdict::ExternalAuthorizationServer { resource_metadata: "x".to_owned() },
            Verdict::NoMetadata,
            Verdict::NoRegistration,
            Verdict::Open,
            Verdict::Refused { reason: InvalidHost::Blocked(Blocked::Address) },
            Verdict::Unreachable { reason: Unreachable::Status(503), detail: None },
            Verdict::Unreadable { reasons: Vec::new() },
            Verdict::Unusable { reasons: vec![Unusable::NoS256] },
            Verdict::Closed { status: 403 },
        ] {
            let problem = Problem::new(&Failure::of_verdict(&verdict, None).unwrap(), None);
            assert!(!problem.actor.is_empty() && !problem.remedy.is_empty(), "{problem:?}");
        }
    }

    #[test]
    fn the_json_is_problem_details() {
        let failure =
            AuthorizationResponseError::Refused { error: "access_denied".to_owned(), says: None }.into();
        insta::assert_json_snapshot!(Problem::new(&failure, None));
    }

    #[test]
    fn the_log_says_what_the_operator_must_know_and_says_it_once() {
        let line = |failure: &Failure| log_line(failure).map(|(event, _)| event);
        for (failure, event) in [
            (Failure::internal(Defect::Panic(Some("on purpose"))), "panic"),
            (Failure::internal(Defect::Platform("no such table".into())), "platform-error"),
            (Failure::internal(Defect::Template), "defect"),
            (Misconfigured::NoKeys.into(), "not-configured"),
            (AppFailure::Interrupted { cause: Some("reset".into()) }.into(), "interrupted"),
        ] {
            assert_eq!(line(&failure), Some(event));
            let received: Failure = serde_json::from_str(&serde_json::to_string(&failure).unwrap()).unwrap();
            assert_eq!(line(&received), None, "it was logged where it occurred");
            assert_eq!(status(&received), status(&failure));
        }
        assert_eq!(line(&ServerFailure::NoToken(Reason::of("x")).into()), None, "a stranger's fault");
    }
}
