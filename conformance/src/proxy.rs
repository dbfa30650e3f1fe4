use std::{fmt, str::FromStr};

use url::Url;

/// The HTTP proxy of every request, except those to loopback. It looks names up in the place of this machine, so that
/// the rule against private addresses holds of names alone. Its URL may hold a password.
#[derive(Clone, Eq, PartialEq)]
pub struct Proxy(Url);

impl Proxy {
    /// The URL, with the password.
    pub(crate) fn secret(&self) -> &str {
        self.0.as_str()
    }

    /// The host, which may have a private address.
    pub(crate) fn host(&self) -> Option<&str> {
        self.0.host_str()
    }
}

impl FromStr for Proxy {
    type Err = InvalidProxy;

    fn from_str(text: &str) -> Result<Self, InvalidProxy> {
        // As in the usual environment variables, the scheme may be left out.
        let url = if text.contains("://") { Url::parse(text) } else { Url::parse(&format!("http://{text}")) };
        let url = url.ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.host_str().is_some());
        url.map(Self).ok_or(InvalidProxy)
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Proxy(..)")
    }
}

/// A text that is not the URL of an HTTP proxy.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("not the URL of an HTTP proxy, such as http://proxy.example:3128")]
#[expect(clippy::exhaustive_structs, reason = "nothing more is known")]
pub struct InvalidProxy;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proxies() {
        for (text, host) in [
            ("http://proxy.example:3128", Some("proxy.example")),
            ("https://user:password@proxy.example", Some("proxy.example")),
            ("proxy.example:3128", Some("proxy.example")),
            ("10.0.0.1:3128", Some("10.0.0.1")),
            ("socks5://proxy.example", None),
            ("http://", None),
            ("", None),
        ] {
            assert_eq!(text.parse::<Proxy>().ok().as_ref().and_then(Proxy::host), host, "{text}");
        }
        let proxy: Proxy = "http://user:password@proxy.example".parse().unwrap();
        assert_eq!(format!("{proxy:?}"), "Proxy(..)");
    }
}
