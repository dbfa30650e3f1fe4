//! The parameters and the origin of a request, read with care.

use serde::Deserialize;
use url::{Url, form_urlencoded};
use worker::Request;

use crate::{
    failure::{Failure, Reason, UserFailure},
    login::Login,
    model::About,
    pages::{ConfirmPage, label},
    platform::fetch::{Limit, bounded},
    return_to::return_to,
};
use login_flow::{LoginTarget, Server};

/// A login that is asked for, by a link or by a form.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct LoginRequest {
    url: String,
    scope: String,
    label: String,
    return_to: String,
    cross_site_hosts: String,
}

impl LoginRequest {
    pub(super) fn of_query(url: &Url) -> Self {
        Self::of_pairs(url.query().unwrap_or_default().as_bytes())
    }

    pub(super) async fn of_body(request: &mut Request) -> Result<Self, Failure> {
        let is_json =
            header(request, "content-type").is_some_and(|kind| kind.starts_with("application/json"));
        let body = match request.stream() {
            Ok(stream) => bounded(stream, Limit::FORM).await.map_err(|_| unreadable("It is too long."))?,
            Err(_) => Vec::new(),
        };
        if !is_json {
            return Ok(Self::of_pairs(&body));
        }
        let parsed = str::from_utf8(&body).ok().and_then(|body| serde_json::from_str(body).ok());
        Ok(parsed.ok_or_else(|| unreadable("It is not JSON with a `url`."))?)
    }

    fn of_pairs(pairs: &[u8]) -> Self {
        let value = |name: &str| {
            let found = form_urlencoded::parse(pairs).find(|(n, _)| n == name);
            found.map(|(_, value)| value.into_owned()).unwrap_or_default()
        };
        Self {
            url: value("url"),
            scope: value("scope"),
            label: value("label"),
            return_to: value("return_to"),
            cross_site_hosts: value("cross_site_hosts"),
        }
    }

    pub(super) fn target(&self, login: &Login) -> Result<LoginTarget, Failure> {
        Ok(LoginTarget::parse(&self.url, &login.config.egress)?)
    }

    /// The scope to ask for in particular.
    pub(super) fn scope(&self) -> Result<Option<String>, Failure> {
        let scope = Some(self.scope.trim()).filter(|scope| !scope.is_empty());
        if scope.is_some_and(|scope| scope.len() > 1024 || !scope.bytes().all(|b| (0x20..0x7f).contains(&b)))
        {
            return Err(unreadable("The scope is not a list of scope values (RFC 6749 §3.3).").into());
        }
        Ok(scope.map(str::to_owned))
    }

    /// The person's own name for it, cleaned and cut; empty without one.
    pub(super) fn label(&self) -> String {
        label(&self.label).unwrap_or_default()
    }

    /// The page to bring the person back to, if it is one of this app's own origin.
    pub(super) fn return_to(&self, login: &Login) -> Option<Url> {
        return_to(&self.return_to, &login.config.origin)
    }

    /// The page that the request leads to.
    pub(super) fn confirm_page<'a>(
        &'a self,
        login: &Login,
        target: &'a LoginTarget,
        server: &'a Server,
        about: &'a About,
    ) -> ConfirmPage<'a> {
        ConfirmPage {
            target,
            server,
            about,
            scope: self.scope.trim(),
            label: Some(self.label.as_str()),
            return_to: self.return_to(login).map(|_| self.return_to.as_str()),
        }
    }

    /// True if the person agreed to what the page warned of: that another site issues the token.
    pub(super) fn agrees_to(&self, page: &ConfirmPage<'_>) -> bool {
        page.cross_site_hosts().is_none_or(|hosts| hosts == self.cross_site_hosts)
    }
}

/// A request that cannot be read.
fn unreadable(why: &str) -> UserFailure {
    UserFailure::UnreadableRequest(Reason::of(why))
}

pub(super) fn header(request: &Request, name: &str) -> Option<String> {
    request.headers().get(name).ok().flatten()
}

/// A state-changing request proves that it comes from our own page.
///
/// `Sec-Fetch-Site` decides where the browser sends it: under `Referrer-Policy: no-referrer` a form's `Origin` is
/// `null`. Where it does not, `Origin` must be ours. A request with neither is refused.
pub(super) fn same_origin(login: &Login, request: &Request) -> Result<(), Failure> {
    let origin = header(request, "origin");
    let is_ours = origin.as_deref() == Some(&login.config.origin.origin().ascii_serialization());
    let proven = match header(request, "sec-fetch-site").as_deref() {
        Some("same-origin") => origin.is_none() || is_ours || origin.as_deref() == Some("null"),
        Some(_) => false,
        None => is_ours,
    };
    proven.then_some(()).ok_or(UserFailure::CrossSite.into())
}
