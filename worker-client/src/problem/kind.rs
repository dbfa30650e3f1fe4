use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::failure::{AppFailure, Failure, HostFailure, ServerFailure, UserFailure};

/// The `type` of a problem: a stable name that programs may decide by.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Kind {
    /// The host refuses to be asked how to log in.
    Closed,
    /// The person, or the authorization server, refused the login (`access_denied`).
    ConsentRefused,
    /// The request did not come from this app's own page.
    CrossSite,
    /// The host points to an authorization server elsewhere.
    ExternalAuthorizationServer,
    /// Defect of this app.
    Internal,
    /// The platform interrupted the request.
    Interrupted,
    /// The typed text names no host that a login is possible at.
    InvalidHost,
    /// The server ended the connection.
    LoginAgain,
    /// The authorization response is an error response.
    LoginRefused,
    /// The authorization response cannot be used.
    MalformedAnswer,
    /// The route exists for another method.
    MethodNotAllowed,
    /// A setting of the deployment is missing or wrong.
    Misconfigured,
    /// The host asks for more scope (RFC 6750 §3.1).
    NeedsConsent,
    /// The stored rows are of a newer version of this package.
    NewerRows,
    /// No connection covers the URL.
    NoConnection,
    /// The host publishes no authorization server metadata (RFC 8414).
    NoMetadata,
    /// The authorization server has no registration endpoint.
    NoRegistration,
    /// The browser has not logged in to anything.
    NoSession,
    /// The token endpoint did not issue a token.
    NoToken,
    /// The person has not agreed that another site issues the token.
    NotAgreed,
    /// The route, or the item that it names, does not exist.
    NotFound,
    /// The registration endpoint did not register this app.
    NotRegistered,
    /// The host needs no login.
    Open,
    /// The egress rules forbid a request to that host.
    Refused,
    /// The server forgets its registrations.
    RegistersInVain,
    /// The account holds as many connections as it can.
    TooManyConnections,
    /// Too many hosts were asked in a short time.
    TooManyRequests,
    /// The server is down or asks for patience; the tokens are kept.
    TryLater,
    /// The callback belongs to no login of this browser.
    UnknownLogin,
    /// The host, or the server, does not answer as it should.
    Unreachable,
    /// The metadata document cannot be read.
    Unreadable,
    /// The request cannot be read.
    UnreadableRequest,
    /// The metadata does not allow a safe login.
    Unusable,
    /// The authorization response comes from another issuer.
    WrongIssuer,
}

impl Kind {
    /// The `type` of a failure.
    pub fn of(failure: &Failure) -> Self {
        match failure {
            Failure::App(failure) => match failure {
                AppFailure::Internal { .. } => Self::Internal,
                AppFailure::Interrupted { .. } => Self::Interrupted,
                AppFailure::Misconfigured { .. } => Self::Misconfigured,
                AppFailure::NewerRows => Self::NewerRows,
            },
            Failure::Host(failure) => match failure {
                HostFailure::Closed(_) => Self::Closed,
                HostFailure::ExternalAuthorizationServer { .. } => Self::ExternalAuthorizationServer,
                HostFailure::NoMetadata => Self::NoMetadata,
            },
            Failure::Server(failure) => Self::of_server(failure),
            Failure::User(failure) => Self::of_user(failure),
        }
    }

    fn of_server(failure: &ServerFailure) -> Self {
        match failure {
            ServerFailure::LoginRefused(_) => Self::LoginRefused,
            ServerFailure::MalformedAnswer(_) => Self::MalformedAnswer,
            ServerFailure::NoRegistration => Self::NoRegistration,
            ServerFailure::NoToken(_) => Self::NoToken,
            ServerFailure::NotRegistered(_) => Self::NotRegistered,
            ServerFailure::RegistersInVain => Self::RegistersInVain,
            ServerFailure::TryLater { .. } => Self::TryLater,
            ServerFailure::Unreachable(_) => Self::Unreachable,
            ServerFailure::Unreadable(_) => Self::Unreadable,
            ServerFailure::Unusable(_) => Self::Unusable,
            ServerFailure::WrongIssuer => Self::WrongIssuer,
        }
    }

    fn of_user(failure: &UserFailure) -> Self {
        match failure {
            UserFailure::ConsentRefused { .. } => Self::ConsentRefused,
            UserFailure::CrossSite => Self::CrossSite,
            UserFailure::InvalidHost(_) => Self::InvalidHost,
            UserFailure::LoginAgain { .. } => Self::LoginAgain,
            UserFailure::MethodNotAllowed => Self::MethodNotAllowed,
            UserFailure::NeedsConsent { .. } => Self::NeedsConsent,
            UserFailure::NoConnection { .. } => Self::NoConnection,
            UserFailure::NoSession { .. } => Self::NoSession,
            UserFailure::NotAgreed => Self::NotAgreed,
            UserFailure::NotFound => Self::NotFound,
            UserFailure::Open => Self::Open,
            UserFailure::Refused(_) => Self::Refused,
            UserFailure::TooManyConnections => Self::TooManyConnections,
            UserFailure::TooManyRequests => Self::TooManyRequests,
            UserFailure::UnknownLogin => Self::UnknownLogin,
            UserFailure::Unreachable(_) => Self::Unreachable,
            UserFailure::UnreadableRequest(_) => Self::UnreadableRequest,
        }
    }
}
