//! How long an item says it is.

/// What is longer is no length but a number that stands in the wrong place (a date, a size in bytes).
const SECONDS_MAX: f64 = 366.0 * 24.0 * 3600.0;

/// Milliseconds of `3600`, `62:03`, `1:02:03` or `5.5`; none of anything else.
///
/// Minutes and seconds may be above 59, as some programs write them.
pub(super) fn parse(text: &str) -> Option<u64> {
    let parts: Vec<&str> = text.split(':').map(str::trim).collect();
    if parts.len() > 3 {
        return None;
    }
    let mut seconds = 0.0;
    for (place, part) in parts.iter().enumerate() {
        let is_last = place + 1 == parts.len();
        let is_number = part.starts_with(|first: char| first.is_ascii_digit())
            && part.chars().all(|letter| letter.is_ascii_digit() || (is_last && letter == '.'));
        if !is_number {
            return None;
        }
        seconds = seconds * 60.0 + part.parse::<f64>().ok()?;
    }
    of_seconds(seconds)
}

/// Milliseconds of a number of seconds that can be a length.
pub(super) fn of_seconds(seconds: f64) -> Option<u64> {
    (seconds > 0.0 && seconds < SECONDS_MAX).then(|| (seconds * 1000.0).round() as u64)
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn a_duration_is_read_as_programs_write_it_and_garbage_is_none() {
        for (text, expected) in [
            ("3600", Some(3_600_000)),
            (" 62:03\n", Some(3_723_000)),
            ("1:02:03", Some(3_723_000)),
            ("01:02:03", Some(3_723_000)),
            ("5.5", Some(5_500)),
            ("0:05.25", Some(5_250)),
            ("", None),
            ("0", None),
            ("00:00:00", None),
            ("-5", None),
            ("1:2:3:4", None),
            ("1::3", None),
            ("1.5:00", None),
            ("1.2.3", None),
            ("5,5", None),
            ("an hour", None),
            ("NaN", None),
            ("inf", None),
            ("1e9", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(parse(text), expected, "{text:?}");
        }
    }
}
