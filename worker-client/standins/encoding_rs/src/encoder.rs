use crate::CoderResult;

/// Stands where `lol_html` would write what it changed in a page. Nothing here changes one.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Encoder {}

impl Encoder {
    /// There is none.
    pub fn has_pending_state(&self) -> bool {
        false
    }

    /// Takes the text, and writes nothing of it.
    pub fn encode_from_utf8(
        &mut self,
        text: &str,
        _: &mut [u8],
        _: bool,
    ) -> (CoderResult, usize, usize, bool) {
        (CoderResult::InputEmpty, text.len(), 0, true)
    }
}
