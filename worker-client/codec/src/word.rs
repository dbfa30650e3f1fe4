//! Eight bytes in one word.

/// That byte in each byte of a word.
pub(crate) const fn each(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}
