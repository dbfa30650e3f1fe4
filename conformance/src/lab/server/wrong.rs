use serde_json::{Map, Value};
use url::Url;

/// The mistake in a registration, by the name of the probe.
pub(super) fn mistake(requested: &Map<String, Value>) -> Option<&'static str> {
    let uris = match requested.get("redirect_uris") {
        None => return Some("no-redirect-uris"),
        Some(Value::Array(uris)) => uris,
        Some(_) => return Some("redirect-uris-text"),
    };
    if uris.is_empty() {
        return Some("empty-redirect-uris");
    }
    let Some(Value::Array(grants)) = requested.get("grant_types") else { return Some("grant-types-number") };
    if let Some(mistake) =
        uris.iter().find_map(|uri| mistake_in_uri(uri.as_str().unwrap_or_default(), requested))
    {
        return Some(mistake);
    }
    if !grants.iter().any(|grant| grant == "authorization_code") {
        return Some("contradictory-grant-types");
    }
    let method = requested.get("token_endpoint_auth_method");
    method.is_some_and(|method| method == "urn:example:no-such-method").then_some("unsupported-auth-method")
}

fn mistake_in_uri(uri: &str, requested: &Map<String, Value>) -> Option<&'static str> {
    let Ok(url) = Url::parse(uri) else { return Some("relative-redirect-uri") };
    let is_loopback = matches!(url.host_str(), Some("127.0.0.1" | "[::1]" | "localhost"));
    let is_web = requested.get("application_type").is_some_and(|kind| kind == "web");
    match url.scheme() {
        "javascript" => Some("javascript-redirect-uri"),
        _ if url.fragment().is_some() => Some("fragment-redirect-uri"),
        "http" if !is_loopback && is_web => Some("cleartext-redirect-uri"),
        "http" if !is_loopback => Some("cleartext-redirect-uri-native"),
        _ => None,
    }
}
