//! The URLs that nearly all servers publish, recognised without taking them apart.
//!
//! A plain URL is one that the URL standard reads and writes back unchanged: `https`, a host of lower-case letters,
//! digits and single hyphens whose last label is no number, perhaps a port of four or five digits, and a path of
//! unreserved characters without dot segments. All others go through the parser of the `url` crate, which takes five times as long.

/// Whether a text is a plain URL with a path.
pub(crate) fn is_plain_url(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("https://") else { return false };
    let Some(slash) = rest.bytes().position(|byte| byte == b'/') else { return false };
    let (authority, path) = rest.split_at(slash);
    text.len() < MAX_LENGTH && is_plain_authority(authority) && is_plain_path(path)
}

/// Whether a text is a plain URL without a path, as most issuers are.
pub(crate) fn is_plain_origin(text: &str) -> bool {
    text.len() < MAX_LENGTH && text.strip_prefix("https://").is_some_and(is_plain_authority)
}

fn is_plain_authority(authority: &str) -> bool {
    let (host, port) = authority.split_once(':').unwrap_or((authority, "8443"));
    // Shorter ones may be the default port, which is not written back, and longer ones begin with zeros.
    (4..=5).contains(&port.len())
        && !port.starts_with('0')
        && port.bytes().all(|byte| byte.is_ascii_digit())
        && port.parse::<u16>().is_ok()
        && is_plain_host(host)
}

/// Labels of letters, digits and single hyphens: none of them encoded, the last not a number.
fn is_plain_host(host: &str) -> bool {
    let mut previous = b'.';
    let mut last_label = b'0';
    for byte in host.bytes() {
        match (byte, previous) {
            (b'a'..=b'z' | b'0'..=b'9', b'.') => last_label = byte,
            (b'a'..=b'z' | b'0'..=b'9', _) | (b'-' | b'.', b'a'..=b'z' | b'0'..=b'9') => {}
            _ => return false,
        }
        previous = byte;
    }
    !matches!(previous, b'.' | b'-') && last_label.is_ascii_lowercase()
}

fn is_plain_path(path: &str) -> bool {
    let unreserved = |byte: &u8| matches!(byte, b'-'..=b'9' | b'A'..=b'Z' | b'_' | b'a'..=b'z' | b'~');
    let bytes = path.as_bytes();
    // Counting has no early end, so that the compiler looks at many bytes at once.
    bytes.iter().filter(|byte| !unreserved(byte)).count() == 0
        && (!bytes.contains(&b'.') || path.split('/').all(|segment| !matches!(segment, "." | "..")))
}

/// What a request target can have at most, in the `http` crate.
const MAX_LENGTH: usize = 0xffff;

#[cfg(test)]
mod tests {
    use http::Uri;
    use proptest::prelude::*;
    use url::Url;

    use super::*;

    #[test]
    fn what_is_plain() {
        for (text, expected) in [
            ("https://as.example/", true),
            ("https://a-b.as1.example/a/.well-known/..a/b.", true),
            ("https://as.example/a.b/well-known/~x_1-2", true),
            ("https://as.example//a/", true),
            ("https://as.example", false),
            ("https://AS.example/", false),
            ("https://as.example:443/", false),
            ("https://as.example:9031/", true),
            ("https://as.example:65535/", true),
            ("https://as.example:65536/", false),
            ("https://as.example:00443/", false),
            ("https://as.example:+443/", false),
            ("https://as.example:/", false),
            ("https://u@as.example/", false),
            ("https://127.0.0.1/", false),
            ("https://0x7f.1/", false),
            ("https://a.0x7f/", false),
            ("https://xn--80ak6aa92e.com/", false),
            ("https://-a.example/", false),
            ("https://a-.example/", false),
            ("https://as.example./", false),
            ("https://as..example/", false),
            ("https:///a", false),
            ("https://as.example/a/../b", false),
            ("https://as.example/a/.", false),
            ("https://as.example/./a", false),
            ("https://as.example/%2e%2e/b", false),
            ("https://as.example/a?b", false),
            ("https://as.example/a#b", false),
            ("https://as.example/a\\b", false),
            ("https://as.example/é", false),
            ("http://as.example/", false),
            ("https:/as.example/", false),
        ] {
            assert_eq!(is_plain_url(text), expected, "{text}");
        }
        assert!(is_plain_origin("https://as.example") && !is_plain_origin("https://as.example/"));
    }

    fn nearly_plain() -> impl Strategy<Value = String> {
        let character = prop::sample::select(vec![
            "a", "z", "x", "n", "0", "9", ":8443", ":65536", ":0443", "-", ".", "/", "_", "~", ":", "@", "?",
            "#", "%", "2", "e", "A", "é", "xn--", "..", " ",
        ]);
        prop::collection::vec(character, 0..16)
            .prop_map(|characters| format!("https://{}", characters.concat()))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        #[test]
        fn a_plain_url_is_read_and_written_back_unchanged(text in nearly_plain()) {
            if is_plain_url(&text) {
                let url = Url::parse(&text).unwrap();
                prop_assert_eq!(url.as_str(), &text);
                prop_assert_eq!(&text.parse::<Uri>().unwrap().to_string(), &text);
            }
            if is_plain_origin(&text) {
                let url = Url::parse(&text).unwrap();
                prop_assert_eq!(url.as_str(), text + "/");
            }
        }
    }
}
