use percent_encoding::percent_decode;
use url::Url;

/// True if a token for `resource` may be sent to `target`: the same origin, and a path equal to or below its own, by
/// whole segments.
///
/// Servers and proxies may decode a path once or twice more than a client. A path whose segments change by decoding is
/// therefore covered only by a resource that is a whole origin.
pub fn covers(resource: &Url, target: &Url) -> bool {
    let parent = resource.path().trim_end_matches('/');
    resource.origin() == target.origin()
        && target.username().is_empty()
        && target.password().is_none()
        && target.path().strip_prefix(parent).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        && (parent.is_empty() || segments_are_plain(target.path()))
}

/// True if decoding a path, however often, yields the same segments and no dot segment.
fn segments_are_plain(path: &str) -> bool {
    path.split('/').all(|segment| {
        let mut text = segment.as_bytes().to_vec();
        for _ in 0..=MAX_DECODINGS {
            let is_dots = matches!(text.split(|byte| *byte == b';').next(), Some(b"." | b".."));
            if is_dots || text.iter().any(|byte| matches!(byte, b'/' | b'\\' | 0)) {
                return false;
            }
            let decoded: Vec<u8> = percent_decode(&text).collect();
            if decoded == text {
                return true;
            }
            text = decoded;
        }
        // A segment with more levels of encoding than any server decodes is rejected.
        false
    })
}

const MAX_DECODINGS: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p01_which_targets_a_token_may_go_to() {
        let check = |resource: &str, target: &str| {
            covers(&Url::parse(resource).unwrap(), &Url::parse(target).unwrap())
        };
        for (resource, target) in [
            ("https://good.example", "https://good.example/"),
            ("https://good.example", "https://good.example/any?x=1"),
            ("https://good.example/mcp", "https://good.example/mcp"),
            ("https://good.example/mcp", "https://good.example/mcp/tools"),
            ("https://good.example/mcp/", "https://good.example/mcp"),
            ("https://good.example/mcp", "https://good.example/mcp/a%20b/c%2525/d..e/...?x=%2F..%2F"),
            ("https://good.example/mcp", "https://good.example/mcp/%C3%A9"),
            // The resource is the whole origin: every path is within it.
            ("https://good.example", "https://good.example/a%2Fb"),
        ] {
            assert!(check(resource, target), "{resource} {target}");
        }
        for (resource, target) in [
            ("https://good.example", "https://good.example.evil.example/"),
            ("https://good.example", "https://evil.example/?https://good.example"),
            ("https://good.example", "http://good.example/"),
            ("https://good.example", "https://good.example:8443/"),
            ("https://good.example", "https://u@good.example/"),
            ("https://good.example/mcp", "https://good.example/mcp2"),
            ("https://good.example/mcp", "https://good.example/"),
            ("https://good.example/mcp", "https://good.example/mcp/../admin"),
            ("https://good.example/mcp", "https://good.example/mcp/%2e%2e/admin"),
            ("https://good.example/mcp", "https://good.example/mcp/%252e%252e/admin"),
            ("https://good.example/mcp", "https://good.example/mcp/%252e./admin"),
            ("https://good.example/mcp", "https://good.example/mcp/..%2Fadmin"),
            ("https://good.example/mcp", "https://good.example/mcp/..%5Cadmin"),
            ("https://good.example/mcp", "https://good.example/mcp/%2E%2E%2Fadmin"),
            ("https://good.example/mcp", "https://good.example/mcp/..%252fadmin"),
            ("https://good.example/mcp", "https://good.example/mcp/a%2Fb"),
            ("https://good.example/mcp", "https://good.example/mcp/..;/admin"),
            ("https://good.example/mcp", "https://good.example/mcp/..%3Bx/admin"),
            ("https://good.example/mcp", "https://good.example/mcp/a%00"),
            ("https://good.example/mcp", "https://good.example/mcp/%25252525252e"),
        ] {
            assert!(!check(resource, target), "{resource} {target}");
        }
    }
}
