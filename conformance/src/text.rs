//! Text of strangers: bounded, and escaped for the place where it is printed.

/// Control, direction and zero-width characters, which change what a reader sees around them.
pub(crate) fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{61c}')
}

/// The text of a stranger for a terminal: each character that could move the cursor or turn the line becomes a visible
/// escape.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if is_unsafe(c) {
            escaped.extend(c.escape_unicode());
        } else {
            escaped.push(c);
        }
    }
    escaped
}

/// The first characters of a text, and an ellipsis where there were more.
pub(crate) fn bounded(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => [text.get(..end).unwrap_or_default(), "…"].concat(),
        None => text.to_owned(),
    }
}

/// The number of characters of a stranger's text that a finding quotes.
pub(crate) const MAX_EVIDENCE: usize = 300;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn l01_nothing_moves_the_cursor() {
        let hostile = "a\u{1b}[2Jb\u{1b}]52;c;aGk=\u{7}\rc\u{9b}1m\u{202e}d\u{7f}";
        let shown = escape(hostile);
        assert!(!shown.chars().any(is_unsafe), "{shown}");
        assert!(shown.contains(r"\u{1b}[2J") && shown.contains(r"\u{202e}"), "visible: {shown}");
        assert_eq!(escape("Grüße, 世界 👋"), "Grüße, 世界 👋", "what is harmless stays");
    }

    #[test]
    fn bounds() {
        assert_eq!(bounded("äöü", 3), "äöü");
        assert_eq!(bounded("äöüß", 3), "äöü…");
    }
}
