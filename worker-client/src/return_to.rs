//! The page that a person is brought back to after a login: one of the app that they came from.

use url::Url;

/// A page on our own origin, resolved as a browser would and judged by what came out; nothing else is followed.
///
/// The caller redirects to the absolute URL, so that no browser resolves the text a second time.
pub fn return_to(text: &str, origin: &Url) -> Option<Url> {
    // A path and nothing that only looks like one: browsers strip tabs and line breaks, and turn `\` into `/`.
    let is_path = text.starts_with('/') && !text.starts_with("//") && text.len() <= 2048;
    if !is_path || text.contains('\\') || text.chars().any(char::is_control) {
        return None;
    }
    origin.join(text).ok().filter(|url| url.origin() == origin.origin())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn origin() -> Url {
        Url::parse("https://app.example").unwrap()
    }

    #[test]
    fn c15_only_a_path_of_our_own() {
        for (text, expected) in [
            ("/", "https://app.example/"),
            ("/servers?x=1#y", "https://app.example/servers?x=1#y"),
            ("/a/../b", "https://app.example/b"),
            ("/https://evil.example", "https://app.example/https://evil.example"),
        ] {
            assert_eq!(return_to(text, &origin()).unwrap().as_str(), expected);
        }
        for text in [
            "",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "https:evil.example",
            "https://evil.example/",
            "javascript:alert(1)",
            "evil.example",
            " /",
        ] {
            assert_eq!(return_to(text, &origin()), None, "{text:?}");
        }
        assert_eq!(return_to(&format!("/{}", "a".repeat(2048)), &origin()), None);
    }

    proptest! {
        #[test]
        fn never_leaves_the_origin(text in "[/\\\\a-z.:@?#%\\t\\n ]{0,24}") {
            if let Some(url) = return_to(&text, &origin()) {
                prop_assert_eq!(url.origin(), origin().origin());
            }
        }
    }
}
