use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::{Host, Url};

use crate::Requirement;

/// The egress policy: the URLs to which requests may be sent. By default https URLs of public hosts, by name.
///
/// Every URL that a person types, a document contains or a redirect names is judged as parsed, never as text.
#[derive(Clone, Debug)]
pub struct Egress {
    loopback: bool,
    own_host: Option<String>,
    allowed: Vec<String>,
    denied: Vec<String>,
}

impl Egress {
    /// The default policy: public hosts over https.
    pub fn public() -> Self {
        Self { loopback: false, own_host: None, allowed: Vec::new(), denied: Vec::new() }
    }

    /// Also allows loopback, over http or https: for development and tests.
    ///
    /// In the wasm artefact this exists only with the cargo feature `loopback`, so that no configuration of a
    /// production Worker can enable it.
    #[cfg(any(not(target_arch = "wasm32"), feature = "loopback"))]
    pub fn and_loopback(self) -> Self {
        Self { loopback: true, ..self }
    }

    /// Blocks the app's own host: a Worker that fetches itself would loop, or reach its own internal routes.
    pub fn except(self, own: &Url) -> Self {
        Self { own_host: own.host_str().map(str::to_owned), ..self }
    }

    /// Allows only these hosts and their subdomains; an empty list allows all public hosts.
    pub fn only(self, hosts: Vec<String>) -> Self {
        Self { allowed: hosts, ..self }
    }

    /// Blocks these hosts and their subdomains.
    pub fn without(self, hosts: Vec<String>) -> Self {
        Self { denied: hosts, ..self }
    }

    /// True if loopback over http is allowed for this host.
    pub(crate) fn allows_loopback(&self, url: &Url) -> bool {
        self.loopback && is_loopback(url)
    }

    /// Checks a URL; an error if no request may be sent to it.
    pub fn judge(&self, url: &Url) -> Result<(), Blocked> {
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Blocked::UserInformation);
        }
        if self.own_host.as_deref().is_some_and(|own| url.host_str() == Some(own)) {
            return Err(Blocked::OwnHost);
        }
        let is_listed = |list: &[String]| {
            list.iter().any(|listed| url.host_str().is_some_and(|host| is_within(host, listed)))
        };
        if is_listed(&self.denied) || !(self.allowed.is_empty() || is_listed(&self.allowed)) {
            return Err(Blocked::Operator);
        }
        if self.allows_loopback(url) && matches!(url.scheme(), "http" | "https") {
            return Ok(());
        }
        if url.scheme() != "https" {
            return Err(Blocked::NotHttps);
        }
        match url.host() {
            Some(Host::Domain(name)) if is_public_name(name) => {}
            Some(Host::Domain(_)) | None => return Err(Blocked::NotPublic),
            Some(Host::Ipv4(_) | Host::Ipv6(_)) => return Err(Blocked::Address),
        }
        match url.port() {
            Some(port) if port < 1024 || BAD_PORTS.contains(&port) => Err(Blocked::Port),
            _ => Ok(()),
        }
    }
}

/// The reason why a URL is not fetched.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Blocked {
    /// An IP address instead of a name.
    #[error("an address instead of a host name is not allowed")]
    Address,
    /// A scheme other than https.
    #[error("only https is allowed")]
    NotHttps,
    /// A single label, a special-use name, or no host at all.
    #[error("the name is not one of the public internet")]
    NotPublic,
    /// The operator of this app denies the host, or does not list it among the allowed ones.
    #[error("the operator of this app does not allow this host")]
    Operator,
    /// The app's own host.
    #[error("this app does not log in to itself")]
    OwnHost,
    /// A port of another protocol.
    #[error("the port is not allowed")]
    Port,
    /// A user name or password in the URL.
    #[error("a user name or password in the URL is not allowed")]
    UserInformation,
}

impl Blocked {
    /// The requirement that the request would violate.
    pub fn requirement(self) -> Requirement {
        Requirement::EGRESS
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn is_public_name(name: &str) -> bool {
    let Some((_, top)) = name.rsplit_once('.') else { return false };
    !top.is_empty() && !SPECIAL_USE.contains(&top)
}

/// True if `name` is `parent` or a subdomain of it.
pub(crate) fn is_within(name: &str, parent: &str) -> bool {
    name.strip_suffix(parent).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// Special-use top-level names that denote a private or no network (registry of RFC 6761).
const SPECIAL_USE: &[&str] =
    &["alt", "arpa", "internal", "invalid", "local", "localhost", "onion", "test", "home", "lan", "corp"];

/// The bad ports of the Fetch standard, from 1024 on.
const BAD_PORTS: &[u16] = &[
    1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679,
    6697, 10080,
];

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(egress: &Egress, text: &str) -> Result<(), Blocked> {
        egress.judge(&Url::parse(text).unwrap())
    }

    #[test]
    fn d03_d04_addresses_and_private_names() {
        let public = Egress::public();
        for good in ["https://good.example/", "https://good.example:8443/mcp", "https://xn--80ak6aa92e.com/"]
        {
            assert_eq!(judge(&public, good), Ok(()), "{good}");
        }
        for (bad, expected) in [
            ("https://127.0.0.1/", Blocked::Address),
            ("https://2130706433/", Blocked::Address),
            ("https://0x7f.1/", Blocked::Address),
            ("https://0177.0.0.1/", Blocked::Address),
            ("https://127.1/", Blocked::Address),
            ("https://0/", Blocked::Address),
            ("https://[::1]/", Blocked::Address),
            ("https://[::ffff:127.0.0.1]/", Blocked::Address),
            ("https://8.8.8.8/", Blocked::Address),
            ("https://①②⑦.0.0.1/", Blocked::Address),
            ("https://127。0。0。1/", Blocked::Address),
            ("https://%31%32%37.0.0.1/", Blocked::Address),
            ("https://localhost/", Blocked::NotPublic),
            ("https://loca\u{ad}lhost/", Blocked::NotPublic),
            ("https://foo.localhost/", Blocked::NotPublic),
            ("https://localhost./", Blocked::NotPublic),
            ("https://intranet/", Blocked::NotPublic),
            ("https://a.internal/", Blocked::NotPublic),
            ("https://1.0.0.10.in-addr.arpa/", Blocked::NotPublic),
            ("https://good.example./", Blocked::NotPublic),
            ("http://good.example/", Blocked::NotHttps),
            ("ftp://good.example/", Blocked::NotHttps),
            ("file:///etc/passwd", Blocked::NotHttps),
            ("https://good.example:22/", Blocked::Port),
            ("https://good.example:6667/", Blocked::Port),
            ("https://good.example@evil.example/", Blocked::UserInformation),
        ] {
            assert_eq!(judge(&public, bad), Err(expected), "{bad}");
        }
    }

    #[test]
    fn d25_own_host() {
        let egress = Egress::public().except(&Url::parse("https://app.example").unwrap());
        assert_eq!(judge(&egress, "https://app.example/icon"), Err(Blocked::OwnHost));
        assert_eq!(judge(&egress, "https://other.example/icon"), Ok(()));
    }

    #[test]
    fn the_operator_has_the_last_word() {
        let listed = |hosts: &[&str]| hosts.iter().map(|host| (*host).to_owned()).collect::<Vec<_>>();
        let denying = Egress::public().without(listed(&["evil.example"]));
        assert_eq!(judge(&denying, "https://good.example/"), Ok(()));
        assert_eq!(judge(&denying, "https://notevil.example/"), Ok(()));
        for url in ["https://evil.example/", "https://as.evil.example/"] {
            assert_eq!(judge(&denying, url), Err(Blocked::Operator), "{url}");
        }
        let allowing = Egress::public().only(listed(&["good.example"])).without(listed(&["x.good.example"]));
        for url in ["https://good.example/", "https://as.good.example/"] {
            assert_eq!(judge(&allowing, url), Ok(()), "{url}");
        }
        for url in ["https://other.example/", "https://x.good.example/"] {
            assert_eq!(judge(&allowing, url), Err(Blocked::Operator), "{url}");
        }
        assert!(judge(&allowing, "http://good.example/").is_err(), "a list opens nothing that is closed");
    }

    #[test]
    fn loopback_is_a_policy_of_its_own() {
        let development = Egress::public().and_loopback();
        for url in ["http://127.0.0.1:4101/", "http://localhost:4101/", "https://good.example/"] {
            assert_eq!(judge(&development, url), Ok(()), "{url}");
        }
        for url in ["http://good.example/", "https://10.0.0.1/", "http://192.168.1.1/"] {
            assert!(judge(&development, url).is_err(), "{url}");
        }
        assert!(judge(&Egress::public(), "http://127.0.0.1:4101/").is_err());
    }
}
