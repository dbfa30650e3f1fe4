use std::borrow::Cow;

use http::Uri;
use rfc7591::is_secure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::plain::is_plain_url;

/// The URL of an endpoint: https, without user information or fragment (RFC 6749 §3.1, §3.2).
///
/// Its parser proves that it is a URL for the WHATWG and for the `http` crate, which disagree on some texts, so
/// that a request to it can always be made. It is kept as a text: most endpoints of a document are never used.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Endpoint(String);

impl Endpoint {
    /// The URL as a text, as the URL standard writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The URL.
    ///
    /// # Panics
    ///
    /// Never: the constructors have read the same text as a URL.
    #[expect(clippy::expect_used, reason = "every constructor has read the same text as a URL")]
    pub fn url(&self) -> Url {
        Url::parse(&self.0).expect("the text of an endpoint is a URL")
    }

    /// The same as a request target.
    pub fn uri(&self) -> Uri {
        // Every constructor has proven that it can be read.
        self.0.parse().unwrap_or_default()
    }
}

impl TryFrom<Url> for Endpoint {
    type Error = InvalidEndpoint;

    fn try_from(url: Url) -> Result<Self, InvalidEndpoint> {
        if !is_secure(&url) {
            return Err(InvalidEndpoint::NotHttps);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(InvalidEndpoint::UserInformation);
        }
        if url.fragment().is_some() {
            return Err(InvalidEndpoint::Fragment);
        }
        // What was written must also read the same.
        if !is_request_target(&url) || Url::parse(url.as_str()).as_ref() != Ok(&url) {
            return Err(InvalidEndpoint::NotAUrl);
        }
        Ok(Self(url.into()))
    }
}

rfc7591::text_member!(Endpoint);

impl TryFrom<&str> for Endpoint {
    type Error = InvalidEndpoint;

    fn try_from(text: &str) -> Result<Self, InvalidEndpoint> {
        if is_plain_url(text) {
            return Ok(Self(text.to_owned()));
        }
        Url::parse(text).map_err(|_| InvalidEndpoint::NotAUrl)?.try_into()
    }
}

impl TryFrom<String> for Endpoint {
    type Error = InvalidEndpoint;

    fn try_from(text: String) -> Result<Self, InvalidEndpoint> {
        text.as_str().try_into()
    }
}

impl From<Endpoint> for String {
    fn from(endpoint: Endpoint) -> Self {
        endpoint.0
    }
}

impl JsonSchema for Endpoint {
    fn schema_name() -> Cow<'static, str> {
        "Endpoint".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "uri", "pattern": "^https://" })
    }
}

/// What a text lacks to be an endpoint.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidEndpoint {
    /// RFC 6749 §3.1: "The endpoint URI MUST NOT include a fragment component".
    #[error("it has a fragment")]
    Fragment,
    /// Not an absolute URL.
    #[error("it is not an absolute URL")]
    NotAUrl,
    /// RFC 8414 §2 and RFC 6749 §3.1 ask for TLS.
    #[error("it is not https")]
    NotHttps,
    /// A user name or password, which only misleads.
    #[error("it contains a user name or password")]
    UserInformation,
}

/// Whether the `http` crate reads the URL too.
pub(crate) fn is_request_target(url: &Url) -> bool {
    url.as_str().parse::<Uri>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn section_2_urls() {
        for (text, expected) in [
            ("https://as.example/token", None),
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
            assert_eq!(Endpoint::try_from(text).err(), expected, "{text}");
        }
    }
}
