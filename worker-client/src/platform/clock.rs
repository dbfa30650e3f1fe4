//! The clock of the platform, behind one function.

use std::time::{Duration, SystemTime};

/// The time of this event; it stands still while the Worker computes.
pub(crate) fn now() -> SystemTime {
    #[expect(clippy::disallowed_methods, reason = "the only call of it")]
    let millis = worker::js_sys::Date::now();
    // Whole milliseconds, of which there are fewer than a float counts exactly.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a time after 1970")]
    let since = Duration::from_millis(millis as u64);
    SystemTime::UNIX_EPOCH.checked_add(since).unwrap_or(SystemTime::UNIX_EPOCH)
}

/// Milliseconds since 1970.
pub(crate) fn millis(time: SystemTime) -> i64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Seconds since 1970, as rows keep them.
pub(crate) fn seconds(time: SystemTime) -> i64 {
    millis(time) / 1000
}
