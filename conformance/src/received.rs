//! The request and the response that a finding is about, shortened and without secrets.

use std::borrow::Cow;

use http::{HeaderMap, HeaderName, Request, Response, header};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::{Url, form_urlencoded};

use crate::text::bounded;

/// One request and its response as a person reads them.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Received {
    /// The method, the URL and the body of the request.
    pub request: String,
    /// The status, the content type and the body of the response.
    pub response: String,
}

impl Received {
    pub(crate) fn of(request: &str, response: &Response<Vec<u8>>) -> Self {
        Self::with(request, response, body(response.headers(), response.body()))
    }

    /// The same, of a response whose body was parsed as JSON.
    pub(crate) fn of_json(request: &str, response: &Response<Vec<u8>>, mut body: Value) -> Self {
        hide(&mut body);
        Self::with(request, response, text_of(&body))
    }

    fn with(request: &str, response: &Response<Vec<u8>>, body: Option<String>) -> Self {
        let headers = response.headers();
        let shown = SHOWN.iter().filter_map(|name| Some(format!("{name}: {}", text(headers, name)?)));
        let parts = [response.status().to_string()].into_iter().chain(shown).chain(body);
        Self { request: request.to_owned(), response: bounded(&parts.collect::<Vec<_>>().join("; "), MAX) }
    }
}

/// The line of a GET of a URL.
pub(crate) fn line_of_get(url: &str) -> String {
    let shown = Url::parse(url).map_or_else(|_| url.to_owned(), without_secrets);
    bounded(&format!("GET {shown}"), MAX)
}

/// The line of a request.
pub(crate) fn line(request: &Request<Vec<u8>>) -> String {
    let url =
        Url::parse(&request.uri().to_string()).map_or_else(|_| request.uri().to_string(), without_secrets);
    let parts = [format!("{} {url}", request.method())];
    let parts = parts.into_iter().chain(body(request.headers(), request.body()));
    bounded(&parts.collect::<Vec<_>>().join(" "), MAX)
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let value = String::from_utf8_lossy(headers.get(name)?.as_bytes()).into_owned();
    let url = Some(name).filter(|name| **name == header::LOCATION).and_then(|_| Url::parse(&value).ok());
    Some(bounded(&url.map_or(value, without_secrets), MAX_HEADER))
}

/// A URL whose query has no code.
fn without_secrets(mut url: Url) -> String {
    if url.query_pairs().any(|(name, _)| is_secret(&name)) {
        let pairs: Vec<(String, String)> = url
            .query_pairs()
            .map(|(name, value)| {
                let value = if is_secret(&name) { HIDDEN.to_owned() } else { value.into_owned() };
                (name.into_owned(), value)
            })
            .collect();
        url.query_pairs_mut().clear().extend_pairs(pairs);
    }
    url.to_string()
}

/// A body as text; of JSON and of a form, no secret member.
fn body(headers: &HeaderMap, body: &[u8]) -> Option<String> {
    let head = body.get(..MAX_BODY).unwrap_or(body);
    let is_form = headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(FORM));
    let text = if is_form {
        let pair = |(name, value): (Cow<'_, str>, Cow<'_, str>)| {
            let value = if is_secret(&name) { HIDDEN } else { &value };
            format!("{name}={value}")
        };
        form_urlencoded::parse(head).map(pair).collect::<Vec<_>>().join("&")
    } else if let Ok(mut value @ (Value::Object(_) | Value::Array(_))) = serde_json::from_slice(body) {
        hide(&mut value);
        return text_of(&value);
    } else {
        let text = String::from_utf8_lossy(head);
        // A text that is no JSON may hold one all the same.
        if SECRETS.iter().any(|secret| secret.len() > 8 && has_member(&text, secret)) {
            return Some("(a body that names a secret)".to_owned());
        }
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    Some(text).filter(|text| !text.is_empty())
}

/// The text of a value.
fn text_of(value: &Value) -> Option<String> {
    serde_json::to_string(value).ok()
}

fn hide(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                match value {
                    Value::String(text) if is_secret(name) && !text.is_empty() => HIDDEN.clone_into(text),
                    value => hide(value),
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(hide),
        _ => {}
    }
}

/// Returns `true` if a text names something other than as an entry of a list, or as the beginning of another name.
fn has_member(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let after = text.get(at.saturating_add(name.len())..).unwrap_or_default();
        let entry_ends = |after: &str| after.trim_start().starts_with([']', ',']);
        !after.starts_with('_') && !after.strip_prefix('"').is_some_and(entry_ends)
    })
}

fn is_secret(name: &str) -> bool {
    SECRETS.contains(&name)
}

const FORM: &[u8] = b"application/x-www-form-urlencoded";
const HIDDEN: &str = "(hidden)";
const MAX: usize = 400;
const MAX_BODY: usize = 4096;
const MAX_HEADER: usize = 200;
const SECRETS: &[&str] = &[
    "access_token",
    "client_secret",
    "code",
    "code_verifier",
    "id_token",
    "refresh_token",
    "registration_access_token",
    "token",
];
const SHOWN: &[HeaderName] = &[header::CONTENT_TYPE, header::LOCATION, header::WWW_AUTHENTICATE];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_secret_is_shown() {
        let request = Request::post("https://as.example/token")
            .header("content-type", "application/x-www-form-urlencoded");
        let request =
            request.body(b"grant_type=authorization_code&code=canary&client_secret=canary".to_vec()).unwrap();
        let response =
            Response::builder().status(302).header("location", "https://c.example/?code=canary&state=s");
        let response =
            response.body(br#"{"a": [{"access_token": "canary"}], "error": "x"}"#.to_vec()).unwrap();
        let received = Received::of(&line(&request), &response);
        assert!(!format!("{received:?}").contains("canary"), "{received:?}");
        assert!(received.request.contains("grant_type=authorization_code"), "{received:?}");
        assert!(
            received
                .response
                .starts_with("302 Found; location: https://c.example/?code=%28hidden%29&state=s")
        );
        assert!(received.response.contains(r#""error":"x""#), "{received:?}");
        let page = Response::new(b"oops: access_token=canary".to_vec());
        assert!(!Received::of("", &page).response.contains("canary"));
        for (text, is_shown) in [
            (r#"{"grant_types": ["authorization_code", "refresh_token"], "#, true),
            (r#"{"token_endpoint_auth_method": "client_secret_post", "#, true),
            (r#"{"refresh_token": "canary", "#, false),
            (r#"{\"refresh_token\": \"canary\", "#, false),
            ("{&quot;refresh_token&quot;: &quot;canary", false),
            ("client_secret = canary", false),
        ] {
            let shown = Received::of("", &Response::new(text.as_bytes().to_vec())).response;
            assert_eq!(shown.contains("a body that names a secret"), !is_shown, "{shown}");
        }
    }
}
