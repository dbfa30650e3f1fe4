use std::time::Duration;

use login_flow::Step;
use serde::{Deserialize, Serialize};
use url::Url;

use super::Reason;

/// A failure for which the operator of the authorization server must act.
#[derive(Clone, Debug, Deserialize, Serialize, thiserror::Error)]
#[non_exhaustive]
pub enum ServerFailure {
    /// The authorization response is an error response other than `access_denied` (RFC 6749 §4.1.2.1).
    #[error("the host refused the login: {0}")]
    LoginRefused(Reason),
    /// The authorization response has no code, or a parameter twice.
    #[error("the authorization response cannot be used: {0}")]
    MalformedAnswer(Reason),
    /// The metadata has no registration endpoint, and this app has no pre-registered client there.
    #[error("the host does not let new apps register")]
    NoRegistration,
    /// The token endpoint did not issue a token (RFC 6749 §5.2).
    #[error("the host did not issue a token: {0}")]
    NoToken(Reason),
    /// The registration endpoint did not register this app (RFC 7591 §3.2.2).
    #[error("the host did not register this app: {0}")]
    NotRegistered(Reason),
    /// The server registered this app over and over, and forgot it each time.
    #[error("the host keeps forgetting that this app is registered")]
    RegistersInVain,
    /// The server is down, or asks for patience; nothing is lost.
    #[error("the host cannot do this at the moment")]
    TryLater {
        /// Number of seconds until another attempt is made.
        seconds: u32,
        /// The request that failed.
        step: Step,
        /// The response, where the failure is not that it is too early to ask.
        reason: Option<Reason>,
        /// True if this has lasted for so long that a new login is offered beside another attempt.
        is_lasting: bool,
        /// The page that begins the login, where one is offered.
        login: Option<Box<Url>>,
    },
    /// A request in the middle of an exchange got no usable answer.
    #[error("the host does not answer as it should: {0}")]
    Unreachable(Reason),
    /// A metadata document is there and cannot be read.
    #[error("the host's way to log in cannot be read: {0}")]
    Unreadable(Reason),
    /// The metadata does not allow a safe login.
    #[error("the host's way to log in cannot be used: {0}")]
    Unusable(Reason),
    /// The authorization response names another issuer, or lacks the issuer that the server promised (RFC 9207 §2.4).
    #[error("another server answered than the one that was asked")]
    WrongIssuer,
}

impl ServerFailure {
    /// A failure that passes: another attempt is worthwhile after that time.
    pub fn try_later(step: Step, wait: Duration, reason: Option<Reason>) -> Self {
        let seconds = wait.as_secs().saturating_add(u64::from(wait.subsec_nanos() > 0)).max(1);
        let seconds = u32::try_from(seconds).unwrap_or(u32::MAX);
        Self::TryLater { seconds, step, reason, is_lasting: false, login: None }
    }

    /// The same failure after so long a time that a new login is offered.
    #[must_use]
    pub fn lasting(self) -> Self {
        match self {
            Self::TryLater { seconds, step, reason, login, .. } => {
                Self::TryLater { seconds, step, reason, is_lasting: true, login }
            }
            other => other,
        }
    }
}
