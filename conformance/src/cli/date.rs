use std::time::{SystemTime, UNIX_EPOCH};

/// The date of today, in UTC, as `YYYY-MM-DD`: such texts are ordered as their dates are.
pub(super) fn today() -> String {
    #[expect(clippy::disallowed_methods, reason = "the clock of the command line")]
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    date(now.as_secs() / 86_400)
}

/// The date of a day since 1970-01-01.
fn date(mut days: u64) -> String {
    let mut year = 1970_u64;
    loop {
        let length = if is_leap(year) { 366 } else { 365 };
        if days < length {
            break;
        }
        days = days.saturating_sub(length);
        year = year.saturating_add(1);
    }
    let mut month = 1_u64;
    for length in months(year) {
        if days < length {
            break;
        }
        days = days.saturating_sub(length);
        month = month.saturating_add(1);
    }
    format!("{year:04}-{month:02}-{:02}", days.saturating_add(1))
}

/// The lengths of the months of a year.
fn months(year: u64) -> [u64; 12] {
    let february = if is_leap(year) { 29 } else { 28 };
    [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
}

fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

/// Returns `true` for a date that exists, as `YYYY-MM-DD`.
pub(super) fn is_date(text: &str) -> bool {
    let is_digit = |(at, c): (usize, char)| if matches!(at, 4 | 7) { c == '-' } else { c.is_ascii_digit() };
    let is_of_form = text.len() == 10 && text.chars().enumerate().all(is_digit);
    let mut parts = text.split('-').filter_map(|part| part.parse::<u64>().ok());
    let (Some(year), Some(month), Some(day)) = (parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let index = usize::try_from(month).ok().and_then(|month| month.checked_sub(1));
    let length = index.and_then(|index| months(year).get(index).copied());
    is_of_form && length.is_some_and(|length| (1..=length).contains(&day))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        for (days, expected) in [
            (0, "1970-01-01"),
            (59, "1970-03-01"),
            (11_016, "2000-02-29"),
            (20_784, "2026-11-27"),
            (47_540, "2100-02-28"),
        ] {
            assert_eq!(date(days), expected);
        }
        assert!(is_date(&today()) && *today() > *"2026-01-01");
        for (text, expected) in [
            ("2028-02-29", true),
            ("2027-02-29", false),
            ("2027-13-01", false),
            ("2027-00-10", false),
            ("2027-04-31", false),
            ("2027-04-00", false),
            ("2026-1-1", false),
            ("2026-01-1 ", false),
            ("tomorrow!!", false),
        ] {
            assert_eq!(is_date(text), expected, "{text}");
        }
    }
}
