use http::{Response, header};

use crate::text::bounded;

/// The content type of a response that is not `application/json`, shortened; empty if there is none.
pub(crate) fn other_than_json(response: &Response<Vec<u8>>) -> Option<String> {
    let value = response.headers().get(header::CONTENT_TYPE);
    let sent = value.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).unwrap_or_default();
    let media_type = sent.split(';').next().unwrap_or_default().trim();
    (!media_type.eq_ignore_ascii_case("application/json")).then(|| bounded(&sent, 80))
}
