//! The session cookie of the Worker that stands alone: `__Host-sid=<account>.<secret>`.

use std::fmt;

use login_codec::base64url;
use rfc7591::Secret;

use login_flow::digest;

/// The name of the person's `Account` object, and the secret that proves the browser's right to it.
#[derive(Clone)]
pub struct SessionCookie {
    account: String,
    secret: Secret,
}

impl SessionCookie {
    /// A new account: 128 bits name it, 256 prove it.
    pub fn from_entropy(account: [u8; 16], secret: [u8; 32]) -> Self {
        Self { account: base64url::encode(&account), secret: encode(secret) }
    }

    /// A cookie for the same account with another secret.
    pub fn rotated(&self, secret: [u8; 32]) -> Self {
        Self { account: self.account.clone(), secret: encode(secret) }
    }

    /// Reads a `Cookie` header.
    pub fn read(header: &[u8]) -> Option<Self> {
        let (account, secret) = value(header, NAME)?.split_once('.')?;
        let is_text = |text: &str, length: usize| {
            text.len() == length && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        };
        (is_text(account, 22) && is_text(secret, 43))
            .then(|| Self { account: account.to_owned(), secret: Secret::new(secret.to_owned()) })
    }

    /// The name of the `Account` object.
    pub fn account(&self) -> &str {
        &self.account
    }

    /// The digest of the secret, which is stored in its place.
    pub fn digest(&self) -> String {
        digest(self.secret.secret())
    }

    /// The `Set-Cookie` value. `Lax`, because the callback is a navigation from another site.
    pub fn set(&self) -> String {
        format!("{NAME}={}.{}; {ATTRIBUTES}; Max-Age=2592000", self.account, self.secret.secret())
    }

    /// The `Set-Cookie` value that ends the session.
    pub fn clear() -> String {
        format!("{NAME}=; {ATTRIBUTES}; Max-Age=0")
    }
}

impl fmt::Debug for SessionCookie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SessionCookie").field(&self.account).finish()
    }
}

/// The value of a cookie in a `Cookie` header.
///
/// By hand, because lenient parsers are how a sibling domain tosses a cookie in: pairs are split at `;`, trimmed of space
/// and tab alone, and a name that is there twice counts as absent.
pub(crate) fn value<'a>(header: &'a [u8], name: &str) -> Option<&'a str> {
    let mut found = header.split(|b| *b == b';').filter_map(|pair| {
        let mut pair = pair;
        while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = pair {
            pair = rest;
        }
        str::from_utf8(pair.strip_prefix(name.as_bytes())?.strip_prefix(b"=")?).ok()
    });
    let (value, None) = (found.next()?, found.next()) else { return None };
    Some(value)
}

fn encode(secret: [u8; 32]) -> Secret {
    Secret::new(base64url::encode(&secret))
}

const NAME: &str = "__Host-sid";
pub(crate) const ATTRIBUTES: &str = "Path=/; Secure; HttpOnly; SameSite=Lax";

#[cfg(test)]
mod tests {
    use super::*;

    fn cookie() -> (SessionCookie, String) {
        let cookie = SessionCookie::from_entropy([1; 16], [2; 32]);
        let pair = cookie.set().split(';').next().unwrap().to_owned();
        (cookie, pair)
    }

    #[test]
    fn s02_the_attributes() {
        insta::assert_snapshot!(
            cookie().0.set(),
            @"__Host-sid=AQEBAQEBAQEBAQEBAQEBAQ.AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=2592000"
        );
        insta::assert_snapshot!(SessionCookie::clear(), @"__Host-sid=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0");
    }

    #[test]
    fn s03_a_strict_parser() {
        let (cookie, pair) = cookie();
        for good in [pair.clone(), format!("a=b; {pair}"), format!("a=b;\t{pair} ;c=d")] {
            let read = SessionCookie::read(good.as_bytes()).unwrap();
            assert_eq!((read.account(), read.digest()), (cookie.account(), cookie.digest()), "{good}");
        }
        for bad in [
            String::new(),
            "__Host-sid=a".to_owned(),
            format!("{pair}; {pair}"),
            format!("$Version=1; \u{a0}{pair}"),
            format!("\u{2003}{pair}"),
            pair.to_lowercase(),
            pair.replace('.', ""),
            format!("{pair}x"),
        ] {
            assert!(SessionCookie::read(bad.as_bytes()).is_none(), "{bad}");
        }
        // A prefix that only looks like another attribute does not hide the pair behind it.
        assert!(SessionCookie::read(format!("$Version=1; {pair}").as_bytes()).is_some());
    }

    #[test]
    fn debug_shows_no_secret() {
        assert_eq!(format!("{:?}", cookie().0), r#"SessionCookie("AQEBAQEBAQEBAQEBAQEBAQ")"#);
    }
}
