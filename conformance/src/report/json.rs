//! One line of JSON for each host.

use std::{borrow::Cow, fmt::Write};

use schemars::{Schema, schema_for};
use serde::ser::Error;

use super::model::Report;
use crate::text::{continues_command, is_unsafe};

/// The report as one line.
pub fn print(report: &Report) -> Result<String, serde_json::Error> {
    let mut json = Vec::with_capacity(USUAL_LENGTH);
    serde_json::to_writer(&mut json, report)?;
    json.push(b'\n');
    let line = String::from_utf8(json).map_err(serde_json::Error::custom)?;
    Ok(match escape(&line) {
        Cow::Borrowed(_) => line,
        Cow::Owned(escaped) => escaped,
    })
}

/// The schema of a line.
pub fn schema() -> Schema {
    schema_for!(Report)
}

/// Controls, directions and the beginnings of a runner's commands, which JSON allows inside its texts, as `\u` escapes: a
/// line is safe on a terminal and in a log too.
pub(crate) fn escape(json: &str) -> Cow<'_, str> {
    let bytes = json.as_bytes();
    let mut escaped = String::new();
    let (mut copied, mut read) = (0, 0);
    while let Some(found) = bytes.get(read..).and_then(next_unusual) {
        let at = found.saturating_add(read);
        let Some(c) = json.get(at..).and_then(|rest| rest.chars().next()) else { break };
        read = c.len_utf8().saturating_add(at);
        let before = at.checked_sub(1).and_then(|before| bytes.get(before)).copied().map(char::from);
        // A line end outside of a text is layout.
        if !(continues_command(before, c) || is_unsafe(c) && c != '\n') {
            continue;
        }
        escaped.push_str(json.get(copied..at).unwrap_or_default());
        copied = read;
        let mut units = [0; 2];
        for unit in c.encode_utf16(&mut units) {
            // Writing to a string does not fail.
            let _ = write!(escaped, "\\u{unit:04x}");
        }
    }
    if copied == 0 {
        return Cow::Borrowed(json);
    }
    escaped.push_str(json.get(copied..).unwrap_or_default());
    Cow::Owned(escaped)
}

/// The place of the first byte of a character that may have to be escaped.
fn next_unusual(bytes: &[u8]) -> Option<usize> {
    let is_unusual = |byte: &u8| !matches!(byte, b' '..=b'~') || *byte == b'#';
    // A block is read without an early end, so that many bytes are compared at once.
    let has_unusual = |block: &[u8]| block.iter().fold(false, |has, byte| has | is_unusual(byte));
    let (index, block) = bytes.chunks(BLOCK).enumerate().find(|(_, block)| has_unusual(block))?;
    let at = block.iter().position(is_unusual)?;
    Some(index.saturating_mul(BLOCK).saturating_add(at))
}

const BLOCK: usize = 64;
/// The length of the line of a host that is only read, rounded up.
const USUAL_LENGTH: usize = 12 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_escaped_at_any_place() {
        for (text, expected) in [
            ("a", "a"),
            ("\n", "\n"),
            ("é…", "é…"),
            ("a # b", "a # b"),
            ("##[", "#\\u0023["),
            ("###", "#\\u0023\\u0023"),
            ("\u{7f}", "\\u007f"),
            ("\u{202e}é", "\\u202eé"),
        ] {
            for before in 0..=2 * BLOCK {
                let [text, expected] =
                    [text, expected].map(|text| [&*"x".repeat(before), text, "y"].concat());
                assert_eq!(escape(&text), expected);
            }
        }
    }
}
