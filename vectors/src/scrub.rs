//! Removal of secrets from recordings.

use http::{HeaderMap, header};
use serde_json::Value;

/// The headers that matter to a client; cookies and other headers that could identify a user are removed.
pub(crate) fn headers(headers: &HeaderMap) -> Vec<(String, String)> {
    let kept = headers.iter().filter(|(name, _)| KEPT.contains(name));
    kept.filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned()))).collect()
}

/// The body without secrets: in JSON the values of secret members are replaced, a text that contains the name of a
/// secret is replaced as a whole.
pub(crate) fn body(body: &[u8]) -> Value {
    if let Ok(mut value @ (Value::Object(_) | Value::Array(_))) = serde_json::from_slice(body) {
        members(&mut value);
        return value;
    }
    let text = String::from_utf8_lossy(body);
    if SECRETS.iter().any(|secret| text.contains(secret)) {
        return Value::String(format!("{SCRUBBED}: a text that names a secret"));
    }
    Value::String(text.chars().take(MAX_TEXT).collect())
}

fn members(value: &mut Value) {
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                if SECRETS.contains(&name.as_str()) && !value.is_null() {
                    *value = Value::String(SCRUBBED.to_owned());
                } else {
                    members(value);
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(members),
        _ => {}
    }
}

const KEPT: &[header::HeaderName] = &[
    header::CACHE_CONTROL,
    header::CONTENT_TYPE,
    header::LOCATION,
    header::RETRY_AFTER,
    header::WWW_AUTHENTICATE,
];
const MAX_TEXT: usize = 64 << 10;
const SCRUBBED: &str = "scrubbed";
const SECRETS: &[&str] = &[
    "access_token",
    "authorization_code",
    "client_secret",
    "code_verifier",
    "id_token",
    "refresh_token",
    "registration_access_token",
    "software_statement",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_secret_is_kept() {
        let body = br#"{"client_id": "c", "client_secret": "canary", "x": [{"refresh_token": "canary"}], "id_token": null}"#;
        let kept = super::body(body);
        assert!(!kept.to_string().contains("canary"), "{kept}");
        assert_eq!(kept.pointer("/client_id"), Some(&Value::from("c")));
        let broken = super::body(br#"{"client_secret": "canary""#);
        assert!(!broken.to_string().contains("canary"), "{broken}");
        assert_eq!(super::body(b"<title>Hello</title>"), Value::from("<title>Hello</title>"));
    }

    #[test]
    fn no_cookie_is_kept() {
        let mut all = HeaderMap::new();
        all.insert(header::SET_COOKIE, "sid=canary".parse().unwrap());
        all.insert(header::CONTENT_TYPE, "application/json".parse().unwrap());
        assert_eq!(headers(&all), [("content-type".to_owned(), "application/json".to_owned())]);
    }
}
