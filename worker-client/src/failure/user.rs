use login_flow::Quotation;
use serde::{Deserialize, Serialize};
use url::Url;

use super::{Reason, WayOut};

/// A failure for which the person, or the program that acts for them, must act.
#[derive(Clone, Debug, Deserialize, Serialize, thiserror::Error)]
#[non_exhaustive]
pub enum UserFailure {
    /// The authorization response is `access_denied` (RFC 6749 §4.1.2.1).
    #[error("the login was refused")]
    ConsentRefused {
        /// The words of the host.
        says: Option<Quotation>,
    },
    /// A state-changing request that was not sent from this app's own page.
    #[error("the request did not come from this app's own page")]
    CrossSite,
    /// The typed text names no host that a login is possible at.
    #[error("that is not a host this app can log in to: {0}")]
    InvalidHost(Reason),
    /// The tokens are gone for good.
    #[error("the host no longer accepts this connection")]
    LoginAgain {
        /// The page that begins the login again.
        login: Option<Box<Url>>,
    },
    /// The route exists for another method.
    #[error("this address is not used that way")]
    MethodNotAllowed,
    /// The token is valid, but its scope does not suffice (RFC 6750 §3.1 `insufficient_scope`).
    #[error("the host asks for more than was agreed to")]
    NeedsConsent {
        /// The missing scope; empty if the host does not name it. Untrusted text.
        scope: String,
        /// The page that asks the person for it.
        login: Option<Box<Url>>,
    },
    /// No connection covers the URL.
    #[error("there is no connection to that host")]
    NoConnection {
        /// The page that begins a login.
        login: Option<Box<Url>>,
    },
    /// The browser has no session, or one that has ended.
    #[error("this browser is not logged in to anything")]
    NoSession {
        /// The page that begins a login.
        login: Option<Box<Url>>,
    },
    /// The token would come from another site than it goes to, and the person has not agreed to that.
    #[error("another site would issue the token")]
    NotAgreed,
    /// The route, or the item that it names, does not exist.
    #[error("there is nothing here")]
    NotFound,
    /// The host needs no login: an MCP request succeeds without a token.
    #[error("the host needs no login")]
    Open,
    /// The egress rules forbid a request to that host.
    #[error("this address may not be asked: {0}")]
    Refused(Reason),
    /// The account holds as many connections as it can.
    #[error("this account holds as many connections as it can")]
    TooManyConnections,
    /// The person, or the network address, has asked too many hosts in a short time.
    #[error("too many hosts were asked in a short time")]
    TooManyRequests,
    /// The callback belongs to no login of this browser: unknown, over, or of another browser. One answer for all.
    #[error("this login cannot be completed here")]
    UnknownLogin,
    /// The host does not answer.
    #[error("the host does not answer: {0}")]
    Unreachable(Reason),
    /// The request cannot be read.
    #[error("the request cannot be read: {0}")]
    UnreadableRequest(Reason),
}

impl UserFailure {
    /// The tokens are gone for good; the page that mends it is not known yet.
    pub const LOGIN_AGAIN: Self = Self::LoginAgain { login: None };
    /// No connection covers the URL; the page that mends it is not known yet.
    pub const NO_CONNECTION: Self = Self::NoConnection { login: None };
    /// There is no session; the page that mends it is not known yet.
    pub const NO_SESSION: Self = Self::NoSession { login: None };

    pub(crate) fn not_a_url() -> Self {
        Self::UnreadableRequest(Reason::of("It is not a URL."))
    }

    pub(super) fn way_out(&self) -> WayOut<'_> {
        match self {
            Self::LoginAgain { login } | Self::NeedsConsent { login, .. } => {
                login.as_deref().map_or(WayOut::Start, WayOut::Login)
            }
            Self::NoConnection { login } | Self::NoSession { login } => {
                login.as_deref().map_or(WayOut::Form, WayOut::Login)
            }
            Self::InvalidHost(_) => WayOut::Form,
            Self::ConsentRefused { .. }
            | Self::CrossSite
            | Self::MethodNotAllowed
            | Self::NotAgreed
            | Self::NotFound
            | Self::Open
            | Self::Refused(_)
            | Self::TooManyConnections
            | Self::TooManyRequests
            | Self::UnknownLogin
            | Self::Unreachable(_)
            | Self::UnreadableRequest(_) => WayOut::Start,
        }
    }
}
