use std::fmt;

use serde::Serialize;
use url::Url;

use crate::{
    cookie::{ATTRIBUTES, value},
    model::{Receipt, Revocation},
};
use login_flow::{Egress, LoginTarget};

/// The notice of an action, on the page that the person is sent to after it.
///
/// The notice travels in the address as one of a fixed list of values, and every word that is shown is the app's own: a
/// forged link can choose among these sentences and add nothing to them.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Notice {
    /// A login was completed.
    Connected,
    /// A connection was ended.
    Disconnected(Receipt),
    /// The session was ended, and every connection with it.
    LoggedOut,
}

impl Notice {
    /// The notice that an address carries, if it is one of ours.
    pub fn from_query(url: &Url) -> Option<Self> {
        let (_, value) = url.query_pairs().filter(|(name, _)| name == PARAMETER).last()?;
        Self::all().find(|notice| notice.to_string() == *value)
    }

    /// Adds the notice to an address, after what its query holds already.
    pub fn append_to(self, url: &mut Url) {
        url.query_pairs_mut().append_pair(PARAMETER, &self.to_string());
    }

    /// The `Set-Cookie` value that names the host of the notice to the page that shows it. An address, which anyone can
    /// make up, names none.
    pub fn cookie(self, host: &str) -> String {
        format!("{COOKIE}={self}.{host}; {ATTRIBUTES}; Max-Age=60")
    }

    /// The `Set-Cookie` value that forgets the host, once it was shown.
    pub fn forget_host() -> String {
        format!("{COOKIE}=; {ATTRIBUTES}; Max-Age=0")
    }

    /// The host that a `Cookie` header names for this notice, and for no other one; `None` for what is no host.
    pub fn host<'a>(self, header: &'a [u8], egress: &Egress) -> Option<&'a str> {
        let host = value(header, COOKIE)?.strip_prefix(&self.to_string())?.strip_prefix('.')?;
        LoginTarget::parse(host, egress).is_ok_and(|target| target.host() == host).then_some(host)
    }

    /// True if a token that was held may still be valid.
    pub(super) fn leaves_something(self) -> bool {
        let Self::Disconnected(receipt) = self else { return false };
        receipt.tokens().any(|(_, token)| !matches!(token, Revocation::NotHeld | Revocation::Revoked))
    }

    /// All notices.
    fn all() -> impl Iterator<Item = Self> {
        let receipts = Revocation::ALL.into_iter().flat_map(|refresh_token| {
            Revocation::ALL
                .into_iter()
                .map(move |access_token| Self::Disconnected(Receipt { refresh_token, access_token }))
        });
        [Self::Connected, Self::LoggedOut].into_iter().chain(receipts)
    }
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connected => f.write_str("connected"),
            Self::Disconnected(receipt) => {
                f.write_str("disconnected.")?;
                receipt.refresh_token.serialize(&mut *f)?;
                f.write_str(".")?;
                receipt.access_token.serialize(f)
            }
            Self::LoggedOut => f.write_str("logged_out"),
        }
    }
}

impl Receipt {
    /// The tokens that there were, by name.
    pub(super) fn tokens(self) -> impl Iterator<Item = (&'static str, Revocation)> {
        let tokens = [("Refresh token", self.refresh_token), ("Access token", self.access_token)];
        tokens.into_iter().filter(|(_, token)| *token != Revocation::NotHeld)
    }
}

impl Revocation {
    const ALL: [Self; 7] = [
        Self::NotHeld,
        Self::Revoked,
        Self::NotOffered,
        Self::Refused,
        Self::FailedWillRetry,
        Self::UnderWay,
        Self::Unreadable,
    ];
}

const PARAMETER: &str = "notice";
const COOKIE: &str = "__Host-notice";

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_has_a_value_of_its_own() {
        let values: BTreeSet<String> = Notice::all().map(|notice| notice.to_string()).collect();
        assert_eq!(values.len(), Notice::all().count());
        insta::assert_debug_snapshot!(values);
    }

    #[test]
    fn what_is_not_ours_is_no_notice() {
        for (query, expected) in [
            ("", None),
            ("notice", None),
            ("notice=", None),
            ("notice=Connected", None),
            ("notice=You+have+won", None),
            ("notice=<script>", None),
            ("notice=disconnected", None),
            ("notice=disconnected.revoked", None),
            ("notice=disconnected.revoked.revoked.revoked", None),
            ("notice=connected", Some(Notice::Connected)),
            ("Notice=connected", None),
            ("notice=connected&notice=x", None),
        ] {
            let url = Url::parse(&format!("https://app.example/?{query}")).unwrap();
            assert_eq!(Notice::from_query(&url), expected, "{query}");
        }
    }

    /// The host is that of the cookie, of the same notice, and a host; nothing else is shown.
    #[test]
    fn only_our_cookie_names_the_host() {
        let egress = Egress::public();
        let of = |refresh_token| {
            Notice::Disconnected(Receipt { refresh_token, access_token: Revocation::Revoked })
        };
        let (notice, other) = (of(Revocation::Revoked), of(Revocation::Refused));
        let pair = |host: &str| notice.cookie(host).split(';').next().unwrap().to_owned();
        for (header, expected) in [
            (pair("good.example"), Some("good.example")),
            (pair("good.example:8443"), Some("good.example:8443")),
            (format!("a=b; {}", pair("xn--80ak6aa92e.com")), Some("xn--80ak6aa92e.com")),
            (String::new(), None),
            (pair(""), None),
            (pair("<b>good.example"), None),
            (pair("You have won"), None),
            (pair("good.example/path"), None),
            (pair("GOOD.example"), None),
            (pair("127.0.0.1"), None),
            (format!("{0}; {0}", pair("good.example")), None),
            (other.cookie("good.example"), None),
            (pair("good.example").to_lowercase().replace("__host", "__Hosts"), None),
        ] {
            assert_eq!(notice.host(header.as_bytes(), &egress), expected, "{header}");
        }
        insta::assert_snapshot!(
            notice.cookie("good.example"),
            @"__Host-notice=disconnected.revoked.revoked.good.example; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=60"
        );
    }

    proptest! {
        #[test]
        fn an_address_gives_back_the_notice_it_was_given(
            query in proptest::option::of(".{0,40}"),
            fragment in proptest::option::of(".{0,10}"),
        ) {
            for notice in Notice::all() {
                let mut url = Url::parse("https://app.example/auth/").unwrap();
                url.set_query(query.as_deref());
                url.set_fragment(fragment.as_deref());
                let before: Vec<_> = url.query_pairs().into_owned().collect();
                notice.append_to(&mut url);
                prop_assert_eq!(Notice::from_query(&url), Some(notice));
                let after: Vec<_> = url.query_pairs().into_owned().collect();
                prop_assert_eq!(before.as_slice(), &after[..before.len()], "what was there stays");
            }
        }
    }
}
