use http::{HeaderValue, Request, header};
use rfc8414::Endpoint;
use url::Url;

/// A GET request; `None` if the URL cannot be that of a secure endpoint.
pub fn get(url: &Url, accept: &'static str) -> Option<Request<Vec<u8>>> {
    let mut request = Request::new(Vec::new());
    *request.uri_mut() = Endpoint::try_from(url.clone()).ok()?.uri();
    request.headers_mut().insert(header::ACCEPT, HeaderValue::from_static(accept));
    Some(request)
}
