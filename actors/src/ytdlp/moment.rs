//! When there will be something to keep of a broadcast.

use std::time::Duration;

use mediary_schema::{FailureClass, Timestamp, job::Failure};
use serde_json::{Map, Value};

/// The longest wait that is believed: what is announced for next month may be held next week.
const LONGEST: Duration = Duration::from_hours(24);
/// The shortest: a clock that is behind, or a site that is late, is no reason to ask without a pause.
const SHORTEST: Duration = Duration::from_mins(1);

/// Refuses what is not there yet. What could be had of it is a torso, and would count as kept.
pub(super) fn refuse_if_not_yet(info: &Map<String, Value>) -> Result<(), Failure> {
    let status = info.get("live_status").and_then(Value::as_str);
    let announced = info.get("release_timestamp").and_then(Value::as_f64);
    let (message, wait_ms) = match status {
        Some("is_upcoming") => match announced {
            // By the clock of this machine, as yt-dlp read it.
            Some(at) => {
                let now = info.get("epoch").and_then(Value::as_f64);
                (format!("announced for {}", moment(at)), now.map(|now| bounded((at - now) * 1_000.0)))
            }
            None => ("announced, without a moment".to_owned(), None),
        },
        Some("is_live") => ("being broadcast; it is fetched when that is over".to_owned(), None),
        Some("post_live") => {
            ("it was broadcast, and the site is still making a recording of it".to_owned(), None)
        }
        _ => return Ok(()),
    };
    Err(Failure { retry_after_ms: wait_ms, ..Failure::new(FailureClass::NotYet, message) })
}

fn moment(unix_seconds: f64) -> String {
    Timestamp::from_micros((unix_seconds * 1_000_000.0) as i64).to_string()
}

fn bounded(wait_ms: f64) -> u64 {
    let (shortest, longest) = (SHORTEST.as_millis() as u64, LONGEST.as_millis() as u64);
    (wait_ms.max(0.0) as u64).clamp(shortest, longest)
}

/// When it was published: a Unix time, or a day such as `20260131`, whose beginning it is then.
pub(super) fn published(timestamp: Option<f64>, day: Option<&str>) -> Option<Timestamp> {
    let seconds = timestamp.filter(|seconds| seconds.is_finite());
    let of_seconds = seconds.map(|seconds| Timestamp::from_micros((seconds * 1_000_000.0) as i64));
    of_seconds.or_else(|| {
        let day = day.filter(|day| day.len() == 8 && day.bytes().all(|letter| letter.is_ascii_digit()))?;
        format!("{}-{}-{}T00:00:00Z", &day[..4], &day[4..6], &day[6..]).parse().ok()
    })
}

/// How long a text says that it takes: `Premieres in 2 hours`, `will begin in 5 minutes`.
pub(super) fn wait_ms(text: &str) -> Option<u64> {
    let text = text.to_lowercase();
    let (_, behind) = text.split_once(" in ")?;
    let mut words = behind.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    let count: u32 = match words.next()? {
        "a" | "an" | "one" => 1,
        number => number.parse().ok()?,
    };
    let unit = match words.next()?.trim_end_matches('s') {
        "second" | "sec" => Duration::from_secs(1),
        "minute" | "min" => Duration::from_mins(1),
        "hour" | "hr" => Duration::from_hours(1),
        "day" => Duration::from_hours(24),
        "week" => Duration::from_hours(7 * 24),
        "month" => Duration::from_hours(30 * 24),
        _ => return None,
    };
    Some(bounded(unit.as_millis() as f64 * f64::from(count)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn refused(info: &Value) -> Option<(String, Option<u64>)> {
        let failure = refuse_if_not_yet(info.as_object().unwrap()).err()?;
        assert_eq!(failure.class, FailureClass::NotYet);
        Some((failure.message, failure.retry_after_ms))
    }

    #[test]
    fn a_row_was_published_at_a_moment_or_on_a_day() {
        let told = |timestamp, day| published(timestamp, day).map(|at| at.to_string());
        assert_eq!(told(Some(1_767_225_600.5), Some("20200101")).unwrap(), "2026-01-01T00:00:00.500000Z");
        assert_eq!(told(None, Some("20260131")).unwrap(), "2026-01-31T00:00:00.000000Z");
        for (timestamp, day) in
            [(None, None), (Some(f64::NAN), None), (None, Some("20261331")), (None, Some("soon"))]
        {
            assert_eq!(told(timestamp, day), None, "{timestamp:?} {day:?}");
        }
    }

    // Field 14.
    #[test]
    fn what_is_no_recording_yet_is_awaited() {
        for status in ["not_live", "was_live"] {
            assert_eq!(refused(&json!({ "live_status": status, "release_timestamp": 1 })), None);
        }
        assert_eq!(refused(&json!({ "live_status": null })), None);
        assert_eq!(refused(&json!({})), None);
        let at = |release: Value, epoch: Value| {
            refused(&json!({ "live_status": "is_upcoming", "release_timestamp": release, "epoch": epoch }))
        };
        let (message, wait) = at(json!(1_795_255_200), json!(1_795_248_000)).unwrap();
        assert!(message.starts_with("announced for 2026-11-21"), "{message}");
        assert_eq!(wait, Some(7_200_000));
        assert_eq!(at(json!(1_000), json!(2_000)).unwrap().1, Some(60_000), "it is late");
        assert_eq!(at(json!(9e9), json!(1e9)).unwrap().1, Some(86_400_000), "it may be moved");
        assert_eq!(at(json!(1_000), Value::Null).unwrap().1, None);
        assert_eq!(at(Value::Null, json!(1_000)).unwrap().1, None);
        for status in ["is_live", "post_live"] {
            assert_eq!(refused(&json!({ "live_status": status })).unwrap().1, None);
        }
    }

    #[test]
    fn texts_tell_how_long_it_takes() {
        for (text, expected) in [
            ("[youtube] x: Premieres in 2 hours", Some(7_200_000)),
            ("Premieres in 3 days", Some(86_400_000)),
            ("This live event will begin in 5 minutes.", Some(300_000)),
            ("will begin in an hour", Some(3_600_000)),
            ("will begin in 10 seconds", Some(60_000)),
            ("This live event will begin in a few moments.", None),
            ("Premiere will begin shortly", None),
            ("sign in to see it in 4 colours", None),
        ] {
            assert_eq!(wait_ms(text), expected, "{text}");
        }
    }
}
