use askama::Template;

use super::{Unrenderable, bounded, connection::initial, is_international, render};
use crate::model::About;
use login_flow::{LoginTarget, Server, authority};

/// The page before a login: the app that asks, the place of the consent, and its scope.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "what the page shows and sends on")]
pub struct ConfirmPage<'a> {
    /// The host that the person named.
    pub target: &'a LoginTarget,
    /// The server that answers for it.
    pub server: &'a Server,
    /// The branding of the host.
    pub about: &'a About,
    /// The scope to ask for; empty leaves it to the server.
    pub scope: &'a str,
    /// A name for the connection; a link may have suggested it.
    pub label: Option<&'a str>,
    /// The page that the person goes to afterwards, in the form that the POST sends back.
    pub return_to: Option<&'a str>,
}

impl ConfirmPage<'_> {
    /// The value that the field `cross_site_hosts` must have in the POST, when the token comes from another site than it
    /// goes to: the hosts that the page named. Consent to one is not consent to another.
    pub fn cross_site_hosts(&self) -> Option<String> {
        Some(self.server.cross_site_hosts(self.target).join(" and ")).filter(|hosts| !hosts.is_empty())
    }
}

/// The page before a login.
pub fn confirm(prefix: &str, page: &ConfirmPage<'_>) -> Result<String, Unrenderable> {
    #[derive(Template)]
    #[template(path = "confirm.html")]
    struct Confirm<'a> {
        prefix: &'a str,
        about: &'a About,
        scope: &'a str,
        scope_shown: Option<String>,
        label: String,
        return_to: Option<&'a str>,
        host: String,
        initial: String,
        resource: String,
        resource_shown: String,
        authorization_host: String,
        cross_site_hosts: Option<String>,
        international: Vec<String>,
        scopes: Option<String>,
    }
    let ConfirmPage { target, server, about, scope, label, return_to } = *page;
    let host = target.host();
    let resource = target.resource();
    let authorization_host = authority(&server.authorization_endpoint.url());
    let mut international = server.cross_site_hosts(target);
    international.extend([host.clone(), authorization_host.clone()]);
    international.retain(|host| is_international(host));
    international.sort_unstable();
    international.dedup();
    render(&Confirm {
        prefix,
        about,
        scope,
        scope_shown: bounded(scope),
        label: label.and_then(super::label).unwrap_or_default(),
        return_to,
        initial: initial(&host),
        host,
        resource_shown: bounded(&resource).unwrap_or_default(),
        resource,
        authorization_host,
        cross_site_hosts: page.cross_site_hosts(),
        international,
        scopes: Some(server.scopes.join(" ")).filter(|scopes| !scopes.is_empty()),
    })
}
