//! Texts that a host can choose.

/// Text that would be more than text in a page that does not escape.
pub(crate) const HOSTILE: &str =
    r#"</title><script>alert(1)</script>"><img src=x onerror=alert(1)>' onmouseover='"#;

/// A letter under 2,000 marks.
pub(super) fn marks() -> String {
    format!("Z{}", "\u{30D}".repeat(2000))
}

/// As long as a name can be.
pub(super) fn long_host() -> String {
    format!("{0}.{0}.{0}.{1}.example", "a".repeat(63), "b".repeat(50))
}
