//! What a route fails with.

use login_flow::LoginTarget;
use url::Url;

use crate::{account::FailedLogin, failure::Failure, login::Login};

/// A failure of a route, and the host that it is about.
pub(super) struct Failed {
    pub(super) failure: Failure,
    pub(super) target: Option<LoginTarget>,
    /// The page that begins the login again.
    pub(super) again: Option<Box<Url>>,
}

impl Failed {
    pub(super) fn at(target: &LoginTarget, failure: impl Into<Failure>) -> Self {
        Self { failure: failure.into(), target: Some(target.clone()), again: None }
    }

    /// A login that failed, and the page that begins it again as it was.
    pub(super) fn of_login(login: &Login, (failure, target, label, return_to): FailedLogin) -> Self {
        let login = if label.is_empty() { login.clone() } else { login.labelled(&label) };
        let again = login.link(&target.resource(), return_to.as_ref().map(Url::as_str), None);
        Self { failure, target: Some(target), again: again.ok().map(Box::new) }
    }
}

impl<F: Into<Failure>> From<F> for Failed {
    fn from(failure: F) -> Self {
        Self { failure: failure.into(), target: None, again: None }
    }
}
