use chrono::DateTime;
use url::Url;

use super::{bounded, is_international};
use crate::model::Connection;
use login_flow::{Relaxation, authority};

impl Connection {
    /// Stands where the host has no icon.
    pub(super) fn initial(&self) -> String {
        initial(&self.host)
    }

    pub(super) fn is_international(&self) -> bool {
        is_international(&self.host)
    }

    /// The resource, where it says more than the host does.
    pub(super) fn part(&self) -> Option<String> {
        let url = Url::parse(&self.resource).ok()?;
        (url.path() != "/").then(|| bounded(&self.resource)).flatten()
    }

    /// The issuer's host, where it is another.
    pub(super) fn issuer_host(&self) -> Option<String> {
        let url = Url::parse(&self.issuer).ok()?;
        Some(authority(&url)).filter(|host| *host != self.host)
    }

    pub(super) fn allows(&self) -> Option<String> {
        bounded(self.scope.as_deref()?)
    }

    /// The relaxations of the issuer in words, if there are any.
    pub(super) fn relaxed(&self) -> Option<String> {
        // Parameters are not set apart in the text of a page.
        let plain = |relaxation: Relaxation| relaxation.to_string().replace('`', "");
        let texts: Vec<String> = self.relaxations.iter().map(plain).collect();
        Some(texts.join(" and ")).filter(|text| !text.is_empty())
    }

    /// The scope to ask for in a new login: what was allowed before, unless no form would take it.
    pub(super) fn asks(&self) -> Option<&str> {
        self.scope.as_deref().filter(|scope| scope.len() <= 1024)
    }

    pub(super) fn date(&self) -> Option<String> {
        Some(DateTime::from_timestamp(self.connected_at, 0)?.date_naive().to_string())
    }
}

pub(super) fn initial(host: &str) -> String {
    host.chars().take(1).collect()
}

#[cfg(test)]
mod tests {
    use login_flow::Relaxations;

    use super::*;
    use crate::model::ConnectionState;

    fn connection(resource: &str, issuer: &str) -> Connection {
        Connection {
            id: "1".to_owned(),
            host: "good.example".to_owned(),
            resource: resource.to_owned(),
            issuer: issuer.to_owned(),
            scope: None,
            relaxations: Relaxations::default(),
            title: None,
            description: None,
            label: None,
            connected_at: 0,
            has_icon: false,
            needs_login: false,
            state: ConnectionState::Works,
        }
    }

    #[test]
    fn what_the_host_says_already_is_not_said_twice() {
        let plain = connection("https://good.example", "https://good.example/tenant");
        assert_eq!((plain.part(), plain.issuer_host()), (None, None));
        let more = connection("https://good.example/mcp", "https://auth.example");
        assert_eq!(more.part().as_deref(), Some("https://good.example/mcp"));
        assert_eq!(more.issuer_host().as_deref(), Some("auth.example"));
    }

    #[test]
    fn a_date_is_a_date_or_nothing() {
        let at = |connected_at| Connection { connected_at, ..connection("", "") }.date();
        assert_eq!(at(0).as_deref(), Some("1970-01-01"));
        assert_eq!(at(1_795_737_599).as_deref(), Some("2026-11-26"));
        assert_eq!(at(1_795_737_600).as_deref(), Some("2026-11-27"));
        assert_eq!((at(i64::MAX), at(i64::MIN)), (None, None));
    }
}
