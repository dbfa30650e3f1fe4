//! Base64url without padding (RFC 4648 §5).

use base64ct::{Base64UrlUnpadded, Encoding};

/// The text of some bytes.
pub fn encode(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

/// The bytes of a text, in a time that depends on their number alone.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    Base64UrlUnpadded::decode_vec(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc_4648_section_10() {
        for (bytes, text) in [("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            assert_eq!(encode(bytes.as_bytes()), text);
            assert_eq!(decode(text).unwrap(), bytes.as_bytes());
        }
        assert_eq!(encode(&[0xfb, 0xff]), "-_8", "the alphabet of §5");
    }

    #[test]
    fn what_is_not_base64url() {
        assert!(decode("Zg").is_some(), "the control");
        for text in ["Z", "Zg==", "Zh", "Z g", "+/8", "Zgé"] {
            assert!(decode(text).is_none(), "{text}");
        }
    }
}
