//! Days until something ends, in numbers and words.

use mediary_schema::Timestamp;

const DAY_MICROS: i64 = 24 * 3600 * 1_000_000;

/// Whole days from now until then; less than none once it is over.
pub(super) fn until(end: Timestamp, now: Timestamp) -> i64 {
    (end.as_micros() - now.as_micros()).div_euclid(DAY_MICROS)
}

/// Whole days since then.
pub(super) fn since(end: Timestamp, now: Timestamp) -> i64 {
    until(now, end)
}

/// As people count them.
pub(super) fn words(days: i64) -> String {
    if days == 1 { "1 day".to_owned() } else { format!("{days} days") }
}

/// The day of a moment, in UTC: `2027-01-08`.
pub(super) fn date(moment: Timestamp) -> String {
    moment.to_string().chars().take_while(|letter| *letter != 'T').collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_that_has_begun_is_not_left() {
        let moment = |text: &str| text.parse::<Timestamp>().unwrap();
        let end = moment("2027-01-08T12:00:00Z");
        assert_eq!(date(end), "2027-01-08");
        for (now, left) in [
            ("2027-01-06T12:00:00Z", 2),
            ("2027-01-06T12:00:01Z", 1),
            ("2027-01-08T11:59:59Z", 0),
            ("2027-01-08T12:00:01Z", -1),
        ] {
            assert_eq!(until(end, moment(now)), left, "{now}");
        }
        assert_eq!(words(since(end, moment("2027-01-09T13:00:00Z"))), "1 day");
        assert_eq!(words(0), "0 days");
    }
}
