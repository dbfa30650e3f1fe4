use base64ct::{Base64, Encoding};
use http::{HeaderValue, Method, Request, header};
use rfc8414::Endpoint;
use url::form_urlencoded::Serializer;

use crate::{Client, client_auth::Credentials};

/// A form POST with client authentication (RFC 6749 §2.3.1): the secret is sent in the header or in the body, never in
/// both.
///
/// `client_id` is always in the body: RFC 6749 §3.2.1 allows it, and some servers require it in addition to Basic.
pub(crate) fn authenticated(
    endpoint: &Endpoint,
    client: &Client,
    parameters: &[(&str, &str)],
) -> Request<Vec<u8>> {
    let mut form = Serializer::new(String::new());
    form.extend_pairs(parameters).append_pair("client_id", &client.client_id);
    let mut request = Request::new(Vec::new());
    *request.method_mut() = Method::POST;
    *request.uri_mut() = endpoint.uri();
    let headers = request.headers_mut();
    headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
    match client.credentials() {
        Credentials::None => {}
        Credentials::Body(secret) => {
            form.append_pair("client_secret", &secret);
        }
        Credentials::Header(pair) => {
            let basic = format!("Basic {}", Base64::encode_string(pair.as_bytes()));
            #[expect(
                clippy::expect_used,
                reason = "base64 is visible ASCII, which every header value may hold"
            )]
            let mut value = HeaderValue::try_from(basic).expect("a header value");
            value.set_sensitive(true);
            headers.insert(header::AUTHORIZATION, value);
        }
    }
    *request.body_mut() = form.finish().into_bytes();
    request
}
