use percent_encoding::percent_decode;
use url::Url;

/// Whether a token for `resource` may go to `target`: the same origin, and a path at or below it, by whole segments.
///
/// Servers and proxies decode paths once or twice more than a client does. A path whose decoded form has other segments
/// than it shows is therefore covered by a whole origin alone.
pub fn covers(resource: &Url, target: &Url) -> bool {
    let parent = resource.path().trim_end_matches('/');
    resource.origin() == target.origin()
        && target.username().is_empty()
        && target.password().is_none()
        && target.path().strip_prefix(parent).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        && (parent.is_empty() || segments_are_plain(target.path()))
}

/// Whether a path, decoded as often as it changes, has the segments that it shows, and none that leads upwards.
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
        // A segment that is encoded deeper than any server decodes hides something.
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
            // The whole origin is the resource: nothing lies outside.
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
