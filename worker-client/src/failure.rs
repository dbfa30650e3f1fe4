//! Failures, sorted by who must act. A failure is a type to the last line: `problem.rs` alone gives it words.

mod app;
mod host;
mod reason;
mod server;
mod user;

use std::time::Duration;

use serde::{Deserialize, Serialize};
use url::Url;

pub use self::{
    app::{AppFailure, Defect},
    host::HostFailure,
    reason::Reason,
    server::ServerFailure,
    user::UserFailure,
};
use crate::config::Misconfigured;
use login_flow::{
    AuthorizationResponseError, DriveError, FailedResponse, FetchError, InvalidHost, NotIssued,
    RegisterError, Step, TokenError, Unreachable, Verdict,
};

/// A failure of an operation of this package. Durable Objects answer with it; a program may match it.
#[derive(Clone, Debug, Deserialize, Serialize, thiserror::Error)]
#[expect(clippy::exhaustive_enums, reason = "there is no other party that could act")]
pub enum Failure {
    /// The operator of this app must act.
    #[error("the operator of this app must act")]
    App(#[from] AppFailure),
    /// The operator of the host that the person named must act.
    #[error("the operator of the host must act")]
    Host(#[from] HostFailure),
    /// The operator of the authorization server must act.
    #[error("the operator of the authorization server must act")]
    Server(#[from] ServerFailure),
    /// The person, or the program that acts for them, must act.
    #[error("the person must act")]
    User(#[from] UserFailure),
}

/// The next step that a page offers after a failure.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_enums, reason = "a page offers each")]
pub enum WayOut<'a> {
    /// The form that names a host.
    Form,
    /// The page that begins a login which mends it.
    Login(&'a Url),
    /// The start page alone.
    Start,
}

impl Failure {
    /// The failure that a verdict means for a login; `None` if the login can begin. `retry_after` is the number of
    /// seconds after which an unreachable host is asked again.
    pub fn of_verdict(verdict: &Verdict, retry_after: Option<u32>) -> Option<Self> {
        let why = Reason::of(verdict.why().unwrap_or_default());
        Some(match verdict {
            Verdict::Registrable => return None,
            Verdict::Closed { .. } => HostFailure::Closed(why).into(),
            Verdict::ExternalAuthorizationServer { resource_metadata } => {
                let resource_metadata = resource_metadata.clone();
                HostFailure::ExternalAuthorizationServer { resource_metadata }.into()
            }
            Verdict::NoMetadata => HostFailure::NoMetadata.into(),
            Verdict::NoRegistration => ServerFailure::NoRegistration.into(),
            Verdict::Open => UserFailure::Open.into(),
            Verdict::Refused { .. } => UserFailure::Refused(why).into(),
            Verdict::Unreachable { reason: Unreachable::Status(_), .. } => {
                let wait = Duration::from_secs(retry_after.unwrap_or(60).into());
                ServerFailure::try_later(Step::Metadata, wait, Some(why)).into()
            }
            Verdict::Unreachable { reason: Unreachable::Fetch(_), .. } => {
                UserFailure::Unreachable(why).into()
            }
            Verdict::Unreadable { .. } => ServerFailure::Unreadable(why).into(),
            Verdict::Unusable { .. } => ServerFailure::Unusable(why).into(),
        })
    }

    /// A defect of this app, or of the platform that it runs on.
    pub fn internal(defect: Defect) -> Self {
        AppFailure::Internal { defect }.into()
    }

    /// The next step that a page offers.
    pub fn way_out(&self) -> WayOut<'_> {
        match self {
            Self::User(failure) => failure.way_out(),
            Self::Server(ServerFailure::TryLater { login: Some(login), .. }) => WayOut::Login(login),
            Self::App(_) | Self::Host(_) | Self::Server(_) => WayOut::Start,
        }
    }

    /// The page where logging in mends it.
    pub fn login(&self) -> Option<&Url> {
        match self.way_out() {
            WayOut::Login(page) => Some(page),
            WayOut::Form | WayOut::Start => None,
        }
    }

    /// The number of seconds after which another attempt is worthwhile.
    pub fn retry_after(&self) -> Option<u32> {
        match self {
            Self::App(AppFailure::Interrupted { .. }) => Some(1),
            Self::Server(ServerFailure::TryLater { seconds, .. }) => Some(*seconds),
            Self::Server(ServerFailure::RegistersInVain) => Some(600),
            Self::User(UserFailure::TooManyRequests) => Some(60),
            Self::App(_) | Self::Host(_) | Self::Server(_) | Self::User(_) => None,
        }
    }
}

impl From<InvalidHost> for Failure {
    fn from(invalid: InvalidHost) -> Self {
        UserFailure::InvalidHost(Reason::of(invalid)).into()
    }
}

impl From<AuthorizationResponseError> for Failure {
    fn from(error: AuthorizationResponseError) -> Self {
        match &error {
            AuthorizationResponseError::State => UserFailure::UnknownLogin.into(),
            AuthorizationResponseError::Issuer | AuthorizationResponseError::NoIssuer => {
                ServerFailure::WrongIssuer.into()
            }
            AuthorizationResponseError::CodeWithError
            | AuthorizationResponseError::NoCode
            | AuthorizationResponseError::NoState
            | AuthorizationResponseError::Repeated => {
                ServerFailure::MalformedAnswer(Reason::of(error)).into()
            }
            AuthorizationResponseError::Refused { says, .. } if error.is_access_denied() => {
                UserFailure::ConsentRefused { says: says.clone() }.into()
            }
            AuthorizationResponseError::Refused { .. } => {
                ServerFailure::LoginRefused(Reason::of(error)).into()
            }
        }
    }
}

/// The failure of a revocation reaches no person.
impl From<FailedResponse> for Failure {
    fn from(response: FailedResponse) -> Self {
        ServerFailure::Unreachable(Reason::of(response)).into()
    }
}

impl From<RegisterError> for Failure {
    fn from(error: RegisterError) -> Self {
        ServerFailure::NotRegistered(Reason::of(error)).into()
    }
}

impl From<TokenError> for Failure {
    fn from(error: TokenError) -> Self {
        ServerFailure::NoToken(Reason::of(error)).into()
    }
}

impl From<NotIssued> for Failure {
    fn from(not_issued: NotIssued) -> Self {
        not_issued.error.into()
    }
}

impl From<FetchError> for Failure {
    fn from(error: FetchError) -> Self {
        ServerFailure::Unreachable(Reason::of(error)).into()
    }
}

impl<P: Into<Self>> From<DriveError<P, FetchError>> for Failure {
    fn from(error: DriveError<P, FetchError>) -> Self {
        match error {
            DriveError::Fetch(error) => error.into(),
            DriveError::Protocol(error) => error.into(),
        }
    }
}

impl From<Misconfigured> for Failure {
    fn from(cause: Misconfigured) -> Self {
        AppFailure::Misconfigured { cause: Some(cause) }.into()
    }
}
