use http::{HeaderMap, header};
use http_auth::parse_challenges;

/// The Bearer challenge of a resource's response (RFC 6750 §3). All members are untrusted text, bounded and cleaned.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct BearerChallenge {
    /// The error code (RFC 6750 §3.1).
    pub error: Option<String>,
    /// The scope that the resource requires (RFC 6750 §3).
    pub scope: Option<String>,
    /// The URL of the protected resource metadata (RFC 9728 §5.1). It is reported and never fetched.
    pub resource_metadata: Option<String>,
}

impl BearerChallenge {
    /// The first Bearer challenge in the readable `WWW-Authenticate` headers.
    pub fn read(headers: &HeaderMap) -> Option<Self> {
        headers.get_all(header::WWW_AUTHENTICATE).iter().find_map(|value| Self::parse(value.to_str().ok()?))
    }

    /// The first Bearer challenge of one header value.
    pub fn parse(value: &str) -> Option<Self> {
        let value = Some(value).filter(|value| value.len() <= LONGEST)?;
        let challenges = parse_challenges(value).ok()?;
        let bearer = challenges.into_iter().find(|c| c.scheme.eq_ignore_ascii_case("Bearer"))?;
        let parameter = |name: &str, longest: usize| {
            let (_, value) = bearer.params.iter().find(|(n, _)| n.eq_ignore_ascii_case(name))?;
            let text: String = value.to_unescaped().chars().filter(|c| is_shown(*c)).take(longest).collect();
            Some(text).filter(|text| !text.is_empty())
        };
        Some(Self {
            error: parameter("error", 64),
            scope: parameter("scope", 1024),
            resource_metadata: parameter("resource_metadata", 300),
        })
    }

    /// The scope to request from the resource owner if the error is `insufficient_scope` (RFC 6750 §3.1).
    pub fn insufficient_scope(&self) -> Option<&str> {
        (self.error.as_deref() == Some("insufficient_scope"))
            .then(|| self.scope.as_deref().unwrap_or_default())
    }
}

/// True for the characters that a scope value, a URL or an error code can have.
fn is_shown(c: char) -> bool {
    c == ' ' || c.is_ascii_graphic()
}

const LONGEST: usize = 8192;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc6750_section_3() {
        let challenge = BearerChallenge::parse(
            r#"Bearer realm="example", error="insufficient_scope", scope="files:read files:write""#,
        );
        assert_eq!(challenge.unwrap().insufficient_scope(), Some("files:read files:write"));
        let expired = BearerChallenge::parse(r#"Bearer realm="example", error="invalid_token""#).unwrap();
        assert_eq!((expired.insufficient_scope(), expired.error.as_deref()), (None, Some("invalid_token")));
    }

    #[test]
    fn d22_what_is_no_bearer_challenge_names_nothing() {
        for (value, expected) in [
            (r#"bearer resource_metadata="https://good.example/x""#, Some("https://good.example/x")),
            (r#"Basic realm="a", Bearer resource_metadata="https://b.example""#, Some("https://b.example")),
            (r#"Basic realm="resource_metadata=https://evil.example/x""#, None),
            (r#"Bearer resource_metadata="https://evil.example/x"#, None),
            ("Bearer", None),
            ("", None),
        ] {
            let found = BearerChallenge::parse(value).and_then(|challenge| challenge.resource_metadata);
            assert_eq!(found.as_deref(), expected, "{value}");
        }
        let long = format!(r#"Bearer scope="{}""#, "a".repeat(LONGEST));
        assert_eq!(BearerChallenge::parse(&long), None);
        let controls = BearerChallenge::parse("Bearer scope=\"a\u{1}\u{e9}\tb\"");
        assert!(controls.is_none_or(|challenge| challenge.scope.is_none_or(|scope| scope == "ab")));
    }
}
