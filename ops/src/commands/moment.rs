//! Moments as people say them.

use jiff::{Span, Timestamp, civil::Date, tz::TimeZone};

use crate::client::AsOf;

/// The help of every `--since`.
pub(crate) const SINCE_HELP: &str = "Only from then on: a moment (2026-11-21T08:00:00Z), a day of UTC (2026-11-21), or how long ago (90m, 2h, 7d)";

/// A moment in the form of the API, for the parser of the command line.
pub(crate) fn parse(text: &str) -> Result<String, String> {
    moment(text, Timestamp::now()).map(|moment| moment.to_string())
}

/// A moment of the past: a position of the log, or when.
pub(crate) fn parse_past(text: &str) -> Result<AsOf, String> {
    match text.trim().parse() {
        Ok(position) => Ok(AsOf::Position(position)),
        Err(_) => parse(text).map(AsOf::Time).map_err(|error| format!("{error}, or a position of the log")),
    }
}

/// The same for a moment to come: how long is counted from now on.
pub(crate) fn parse_ahead(text: &str) -> Result<String, String> {
    moment_ahead(text, Timestamp::now()).map(|moment| moment.to_string())
}

fn moment_ahead(text: &str, now: Timestamp) -> Result<Timestamp, String> {
    let ahead = text.trim().parse::<Span>().ok().filter(|span| span.is_positive());
    let ahead = ahead.and_then(|span| now.to_zoned(TimeZone::UTC).checked_add(span).ok());
    ahead.map_or_else(|| moment(text, now), |moment| Ok(moment.timestamp()))
}

fn moment(text: &str, now: Timestamp) -> Result<Timestamp, String> {
    let text = text.trim();
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Ok(moment);
    }
    let at_midnight = |day: Date| day.to_zoned(TimeZone::UTC).map(|moment| moment.timestamp());
    if let Ok(day) = text.parse::<Date>() {
        return at_midnight(day).map_err(|error| error.to_string());
    }
    let ago = text.parse::<Span>().ok().filter(|span| span.is_positive());
    let ago = ago.and_then(|span| now.to_zoned(TimeZone::UTC).checked_sub(span).ok());
    ago.map(|moment| moment.timestamp())
        .ok_or_else(|| "say 2026-11-21T08:00:00Z, 2026-11-21, 90m, 2h or 7d".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_to_come_is_told_in_three_ways() {
        let now: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
        let cases = [
            ("2026-11-22T08:00:00+01:00", "2026-11-22T07:00:00Z"),
            ("2026-11-22", "2026-11-22T00:00:00Z"),
            ("90m", "2026-11-21T13:30:00Z"),
            ("7d", "2026-11-28T12:00:00Z"),
        ];
        for (text, expected) in cases {
            assert_eq!(moment_ahead(text, now).unwrap().to_string(), expected, "{text}");
        }
        assert!(moment_ahead("tonight", now).unwrap_err().contains("7d"));
    }

    #[test]
    fn a_moment_of_the_past_is_a_position_or_a_time() {
        assert_eq!(parse_past("0"), Ok(AsOf::Position(0)));
        assert_eq!(parse_past("2026-11-21"), Ok(AsOf::Time("2026-11-21T00:00:00Z".to_owned())));
        assert!(matches!(parse_past("2h"), Ok(AsOf::Time(_))));
        assert!(parse_past("-1").unwrap_err().ends_with("or a position of the log"));
    }

    #[test]
    fn a_moment_is_told_in_three_ways() {
        let now: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
        let cases = [
            ("2026-11-21T08:00:00+01:00", "2026-11-21T07:00:00Z"),
            ("2026-11-20", "2026-11-20T00:00:00Z"),
            ("90m", "2026-11-21T10:30:00Z"),
            ("7d", "2026-11-14T12:00:00Z"),
            ("1h 30m", "2026-11-21T10:30:00Z"),
        ];
        for (text, expected) in cases {
            assert_eq!(moment(text, now).unwrap().to_string(), expected, "{text}");
        }
        for nonsense in ["", "yesterday", "-2h", "2026-13-01", "7"] {
            assert!(moment(nonsense, now).unwrap_err().contains("7d"), "{nonsense}");
        }
    }
}
