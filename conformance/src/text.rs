//! Text of strangers: bounded, and escaped for the place where it is printed.

use login_flow::Actor;

/// Control, direction and zero-width characters, which change what a reader sees around them, and the two noncharacters
/// that XML excludes.
pub(crate) fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{61c}' | '\u{fffe}' | '\u{ffff}')
}

/// The text of a stranger for a terminal or the log of a CI runner: each character that could move the cursor, turn the
/// line or begin a command of the runner becomes a visible escape.
///
/// Runners take commands from any output: `##[…]` and `##vso[…]` anywhere in a line, `::…::` where a line begins.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut before = None;
    let mut begins = text.trim_start().starts_with("::");
    for c in text.chars() {
        let is_command = continues_command(before, c) || (begins && c == ':');
        if is_unsafe(c) || is_command {
            escaped.extend(c.escape_unicode());
        } else {
            escaped.push(c);
        }
        begins &= c != ':';
        before = Some(c);
    }
    escaped
}

/// True for the second of two `#`, with which the commands of runners begin.
pub(crate) fn continues_command(before: Option<char>, c: char) -> bool {
    (before, c) == (Some('#'), '#')
}

/// The first characters of a text, and an ellipsis where there were more.
pub(crate) fn bounded(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => [text.get(..end).unwrap_or_default(), "…"].concat(),
        None => text.to_owned(),
    }
}

/// A sentence, with the party that must act if there is one.
pub(crate) fn with_actor(sentence: String, actor: Option<Actor>) -> String {
    match actor {
        Some(actor) => format!("{sentence} ({} must act)", actor.as_str()),
        None => sentence,
    }
}

/// A name without what may be a secret of its URL.
pub(crate) fn without_credentials(name: &str) -> String {
    let (scheme, rest) = name.split_at(name.find("://").map_or(0, |at| at.saturating_add(3)));
    let (rest, query) = rest.split_at(rest.find(['?', '#']).unwrap_or(rest.len()));
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = authority.rsplit_once('@').map_or(authority.to_owned(), |(_, host)| format!("…@{host}"));
    let query = if query.is_empty() { "" } else { "?…" };
    [scheme, &host, path, query].concat()
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
    fn l08_nothing_begins_a_command() {
        for (text, expected) in [
            ("##[error]a", r"#\u{23}[error]a"),
            ("a ##vso[b]", r"a #\u{23}vso[b]"),
            ("###[a]", r"#\u{23}\u{23}[a]"),
            ("::error::a", r"\u{3a}:error::a"),
            (" \u{a0}::error::a", " \u{a0}\\u{3a}:error::a"),
            ("a#b # ::c https://[2001:db8::1]/", "a#b # ::c https://[2001:db8::1]/"),
            (":a", ":a"),
        ] {
            assert_eq!(escape(text), expected);
        }
    }

    #[test]
    fn a_name_is_shown_without_its_secrets() {
        for (name, expected) in [
            ("https://bob:pw@good.example/mcp", "https://…@good.example/mcp"),
            ("bob:pw@good.example", "…@good.example"),
            ("https://10.0.0.1/mcp?api_key=canary#x", "https://10.0.0.1/mcp?…"),
            ("https://good.example/@user", "https://good.example/@user"),
            ("not a url", "not a url"),
        ] {
            assert_eq!(without_credentials(name), expected);
        }
    }

    #[test]
    fn bounds() {
        assert_eq!(bounded("äöü", 3), "äöü");
        assert_eq!(bounded("äöüß", 3), "äöü…");
    }
}
