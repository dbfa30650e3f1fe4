use std::{borrow::Cow, fmt::Write};

use idna::AsciiDenyList;

/// Each character alone, after a letter and before one.
pub fn characters() -> String {
    let mut table = String::new();
    for character in (0x80..=0x3_ffff).chain(0xe_0000..=0xe_01ff).filter_map(char::from_u32) {
        for domain in [format!("{character}"), format!("x{character}"), format!("{character}x")] {
            let _ = writeln!(table, "{}\t{}", domain.escape_default(), ascii(&domain));
        }
    }
    table
}

/// Domains of up to four of the parts below.
pub fn composed() -> String {
    let mut table = String::new();
    let mut domains: Vec<String> = vec![String::new()];
    for _ in 0..4 {
        domains =
            domains.iter().flat_map(|start| PARTS.iter().map(move |part| format!("{start}{part}"))).collect();
        domains.sort();
        domains.dedup();
    }
    for domain in domains {
        let _ = writeln!(table, "{}\t{}", domain.escape_default(), ascii(&domain));
    }
    table
}

fn ascii(domain: &str) -> Cow<'_, str> {
    idna::domain_to_ascii_from_cow(Cow::Borrowed(domain.as_bytes()), AsciiDenyList::URL).unwrap_or("!".into())
}

/// Of each class of the rules one, and what has a rule of its own.
const PARTS: [&str; 26] = [
    "",
    "a",
    "B",
    "1",
    "-",
    "_",
    ".",
    "\u{3002}",       // the ideographic full stop
    "\u{e4}",         // a letter
    "\u{df}",         // one that the older rules mapped to two
    "\u{ff21}",       // one that is mapped to ASCII
    "\u{ff05}",       // one that is mapped to a percent sign
    "\u{ad}",         // one that is left out
    "\u{301}",        // a mark
    "\u{915}\u{94d}", // a letter with a virama
    "\u{200c}",       // a joiner
    "\u{200d}",       // the other one
    "\u{5d0}",        // right to left
    "\u{628}",        // right to left, and joins
    "\u{661}",        // an Arabic digit
    "\u{6f1}",        // a digit of the extended Arabic ones, which counts as a European one
    "\u{2603}",       // neutral
    "xn--",
    "xn--4db", // an A-label, right to left
    "xn--a",   // not an A-label
    "%",
];
