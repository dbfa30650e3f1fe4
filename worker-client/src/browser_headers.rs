//! Headers of a host's response for a browser, on the origin of the app.

/// The headers of a host's response that a browser may receive from the app's own origin, and the policy for the content.
///
/// Headers that act on an origin are left out: cookies, redirects, policies, storage. Content of a type that a browser
/// could run, or take for a document, becomes a download without a type. No content has the app's origin: it is in a
/// sandbox, and loads nothing.
pub fn browser_headers(received: impl IntoIterator<Item = (String, String)>) -> Vec<(String, String)> {
    let (mut headers, mut content_type) = (Vec::new(), None);
    for (name, value) in received {
        let name = name.to_ascii_lowercase();
        if name == "content-type" {
            // A second header is a list, and a browser takes the last of a list.
            content_type =
                Some(content_type.map_or(value.clone(), |first: String| format!("{first}, {value}")));
        } else if DESCRIPTIVE.contains(&name.as_str()) || LIMITS.iter().any(|limit| name.starts_with(limit)) {
            headers.push((name, value));
        }
    }
    match content_type.filter(|value| is_inert(value)) {
        Some(inert) => headers.push(("content-type".to_owned(), inert)),
        None => headers.extend(owned(DOWNLOAD)),
    }
    headers.extend(owned(POLICY));
    headers
}

/// True for content that a browser only shows.
fn is_inert(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_json = || essence.starts_with("application/") && essence.ends_with("+json");
    !content_type.contains(',') && (INERT.contains(&essence.as_str()) || is_json())
}

fn owned(headers: &[(&str, &str)]) -> impl Iterator<Item = (String, String)> {
    headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
}

const DESCRIPTIVE: &[&str] =
    &["content-language", "content-range", "etag", "last-modified", "mcp-session-id", "retry-after"];
const LIMITS: &[&str] = &["ratelimit", "x-ratelimit-"];
const INERT: &[&str] = &[
    "application/json",
    "application/x-ndjson",
    "image/avif",
    "image/gif",
    "image/jpeg",
    "image/png",
    "image/webp",
    "text/csv",
    "text/event-stream",
    "text/markdown",
    "text/plain",
];
const DOWNLOAD: &[(&str, &str)] =
    &[("content-type", "application/octet-stream"), ("content-disposition", "attachment")];
const POLICY: &[(&str, &str)] = &[
    ("cache-control", "private, no-store"),
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'; sandbox"),
    ("cross-origin-resource-policy", "same-origin"),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(received: &[(&str, &str)]) -> Vec<(String, String)> {
        browser_headers(owned(received))
    }

    fn value<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
        let mut found = headers.iter().filter(|(n, _)| n == name).map(|(_, value)| value.as_str());
        let value = found.next();
        assert_eq!(found.next(), None, "{name} twice");
        value
    }

    #[test]
    fn p05_content_is_inert_or_a_download() {
        for content_type in [
            "application/json",
            "Application/JSON; charset=utf-8",
            "application/problem+json",
            "text/plain;charset=utf-7",
            "image/png",
            "text/event-stream",
        ] {
            let headers = headers(&[("Content-Type", content_type)]);
            assert_eq!(value(&headers, "content-type"), Some(content_type));
            assert_eq!(value(&headers, "content-disposition"), None, "{content_type}");
        }
        for content_type in [
            "text/html",
            "TEXT/HTML",
            " text/html ",
            "text/html;application/json",
            "text/plain, text/html",
            "text/plain;x=\", text/html",
            "application/xhtml+xml",
            "text/xml",
            "application/xml",
            "application/rss+xml",
            "image/svg+xml",
            "text/javascript",
            "application/javascript",
            "text/css",
            "multipart/x-mixed-replace; boundary=x",
            "application/pdf",
            "application/wasm",
            "text/html+json",
            "text",
            "",
        ] {
            let headers = headers(&[("content-type", content_type)]);
            assert_eq!(value(&headers, "content-type"), Some("application/octet-stream"), "{content_type}");
            assert_eq!(value(&headers, "content-disposition"), Some("attachment"), "{content_type}");
        }
        assert_eq!(value(&headers(&[]), "content-type"), Some("application/octet-stream"));
        let twice = headers(&[("content-type", "text/plain"), ("content-type", "text/html")]);
        assert_eq!(value(&twice, "content-type"), Some("application/octet-stream"));
    }

    #[test]
    fn p06_headers_that_act_on_an_origin_are_left_out() {
        let acting = [
            ("Access-Control-Allow-Credentials", "true"),
            ("Access-Control-Allow-Origin", "*"),
            ("Alt-Svc", "h3=\":443\""),
            ("Clear-Site-Data", "\"*\""),
            ("Content-Disposition", "inline"),
            ("Content-Encoding", "gzip"),
            ("Content-Length", "1"),
            ("Content-Security-Policy", "default-src *"),
            ("Content-Security-Policy-Report-Only", "default-src *"),
            ("Link", "</style.css>; rel=preload"),
            ("Location", "javascript:alert(1)"),
            ("Origin-Trial", "x"),
            ("Permissions-Policy", "camera=*"),
            ("Refresh", "0; url=https://evil.example"),
            ("Report-To", "{}"),
            ("Service-Worker-Allowed", "/"),
            ("Set-Cookie", "__Host-sid=x; Path=/; Secure"),
            ("Set-Cookie", "a=b"),
            ("SourceMap", "/x"),
            ("Strict-Transport-Security", "max-age=0"),
            ("WWW-Authenticate", "Basic"),
            ("X-Content-Type-Options", "sniff"),
            ("X-Frame-Options", "ALLOWALL"),
        ];
        let names = |headers: &[(String, String)]| -> Vec<String> {
            headers.iter().map(|(name, _)| name.clone()).collect()
        };
        let content = ("content-type", "text/plain");
        let with: Vec<_> = acting.into_iter().chain([content]).collect();
        assert_eq!(headers(&with), headers(&[content]));
        assert_eq!(
            names(&headers(&[content])),
            [
                "content-type",
                "cache-control",
                "content-security-policy",
                "cross-origin-resource-policy",
                "referrer-policy",
                "x-content-type-options",
            ]
        );
        let kept = [
            ("ETag", "\"1\""),
            ("Last-Modified", "Mon, 01 Jan 2024 00:00:00 GMT"),
            ("Mcp-Session-Id", "1"),
            ("RateLimit-Remaining", "1"),
            ("Retry-After", "1"),
            ("X-RateLimit-Reset", "1"),
        ];
        let headers = headers(&kept);
        for (name, expected) in kept {
            assert_eq!(value(&headers, &name.to_ascii_lowercase()), Some(expected));
        }
    }
}
