//! Determination of a page's charset: byte order mark, then the HTTP header, then `<meta>`, then UTF-8 if the bytes are
//! valid, then windows-1252.

use std::borrow::Cow;

use encoding_rs::{Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252, X_USER_DEFINED};

use crate::token::Tag;

/// The charset of a page, as far as it is known.
pub(crate) struct Charset {
    declared: Option<&'static Encoding>,
    /// Decoder for charsets in which markup is not ASCII: such a page is converted to UTF-8 before it is parsed.
    transcoder: Option<Decoder>,
}

impl Charset {
    pub(crate) fn new(content_type: Option<&str>) -> Self {
        let mut charset = Self { declared: None, transcoder: None };
        if let Some(encoding) = content_type.and_then(named_in) {
            charset.settle(encoding);
        }
        charset
    }

    /// Takes the charset of a byte order mark, which overrides the header.
    pub(crate) fn sniff_bom(&mut self, first_bytes: &[u8]) {
        if let Some((encoding, _)) = Encoding::for_bom(first_bytes) {
            self.settle(encoding);
        }
    }

    /// Takes the charset of a `<meta>`, unless an earlier source gave one. The tag itself is ASCII, so it cannot mean
    /// UTF-16.
    pub(crate) fn meta(&mut self, tag: &Tag) {
        if self.declared.is_some() {
            return;
        }
        let is_content_type = tag.keyword("http-equiv").is_some_and(|value| value == "content-type");
        let label =
            tag.keyword("charset").and_then(|label| Encoding::for_label_no_replacement(label.as_bytes()));
        let content = || named_in(&tag.keyword("content").filter(|_| is_content_type)?);
        self.declared = label.or_else(content).map(|encoding| match encoding {
            e if e == UTF_16BE || e == UTF_16LE => UTF_8,
            e if e == X_USER_DEFINED => WINDOWS_1252,
            e => e,
        });
    }

    /// The next bytes of the page, with its markup in ASCII.
    pub(crate) fn ascii_compatible<'a>(&mut self, bytes: &'a [u8], last: bool) -> Cow<'a, [u8]> {
        let Some(decoder) = &mut self.transcoder else { return bytes.into() };
        let room = decoder.max_utf8_buffer_length(bytes.len()).unwrap_or_default();
        let mut text = String::with_capacity(room);
        let _: (_, usize, bool) = decoder.decode_to_string(bytes, &mut text, last);
        text.into_bytes().into()
    }

    /// The text between tags, with its character references decoded; must be called once for each text.
    pub(crate) fn text(&self, raw: &Bytewise) -> String {
        htmlize::unescape(self.decode(raw)).into_owned()
    }

    /// The value of an attribute, with its character references decoded; must be called once for each value.
    pub(crate) fn attribute(&self, raw: &Bytewise) -> String {
        htmlize::unescape_attribute(self.decode(raw)).into_owned()
    }

    fn settle(&mut self, encoding: &'static Encoding) {
        let is_ascii_compatible = encoding.is_ascii_compatible();
        self.declared = Some(if is_ascii_compatible { encoding } else { UTF_8 });
        self.transcoder = (!is_ascii_compatible).then(|| encoding.new_decoder_with_bom_removal());
    }

    fn decode(&self, raw: &Bytewise) -> String {
        let bytes = raw.bytes();
        let encoding = match (self.declared, std::str::from_utf8(bytes)) {
            _ if matches!(raw, Bytewise::Unicode(_)) => UTF_8,
            (Some(encoding), _) => encoding,
            (None, Ok(_)) => UTF_8,
            // The text may have been cut inside a character.
            (None, Err(error)) if error.error_len().is_none() && raw.is_cut() => UTF_8,
            (None, Err(_)) => WINDOWS_1252,
        };
        // The HTML tokenizer replaces NUL by U+FFFD.
        encoding.decode_without_bom_handling(bytes).0.replace('\0', "\u{FFFD}")
    }
}

/// A text of the page before its charset is known, cut to [`Self::MAX`]. Its character references are not decoded.
#[derive(Clone, Debug)]
pub(crate) enum Bytewise {
    Bytes(Vec<u8>),
    /// An attribute value that starts with a byte order mark: `lol_html` has decoded it accordingly.
    Unicode(String),
}

impl Bytewise {
    /// Maximum length in bytes, or in characters of a decoded value: more than is shown of any text, and more than any
    /// URL needs.
    pub(crate) const MAX: usize = 4096;

    /// Takes a text decoded as `x-user-defined`, which has one character for each byte.
    pub(crate) fn new(mut text: String) -> Self {
        if text.is_ascii() {
            text.truncate(Self::MAX);
            return Self::Bytes(text.into_bytes());
        }
        let byte = |c| match u32::from(c) {
            code @ (0..=0x7F | 0xF780..=0xF7FF) => u8::try_from(code & 0xFF).ok(),
            _ => None,
        };
        let start = text.chars().take(Self::MAX);
        start
            .clone()
            .map(byte)
            .collect::<Option<_>>()
            .map_or_else(|| Self::Unicode(start.collect()), Self::Bytes)
    }

    pub(crate) fn append(&mut self, more: Self) {
        if let (Self::Bytes(bytes), Self::Bytes(more)) = (self, more) {
            bytes.extend(more);
            bytes.truncate(Self::MAX);
        }
    }

    pub(crate) fn is_blank(&self) -> bool {
        self.bytes().trim_ascii().is_empty()
    }

    pub(crate) fn is_cut(&self) -> bool {
        self.bytes().len() >= Self::MAX
    }

    /// The value in lower case and trimmed, for comparison with ASCII keywords.
    pub(crate) fn keyword(&self) -> Cow<'_, str> {
        match str::from_utf8(self.bytes()) {
            Ok(plain) if !plain.bytes().any(|b| b == b'&' || b.is_ascii_uppercase()) => {
                plain.trim_ascii().into()
            }
            _ => {
                let text = String::from_utf8_lossy(self.bytes());
                htmlize::unescape_attribute(text).trim_ascii().to_ascii_lowercase().into()
            }
        }
    }

    fn bytes(&self) -> &[u8] {
        match self {
            Self::Bytes(bytes) => bytes,
            Self::Unicode(text) => text.as_bytes(),
        }
    }
}

/// The charset in the value of a `Content-Type`, by the [algorithm] for `<meta>`, which is more lenient than HTTP.
///
/// `None` for an unknown charset and for UTF-7, which is never decoded.
///
/// [algorithm]: https://html.spec.whatwg.org/multipage/urls-and-fetching.html#extracting-character-encodings-from-meta-elements
fn named_in(content_type: &str) -> Option<&'static Encoding> {
    let lower = content_type.to_ascii_lowercase();
    let value = lower.split("charset").skip(1).find_map(|rest| rest.trim_ascii_start().strip_prefix('='))?;
    let value = value.trim_ascii_start();
    let label = match value.strip_prefix(['"', '\'']) {
        Some(quoted) => quoted.split(['"', '\'']).next(),
        None => value.split(|c: char| c == ';' || c.is_ascii_whitespace()).next(),
    };
    Encoding::for_label_no_replacement(label?.as_bytes())
}

#[cfg(test)]
mod tests {
    use encoding_rs::{ISO_2022_JP, ISO_8859_2, SHIFT_JIS};

    use super::*;

    #[test]
    fn content_types() {
        for (value, expected) in [
            ("text/html; charset=utf-8", Some(UTF_8)),
            ("text/html;CHARSET=\"UTF-8\"", Some(UTF_8)),
            ("text/html; charset = 'Shift_JIS' ", Some(SHIFT_JIS)),
            ("text/html; charset=iso-8859-2; x=y", Some(ISO_8859_2)),
            ("text/html; charset charset=utf-8", Some(UTF_8)),
            ("text/html; charset=iso-2022-jp", Some(ISO_2022_JP)),
            ("text/html", None),
            ("text/html; charset=", None),
            ("text/html; charset=utf-7", None),
            ("text/html; charset=iso-2022-kr", None),
            ("charset", None),
        ] {
            assert_eq!(named_in(value), expected, "{value}");
        }
    }

    #[test]
    fn bytewise_keeps_every_byte() {
        let all: Vec<u8> = (0..=255).collect();
        let shown = X_USER_DEFINED.decode_without_bom_handling(&all).0;
        assert!(matches!(Bytewise::new(shown.into_owned()), Bytewise::Bytes(bytes) if bytes == all));
        assert!(matches!(Bytewise::new("é".to_owned()), Bytewise::Unicode(text) if text == "é"));
    }
}
