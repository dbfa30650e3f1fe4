//! JSON files that a person writes by hand, with the marks that editors leave in them.

use std::{fs, path::Path};

use serde::de::DeserializeOwned;

use super::usage::Usage;

/// The document of a file, which is `expected`. Comments and commas after a last member are allowed, as editors allow them in their settings.
pub(super) fn read<T: DeserializeOwned>(path: &Path, expected: &str) -> Result<T, Usage> {
    let bytes = fs::read(path).map_err(|error| Usage::at(path, error))?;
    if is_utf_16(&bytes) {
        return Err(Usage::at(path, UTF_16));
    }
    let json = without_comments(without_mark(&bytes));
    serde_json::from_slice(&json).map_err(|error| Usage::at(path, format!("{error}; the file is {expected}")))
}

/// The remedy for a text of UTF-16.
pub(super) const UTF_16: &str = "the text is UTF-16; save it as UTF-8";

/// Returns `true` for the byte order marks of UTF-16, with which some programs of Windows begin a file.
pub(super) fn is_utf_16(text: &[u8]) -> bool {
    text.starts_with(b"\xff\xfe") || text.starts_with(b"\xfe\xff")
}

/// A text without the byte order mark of UTF-8.
pub(super) fn without_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text)
}

/// Replaces comments, and commas after a last member, by spaces: each line and column stays where it is.
fn without_comments(text: &[u8]) -> Vec<u8> {
    let mut json = Vec::with_capacity(text.len());
    let mut rest = text;
    // The place of a comma that nothing has followed yet.
    let mut comma = None;
    while let Some(first) = rest.first() {
        let (length, is_comment) = match rest {
            [b'/', b'/', ..] => (rest.iter().position(|byte| *byte == b'\n'), true),
            [b'/', b'*', body @ ..] => {
                let end = body.windows(2).position(|two| two == b"*/");
                (end.map(|end| end.saturating_add(4)), true)
            }
            [b'"', ..] => (text_length(rest), false),
            _ => (Some(1), false),
        };
        let (part, after) = rest.split_at_checked(length.unwrap_or(rest.len())).unwrap_or((rest, &[]));
        rest = after;
        if is_comment {
            json.extend(part.iter().map(|byte| if *byte == b'\n' { b'\n' } else { b' ' }));
            continue;
        }
        if !first.is_ascii_whitespace() {
            let last = comma.take().filter(|_| matches!(first, b']' | b'}'));
            if let Some(byte) = last.and_then(|at: usize| json.get_mut(at)) {
                *byte = b' ';
            }
            comma = (*first == b',').then_some(json.len());
        }
        json.extend(part);
    }
    json
}

/// The length of the JSON string that a text begins with.
fn text_length(text: &[u8]) -> Option<usize> {
    let mut is_escaped = false;
    let is_end = |byte: &u8| {
        let is_end = !is_escaped && *byte == b'"';
        is_escaped = !is_escaped && *byte == b'\\';
        is_end
    };
    text.iter().skip(1).position(is_end).map(|end| end.saturating_add(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_last_commas_are_spaces() {
        for (text, expected) in [
            ("{\"a\": 1, // one\r\n}", "{\"a\": 1         \n}"),
            ("[1, /* two\n */ ]", "[1        \n    ]"),
            (r#"{"a": "// no, \" /* ,] */", "b": [1,2]}"#, r#"{"a": "// no, \" /* ,] */", "b": [1,2]}"#),
            ("[1,,]", "[1, ]"),
            ("[,1]", "[,1]"),
            ("[1] // the end", "[1]           "),
            ("[1 /* no end", "[1          "),
            ("\"no end", "\"no end"),
        ] {
            assert_eq!(String::from_utf8_lossy(&without_comments(text.as_bytes())), expected);
        }
    }
}
