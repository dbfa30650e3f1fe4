use unicode_segmentation::UnicodeSegmentation;

/// The visible part of a text: at least `chars` characters, if it has as many.
pub(super) fn one_line(raw: &str, chars: usize) -> String {
    let mut line = String::new();
    let mut written = 0_usize;
    let mut space = false;
    // A mark without a base letter would combine with what the page shows before the text.
    let mut marks = MARKS;
    for c in raw.chars().filter(|c| !is_invisible(*c)) {
        if written > chars {
            break;
        }
        if c.is_ascii_whitespace() || is_line_break(c) {
            space = !line.is_empty();
            continue;
        }
        marks = if is_mark(c) { marks.saturating_add(1) } else { 0 };
        if marks > MARKS {
            continue;
        }
        if space {
            line.push(' ');
        }
        line.push(c);
        written = written.saturating_add(1).saturating_add(usize::from(space));
        space = false;
    }
    line
}

/// True for the line and paragraph separator, which end a line, also in a JavaScript string.
fn is_line_break(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}')
}

/// True for a character that is drawn above or below the one before it.
fn is_mark(c: char) -> bool {
    !c.is_ascii() && String::from_iter(['a', c]).graphemes(true).count() == 1
}

/// True for a character that occupies space and shows nothing.
pub(super) fn is_blank(c: char) -> bool {
    c.is_whitespace() || c == '\u{2800}'
}

/// True for an invisible character, which can be used for spoofing or for hidden text.
fn is_invisible(c: char) -> bool {
    if c.is_control() {
        return !c.is_ascii_whitespace();
    }
    matches!(c,
        '\u{AD}'                    // soft hyphen
        | '\u{34F}'                 // combining grapheme joiner
        | '\u{61C}'                 // Arabic letter mark
        | '\u{115F}'..='\u{1160}'   // Hangul fillers
        | '\u{17B4}'..='\u{17B5}'   // Khmer inherent vowels
        | '\u{180B}'..='\u{180F}'   // Mongolian separators and selectors
        | '\u{200B}'..='\u{200F}'   // zero-width space and joiners, direction marks
        | '\u{202A}'..='\u{202E}'   // bidirectional embeddings and overrides
        | '\u{2060}'..='\u{206F}'   // word joiner, invisible operators, bidirectional isolates
        | '\u{3164}'                // Hangul filler
        | '\u{FEFF}'                // zero-width no-break space
        | '\u{FFA0}'                // Hangul filler of half width
        | '\u{FFF0}'..='\u{FFFB}'   // interlinear annotations
        | '\u{1BCA0}'..='\u{1BCA3}' // shorthand format controls
        | '\u{1D173}'..='\u{1D17A}' // musical format controls
        | '\u{E0000}'..='\u{E0FFF}' // tags and selectors
    )
}

/// Maximum number of marks on one letter: more than any script needs, and few enough to stay within the line.
const MARKS: usize = 5;
