use std::{
    fmt,
    time::{Duration, SystemTime},
};

use http::{HeaderMap, HeaderName, header};

/// The time that a server asks to wait before the next request: `Retry-After` (RFC 9110 §10.2.3).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the two forms of the header")]
pub enum RetryAfter {
    /// A time from now on: seconds, or a date measured by the server's own `Date`.
    After(Duration),
    /// A date of a server that does not send its own.
    At(SystemTime),
}

impl RetryAfter {
    /// The longest time that a response asks for; values that cannot be read are ignored.
    pub fn read(headers: &HeaderMap) -> Option<Self> {
        let sent = texts(headers, header::DATE).find_map(|date| httpdate::parse_http_date(date).ok());
        let waits = texts(headers, header::RETRY_AFTER).filter_map(|value| {
            if let Some(seconds) = seconds(value) {
                return Some(Self::After(Duration::from_secs(seconds)));
            }
            let at = httpdate::parse_http_date(value).ok()?;
            Some(sent.map_or(Self::At(at), |sent| Self::After(at.duration_since(sent).unwrap_or_default())))
        });
        waits.reduce(|longest, wait| if wait.is_longer_than(longest) { wait } else { longest })
    }

    /// The time to wait from `now` on, at most a day.
    pub fn wait(self, now: SystemTime) -> Duration {
        let wait = match self {
            Self::After(wait) => wait,
            Self::At(at) => at.duration_since(now).unwrap_or_default(),
        };
        wait.min(LONGEST)
    }

    fn is_longer_than(self, other: Self) -> bool {
        match (self, other) {
            (Self::After(one), Self::After(other)) => one > other,
            (Self::At(one), Self::At(other)) => one > other,
            (Self::At(_), Self::After(_)) | (Self::After(_), Self::At(_)) => false,
        }
    }
}

impl fmt::Display for RetryAfter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::After(wait) => write!(f, "of {} seconds", wait.as_secs()),
            Self::At(at) => write!(f, "until {}", httpdate::fmt_http_date(*at)),
        }
    }
}

/// A number of seconds; some servers send a fraction, which is rounded up.
fn seconds(value: &str) -> Option<u64> {
    let (whole, fraction) = value.split_once('.').unwrap_or((value, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let whole = Some(whole).filter(|whole| !whole.is_empty() && is_number(whole) && is_number(fraction))?;
    Some(whole.parse().unwrap_or(u64::MAX).saturating_add(u64::from(!fraction.is_empty())))
}

fn texts(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).map(str::trim)
}

const LONGEST: Duration = Duration::from_hours(24);

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    /// 1994-11-06 08:49:37 UTC, the date of the examples of RFC 9110 §5.6.7.
    const EXAMPLE: Duration = Duration::from_secs(784_111_777);

    fn wait(retry_after: &[&str], date: &[&str]) -> Option<u64> {
        let mut headers = HeaderMap::new();
        for value in retry_after {
            headers.append(header::RETRY_AFTER, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        for value in date {
            headers.append(header::DATE, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        let now = SystemTime::UNIX_EPOCH.checked_add(EXAMPLE).unwrap();
        RetryAfter::read(&headers).map(|retry_after| retry_after.wait(now).as_secs())
    }

    #[test]
    fn retry_after_date_and_seconds() {
        let early = "Sun, 06 Nov 1994 08:47:37 GMT";
        for (retry_after, date, expected) in [
            (&["120"][..], &[][..], Some(120)),
            (&[" 120 "], &[], Some(120)),
            (&["0"], &[], Some(0)),
            (&["1.2"], &[], Some(2)),
            (&["Sun, 06 Nov 1994 08:50:37 GMT"], &[], Some(60)),
            // RFC 9110 §5.6.7: the obsolete forms are read too.
            (&["Sunday, 06-Nov-94 08:50:37 GMT"], &[], Some(60)),
            (&["Sun Nov  6 08:50:37 1994"], &[], Some(60)),
            // The server's own clock is two minutes behind.
            (&["Sun, 06 Nov 1994 08:49:37 GMT"], &[early], Some(120)),
            (&["Sun, 06 Nov 1994 08:49:37 GMT"], &[], Some(0)),
            (&["Sun, 06 Nov 1994 08:40:00 GMT"], &[early], Some(0)),
            (&["Sun, 06 Nov 1994 08:50:37 GMT"], &["yesterday"], Some(60)),
            (&["120"], &[early], Some(120)),
            // Bounded.
            (&["86401"], &[], Some(86_400)),
            (&["99999999999999999999"], &[], Some(86_400)),
            (&["Thu, 06 Nov 2994 08:49:37 GMT"], &[], Some(86_400)),
            // The longest of several, the good one beside a malformed one.
            (&["5", "60", "7"], &[], Some(60)),
            (&["soon", "60"], &[], Some(60)),
            (&["\u{e9}", "60"], &[], Some(60)),
            (&[], &[], None),
            (&[""], &[], None),
            (&["soon"], &[], None),
            (&["-5"], &[], None),
            (&["NaN"], &[], None),
            (&["inf"], &[], None),
            (&["120s"], &[], None),
            (&["Sun, 31 Feb 1994 08:49:37 GMT"], &[], None),
        ] {
            assert_eq!(wait(retry_after, date), expected, "{retry_after:?} {date:?}");
        }
    }
}
