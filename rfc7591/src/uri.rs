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
        Url::parse(text).map(|_| Self(text.to_owned()))
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

#[cfg(test)]
mod tests {
    use super::*;

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
