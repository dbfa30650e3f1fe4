//! The writer of JSON text: the code that depends on no type, so that it is built here, for speed.

use std::fmt::{Arguments, Write as _};

use serde_json::Number;

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
        while let Some(at) = rest.bytes().position(is_escaped) {
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

const fn is_escaped(byte: u8) -> bool {
    matches!(byte, ..0x20 | b'"' | b'\\')
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
