use std::{borrow::Cow, fmt, fmt::Write};

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use unicode_segmentation::UnicodeSegmentation;

use self::visible::{is_blank, one_line};

mod visible;

/// An untrusted text, cleaned for display: one line, not empty, without invisible characters, limited in length.
///
/// Control characters, invisible characters (bidirectional overrides, zero-width characters, tags) and stacks of
/// combining marks are removed; ASCII white space is collapsed. The result is safe to display as text. It is not HTML,
/// and it is not verified, so the type has no `Display`: write it into a page with [`Self::html`].
///
/// ```
/// let title = branding::Text::title("Fish\u{202E} & <b>Chips</b>").unwrap();
/// assert_eq!(title.html().to_string(), "Fish &amp; &lt;b&gt;Chips&lt;/b&gt;");
/// ```
///
/// ```compile_fail,E0277
/// let title = branding::Text::title("Fish & Chips").unwrap();
/// println!("{title}");
/// ```
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(try_from = "String")]
pub struct Text(String);

impl Text {
    /// At most 80 graphemes of a text in which character references are already decoded; `None` if nothing visible is
    /// left.
    pub fn title(raw: &str) -> Option<Self> {
        Self::clean(raw, TITLE)
    }

    /// At most 200 graphemes of a text in which character references are already decoded; `None` if nothing visible is
    /// left.
    pub fn description(raw: &str) -> Option<Self> {
        Self::clean(raw, DESCRIPTION)
    }

    /// The text without escaping. It must be escaped for each context in which it is used.
    pub fn as_untrusted_str(&self) -> &str {
        &self.0
    }

    /// The text escaped for the content of an HTML element or a quoted attribute.
    pub fn html(&self) -> impl fmt::Display {
        Html(&self.0)
    }

    /// Cleaning is idempotent: a law in the tests checks it.
    fn clean(raw: &str, graphemes: usize) -> Option<Self> {
        // A single grapheme can be long without any mark: Hangul letters, for example, join without limit.
        let chars = graphemes.saturating_mul(CHARS_PER_GRAPHEME);
        let mut text = one_line(raw, chars);
        let is_long = |text: &str| text.chars().count() > chars || text.graphemes(true).count() > graphemes;
        // A text of so few bytes is within the limit in any case.
        if text.len() > graphemes && is_long(&text) {
            text = text.chars().take(chars.saturating_sub(1)).collect();
            text = text.graphemes(true).take(graphemes.saturating_sub(1)).collect();
            text.truncate(text.trim_ascii_end().len());
            text.push('…');
        }
        text.chars().any(|c| !is_blank(c)).then_some(Self(text))
    }
}

impl TryFrom<String> for Text {
    type Error = Blank;

    /// Cleans the text again: a stored value may have been changed.
    fn try_from(text: String) -> Result<Self, Blank> {
        Self::description(&text).ok_or(Blank)
    }
}

impl JsonSchema for Text {
    fn schema_name() -> Cow<'static, str> {
        "Text".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "minLength": 1, "maxLength": DESCRIPTION * CHARS_PER_GRAPHEME })
    }
}

/// The error for a text in which nothing is visible.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("nothing in the text can be read")]
#[non_exhaustive]
pub struct Blank;

/// A shorter limit, for fields that allow fewer graphemes than [`Text`].
pub(crate) fn deserialize_title<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Text>, D::Error> {
    Ok(Option::<Text>::deserialize(deserializer)?.and_then(|text| Text::title(&text.0)))
}

struct Html<'a>(&'a str);

impl fmt::Display for Html<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|c| match c {
            '&' => f.write_str("&amp;"),
            '<' => f.write_str("&lt;"),
            '>' => f.write_str("&gt;"),
            '"' => f.write_str("&quot;"),
            '\'' => f.write_str("&#39;"),
            c => f.write_char(c),
        })
    }
}

const TITLE: usize = 80;
const DESCRIPTION: usize = 200;
const CHARS_PER_GRAPHEME: usize = 4;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn title(raw: &str) -> Option<String> {
        Text::title(raw).map(|text| text.0)
    }

    #[test]
    fn invisible_characters_go_and_the_rest_stays() {
        for (raw, expected) in [
            ("Google", Some("Google")),
            ("Goo\u{202E}gle", Some("Google")),
            ("\u{2066}Goo\u{200B}gle\u{2069}\u{FEFF}", Some("Google")),
            ("Goo\u{E0067}gle\u{AD}", Some("Google")),
            ("\u{1b}[31mred\u{9b}0m\u{7f}", Some("[31mred0m")),
            ("a\u{0}b", Some("ab")),
            ("  a \t\r\n b\u{c} ", Some("a b")),
            ("a \u{200B} b", Some("a b")),
            ("a\u{2028}b\u{2029}", Some("a b")),
            ("A\u{3000}B", Some("A\u{3000}B")),
            ("日本語 العربية עברית हिन्दी ไทย", Some("日本語 العربية עברית हिन्दी ไทย")),
            ("👍🏽 ❤\u{FE0F} 🇩🇪", Some("👍🏽 ❤\u{FE0F} 🇩🇪")),
            ("\u{301}e\u{301}", Some("e\u{301}")),
            ("", None),
            (" \u{200B}\t\u{3000}\u{A0}\u{3164}\u{2800} ", None),
            ("\u{301}\u{302}", None),
        ] {
            assert_eq!(title(raw).as_deref(), expected, "{raw:?}");
        }
    }

    #[test]
    fn caps() {
        assert_eq!(title(&"x".repeat(80)), Some("x".repeat(80)));
        assert_eq!(title(&"x".repeat(81)), Some("x".repeat(79) + "…"));
        assert_eq!(title(&"🇩🇪".repeat(81)), Some("🇩🇪".repeat(79) + "…"));
        assert_eq!(title(&format!("{} yyy", "x".repeat(78))), Some("x".repeat(78) + "…"));
        let description = Text::description(&"x".repeat(201)).unwrap();
        assert_eq!(description.0, "x".repeat(199) + "…");
    }

    #[test]
    fn towers_of_marks_are_cut() {
        assert_eq!(
            title(&format!("Z{}algo", "\u{30D}".repeat(2000))),
            Some(format!("Z{}algo", "\u{30D}".repeat(5)))
        );
        let joined = title(&"\u{1100}".repeat(2000)).unwrap();
        assert_eq!(joined.chars().count(), TITLE * CHARS_PER_GRAPHEME);
    }

    #[test]
    fn html_is_inert() {
        for raw in [
            "</title><script>alert(1)</script>",
            "\"><img src=x onerror=alert(1)>",
            "' onmouseover='",
            "&lt;",
        ] {
            let html = Text::title(raw).unwrap().html().to_string();
            assert!(!html.contains(['<', '>', '"', '\'']), "{html}");
            assert_eq!(htmlize::unescape_attribute(&html), raw);
        }
    }

    proptest! {
        #[test]
        fn cleaning_what_is_clean_changes_nothing(raw in hostile()) {
            if let Some(text) = Text::description(&raw) {
                prop_assert_eq!(Text::description(&text.0), Some(text.clone()));
            }
            if let Some(text) = Text::title(&raw) {
                prop_assert_eq!(Text::title(&text.0), Some(text.clone()));
                prop_assert_eq!(Text::description(&text.0), Some(text));
            }
        }

        #[test]
        fn is_bounded(raw in hostile()) {
            if let Some(Text(text)) = Text::title(&raw) {
                prop_assert!(text.graphemes(true).count() <= TITLE);
                prop_assert!(text.chars().count() <= TITLE * CHARS_PER_GRAPHEME);
            }
        }

        #[test]
        fn a_store_cannot_dirty_it(raw in hostile()) {
            let json = serde_json::to_string(&raw).unwrap();
            prop_assert_eq!(serde_json::from_str(&json).ok(), Text::description(&raw));
        }
    }

    fn hostile() -> impl Strategy<Value = String> {
        let awkward = prop::sample::select(vec![
            " ",
            "\n",
            "a",
            "क",
            "\u{94D}",
            "\u{301}",
            "\u{363}",
            "\u{1100}",
            "\u{600}",
            "\u{FE0F}",
            "🇩",
            "👩",
            "\u{200D}",
            "\u{202E}",
            "\u{2028}",
            "\u{E0041}",
            "\u{0}",
            "\u{3000}",
        ]);
        let piece = prop_oneof![any::<char>().prop_map(String::from), awkward.prop_map(str::to_owned)];
        prop::collection::vec((piece, 1..100_usize), 0..20)
            .prop_map(|pieces| pieces.iter().map(|(piece, times)| piece.repeat(*times)).collect())
    }
}
