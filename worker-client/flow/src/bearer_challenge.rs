use http::{HeaderMap, header};

/// The Bearer challenge of a resource's response (RFC 6750 §3). All members are untrusted text, bounded and cleaned.
///
/// It is read from whatever servers send in `WWW-Authenticate` (RFC 9110 §11.6.1). Beyond the grammar these are read:
/// parameters without a comma between them, or with a semicolon; values with spaces around `=`, in single quotes, or
/// unquoted although they are no token; characters that belong to no challenge; a malformed challenge beside a good one,
/// in one field or in several; a challenge without parameters before one that has some. A value that is not ASCII, or
/// whose quotation does not end, is ignored, and so is the second of two of one name.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct BearerChallenge {
    /// The error code (RFC 6750 §3.1).
    pub error: Option<String>,
    /// The scope that the resource requires (RFC 6750 §3).
    pub scope: Option<String>,
    /// The URL of the protected resource metadata (RFC 9728 §5.1): fetched by [`probe_resource`](crate::probe_resource()) alone.
    pub resource_metadata: Option<String>,
}

impl BearerChallenge {
    /// The first Bearer challenge in the `WWW-Authenticate` fields, preferably one with parameters.
    pub fn read(headers: &HeaderMap) -> Option<Self> {
        let fields = headers.get_all(header::WWW_AUTHENTICATE).iter();
        preferred(fields.flat_map(|field| challenges(field.as_bytes())))
    }

    /// The first Bearer challenge of a field, preferably one with parameters.
    pub fn parse(field: &str) -> Option<Self> {
        preferred(challenges(field.as_bytes()).into_iter())
    }

    /// The scope to request from the resource owner if the error is `insufficient_scope` (RFC 6750 §3.1).
    pub fn insufficient_scope(&self) -> Option<&str> {
        (self.error.as_deref() == Some("insufficient_scope"))
            .then(|| self.scope.as_deref().unwrap_or_default())
    }

    /// Takes a parameter, unless it was there before.
    fn set(&mut self, name: &[u8], value: &[u8]) {
        let (member, longest) = match name.to_ascii_lowercase().as_slice() {
            b"error" => (&mut self.error, 64),
            b"scope" => (&mut self.scope, 1024),
            b"resource_metadata" => (&mut self.resource_metadata, 300),
            _ => return,
        };
        let Some(text) = std::str::from_utf8(value).ok().filter(|text| text.is_ascii()) else { return };
        let text: String = text.trim_matches('\'').chars().filter(|c| is_shown(*c)).take(longest).collect();
        if member.is_none() && !text.is_empty() {
            *member = Some(text);
        }
    }
}

fn preferred(mut found: impl Iterator<Item = BearerChallenge>) -> Option<BearerChallenge> {
    let first = found.next()?;
    if first != BearerChallenge::default() {
        return Some(first);
    }
    Some(found.find(|other| *other != BearerChallenge::default()).unwrap_or(first))
}

/// The Bearer challenges of a field.
fn challenges(field: &[u8]) -> Vec<BearerChallenge> {
    let mut found = Vec::new();
    let mut is_bearer = false;
    let mut rest = Some(field).filter(|field| field.len() <= LONGEST).unwrap_or_default();
    while let Some(first) = rest.first() {
        let (name, after) =
            split(rest, |byte| byte.is_ascii_alphanumeric() || b"!#$%&*+-.^_`|~".contains(byte));
        if name.is_empty() {
            // Between two parameters or challenges; a quotation belongs to neither, so nothing in it is read.
            rest = if *first == b'"' { quoted(rest).1 } else { rest.get(1..).unwrap_or_default() };
            continue;
        }
        let Some(value) = after.trim_ascii_start().strip_prefix(b"=").filter(|value| !is_padding(value))
        else {
            is_bearer = name.eq_ignore_ascii_case(b"bearer") && !after.starts_with(b"=");
            if is_bearer {
                found.push(BearerChallenge::default());
            }
            rest = after;
            continue;
        };
        let value = value.trim_ascii_start();
        let (value, after) = if value.starts_with(b"\"") {
            quoted(value)
        } else {
            let (bare, after) = split(value, |byte| !b",; \t".contains(byte));
            (Some(bare.to_vec()), after)
        };
        rest = after;
        if let (true, Some(challenge), Some(value)) = (is_bearer, found.last_mut(), value) {
            challenge.set(name, &value);
        }
    }
    found
}

/// The content of a quotation (RFC 9110 §5.6.4), and what follows. A quotation that does not end, or that something
/// follows at once, has no content: what follows is then taken up after the next comma, where another field may begin.
fn quoted(text: &[u8]) -> (Option<Vec<u8>>, &[u8]) {
    let mut content = Vec::new();
    let mut bytes = text.iter().enumerate().skip(1);
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'"' => {
                let rest = text.get(at.saturating_add(1)..).unwrap_or_default();
                if rest.first().is_some_and(u8::is_ascii_alphanumeric) {
                    break;
                }
                return (Some(content), rest);
            }
            b'\\' => content.extend(bytes.next().map(|(_, escaped)| *escaped)),
            _ => content.push(*byte),
        }
    }
    let comma = text.iter().position(|byte| *byte == b',');
    (None, comma.and_then(|at| text.get(at..)).unwrap_or_default())
}

fn split(text: &[u8], belongs: impl Fn(&u8) -> bool) -> (&[u8], &[u8]) {
    text.split_at(text.iter().position(|byte| !belongs(byte)).unwrap_or(text.len()))
}

/// True for what follows the first `=` of credentials in the form of `token68` (RFC 9110 §11.2).
fn is_padding(value: &[u8]) -> bool {
    matches!(value.iter().find(|byte| **byte != b'='), None | Some(b','))
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
        // A malformed challenge beside a good one, and what servers send for a parameter.
        for value in [
            r#"Basic realm="x, Bearer error="invalid_token""#,
            r#"Basic realm=, Bearer error="invalid_token""#,
            r#"Basic realm="a, b", Bearer error="invalid_token""#,
            r#"Bearer, Bearer error="invalid_token""#,
            r#"Negotiate oRg==, Bearer error="invalid_token""#,
            r#"NTLM, bearer realm="x", ERROR="invalid_token""#,
            r#"Bearer realm="x" error="invalid_token""#,
            r#"Bearer realm="x"; error="invalid_token""#,
            "Bearer error=invalid_token, scope=\"a\"",
            "Bearer error='invalid_token'",
            "Bearer error = \"invalid_token\"",
            "Bearer error=\"invalid\\_token\"",
            ", ,Bearer error=\"invalid_token\",",
            "@@ Bearer error=\"invalid_token\"",
            "Bearer error_description=\"pas autorisé\", error=\"invalid_token\"",
            "Bearer error_description=\"é, error=\"invalid_token\"",
            "Bearer error=\"invalid_token\", error=\"other\"",
            "Bearer scope=\"é\", error=\"invalid_token\"",
        ] {
            let challenge = BearerChallenge::parse(value).unwrap();
            assert_eq!(challenge.error.as_deref(), Some("invalid_token"), "{value}");
        }
        for value in [
            r#"Basic realm="Bearer error=invalid_token""#,
            r#"Basic realm="\", Bearer error=\"invalid_token\"""#,
            "https://good.example/.well-known/x",
            r#"Basic "Bearer error=invalid_token""#,
            "Basic dGVzdA==",
            "Basic Bearer=",
            "SSO",
        ] {
            let error = BearerChallenge::parse(value).and_then(|challenge| challenge.error);
            assert_eq!(error, None, "{value}");
        }
        let long = format!(r#"Bearer scope="{}""#, "a".repeat(LONGEST));
        assert_eq!(BearerChallenge::parse(&long), None);
        let controls = BearerChallenge::parse("Bearer scope=\"a\u{1}\u{e9}\tb\"");
        assert!(controls.is_none_or(|challenge| challenge.scope.is_none_or(|scope| scope == "ab")));
    }

    #[test]
    fn challenge_not_ascii_and_several_fields() {
        let description =
            "Bearer error=\"insufficient_scope\", scope=\"a b\", error_description=\"caf\u{e9}\"";
        let latin1: Vec<u8> = description.chars().filter_map(|c| u8::try_from(u32::from(c)).ok()).collect();
        for good in [description.as_bytes(), &latin1] {
            for others in [&[][..], &["Basic realm=\"x"], &["Bearer"], &["\u{e9}"], &[""]] {
                let mut headers = HeaderMap::new();
                for field in others.iter().map(|other| other.as_bytes()).chain([good]) {
                    headers.append(header::WWW_AUTHENTICATE, field.try_into().unwrap());
                }
                let challenge = BearerChallenge::read(&headers).unwrap();
                assert_eq!(challenge.insufficient_scope(), Some("a b"), "{others:?}");
            }
        }
        assert_eq!(BearerChallenge::read(&HeaderMap::new()), None);
    }
}
