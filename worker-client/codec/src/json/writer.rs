//! The writer of JSON text: the code that depends on no type, so that it is built here, for speed.

use std::fmt::{Arguments, Write as _};

use serde_json::Number;

use crate::word::each;

/// The text so far.
pub(super) struct Writer(pub(super) String);

impl Writer {
    #[inline(never)]
    pub(super) fn push(&mut self, part: &str) {
        self.0.push_str(part);
    }

    #[inline(never)]
    pub(super) fn text(&mut self, text: &str) {
        self.0.push('"');
        let mut rest = text;
        while let Some(at) = first_escaped(rest.as_bytes()) {
            // A character that is escaped is one byte long.
            let (plain, escaped) = rest.split_at(at);
            self.0.push_str(plain);
            let (escaped, after) = escaped.split_at(1);
            escaped.chars().for_each(|escaped| self.escaped(escaped));
            rest = after;
        }
        self.0.push_str(rest);
        self.0.push('"');
    }

    /// RFC 8259 §7.
    fn escaped(&mut self, character: char) {
        match character {
            '"' => self.0.push_str("\\\""),
            '\\' => self.0.push_str("\\\\"),
            '\u{8}' => self.0.push_str("\\b"),
            '\t' => self.0.push_str("\\t"),
            '\n' => self.0.push_str("\\n"),
            '\u{c}' => self.0.push_str("\\f"),
            '\r' => self.0.push_str("\\r"),
            other => self.displayed(format_args!("\\u{:04x}", u32::from(other))),
        }
    }

    #[inline(never)]
    pub(super) fn number(&mut self, number: &Number) {
        self.displayed(format_args!("{number}"));
    }

    fn displayed(&mut self, value: Arguments<'_>) {
        // A `String` takes all that is written to it.
        let _ = self.0.write_fmt(value);
    }

    /// A list or object that begins and ends so.
    #[inline(never)]
    pub(super) fn parts(&mut self, first: &str, last: &'static str) -> Parts<'_> {
        self.0.push_str(first);
        Parts { writer: self, last, is_first: true }
    }

    /// The same as the only member of an object, named after a variant.
    #[inline(never)]
    pub(super) fn variant(&mut self, name: &str, first: &str, last: &'static str) -> Parts<'_> {
        self.0.push('{');
        self.text(name);
        self.0.push(':');
        self.parts(first, last)
    }
}

/// The place of the first byte that is escaped. Eight bytes are looked at in one word, as hardly any is.
fn first_escaped(text: &[u8]) -> Option<usize> {
    let (words, _) = text.as_chunks::<8>();
    let plain =
        words.iter().take_while(|word| !has_escaped(u64::from_ne_bytes(**word))).count().saturating_mul(8);
    let rest = text.get(plain..)?;
    rest.iter().position(|byte| is_escaped(*byte)).and_then(|at| plain.checked_add(at))
}

const fn is_escaped(byte: u8) -> bool {
    matches!(byte, ..0x20 | b'"' | b'\\')
}

/// True if one of the bytes of a word is escaped: a byte below a bound borrows from its high bit when the bound is taken
/// from it, and had none before.
const fn has_escaped(word: u64) -> bool {
    let (quote, backslash) = (word ^ each(b'"'), word ^ each(b'\\'));
    let below_space = word.wrapping_sub(each(b' ')) & !word;
    let is_quote = quote.wrapping_sub(each(1)) & !quote;
    let is_backslash = backslash.wrapping_sub(each(1)) & !backslash;
    (below_space | is_quote | is_backslash) & each(0x80) != 0
}

/// A list or object under way.
pub(super) struct Parts<'a> {
    pub(super) writer: &'a mut Writer,
    last: &'static str,
    is_first: bool,
}

impl Parts<'_> {
    /// The writer, for the next item.
    #[inline(never)]
    pub(super) fn item(&mut self) -> &mut Writer {
        if !std::mem::take(&mut self.is_first) {
            self.writer.0.push(',');
        }
        self.writer
    }

    /// The writer, for the value of the next member.
    #[inline(never)]
    pub(super) fn member(&mut self, name: &str) -> &mut Writer {
        let writer = self.item();
        writer.text(name);
        writer.0.push(':');
        writer
    }

    #[inline(never)]
    pub(super) fn ended(self) {
        self.writer.0.push_str(self.last);
    }
}
