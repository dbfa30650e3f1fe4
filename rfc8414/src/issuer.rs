use std::{fmt, str::FromStr};

use rfc7591::{Endpoint, InvalidEndpoint};
use serde_with::{DeserializeFromStr, SerializeDisplay};
use url::Url;

/// An issuer identifier ([§2]): "a URL that uses the "https" scheme and has no query or fragment components".
///
/// It is kept as the text that was published, because [§3.3] and RFC 9207 §2.4 compare it as text.
///
/// [§2]: https://www.rfc-editor.org/rfc/rfc8414#section-2
/// [§3.3]: https://www.rfc-editor.org/rfc/rfc8414#section-3.3
#[derive(Clone, Debug, DeserializeFromStr, Eq, Hash, Ord, PartialEq, PartialOrd, SerializeDisplay)]
pub struct Issuer(Endpoint);

impl Issuer {
    /// The identifier as published.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The identifier as a URL, for its host; comparisons use [`as_str`](Self::as_str).
    pub fn url(&self) -> Url {
        self.0.url()
    }

    /// `true` if the two differ in one slash at the end only: both build the same well-known URLs.
    pub fn differs_by_slash(&self, other: &Self) -> bool {
        self != other && bare(self.as_str()) == bare(other.as_str())
    }

    /// The URL of the metadata document ([§3.1], [§5]).
    ///
    /// [§3.1]: https://www.rfc-editor.org/rfc/rfc8414#section-3.1
    /// [§5]: https://www.rfc-editor.org/rfc/rfc8414#section-5
    pub fn metadata_url(&self, well_known: WellKnown) -> Url {
        let mut url = self.url();
        let path = bare(url.path()).to_owned();
        match well_known {
            WellKnown::OAuth => url.set_path(&format!("/.well-known/oauth-authorization-server{path}")),
            WellKnown::OpenId => url.set_path(&format!("/.well-known/openid-configuration{path}")),
            WellKnown::OpenIdAppended => url.set_path(&format!("{path}/.well-known/openid-configuration")),
        }
        url
    }

    /// The well-known forms in the order to try them, without the one that would ask the same URL twice.
    pub fn well_knowns(&self) -> &'static [WellKnown] {
        if bare(self.url().path()).is_empty() {
            &[WellKnown::OAuth, WellKnown::OpenId]
        } else {
            &[WellKnown::OAuth, WellKnown::OpenId, WellKnown::OpenIdAppended]
        }
    }
}

fn bare(text: &str) -> &str {
    text.strip_suffix('/').unwrap_or(text)
}

impl FromStr for Issuer {
    type Err = InvalidIssuer;

    fn from_str(text: &str) -> Result<Self, InvalidIssuer> {
        let endpoint: Endpoint = text.parse().map_err(|error| match error {
            InvalidEndpoint::Fragment => InvalidIssuer::QueryOrFragment,
            InvalidEndpoint::NotHttps => InvalidIssuer::NotHttps,
            InvalidEndpoint::UserInformation => InvalidIssuer::UserInformation,
            _ => InvalidIssuer::NotAUrl,
        })?;
        // In a URL without a fragment, the first question mark begins the query.
        if text.contains('?') { Err(InvalidIssuer::QueryOrFragment) } else { Ok(Self(endpoint)) }
    }
}

impl TryFrom<&str> for Issuer {
    type Error = InvalidIssuer;

    fn try_from(text: &str) -> Result<Self, InvalidIssuer> {
        text.parse()
    }
}

impl TryFrom<String> for Issuer {
    type Error = InvalidIssuer;

    fn try_from(text: String) -> Result<Self, InvalidIssuer> {
        text.parse()
    }
}

impl From<Issuer> for String {
    fn from(issuer: Issuer) -> Self {
        issuer.0.into()
    }
}

impl AsRef<str> for Issuer {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for Issuer {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Issuer".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "uri", "pattern": "^https://[^?#]*$" })
    }
}

/// The reason why a text is not an issuer identifier.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidIssuer {
    /// Not an absolute URL.
    #[error("it is not an absolute URL")]
    NotAUrl,
    /// Another scheme than https.
    #[error("it is not https")]
    NotHttps,
    /// A query or fragment component.
    #[error("it has a query or fragment")]
    QueryOrFragment,
    /// A user name or password, which only misleads.
    #[error("it contains a user name or password")]
    UserInformation,
}

/// The well-known URI suffixes under which servers publish their metadata.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the three forms of RFC 8414 §3.1 and §5")]
pub enum WellKnown {
    /// `/.well-known/oauth-authorization-server` between host and path ([§3.1]).
    ///
    /// [§3.1]: https://www.rfc-editor.org/rfc/rfc8414#section-3.1
    OAuth,
    /// `/.well-known/openid-configuration` between host and path ([§5]).
    ///
    /// [§5]: https://www.rfc-editor.org/rfc/rfc8414#section-5
    OpenId,
    /// `/.well-known/openid-configuration` after the path (OpenID Connect Discovery 1.0 §4).
    OpenIdAppended,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn issuer(text: &str) -> Issuer {
        Issuer::try_from(text.to_owned()).unwrap()
    }

    /// <https://www.rfc-editor.org/rfc/rfc8414#section-3.1> and §5, with the RFC's own examples.
    #[test]
    fn section_3_1_urls() {
        for (text, well_known, expected) in [
            (
                "https://example.com",
                WellKnown::OAuth,
                "https://example.com/.well-known/oauth-authorization-server",
            ),
            (
                "https://example.com/",
                WellKnown::OAuth,
                "https://example.com/.well-known/oauth-authorization-server",
            ),
            (
                "https://example.com/issuer1",
                WellKnown::OAuth,
                "https://example.com/.well-known/oauth-authorization-server/issuer1",
            ),
            (
                "https://example.com/issuer1/",
                WellKnown::OAuth,
                "https://example.com/.well-known/oauth-authorization-server/issuer1",
            ),
            (
                "https://example.com/issuer1",
                WellKnown::OpenId,
                "https://example.com/.well-known/openid-configuration/issuer1",
            ),
            (
                "https://example.com/issuer1",
                WellKnown::OpenIdAppended,
                "https://example.com/issuer1/.well-known/openid-configuration",
            ),
            (
                "https://example.com:8443/a/b",
                WellKnown::OAuth,
                "https://example.com:8443/.well-known/oauth-authorization-server/a/b",
            ),
        ] {
            assert_eq!(issuer(text).metadata_url(well_known).as_str(), expected);
        }
        assert_eq!(issuer("https://example.com/").well_knowns().len(), 2);
        assert_eq!(issuer("https://example.com/a").well_knowns().len(), 3);
    }

    #[test]
    fn section_2_syntax() {
        for (text, expected) in [
            ("https://as.example", None),
            ("http://127.0.0.1:4101", None),
            ("http://as.example", Some(InvalidIssuer::NotHttps)),
            ("as.example", Some(InvalidIssuer::NotAUrl)),
            ("https://as.example?x=1", Some(InvalidIssuer::QueryOrFragment)),
            ("https://as.example#x", Some(InvalidIssuer::QueryOrFragment)),
            ("https://good.example@evil.example", Some(InvalidIssuer::UserInformation)),
        ] {
            assert_eq!(Issuer::try_from(text.to_owned()).err(), expected, "{text}");
        }
    }

    #[test]
    fn section_3_3_compares_as_text() {
        let published = issuer("https://as.example/");
        assert_ne!(published, issuer("https://as.example"));
        assert!(published.differs_by_slash(&issuer("https://as.example")));
        assert!(!published.differs_by_slash(&published.clone()));
        assert!(!published.differs_by_slash(&issuer("https://AS.example")));
        assert_eq!(serde_json::to_string(&published).unwrap(), r#""https://as.example/""#);
    }
}
