use std::{fmt, str::FromStr};

use serde_with::{DeserializeFromStr, SerializeDisplay};
use url::Url;

/// An absolute URI, kept as the text that was published.
///
/// Two are equal if their texts are: RFC 9700 §4.1.3 compares redirection URIs by "exact string matching". Use
/// [`url`](Self::url) for the host and the other components.
#[derive(Clone, Debug, DeserializeFromStr, Eq, Hash, Ord, PartialEq, PartialOrd, SerializeDisplay)]
pub struct UriString(String);

impl UriString {
    /// The URI as published.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The URI with its components.
    ///
    /// # Panics
    ///
    /// Never: every constructor has read the same text as a URL.
    #[expect(clippy::expect_used, reason = "every constructor has read the same text as a URL")]
    pub fn url(&self) -> Url {
        Url::parse(&self.0).expect("the text was read as a URL before")
    }
}

impl FromStr for UriString {
    type Err = url::ParseError;

    fn from_str(text: &str) -> Result<Self, url::ParseError> {
        if !is_usual(text) {
            Url::parse(text)?;
        }
        Ok(Self(text.to_owned()))
    }
}

impl From<Url> for UriString {
    fn from(url: Url) -> Self {
        Self(url.into())
    }
}

impl AsRef<str> for UriString {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UriString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for UriString {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "UriString".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "uri" })
    }
}

/// `true` for an https URL with a host name in lower case and without a port, as most are. Such a text needs no parser,
/// which would take a third of the time in which a metadata document is read.
///
/// In the URL standard, nothing after the host of an https URL makes it fail, and neither does a host of letters,
/// digits and hyphens, unless a label is encoded or the last one is a number. The bound on the length leaves room for
/// percent-encoding in a request target.
pub(crate) fn is_usual(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("https://") else { return false };
    let bytes = rest.as_bytes();
    let end = bytes.iter().position(|b| matches!(b, b'/' | b'?' | b'#')).unwrap_or(bytes.len());
    let Some(host) = rest.get(..end) else { return false };
    let last_label = host.bytes().rev().take_while(|b| *b != b'.').last();
    host.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.'))
        && last_label.is_some_and(|first| first.is_ascii_lowercase())
        && !host.as_bytes().windows(4).any(|label| label == b"xn--")
        && text.len() < 0x4000
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn nearly_usual() -> impl Strategy<Value = String> {
        let part = prop::sample::select(vec![
            "a", "z", "x", "n", "0", "9", "0x7f", "-", "--", ".", "/", "_", "~", ":", ":443", "@", "?", "#",
            "%", "%2e", "A", "é", "xn--", "..", " ", "\t", "\\", "[", "|", "\"", "`", "<", "^", "{",
            "\u{feff}",
        ]);
        prop::collection::vec(part, 0..12).prop_map(|parts| format!("https://{}", parts.concat()))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(8192))]

        #[test]
        fn a_usual_url_is_one_and_a_request_target(text in nearly_usual()) {
            if is_usual(&text) {
                let url = Url::parse(&text).unwrap();
                prop_assert_eq!((url.scheme(), url.port(), url.username(), url.password()), ("https", None, "", None));
                prop_assert_eq!(url.fragment().is_some(), text.contains('#'));
                prop_assert_eq!(&Url::parse(url.as_str()).unwrap(), &url);
                prop_assert!(url.as_str().parse::<http::Uri>().is_ok());
                prop_assert!(text.contains(url.domain().unwrap()));
            }
        }
    }

    #[test]
    fn the_usual_urls() {
        for (text, expected) in [
            ("https://as.example", true),
            ("https://as.example/", true),
            ("https://a-b.as1.example/a?b#c", true),
            ("https://AS.example/", false),
            ("https://as.example:9031/", false),
            ("https://u@as.example/", false),
            ("https://127.0.0.1/", false),
            ("https://a.0x7f/", false),
            ("https://xn--80ak6aa92e.com/", false),
            ("https:///a", false),
            ("https://as.example\\@b/", false),
            ("https://as.example./", false),
            ("http://as.example/", false),
        ] {
            assert_eq!(is_usual(text), expected, "{text}");
        }
        let long = format!("https://as.example/{}", "<".repeat(0x4000 - 20));
        assert!(is_usual(&long) && Url::parse(&long).unwrap().as_str().parse::<http::Uri>().is_ok());
        assert!(!is_usual(&format!("{long}<")));
    }

    #[test]
    fn an_absolute_uri_of_any_scheme() {
        for (text, good) in [
            ("https://as.example/docs", true),
            ("https://as.example", true),
            ("http://AS.example", true),
            ("com.example.app:/callback", true),
            ("TBD", false),
            ("/docs", false),
        ] {
            let uri = text.parse::<UriString>().ok();
            assert_eq!(uri.as_ref().map(UriString::as_str), good.then_some(text), "{text}");
        }
        let bare: UriString = "https://as.example".parse().unwrap();
        assert_eq!(serde_json::to_string(&bare).unwrap(), r#""https://as.example""#);
        assert_ne!(bare, UriString::from(bare.url()), "RFC 9700 compares text");
    }
}
