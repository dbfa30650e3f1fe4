//! The clock and the generator: each behind one function.

use std::time::{Duration, SystemTime};

/// The time of this event; it stands still while the Worker computes.
pub(super) fn now() -> SystemTime {
    #[expect(clippy::disallowed_methods, reason = "the one door")]
    let millis = worker::Date::now().as_millis();
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(millis)).unwrap_or(SystemTime::UNIX_EPOCH)
}

/// Seconds since 1970, as rows keep them.
pub(super) fn seconds(time: SystemTime) -> i64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

/// Fresh random bytes of the platform's cryptographic generator.
pub(super) fn entropy<const N: usize>() -> worker::Result<[u8; N]> {
    let mut bytes = [0; N];
    #[expect(clippy::disallowed_methods, reason = "the one door")]
    getrandom::fill(&mut bytes).map_err(|error| worker::Error::RustError(error.to_string()))?;
    Ok(bytes)
}
