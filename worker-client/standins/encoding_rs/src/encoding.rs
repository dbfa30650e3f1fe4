use std::borrow::Cow;

use web_sys::TextDecoder;

use crate::{Decoder, Encoder};

/// A charset, by its name in the platform.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Encoding {
    name: &'static str,
}

impl Encoding {
    /// The charset that a label means; none for a label of the replacement encoding, or of nothing.
    pub fn for_label_no_replacement(label: &[u8]) -> Option<&'static Self> {
        let label = str::from_utf8(label.trim_ascii()).ok().filter(|label| label.len() <= LONGEST_LABEL)?;
        let name = TextDecoder::new_with_label(label).ok()?.encoding();
        ALL.iter().find(|encoding| encoding.name == name)
    }

    /// The charset of a byte order mark, and how long that is.
    pub fn for_bom(bytes: &[u8]) -> Option<(&'static Self, usize)> {
        match bytes {
            [0xEF, 0xBB, 0xBF, ..] => Some((UTF_8, 3)),
            [0xFE, 0xFF, ..] => Some((UTF_16BE, 2)),
            [0xFF, 0xFE, ..] => Some((UTF_16LE, 2)),
            _ => None,
        }
    }

    /// The number of ASCII bytes at the start.
    pub fn ascii_valid_up_to(bytes: &[u8]) -> usize {
        bytes.iter().position(|byte| !byte.is_ascii()).unwrap_or(bytes.len())
    }

    /// The name that the platform has for it.
    pub fn name(&'static self) -> &'static str {
        self.name
    }

    /// True if every ASCII byte in it means the same wherever it stands.
    pub fn is_ascii_compatible(&'static self) -> bool {
        ![UTF_16BE, UTF_16LE, ISO_2022_JP, REPLACEMENT].contains(&self)
    }

    /// All of a text, by its byte order mark if it has one, which is not part of the text.
    pub fn decode<'a>(&'static self, bytes: &'a [u8]) -> (Cow<'a, str>, &'static Self, bool) {
        let (encoding, mark) = Self::for_bom(bytes).unwrap_or((self, 0));
        let (text, had_errors) = encoding.decode_without_bom_handling(bytes.get(mark..).unwrap_or_default());
        (text, encoding, had_errors)
    }

    /// All of a text, a byte order mark included.
    pub fn decode_without_bom_handling<'a>(&'static self, bytes: &'a [u8]) -> (Cow<'a, str>, bool) {
        if (self.is_ascii_compatible() && bytes.is_ascii()) || self == UTF_8 {
            let text = String::from_utf8_lossy(bytes);
            let had_errors = matches!(text, Cow::Owned(_));
            return (text, had_errors);
        }
        let mut text = String::new();
        let (_, _, had_errors) =
            self.new_decoder_without_bom_handling().decode_to_string(bytes, &mut text, true);
        (text.into(), had_errors)
    }

    /// For a text that comes in pieces, a byte order mark included.
    pub fn new_decoder_without_bom_handling(&'static self) -> Decoder {
        Decoder::new(self, true)
    }

    /// For a text that comes in pieces, without the byte order mark of this charset.
    pub fn new_decoder_with_bom_removal(&'static self) -> Decoder {
        Decoder::new(self, false)
    }

    /// Encodes a name, which is ASCII, for comparison in `lol_html`; true if anything was lost.
    pub fn encode<'a>(&'static self, text: &'a str) -> (Cow<'a, [u8]>, &'static Self, bool) {
        (text.as_bytes().into(), self, self != UTF_8 && !text.is_ascii())
    }

    /// An encoder that encodes nothing: the crate writes no page.
    pub fn new_encoder(&'static self) -> Encoder {
        Encoder::default()
    }
}

/// UTF-8.
pub static UTF_8: &Encoding = &Encoding { name: "utf-8" };
/// UTF-16, the high byte first.
pub static UTF_16BE: &Encoding = &Encoding { name: "utf-16be" };
/// UTF-16, the low byte first.
pub static UTF_16LE: &Encoding = &Encoding { name: "utf-16le" };
/// The charset that a page means by Latin 1.
pub static WINDOWS_1252: &Encoding = &Encoding { name: "windows-1252" };
/// One character for each byte.
pub static X_USER_DEFINED: &Encoding = &Encoding { name: "x-user-defined" };
/// The Japanese charset that shifts.
pub static ISO_2022_JP: &Encoding = &Encoding { name: "iso-2022-jp" };
/// For charsets that are too dangerous to decode. No label means it here.
pub static REPLACEMENT: &Encoding = &Encoding { name: "replacement" };

/// In the order of the standard.
static ALL: [Encoding; 39] = {
    const fn of(name: &'static str) -> Encoding {
        Encoding { name }
    }
    [
        of("utf-8"),
        of("ibm866"),
        of("iso-8859-2"),
        of("iso-8859-3"),
        of("iso-8859-4"),
        of("iso-8859-5"),
        of("iso-8859-6"),
        of("iso-8859-7"),
        of("iso-8859-8"),
        of("iso-8859-8-i"),
        of("iso-8859-10"),
        of("iso-8859-13"),
        of("iso-8859-14"),
        of("iso-8859-15"),
        of("iso-8859-16"),
        of("koi8-r"),
        of("koi8-u"),
        of("macintosh"),
        of("windows-874"),
        of("windows-1250"),
        of("windows-1251"),
        of("windows-1252"),
        of("windows-1253"),
        of("windows-1254"),
        of("windows-1255"),
        of("windows-1256"),
        of("windows-1257"),
        of("windows-1258"),
        of("x-mac-cyrillic"),
        of("gbk"),
        of("gb18030"),
        of("big5"),
        of("euc-jp"),
        of("iso-2022-jp"),
        of("shift_jis"),
        of("euc-kr"),
        of("utf-16be"),
        of("utf-16le"),
        of("x-user-defined"),
    ]
};
/// More than any label of the standard has: what a page says can be as long as it likes.
const LONGEST_LABEL: usize = 32;
