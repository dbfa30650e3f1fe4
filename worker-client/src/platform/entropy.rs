//! The cryptographic generator of the platform, behind one function.

/// Fresh random bytes of the platform's cryptographic generator.
pub(crate) fn entropy<const N: usize>() -> worker::Result<[u8; N]> {
    let mut bytes = [0; N];
    #[expect(clippy::disallowed_methods, reason = "the only call of it")]
    getrandom::fill(&mut bytes).map_err(|error| worker::Error::RustError(error.to_string()))?;
    Ok(bytes)
}
