//! The parts of a login that a page of another origin can read: the metadata, and the answers of the registration and the
//! token endpoint. A page without a server logs in only where all three allow it.

use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, header};
use login_flow::{Server, get};
use rfc8414::Endpoint;
use url::Url;

use crate::{
    context::CheckContext,
    report::{Answer, Readable},
    session::Limit,
    text::{MAX_EVIDENCE, bounded},
};

/// Asks as a browser would for a page of the origin of `--cors`.
pub(super) async fn ask(
    context: &CheckContext<'_>,
    server: &Server,
    metadata_url: Option<&str>,
) -> Vec<Readable> {
    let Some(origin) = &context.options.cors else { return Vec::new() };
    let metadata = metadata_url.and_then(|url| get(&Url::parse(url).ok()?, "application/json"));
    // RFC 7591 §3.1: a registration is JSON, which a browser asks about first.
    let registration = server.registration_endpoint.as_ref().map(preflight);
    let token = token_request(&server.token_endpoint);
    let asked = [
        ("metadata", metadata, None),
        ("registration endpoint", registration, Some("content-type")),
        ("token endpoint", Some(token), None),
    ];
    let mut all = Vec::new();
    for (endpoint, request, preflighted) in asked {
        let Some(mut request) = request else { continue };
        let url = request.uri().to_string();
        let Ok(value) = HeaderValue::try_from(origin) else { continue };
        request.headers_mut().insert(header::ORIGIN, value);
        let (can_be_read, missing) = match context.session.send(request, Limit::Json).await {
            Err(failure) => (Answer::NotTested, Some(failure.to_string())),
            Ok(response) => match missing(&response, origin, preflighted) {
                None => (Answer::Yes, None),
                Some(missing) => (Answer::No, Some(missing)),
            },
        };
        all.push(Readable {
            endpoint: endpoint.to_owned(),
            url: bounded(&url, MAX_EVIDENCE),
            origin: origin.clone(),
            can_be_read,
            missing,
        });
    }
    all
}

/// The request that a browser sends before a POST of JSON.
fn preflight(endpoint: &Endpoint) -> Request<Vec<u8>> {
    let mut request = Request::new(Vec::new());
    *request.method_mut() = Method::OPTIONS;
    *request.uri_mut() = endpoint.uri();
    request.headers_mut().insert(header::ACCESS_CONTROL_REQUEST_METHOD, HeaderValue::from_static("POST"));
    let headers = HeaderValue::from_static("content-type");
    request.headers_mut().insert(header::ACCESS_CONTROL_REQUEST_HEADERS, headers);
    request
}

/// A token request without a code or a client, which changes nothing. Its answer is an error that a page can read, or
/// not.
fn token_request(endpoint: &Endpoint) -> Request<Vec<u8>> {
    let mut request = Request::new(b"grant_type=authorization_code".to_vec());
    *request.method_mut() = Method::POST;
    *request.uri_mut() = endpoint.uri();
    let form = HeaderValue::from_static("application/x-www-form-urlencoded");
    request.headers_mut().insert(header::CONTENT_TYPE, form);
    request
}

/// The header that a response lacks for a page to read it; to a preflight, also the header that it asks for.
fn missing(response: &Response<Vec<u8>>, origin: &str, preflighted: Option<&str>) -> Option<String> {
    let headers = response.headers();
    let mut allowed = values(headers, &header::ACCESS_CONTROL_ALLOW_ORIGIN);
    let is_allowed =
        matches!((allowed.next(), allowed.next()), (Some(one), None) if one == "*" || one == origin);
    let asked = if preflighted.is_some() { "the OPTIONS request" } else { "the request" };
    if !is_allowed {
        return Some(format!(
            "{asked} is answered without `Access-Control-Allow-Origin: {origin}`, and without `*`"
        ));
    }
    let wanted = preflighted?;
    if !response.status().is_success() {
        return Some(format!("{asked} is answered with {}", response.status().as_u16()));
    }
    let lists = values(headers, &header::ACCESS_CONTROL_ALLOW_HEADERS);
    let mut names = lists.flat_map(|list| list.split(',')).map(str::trim);
    let has = names.any(|name| name == "*" || name.eq_ignore_ascii_case(wanted));
    (!has).then(|| format!("{asked} is answered without `Access-Control-Allow-Headers: {wanted}`"))
}

fn values<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).map(str::trim)
}
