use rfc8414::Issuer;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{Blocked, Egress};

/// The host or URL that a person named, in canonical form: without query, fragment, and a dot at the end of the host.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(transparent)]
pub struct LoginTarget(Url);

impl LoginTarget {
    /// Parses the input of a person: a host (`good.example`, `good.example:8443/mcp`) or an https URL.
    pub fn parse(text: &str, egress: &Egress) -> Result<Self, InvalidHost> {
        let text = text.trim();
        if text.is_empty() {
            return Err(InvalidHost::Empty);
        }
        if text.len() > MAX_BYTES {
            return Err(InvalidHost::TooLong);
        }
        let typed = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
        let mut url = Url::parse(&typed).map_err(|_| InvalidHost::NotAUrl)?;
        url.set_query(None);
        url.set_fragment(None);
        if let Some(name) = url.host_str().and_then(|name| name.strip_suffix('.')) {
            let name = name.to_owned();
            url.set_host(Some(&name)).map_err(|_| InvalidHost::NotAUrl)?;
        }
        // Percent-encoding lengthens the URL; the canonical form must be parsable again.
        if url.as_str().len() > MAX_BYTES {
            return Err(InvalidHost::TooLong);
        }
        // A bare loopback host, as typed in development, means http.
        if typed != text && egress.allows_loopback(&url) {
            url.set_scheme("http").map_err(|()| InvalidHost::NotAUrl)?;
        }
        egress.judge(&url).map_err(InvalidHost::Blocked)?;
        // Both issuers are used later without checks, so they are checked here.
        issuer(&url).and_then(|_| issuer(&root(&url))).ok_or(InvalidHost::NotAUrl)?;
        Ok(Self(url))
    }

    /// Restores a target from its stored URL, which was checked when it was parsed.
    pub fn restore(url: Url) -> Self {
        Self(url)
    }

    /// The URL.
    pub fn url(&self) -> &Url {
        &self.0
    }

    /// The host and port, as A-labels, to be shown beside every title.
    pub fn host(&self) -> String {
        authority(&self.0)
    }

    /// The resource indicator (RFC 8707 §2), without the slash of an empty path, as MCP requires.
    pub fn resource(&self) -> String {
        bare(&self.0)
    }

    /// The root page of the host.
    pub fn root(&self) -> Url {
        root(&self.0)
    }

    /// The issuers to try: the named URL itself, then its origin.
    pub(crate) fn issuers(&self) -> Vec<Issuer> {
        let mut issuers: Vec<Issuer> = issuer(&self.0).into_iter().collect();
        if self.0.path() != "/" {
            issuers.extend(issuer(&root(&self.0)));
        }
        issuers
    }
}

/// The host and port of a URL, as A-labels.
pub fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

fn root(url: &Url) -> Url {
    let mut root = url.clone();
    root.set_path("/");
    root
}

fn bare(url: &Url) -> String {
    let text = url.as_str();
    if url.path() == "/" { text.trim_end_matches('/').to_owned() } else { text.to_owned() }
}

fn issuer(url: &Url) -> Option<Issuer> {
    Issuer::try_from(bare(url)).ok()
}

/// Maximum length in bytes, as typed and in canonical form.
const MAX_BYTES: usize = 2048;

/// The reason why a text is not an acceptable host or URL.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
#[expect(clippy::exhaustive_enums, reason = "a caller must handle each")]
pub enum InvalidHost {
    /// The egress policy blocks the URL.
    #[error("{0}")]
    Blocked(Blocked),
    /// The text is empty.
    #[error("nothing was typed")]
    Empty,
    /// The text is neither a host name nor a URL.
    #[error("it is neither a host name nor a URL")]
    NotAUrl,
    /// The text has more than 2,048 bytes.
    #[error("it is too long")]
    TooLong,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<String, InvalidHost> {
        LoginTarget::parse(text, &Egress::public()).map(|target| target.resource())
    }

    #[test]
    fn d10_one_site_has_one_name() {
        for text in
            ["good.example", " GOOD.example ", "https://good.example:443/", "good.example.", "good.example#x"]
        {
            assert_eq!(parse(text).as_deref(), Ok("https://good.example"), "{text}");
        }
        assert_eq!(parse("good.example:8443/mcp?x=1").as_deref(), Ok("https://good.example:8443/mcp"));
        assert_eq!(parse("аррӏе.com").as_deref(), Ok("https://xn--80ak6aa92e.com"));
    }

    #[test]
    fn what_it_is_called_is_short_enough_to_be_read_again() {
        let escaped = |count: usize| format!("good.example/{}x", " ".repeat(count));
        let resource = parse(&escaped(600)).unwrap();
        assert_eq!(parse(&resource), Ok(resource.clone()));
        assert_eq!(parse(&escaped(700)), Err(InvalidHost::TooLong));
    }

    #[test]
    fn d06_d08_what_names_no_host() {
        for text in [
            "",
            "  ",
            "https:good.example",
            "javascript:alert(1)",
            "http://good.example",
            "localhost.",
            "ftp://good.example",
            "file:///etc/passwd",
            "https://u:p@good.example/",
            "not a url",
            "127.0.0.1",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert_eq!(parse(&"a".repeat(2049)), Err(InvalidHost::TooLong));
    }

    #[test]
    fn a_path_is_tried_before_the_origin() {
        let target = LoginTarget::parse("good.example/tenant", &Egress::public()).unwrap();
        let issuers: Vec<_> = target.issuers().iter().map(|issuer| issuer.as_str().to_owned()).collect();
        assert_eq!(issuers, ["https://good.example/tenant", "https://good.example"]);
        assert_eq!(LoginTarget::parse("good.example", &Egress::public()).unwrap().issuers().len(), 1);
    }

    #[test]
    fn a_bare_loopback_host_means_http_in_development() {
        let development = Egress::public().and_loopback();
        let target = LoginTarget::parse("127.0.0.1:4101", &development).unwrap();
        assert_eq!(target.resource(), "http://127.0.0.1:4101");
    }
}
