use askama::Template;

use super::{Unrenderable, bounded, connection::initial, is_international, render};
use crate::model::{About, Connection};
use login_flow::{LoginTarget, Server, authority, scope_values};

/// The page before a login: the app that asks, the place of the consent, and its scope.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "what the page shows and sends on")]
pub struct ConfirmPage<'a> {
    /// The host that the person named.
    pub target: &'a LoginTarget,
    /// The server that answers for it.
    pub server: &'a Server,
    /// True if the metadata of the server lists the resource as its own (RFC 9728 §4).
    pub is_listed: bool,
    /// The branding of the host.
    pub about: &'a About,
    /// The scope that a link named; empty without one.
    pub scope: &'a str,
    /// The scope that is asked for if none is named.
    pub default_scope: Option<&'a str>,
    /// A name for the connection; a link may have suggested it.
    pub label: Option<&'a str>,
    /// The page that the person goes to afterwards, in the form that the POST sends back.
    pub return_to: Option<&'a str>,
}

impl ConfirmPage<'_> {
    /// The value that the field `cross_site_hosts` must have in the POST, when the token comes from another site than it
    /// goes to, and the server does not say that this is as it should be: the hosts that the page named. Consent to one is not consent to another.
    pub fn cross_site_hosts(&self) -> Option<String> {
        let hosts = self.server.cross_site_hosts(self.target).join(" and ");
        Some(hosts).filter(|hosts| !(self.is_listed || hosts.is_empty()))
    }
}

/// The page before a login, by a person who has these connections already.
pub fn confirm(
    prefix: &str,
    page: &ConfirmPage<'_>,
    connections: &[Connection],
) -> Result<String, Unrenderable> {
    #[derive(Template)]
    #[template(path = "confirm.html")]
    struct Confirm<'a> {
        prefix: &'a str,
        about: &'a About,
        /// The values of the boxes, and whether each is ticked.
        offered: Vec<(&'a str, bool)>,
        /// The other values that were named.
        scope: String,
        /// The values that are ticked unless a party named others.
        default_scope: Option<&'a str>,
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
        /// The newest connection to the host.
        earlier: Option<&'a Connection>,
    }
    let ConfirmPage { target, server, about, scope, default_scope, label, return_to, .. } = *page;
    let default_scope = default_scope.unwrap_or_default();
    let ticked: Vec<&str> = scope_values(if scope.is_empty() { default_scope } else { scope }).collect();
    let mut offered: Vec<&str> = scope_values(default_scope).collect();
    for value in server.scopes.iter().map(String::as_str) {
        if !offered.contains(&value) {
            offered.push(value);
        }
    }
    let others: Vec<&str> = ticked.iter().copied().filter(|value| !offered.contains(value)).collect();
    let scope_shown = bounded(&ticked.join(" "));
    let host = target.host();
    let at_host = connections.iter().filter(|connection| connection.host == host);
    let earlier = at_host.max_by_key(|connection| connection.connected_at);
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
        offered: offered.into_iter().map(|value| (value, ticked.contains(&value))).collect(),
        scope: others.join(" "),
        default_scope: scope.is_empty().then_some(default_scope),
        scope_shown,
        label: label.and_then(super::label).unwrap_or_default(),
        return_to,
        initial: initial(&host),
        host,
        resource_shown: bounded(&resource).unwrap_or_default(),
        resource,
        authorization_host,
        cross_site_hosts: page.cross_site_hosts(),
        international,
        earlier,
    })
}
