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
        scope: ScopeChoice<'a>,
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
    let ConfirmPage { target, server, about, label, return_to, .. } = *page;
    let host = target.host();
    let at_host = connections.iter().filter(|connection| connection.host == host);
    let resource = target.resource();
    let authorization_host = authority(&server.authorization_endpoint.url());
    render(&Confirm {
        prefix,
        about,
        scope: ScopeChoice::of(page),
        label: label.and_then(super::label).unwrap_or_default(),
        return_to,
        initial: initial(&host),
        resource_shown: bounded(&resource).unwrap_or_default(),
        resource,
        cross_site_hosts: page.cross_site_hosts(),
        international: international([host.clone(), authorization_host.clone()], server, target),
        earlier: at_host.max_by_key(|connection| connection.connected_at),
        host,
        authorization_host,
    })
}

/// The scope that the form shows, as boxes and as text.
struct ScopeChoice<'a> {
    /// The values of the boxes, and whether each is ticked.
    boxes: Vec<(&'a str, bool)>,
    /// The other values that were named.
    others: String,
    /// The values that are ticked unless a party named others.
    default: Option<&'a str>,
    /// All that is ticked or named.
    shown: Option<String>,
}

impl<'a> ScopeChoice<'a> {
    fn of(page: &ConfirmPage<'a>) -> Self {
        let default = page.default_scope.unwrap_or_default();
        let is_named = !page.scope.is_empty();
        let chosen: Vec<&str> = scope_values(if is_named { page.scope } else { default }).collect();
        let mut offered: Vec<&str> = scope_values(default).collect();
        for value in page.server.scopes.iter().map(String::as_str) {
            if !offered.contains(&value) {
                offered.push(value);
            }
        }
        let others: Vec<&str> = chosen.iter().copied().filter(|value| !offered.contains(value)).collect();
        Self {
            others: others.join(" "),
            default: (!is_named).then_some(default),
            shown: bounded(&chosen.join(" ")),
            boxes: offered.into_iter().map(|value| (value, chosen.contains(&value))).collect(),
        }
    }
}

/// The names on the page that are written in letters that can look like others.
fn international(shown: [String; 2], server: &Server, target: &LoginTarget) -> Vec<String> {
    let mut names = server.cross_site_hosts(target);
    names.extend(shown);
    names.retain(|name| is_international(name));
    names.sort_unstable();
    names.dedup();
    names
}
