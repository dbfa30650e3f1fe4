//! The failures of routes.

use login_flow::LoginTarget;
use url::{Position, Url};

use crate::{account::FailedLogin, failure::Failure, login::Login};

/// A failure of a route, small enough to be handed on by every `?`.
pub(super) struct Failed(pub(super) Box<FailedRoute>);

/// The failure, and the host that it is about.
pub(super) struct FailedRoute {
    pub(super) failure: Failure,
    pub(super) target: Option<LoginTarget>,
    /// The page that begins the login again.
    pub(super) again: Option<Url>,
}

impl Failed {
    pub(super) fn at(target: &LoginTarget, failure: impl Into<Failure>) -> Self {
        Self::new(failure.into(), Some(target.clone()), None)
    }

    /// A login that failed, and the page that begins it again as it was.
    pub(super) fn of_login(login: &Login, failed: FailedLogin) -> Self {
        let FailedLogin { failure, target, label, return_to, scope } = failed;
        let login = if label.is_empty() { login.clone() } else { login.labelled(&label) };
        let back = return_to.as_ref().map(|url| &url[Position::BeforePath..]);
        let again = login.link(&target.resource(), back, scope.as_deref());
        Self::new(failure, Some(target), again.ok())
    }

    fn new(failure: Failure, target: Option<LoginTarget>, again: Option<Url>) -> Self {
        Self(Box::new(FailedRoute { failure, target, again }))
    }
}

impl<F: Into<Failure>> From<F> for Failed {
    fn from(failure: F) -> Self {
        Self::new(failure.into(), None, None)
    }
}
