/// Fresh random bytes.
///
/// # Panics
///
/// If the machine has no generator: without entropy no secret is safe.
pub(crate) fn entropy() -> [u8; 32] {
    let mut bytes = [0; 32];
    #[expect(
        clippy::disallowed_methods,
        clippy::expect_used,
        reason = "the one source of entropy; without it no secret is safe"
    )]
    getrandom::fill(&mut bytes).expect("the machine has a generator");
    bytes
}
