//! What went wrong, in words for the person and in `application/problem+json` for programs.

mod connection;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::Url;

use login_flow::{
    AuthorizationResponseError, DriveError, FetchError, InvalidHost, LoginTarget, RegisterError, TokenError,
    Verdict,
};

/// One error: what happened, who must act, and what to do next (RFC 9457 §3.1).
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Problem {
    /// A stable name, such as `consent-refused`.
    #[serde(rename = "type")]
    pub kind: Box<str>,
    /// The HTTP status.
    pub status: u16,
    /// What happened, in one line.
    pub title: Box<str>,
    /// The particulars; may hold untrusted text, bounded and cleaned.
    pub detail: Box<str>,
    /// Who must act.
    pub actor: Box<str>,
    /// What to do next.
    pub remedy: Box<str>,
    /// The host that it is about, as A-labels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<Box<str>>,
    /// The page that mends it, where logging in does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login: Option<Box<Url>>,
    /// After how many seconds it is worth trying again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
}

impl Problem {
    fn new(status: u16, kind: &str, title: &str, detail: &str, actor: &str, remedy: &str) -> Self {
        let [kind, title, detail, actor, remedy] = [kind, title, detail, actor, remedy].map(Box::from);
        Self { kind, status, title, detail, actor, remedy, host: None, login: None, retry_after: None }
    }

    /// The same about a host that a person named.
    #[must_use]
    pub fn about(self, named: &LoginTarget) -> Self {
        Self { host: Some(named.host().into()), ..self }
    }

    /// The route, or what it names, is not there.
    pub fn not_found() -> Self {
        Self::new(404, "not-found", "There is nothing here", "", YOU, "Go back to the start page.")
    }

    /// The route exists for another method.
    pub fn method() -> Self {
        Self::new(
            405,
            "method-not-allowed",
            "This address is not used that way",
            "",
            YOU,
            "Go back to the start page.",
        )
    }

    /// A form that was not sent from our own page.
    pub fn cross_site() -> Self {
        let title = "This request did not come from this app's own page";
        Self::new(403, "cross-site", title, "Nothing was done.", YOU, "Start again from the start page.")
    }

    /// A request that cannot be read.
    pub fn unreadable(detail: &str) -> Self {
        Self::new(
            400,
            "unreadable-request",
            "The request cannot be read",
            detail,
            YOU,
            "Start again from the start page.",
        )
    }

    /// No session, or one that has ended.
    pub fn no_session() -> Self {
        let remedy = "Name the host on the start page.";
        Self::new(401, "no-session", "You are not logged in to anything from this browser", "", YOU, remedy)
    }

    /// The callback belongs to no login of this browser: unknown, over, or somebody else's. One answer for all.
    pub fn unknown_login() -> Self {
        let detail =
            "It is unknown, it has expired, it was completed already, or it began in another browser.";
        Self::new(
            400,
            "unknown-login",
            "This login cannot be completed here",
            detail,
            YOU,
            "Start the login again.",
        )
    }

    /// The token would come from another site than it goes to, and the person has not agreed to that.
    pub fn not_agreed() -> Self {
        let title = "Another site would issue the token";
        let detail = "You have not said that the two belong together, so nothing was done.";
        let remedy = "Start the login again, and tick the box only if you know that they do.";
        Self::new(403, "not-agreed", title, detail, YOU, remedy)
    }

    /// Our own fault.
    pub fn internal() -> Self {
        let remedy = "Try again; if it fails again, tell whoever runs this app.";
        Self::new(500, "internal", "Something went wrong in this app", "", APP, remedy)
    }

    /// The deployment is not configured.
    pub fn misconfigured() -> Self {
        let detail = "Its log says which setting is missing or wrong.";
        let remedy = "Tell whoever runs this app.";
        Self::new(503, "misconfigured", "This app is not configured yet", detail, APP, remedy)
    }

    /// The server registers nobody, and this app is not known there.
    pub fn no_registration() -> Self {
        Self::new(
            422,
            "no-registration",
            "The host does not let new apps register",
            "Its metadata has no registration_endpoint (RFC 7591).",
            SERVER,
            "Ask the host's operator to offer dynamic client registration.",
        )
    }

    /// The problem of a host that cannot be logged in to; `None` where it can.
    pub fn of_verdict(verdict: &Verdict) -> Option<Self> {
        let why = verdict.why().unwrap_or_default();
        let (kind, title, detail, actor, remedy) = match verdict {
            Verdict::Open | Verdict::Registrable => return None,
            Verdict::Closed { .. } => (
                "closed",
                "The host refuses to be asked how to log in",
                why,
                HOST,
                "Ask the host's operator to let the well-known documents through.",
            ),
            Verdict::ExternalAuthorizationServer { resource_metadata } => (
                "external-authorization-server",
                "The host leaves logging in to another server",
                format!("It points to {resource_metadata}."),
                HOST,
                "Name the authorization server itself, or ask the host to publish RFC 8414 metadata.",
            ),
            Verdict::NoMetadata => (
                "no-metadata",
                "The host does not say how to log in",
                "It publishes no OAuth metadata (RFC 8414).".to_owned(),
                HOST,
                "Check the address; if it is right, the host does not support logging in from other apps.",
            ),
            Verdict::NoRegistration => return Some(Self::no_registration()),
            Verdict::Refused { .. } => (
                "refused",
                "This address may not be asked",
                why,
                YOU,
                "Name a public host, such as good.example.",
            ),
            Verdict::Unreachable { .. } => (
                "unreachable",
                "The host does not answer",
                why,
                YOU,
                "Check the spelling of the host, or try again later.",
            ),
            Verdict::Unreadable { .. } => (
                "unreadable",
                "The host's way to log in cannot be read",
                why,
                SERVER,
                "Tell the host's operator; this app cannot mend it.",
            ),
            Verdict::Unusable { .. } => (
                "unusable",
                "The host's way to log in cannot be used",
                why,
                SERVER,
                "Tell the host's operator; this app cannot mend it.",
            ),
        };
        let status = if matches!(verdict, Verdict::Refused { .. }) { 400 } else { 422 };
        Some(Self::new(status, kind, title, &detail, actor, remedy))
    }
}

impl From<InvalidHost> for Problem {
    fn from(invalid: InvalidHost) -> Self {
        let remedy = "Type a host such as good.example, or an https URL.";
        Self::new(
            400,
            "invalid-host",
            "That is not a host this app can log in to",
            &invalid.to_string(),
            YOU,
            remedy,
        )
    }
}

impl From<AuthorizationResponseError> for Problem {
    fn from(denied: AuthorizationResponseError) -> Self {
        match &denied {
            AuthorizationResponseError::State => Self::unknown_login(),
            AuthorizationResponseError::Issuer | AuthorizationResponseError::NoIssuer => Self::new(
                400,
                "wrong-issuer",
                "Another server answered than the one that was asked",
                "Nothing was sent to it. Somebody may be trying to mix up two logins.",
                SERVER,
                AGAIN,
            ),
            AuthorizationResponseError::CodeWithError
            | AuthorizationResponseError::NoCode
            | AuthorizationResponseError::Repeated => Self::new(
                400,
                "malformed-answer",
                "The host's answer cannot be used",
                &denied.to_string(),
                SERVER,
                AGAIN,
            ),
            AuthorizationResponseError::Refused(error) if error == "access_denied" => Self::new(
                403,
                "consent-refused",
                "You, or the host, refused the login",
                "The host answered access_denied.",
                YOU,
                "Start again and agree, if you want to connect.",
            ),
            AuthorizationResponseError::Refused(_) => Self::new(
                502,
                "login-refused",
                "The host refused the login",
                &denied.to_string(),
                SERVER,
                AGAIN,
            ),
        }
    }
}

impl From<RegisterError> for Problem {
    fn from(error: RegisterError) -> Self {
        let remedy = "Tell the host's operator what it answered.";
        let title = "The host did not register this app";
        Self::new(502, "not-registered", title, &error.to_string(), SERVER, remedy)
    }
}

impl From<TokenError> for Problem {
    fn from(error: TokenError) -> Self {
        let title = "The host did not issue a token";
        Self::new(502, "no-token", title, &error.to_string(), SERVER, AGAIN)
    }
}

impl<P: Into<Self>> From<DriveError<P, FetchError>> for Problem {
    fn from(error: DriveError<P, FetchError>) -> Self {
        match error {
            DriveError::Fetch(error) => error.into(),
            DriveError::Protocol(error) => error.into(),
        }
    }
}

impl From<FetchError> for Problem {
    fn from(error: FetchError) -> Self {
        let title = "The host does not answer as it should";
        let remedy = "Try again later; if it fails again, tell the server's operator.";
        Self::new(502, "unreachable", title, &error.to_string(), SERVER, remedy)
    }
}

const AGAIN: &str = "Start the login again; if it fails again, tell the server's operator what it answered.";
const APP: &str = "the operator of this app";
const HOST: &str = "the operator of the host";
const SERVER: &str = "the operator of the authorization server";
const YOU: &str = "you";

#[cfg(test)]
mod tests {
    use login_flow::{Blocked, Unreachable, Unusable};

    use super::*;

    #[test]
    fn every_verdict_but_one_is_a_problem() {
        let unusable = || vec![Unusable::NoS256];
        assert_eq!(Problem::of_verdict(&Verdict::Registrable), None);
        for verdict in [
            Verdict::Closed { status: 403 },
            Verdict::ExternalAuthorizationServer { resource_metadata: "x".to_owned() },
            Verdict::NoMetadata,
            Verdict::NoRegistration,
            Verdict::Refused { reason: Blocked::Address },
            Verdict::Unreachable { reason: Unreachable::Status(503), detail: None },
            Verdict::Unreadable { reasons: Vec::new() },
            Verdict::Unusable { reasons: unusable() },
        ] {
            let problem = Problem::of_verdict(&verdict).unwrap();
            assert!(!problem.actor.is_empty() && !problem.remedy.is_empty(), "{problem:?}");
        }
    }

    #[test]
    fn the_json_is_problem_details() {
        insta::assert_json_snapshot!(Problem::from(AuthorizationResponseError::Refused(
            "access_denied".to_owned()
        )));
    }
}
