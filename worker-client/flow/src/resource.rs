use url::Url;

/// Whether a token for `resource` may go to `target`: the same origin, and a path at or below it, by whole
/// segments.
pub fn covers(resource: &Url, target: &Url) -> bool {
    let parent = resource.path().trim_end_matches('/');
    resource.origin() == target.origin()
        && target.username().is_empty()
        && target.password().is_none()
        && target.path().strip_prefix(parent).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

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
        ] {
            assert!(!check(resource, target), "{resource} {target}");
        }
    }
}
