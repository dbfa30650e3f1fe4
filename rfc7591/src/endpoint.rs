use std::{fmt, str::FromStr};

use serde_with::{DeserializeFromStr, SerializeDisplay};
use url::{Host, Url};

use crate::uri::is_usual;

/// The URL of an endpoint: https, without user information or fragment (RFC 6749 §3.1, §3.2). For development,
/// `http` on the loopback interface is accepted too.
///
/// It is kept as the text that was published, and two are equal if their texts are. The constructors accept only
/// what is also a request target of the `http` crate, so that a request to it can always be made.
#[derive(Clone, Debug, DeserializeFromStr, Eq, Hash, Ord, PartialEq, PartialOrd, SerializeDisplay)]
pub struct Endpoint(String);

impl Endpoint {
    /// The endpoint of a literal.
    ///
    /// # Panics
    ///
    /// If the text is not an endpoint. Use `parse` for any other text.
    #[expect(clippy::expect_used, reason = "a literal that is no endpoint is a fault of the program")]
    pub fn from_static(text: &'static str) -> Self {
        text.parse().expect("the text is not an endpoint")
    }

    /// The URL as published.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The URL with its components.
    ///
    /// # Panics
    ///
    /// Never: every constructor has read the same text as a URL.
    #[expect(clippy::expect_used, reason = "every constructor has read the same text as a URL")]
    pub fn url(&self) -> Url {
        Url::parse(&self.0).expect("the text was read as a URL before")
    }

    /// The URL as a request target.
    ///
    /// # Panics
    ///
    /// Never: every constructor has checked that the URL is a request target.
    #[cfg(feature = "http")]
    #[expect(clippy::expect_used, reason = "every constructor has checked that the URL is a request target")]
    pub fn uri(&self) -> http::Uri {
        String::from(self.url()).try_into().expect("the URL was found to be a request target before")
    }
}

impl FromStr for Endpoint {
    type Err = InvalidEndpoint;

    fn from_str(text: &str) -> Result<Self, InvalidEndpoint> {
        if is_usual(text) {
            let has_fragment = text.contains('#');
            return if has_fragment { Err(InvalidEndpoint::Fragment) } else { Ok(Self(text.to_owned())) };
        }
        let url = Url::parse(text).map_err(|_| InvalidEndpoint::NotAUrl)?;
        // The normalized text must parse to the same URL.
        if url.as_str() != text && Url::parse(url.as_str()).as_ref() != Ok(&url) {
            return Err(InvalidEndpoint::NotAUrl);
        }
        check(&url)?;
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<&str> for Endpoint {
    type Error = InvalidEndpoint;

    fn try_from(text: &str) -> Result<Self, InvalidEndpoint> {
        text.parse()
    }
}

impl TryFrom<String> for Endpoint {
    type Error = InvalidEndpoint;

    fn try_from(text: String) -> Result<Self, InvalidEndpoint> {
        text.parse()
    }
}

impl TryFrom<Url> for Endpoint {
    type Error = InvalidEndpoint;

    fn try_from(url: Url) -> Result<Self, InvalidEndpoint> {
        url.as_str().parse()
    }
}

impl From<Endpoint> for String {
    fn from(endpoint: Endpoint) -> Self {
        endpoint.0
    }
}

impl AsRef<str> for Endpoint {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for Endpoint {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Endpoint".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "uri", "pattern": "^https://" })
    }
}

/// The reason why a text is not an [`Endpoint`].
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidEndpoint {
    /// RFC 6749 §3.1: "The endpoint URI MUST NOT include a fragment component".
    #[error("it has a fragment")]
    Fragment,
    /// Not an absolute URL that a request can be sent to.
    #[error("it is not an absolute URL")]
    NotAUrl,
    /// RFC 8414 §2 and RFC 6749 §3.1 ask for TLS.
    #[error("it is not https")]
    NotHttps,
    /// A user name or password, which only misleads.
    #[error("it contains a user name or password")]
    UserInformation,
}

fn check(url: &Url) -> Result<(), InvalidEndpoint> {
    if !is_secure(url) {
        return Err(InvalidEndpoint::NotHttps);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(InvalidEndpoint::UserInformation);
    }
    if url.fragment().is_some() {
        return Err(InvalidEndpoint::Fragment);
    }
    if !is_request_target(url) {
        return Err(InvalidEndpoint::NotAUrl);
    }
    Ok(())
}

/// `true` if the connection cannot be read by others on the network: https, or http on the loopback interface.
fn is_secure(url: &Url) -> bool {
    match (url.scheme(), url.host()) {
        ("https", Some(_)) => true,
        ("http", Some(Host::Domain(name))) => name == "localhost",
        ("http", Some(Host::Ipv4(address))) => address.is_loopback(),
        ("http", Some(Host::Ipv6(address))) => address.is_loopback(),
        _ => false,
    }
}

/// `true` if the `http` crate reads the URL too. It has a limit on the length, and knows only the host names of RFC
/// 3986 §3.2.2: a registered name, here without percent-encoding.
///
/// ```abnf
/// unreserved = ALPHA / DIGIT / "-" / "." / "_" / "~"
/// sub-delims = "!" / "$" / "&" / "'" / "(" / ")" / "*" / "+" / "," / ";" / "="
/// ```
fn is_request_target(url: &Url) -> bool {
    let is_of_a_name = |b: u8| b.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=".contains(&b);
    let is_name = |name: &str| name.bytes().all(is_of_a_name);
    url.as_str().len() < usize::from(u16::MAX) && url.domain().is_none_or(is_name)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn section_2_urls() {
        for (text, expected) in [
            ("https://as.example/token", None),
            ("https://as.example", None),
            ("https://as.example/token?tenant=1", None),
            ("http://127.0.0.1:4101/token", None),
            ("http://[::1]:4101/token", None),
            ("http://as.example/token", Some(InvalidEndpoint::NotHttps)),
            ("javascript:alert(1)", Some(InvalidEndpoint::NotHttps)),
            (" \tJaVaScRiPt:alert(1)", Some(InvalidEndpoint::NotHttps)),
            ("data:text/html,x", Some(InvalidEndpoint::NotHttps)),
            ("https://u@as.example/token", Some(InvalidEndpoint::UserInformation)),
            ("https://u:p@as.example/token", Some(InvalidEndpoint::UserInformation)),
            ("https://as.example/token#x", Some(InvalidEndpoint::Fragment)),
            ("/token", Some(InvalidEndpoint::NotAUrl)),
            ("TBD", Some(InvalidEndpoint::NotAUrl)),
        ] {
            let endpoint = text.parse::<Endpoint>();
            assert_eq!(endpoint.clone().err(), expected, "{text}");
            assert_eq!(endpoint.map_or(text.to_owned(), String::from), text);
        }
    }

    #[test]
    fn the_length_of_a_request_target_is_bounded() {
        for (length, good) in [(65_534, true), (65_535, false), (100_000, false)] {
            let text = format!("https://as.example/{}", "a".repeat(length - 19));
            assert_eq!(text.len(), length);
            assert_eq!(text.parse::<Endpoint>().is_ok(), good, "{length}");
            assert_eq!(text.parse::<http::Uri>().is_ok(), good, "{length}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2048))]

        #[test]
        fn an_endpoint_is_a_request_target(path in "[ -~é\u{200b}]{0,24}", host in "[ -~]{0,8}") {
            for text in [format!("https://as.example/{path}"), format!("https://as{host}.example/{path}")] {
                let uri = |url: Url| url.as_str().parse::<http::Uri>();
                match text.parse::<Endpoint>() {
                    Ok(endpoint) => prop_assert_eq!(uri(endpoint.url()).unwrap(), endpoint.uri()),
                    Err(InvalidEndpoint::NotAUrl) => prop_assert!(Url::parse(&text).ok().and_then(|url| uri(url).ok()).is_none()),
                    Err(_) => {}
                }
            }
        }
    }
}
