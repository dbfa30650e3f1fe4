use std::borrow::Cow;

use schemars::JsonSchema;
use serde::Serialize;
use url::Url;

use crate::plain::is_plain_url;

/// The URL of a page for people, which a person may be shown and nothing is sent to.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct PageUrl(String);

impl PageUrl {
    /// The URL as a text, as the URL standard writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

rfc7591::text_member!(PageUrl);

impl TryFrom<&str> for PageUrl {
    type Error = url::ParseError;

    fn try_from(text: &str) -> Result<Self, url::ParseError> {
        if is_plain_url(text) {
            return Ok(Self(text.to_owned()));
        }
        Url::parse(text).map(|url| Self(url.into()))
    }
}

impl JsonSchema for PageUrl {
    fn schema_name() -> Cow<'static, str> {
        "PageUrl".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "uri" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_absolute_url_is_a_page() {
        for (text, expected) in [
            ("https://as.example/docs", Some("https://as.example/docs")),
            ("http://AS.example", Some("http://as.example/")),
            ("TBD", None),
            ("/docs", None),
        ] {
            let page = PageUrl::try_from(text).ok();
            assert_eq!(page.as_ref().map(PageUrl::as_str), expected, "{text}");
        }
    }
}
