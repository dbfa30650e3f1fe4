use http::{HeaderMap, Response, StatusCode, header};

/// True if a response is a page of the host: not one that a firewall marks as its own check of the visitor.
pub fn is_page(response: &Response<Vec<u8>>) -> bool {
    response.status() == StatusCode::OK && !MARKS.iter().any(|mark| response.headers().contains_key(*mark))
}

/// True if a page is not meant to be kept (RFC 9111 §5.2.2.5, and the robots exclusion of `X-Robots-Tag`), as that of a
/// check of the visitor that nothing marks.
pub fn is_transient(headers: &HeaderMap) -> bool {
    let says = |name: &str, directive: &str| {
        let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
        values.flat_map(|value| value.split(',')).any(|word| word.trim().eq_ignore_ascii_case(directive))
    };
    says("cache-control", "no-store") || says("x-robots-tag", "noindex")
}

/// True if the content type of a response is JSON.
pub(crate) fn is_json(response: &Response<Vec<u8>>) -> bool {
    let content_type = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    content_type.is_some_and(|value| {
        let media_type = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        media_type == "application/json" || media_type.ends_with("+json")
    })
}

/// Headers by which firewalls mark a check of the visitor.
const MARKS: &[&str] = &["cf-mitigated", "x-amzn-waf-action"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bot_check() {
        for (status, header, value, page, transient) in [
            (200, "server", "x", true, false),
            (200, "cf-mitigated", "challenge", false, false),
            (200, "X-Amzn-Waf-Action", "captcha", false, false),
            (403, "server", "x", false, false),
            (204, "server", "x", false, false),
            (200, "cache-control", "private, max-age=0, No-Store", true, true),
            (200, "cache-control", "max-age=60, no-cache", true, false),
            (200, "x-robots-tag", "noindex, nofollow", true, true),
            (200, "x-robots-tag", "nofollow", true, false),
        ] {
            let response = Response::builder().status(status).header(header, value).body(Vec::new()).unwrap();
            assert_eq!(
                (is_page(&response), is_transient(response.headers())),
                (page, transient),
                "{status} {header}: {value}"
            );
        }
    }
}
