//! The parameters and the origin of a request, read with care.

use serde::Deserialize;
use url::{Url, form_urlencoded};
use worker::web_sys;

use super::{
    begin::RegistrableHost,
    request_headers::{Header, RequestHeaders},
};
use crate::{
    failure::{Failure, Reason, UserFailure},
    login::Login,
    pages::{ConfirmPage, label},
    platform::fetch::form,
    return_to::return_to,
};
use login_flow::{LoginTarget, RequestedScope, UnauthenticatedRequests, has_scope_value, scope_values};

/// A login that is asked for, by a link or by a form.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct LoginRequest {
    url: String,
    scope: String,
    /// The scope that the confirm page had ticked of itself.
    default_scope: Option<String>,
    label: String,
    return_to: String,
    cross_site_hosts: String,
}

impl LoginRequest {
    pub(super) fn of_query(url: &Url) -> Self {
        Self::of_pairs(url.query().unwrap_or_default().as_bytes())
    }

    pub(super) async fn of_body(
        request: &web_sys::Request,
        headers: &RequestHeaders,
    ) -> Result<Self, Failure> {
        let is_json =
            headers.get(Header::ContentType).is_some_and(|kind| kind.starts_with("application/json"));
        let body = form(request).await.map_err(|_| unreadable("It is too long."))?;
        if !is_json {
            return Ok(Self::of_pairs(&body));
        }
        let parsed = str::from_utf8(&body).ok().and_then(|body| login_codec::json::read(body).ok());
        Ok(parsed.ok_or_else(|| unreadable("It is not JSON with a `url`."))?)
    }

    fn of_pairs(pairs: &[u8]) -> Self {
        let values = |name: &'static str| {
            let pairs = form_urlencoded::parse(pairs).filter(move |(n, _)| n == name);
            pairs.map(|(_, value)| value.into_owned())
        };
        let value = |name| values(name).next().unwrap_or_default();
        Self {
            url: value("url"),
            // Each box that is ticked is one, and so is the field for others.
            scope: values("scope").collect::<Vec<_>>().join(" "),
            default_scope: values("default_scope").next(),
            label: value("label"),
            return_to: value("return_to"),
            cross_site_hosts: value("cross_site_hosts"),
        }
    }

    pub(super) fn target(&self, login: &Login) -> Result<LoginTarget, Failure> {
        Ok(LoginTarget::parse(&self.url, &login.config.egress)?)
    }

    /// The scope to ask for: the one that a party named, or our own choice where the person left it as it was.
    pub(super) fn requested_scope(&self, host: &RegistrableHost) -> Result<RequestedScope, Failure> {
        let scope = self.scope();
        if scope.len() > 1024 || !scope.bytes().all(|b| (0x20..0x7f).contains(&b)) {
            return Err(unreadable("The scope is not a list of scope values (RFC 6749 §3.3).").into());
        }
        let default = self.default_scope.as_deref().unwrap_or_default();
        let holds = |scope, part| scope_values(part).all(|value| has_scope_value(scope, value));
        if holds(default, &scope) && holds(&scope, default) {
            return Ok(host.chosen_scope.clone());
        }
        Ok(RequestedScope::Named(Some(scope).filter(|scope| !scope.is_empty())))
    }

    fn scope(&self) -> String {
        scope_values(&self.scope).collect::<Vec<_>>().join(" ")
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
        host: &'a RegistrableHost,
    ) -> ConfirmPage<'a> {
        ConfirmPage {
            target,
            server: &host.server,
            is_listed: host.resource.as_ref().is_some_and(|resource| resource.is_listed),
            about: &host.about,
            scope: self.scope.trim(),
            default_scope: host.chosen_scope.as_deref(),
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

/// The requests that may be sent to the named URL. A link on another site is followed without a decision of the person:
/// the host is then only read.
pub(super) fn requests(headers: &RequestHeaders) -> UnauthenticatedRequests {
    match headers.get(Header::FetchSite) {
        Some("cross-site") => UnauthenticatedRequests::Get,
        _ => UnauthenticatedRequests::GetThenPing,
    }
}

/// A state-changing request proves that it comes from our own page.
///
/// `Sec-Fetch-Site` decides where the browser sends it: under `Referrer-Policy: no-referrer` a form's `Origin` is
/// `null`. Where it does not, `Origin` must be ours. A request with neither is refused.
pub(super) fn same_origin(login: &Login, headers: &RequestHeaders) -> Result<(), Failure> {
    let origin = headers.get(Header::Origin);
    let is_ours = || origin.is_some_and(|origin| login.config.is_own_origin(origin));
    let proven = match headers.get(Header::FetchSite) {
        Some("same-origin") => origin.is_none() || origin == Some("null") || is_ours(),
        Some(_) => false,
        None => is_ours(),
    };
    proven.then_some(()).ok_or(UserFailure::CrossSite.into())
}

/// A request that changes nothing is answered where no page of another origin made the browser send it.
pub(super) fn not_cross_site(headers: &RequestHeaders) -> Result<(), Failure> {
    match headers.get(Header::FetchSite) {
        Some("cross-site" | "same-site") => Err(UserFailure::CrossSite.into()),
        _ => Ok(()),
    }
}
