use std::fmt;

use serde::{Deserialize, Serialize};

/// Words of the other side, such as an `error_description` (RFC 6749 §5.2): untrusted text, cleaned of what could
/// disguise it and bounded. Displayed as a quotation, beside a sentence of our own and never in its place.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Quotation(String);

impl Quotation {
    /// The words of a text; `None` if it has none.
    pub fn of(text: &str) -> Option<Self> {
        let shown = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c });
        let shown: String = shown.filter(|c| !c.is_control() && !is_format(*c)).take(MAX_CHARS).collect();
        Some(shown.trim().to_owned()).filter(|text| !text.is_empty()).map(Self)
    }
}

impl fmt::Display for Quotation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\u{201c}{}\u{201d}", self.0)
    }
}

/// An error code, cleaned and bounded: visible ASCII, as RFC 6749 §4.1.2.1 and §5.2 have it.
pub(crate) fn error_code(text: &str) -> String {
    text.chars().filter(char::is_ascii_graphic).take(MAX_CODE).collect()
}

/// The words in a sentence, if there are any.
pub(crate) fn said(words: Option<&Quotation>) -> String {
    words.map(|words| format!(" and says {words}")).unwrap_or_default()
}

/// Characters that direct, join or hide others (Unicode general category Cf, and tags).
fn is_format(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{61c}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffd}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

const MAX_CHARS: usize = 200;
const MAX_CODE: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_cleaned_and_bounded() {
        for (text, expected) in [
            ("Your administrator must approve this app", Some("“Your administrator must approve this app”")),
            ("a\tb\r\nc", Some("“a b  c”")),
            ("a\u{202e}b\u{200b}c\u{0}", Some("“abc”")),
            (" \u{feff} ", None),
            ("", None),
        ] {
            assert_eq!(Quotation::of(text).map(|words| words.to_string()).as_deref(), expected, "{text:?}");
        }
        assert_eq!(Quotation::of(&"é".repeat(1000)).unwrap().to_string().chars().count(), 202);
    }
}
