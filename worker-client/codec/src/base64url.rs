//! Base64url without padding (RFC 4648 §5), eight digits at a time, each in a byte of one word. There is no table and no
//! branch on a digit, so that the time depends on the length alone: some of what is written so is secret.

use crate::word::each;

/// The text of some bytes.
pub fn encode(bytes: &[u8]) -> String {
    let (words, rest) = bytes.as_chunks::<BYTES>();
    let length = bytes.len().saturating_mul(4).div_ceil(3);
    let mut text = Vec::with_capacity(length.saturating_add(8));
    for [a, b, c, d, e, f] in words {
        text.extend_from_slice(&written(u64::from_be_bytes([0, 0, *a, *b, *c, *d, *e, *f])));
    }
    let mut last = [0; 8];
    for (to, byte) in last.iter_mut().skip(2).zip(rest) {
        *to = *byte;
    }
    text.extend_from_slice(&written(u64::from_be_bytes(last)));
    text.truncate(length);
    // Digits are ASCII.
    String::from_utf8(text).unwrap_or_default()
}

/// The bytes of a text.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let (words, rest) = text.as_bytes().as_chunks::<8>();
    let mut bytes = Vec::with_capacity(words.len().saturating_add(1).saturating_mul(BYTES));
    let mut are_digits = true;
    let mut take = |word: [u8; 8]| {
        let [_, _, word @ ..] = read(word, &mut are_digits).to_be_bytes();
        bytes.extend_from_slice(&word);
    };
    for word in words {
        take(*word);
    }
    let mut last = [b'A'; 8];
    for (to, digit) in last.iter_mut().zip(rest) {
        *to = *digit;
    }
    take(last);
    let length = text.len().saturating_mul(3) / 4;
    // Bits after the last byte are zero, and a digit alone is no byte: RFC 4648 §3.5.
    let is_whole = bytes.iter().skip(length).all(|byte| *byte == 0) && text.len() % 4 != 1;
    bytes.truncate(length);
    (are_digits && is_whole).then_some(bytes)
}

/// The bytes of eight digits.
const BYTES: usize = 6;

/// One in each byte that is at least so much, of bytes below 128.
const fn at_least(word: u64, least: u8) -> u64 {
    (word.wrapping_add(each(128_u8.wrapping_sub(least))) >> 7) & each(1)
}

/// The 48 bits of six bytes, six in each byte.
const fn spread(word: u64) -> u64 {
    let word = ((word & 0xffff_ff00_0000) << 8) | (word & 0xff_ffff);
    let word = ((word & 0x00ff_f000_00ff_f000) << 4) | (word & 0x0000_0fff_0000_0fff);
    ((word & 0x0fc0_0fc0_0fc0_0fc0) << 2) | (word & 0x003f_003f_003f_003f)
}

/// The opposite of [`spread`].
const fn gathered(word: u64) -> u64 {
    let word = ((word >> 2) & 0x0fc0_0fc0_0fc0_0fc0) | (word & 0x003f_003f_003f_003f);
    let word = ((word >> 4) & 0x00ff_f000_00ff_f000) | (word & 0x0000_0fff_0000_0fff);
    ((word >> 8) & 0xffff_ff00_0000) | (word & 0xff_ffff)
}

/// The digits of 48 bits: `A` to `Z`, `a` to `z`, `0` to `9`, `-` and `_`.
const fn written(bits: u64) -> [u8; 8] {
    let values = spread(bits);
    let (lower, digit) = (at_least(values, 26), at_least(values, 52));
    let (minus, underscore) = (at_least(values, 62), at_least(values, 63));
    // From each range to the next: `A` is 65 above its value, `a` 6 more than that, `0` 75 less than that, and so on.
    let up = values
        .wrapping_add(each(b'A'))
        .wrapping_add(lower.wrapping_mul(6))
        .wrapping_add(underscore.wrapping_mul(49));
    up.wrapping_sub(digit.wrapping_mul(75)).wrapping_sub(minus.wrapping_mul(13)).to_be_bytes()
}

/// The 48 bits of eight digits; where one is none, that is said, and the bits are of no use.
const fn read(text: [u8; 8], are_digits: &mut bool) -> u64 {
    let text = u64::from_be_bytes(text);
    let ascii = text & each(0x7f);
    let upper = at_least(ascii, b'A').wrapping_sub(at_least(ascii, b'Z' + 1));
    let lower = at_least(ascii, b'a').wrapping_sub(at_least(ascii, b'z' + 1));
    let digit = at_least(ascii, b'0').wrapping_sub(at_least(ascii, b'9' + 1));
    let minus = at_least(ascii, b'-').wrapping_sub(at_least(ascii, b'-' + 1));
    let underscore = at_least(ascii, b'_').wrapping_sub(at_least(ascii, b'_' + 1));
    *are_digits &= text == ascii && upper | lower | digit | minus | underscore == each(1);
    let up = ascii.wrapping_add(digit.wrapping_mul(4)).wrapping_add(minus.wrapping_mul(17));
    let down =
        upper.wrapping_mul(65).wrapping_add(lower.wrapping_mul(71)).wrapping_add(underscore.wrapping_mul(32));
    gathered(up.wrapping_sub(down))
}

#[cfg(test)]
mod tests {
    use base64ct::{Base64UrlUnpadded, Encoding};
    use proptest::prelude::*;

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
        for text in ["Z", "Zg==", "Zh", "Z g", "+/8", "Zgé", "Zm9vYmFyZ", "Zm9vYmFyZh", "Zm9vYmFyZm9v\n"] {
            assert!(decode(text).is_none(), "{text}");
        }
    }

    /// Another reader says the same of each character at each place of a word.
    #[test]
    fn each_character_at_each_place() {
        for at in 0..16 {
            for character in (0..=0x7f).map(char::from).chain(['é', '\u{20ac}', '\u{1f512}']) {
                let mut text = "Zm9vYmFyZm9vYmFy".to_owned();
                text.replace_range(at..=at, character.encode_utf8(&mut [0; 4]));
                assert_eq!(decode(&text), Base64UrlUnpadded::decode_vec(&text).ok(), "{text:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn another_writer_and_reader_agree(bytes: Vec<u8>, text in "[A-Za-z0-9_-]{0,40}") {
            prop_assert_eq!(encode(&bytes), Base64UrlUnpadded::encode_string(&bytes));
            prop_assert_eq!(decode(&encode(&bytes)), Some(bytes));
            prop_assert_eq!(decode(&text), Base64UrlUnpadded::decode_vec(&text).ok());
        }
    }
}
