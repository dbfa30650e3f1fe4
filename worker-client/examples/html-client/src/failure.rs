//! Failures as a person is told them: the reason, and the party that must act.

use login_flow::{
    Actor, AuthorizationResponseError, DriveError, FailedResponse, Fault, Faulty, NotIssued, RegisterError,
    TokenError,
};
use serde::Serialize;
use url::Url;

use crate::platform::Unanswered;

/// A failure, as the page shows it.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[expect(clippy::exhaustive_structs, reason = "what the page shows")]
pub struct Failure {
    /// The kind of failure.
    pub kind: Kind,
    /// The reason, a sentence without a full stop; untrusted text in part.
    pub text: String,
    /// The party that must act.
    pub actor: Option<&'static str>,
    /// The remedy: what that party can do.
    pub remedy: Option<String>,
    /// The URL whose answer cannot be read.
    pub url: Option<String>,
    /// The id of the requirement that an authorization response violates.
    pub requirement: Option<&'static str>,
}

/// The kind of a failure, by which the page offers a way out.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(clippy::exhaustive_enums, reason = "the page has a way out for each")]
pub enum Kind {
    /// The presented credential is no longer valid: log in again.
    Gone,
    /// The page, or the person, asked for what cannot be.
    Ours,
    /// The server refuses, or breaks its own word.
    Refused,
    /// It passes: try again later.
    Temporary,
    /// CORS does not allow a page to read the answer; a Worker can.
    Unreadable,
}

impl From<Fault> for Kind {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Contradiction | Fault::Refused => Self::Refused,
            Fault::Gone => Self::Gone,
            Fault::Ours => Self::Ours,
            Fault::Temporary { .. } => Self::Temporary,
        }
    }
}

/// The part of a login whose answer a page must be able to read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the parts that there are")]
pub enum Part {
    /// A metadata document (RFC 8414 §3).
    Metadata,
    /// The registration endpoint (RFC 7591 §3).
    Registration,
    /// The resource that a token is for.
    Resource,
    /// The revocation endpoint (RFC 7009 §2).
    Revocation,
    /// The token endpoint (RFC 6749 §3.2).
    Token,
}

impl Part {
    fn name(self) -> &'static str {
        match self {
            Self::Metadata => "metadata",
            Self::Registration => "registration endpoint",
            Self::Resource => "URL",
            Self::Revocation => "revocation endpoint",
            Self::Token => "token endpoint",
        }
    }

    fn actor(self) -> Actor {
        match self {
            Self::Resource => Actor::Host,
            Self::Metadata | Self::Registration | Self::Revocation | Self::Token => {
                Actor::AuthorizationServer
            }
        }
    }

    /// The headers of a request that CORS asks about first, in a preflight.
    fn asked_headers(self) -> Option<&'static str> {
        match self {
            Self::Registration => Some("content-type"),
            Self::Resource => Some("authorization, content-type"),
            Self::Metadata | Self::Revocation | Self::Token => None,
        }
    }
}

impl Failure {
    /// A failure of a kind, in our own words.
    pub(crate) fn new(kind: Kind, text: String) -> Self {
        Self { kind, text, actor: None, remedy: None, url: None, requirement: None }
    }

    /// A part of a login that cannot be read from a page of this origin.
    pub(crate) fn unreadable(part: Part, url: &Url, origin: &str) -> Self {
        let mut remedy = format!("answer with `Access-Control-Allow-Origin: {origin}`, or with `*`");
        if let Some(headers) = part.asked_headers() {
            remedy = format!(
                "{remedy}, and answer the OPTIONS request before it also with `Access-Control-Allow-Headers: {headers}`"
            );
        }
        Self {
            actor: Some(part.actor().as_str()),
            remedy: Some(remedy),
            url: Some(url.to_string()),
            ..Self::new(
                Kind::Unreadable,
                format!("the {} cannot be read from a page of {origin}", part.name()),
            )
        }
    }

    pub(crate) fn unanswered(error: &Unanswered, part: Part, origin: &str) -> Self {
        match error {
            Unanswered::Unreadable(url) => Self::unreadable(part, url, origin),
            Unanswered::Redirected(url) => Self {
                actor: Some(part.actor().as_str()),
                remedy: Some("answer there, without a redirect".to_owned()),
                url: Some(url.to_string()),
                ..Self::new(
                    Kind::Unreadable,
                    format!("the {} leads elsewhere, and a page is not told where", part.name()),
                )
            },
            Unanswered::Fetch(why) => Self::new(why.fault().into(), format!("the {}: {why}", part.name())),
        }
    }

    pub(crate) fn of<E: Into<Self>>(error: DriveError<E, Unanswered>, part: Part, origin: &str) -> Self {
        match error {
            DriveError::Fetch(error) => Self::unanswered(&error, part, origin),
            DriveError::Protocol(error) => error.into(),
        }
    }

    /// A failure of the authorization server.
    fn of_server(error: &(impl Faulty + std::fmt::Display)) -> Self {
        let kind = Kind::from(error.fault());
        let actor = (kind == Kind::Refused).then_some(Actor::AuthorizationServer.as_str());
        Self { actor, ..Self::new(kind, error.to_string()) }
    }
}

impl From<FailedResponse> for Failure {
    fn from(error: FailedResponse) -> Self {
        Self::of_server(&error)
    }
}

impl From<NotIssued> for Failure {
    fn from(error: NotIssued) -> Self {
        Self::of_server(&error.error)
    }
}

impl From<RegisterError> for Failure {
    fn from(error: RegisterError) -> Self {
        Self::of_server(&error)
    }
}

impl From<TokenError> for Failure {
    fn from(error: TokenError) -> Self {
        Self::of_server(&error)
    }
}

impl From<&AuthorizationResponseError> for Failure {
    fn from(error: &AuthorizationResponseError) -> Self {
        let kind = if error.is_access_denied() { Kind::Ours } else { Kind::Refused };
        let requirement = error.requirement().map(|requirement| requirement.id);
        Self { requirement, ..Self::new(kind, error.to_string()) }
    }
}
