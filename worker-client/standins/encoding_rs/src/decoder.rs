use std::mem::take;

use js_sys::Reflect;
use web_sys::{TextDecodeOptions, TextDecoder, TextDecoderOptions};

use crate::{Encoding, X_USER_DEFINED};

/// Decodes a text that comes in pieces.
#[derive(Debug)]
pub struct Decoder {
    encoding: &'static Encoding,
    /// `None` for what has no state and no table: one character for each byte.
    platform: Option<TextDecoder>,
    /// Decoded text that had no room.
    rest: String,
}

impl Decoder {
    pub(crate) fn new(encoding: &'static Encoding, keeps_bom: bool) -> Self {
        let platform = || {
            let options = TextDecoderOptions::new();
            // It is a plain object of ours: that cannot fail.
            let _: Result<bool, _> = Reflect::set(&options, &"ignoreBOM".into(), &keeps_bom.into());
            TextDecoder::new_with_label_and_options(encoding.name(), &options).ok()
        };
        let platform = if encoding == X_USER_DEFINED { None } else { platform() };
        Self { encoding, platform, rest: String::new() }
    }

    /// The charset of the text.
    pub fn encoding(&self) -> &'static Encoding {
        self.encoding
    }

    /// Room enough for so many bytes, to begin with: a `String` grows.
    pub fn max_utf8_buffer_length(&self, bytes: usize) -> Option<usize> {
        bytes.checked_mul(3)
    }

    /// Appends what the next bytes mean.
    pub fn decode_to_string(
        &mut self,
        bytes: &[u8],
        text: &mut String,
        last: bool,
    ) -> (CoderResult, usize, bool) {
        let decoded = self.decode(bytes, last);
        let had_errors = decoded.contains(char::REPLACEMENT_CHARACTER);
        text.push_str(&decoded);
        (CoderResult::InputEmpty, bytes.len(), had_errors)
    }

    /// Writes what the next bytes mean over the start of `text`, as far as that reaches; the rest comes with the next
    /// calls. All bytes are always taken.
    pub fn decode_to_str(
        &mut self,
        bytes: &[u8],
        text: &mut str,
        last: bool,
    ) -> (CoderResult, usize, usize, bool) {
        let mut decoded = take(&mut self.rest);
        decoded.push_str(&self.decode(bytes, last));
        let had_errors = decoded.contains(char::REPLACEMENT_CHARACTER);
        let written = decoded.floor_char_boundary(text.len());
        self.rest = decoded.split_off(written);
        overwrite(text, &decoded);
        let result = if self.rest.is_empty() { CoderResult::InputEmpty } else { CoderResult::OutputFull };
        (result, bytes.len(), written, had_errors)
    }

    fn decode(&self, bytes: &[u8], last: bool) -> String {
        let Some(platform) = &self.platform else {
            return bytes.iter().copied().map(user_defined).collect();
        };
        let options = TextDecodeOptions::new();
        options.set_stream(!last);
        // It refuses nothing: `fatal` is not set.
        platform.decode_with_u8_array_and_options(bytes, &options).unwrap_or_default()
    }
}

/// The progress of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "as in the crate it stands in for")]
pub enum CoderResult {
    /// All of the input was taken.
    InputEmpty,
    /// There was more to write than room.
    OutputFull,
}

/// The [decoder] of `x-user-defined`.
///
/// [decoder]: https://encoding.spec.whatwg.org/#x-user-defined-decoder
fn user_defined(byte: u8) -> char {
    let code = u32::from(byte);
    let code = if byte.is_ascii() { code } else { code.wrapping_add(0xF780 - 0x80) };
    char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// Puts `start` over the start of `text`. A character of `text` that is hit in the middle becomes NULs.
fn overwrite(text: &mut str, start: &str) {
    let end = text.ceil_char_boundary(start.len());
    #[expect(unsafe_code, reason = "a `str` cannot be written to otherwise")]
    // SAFETY: what is written is a whole `str` and NULs, up to a boundary.
    let bytes = unsafe { text.as_bytes_mut() };
    let (over, zeroed) = bytes.split_at_mut(start.len());
    over.copy_from_slice(start.as_bytes());
    if let Some(zeroed) = zeroed.get_mut(..end.saturating_sub(start.len())) {
        zeroed.fill(0);
    }
}
