//! How long a source asks to be left alone.
//!
//! yt-dlp shows no header of an answer, so a source that refuses yt-dlp is asked once more, by us and without a
//! body, before anything else is begun there.

use std::time::Duration;

use mediary_schema::{FailureClass, Timestamp, job::Failure};
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

use super::engine::YtDlp;

/// The longest pause that is believed: a slip of a source is no reason to leave it alone for ever.
const LONGEST: Duration = Duration::from_hours(7 * 24);

/// The pause that an answer asks for, in milliseconds.
pub(super) fn asked_ms(headers: &HeaderMap) -> Option<u64> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let asked = text(RETRY_AFTER)?;
    let pause = match asked.parse() {
        Ok(seconds) => Duration::from_secs(seconds),
        // By the source's own clock.
        Err(_) => Timestamp::from_http_date(asked)?.since(Timestamp::from_http_date(text(DATE)?)?),
    };
    u64::try_from(pause.min(LONGEST).as_millis()).ok()
}

/// Finds out how long a source that refused yt-dlp asks to be left alone.
pub(super) async fn learn(engine: &YtDlp, url: &str, failure: Failure) -> Failure {
    if failure.class != FailureClass::RateLimit || failure.retry_after_ms.is_some() {
        return failure;
    }
    let retry_after_ms = match engine.prober().head(url).await {
        Ok(answer) => asked_ms(answer.headers()),
        Err(_) => None,
    };
    Failure { retry_after_ms, ..failure }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(headers: &[(&'static str, &'static str)], expected: Option<u64>) {
        let headers =
            headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        assert_eq!(asked_ms(&headers), expected);
    }

    // Blackbox 9.
    #[test]
    fn a_pause_is_seconds_or_a_moment_by_the_clock_of_the_source() {
        check(&[("retry-after", "3600")], Some(3_600_000));
        check(&[("retry-after", " 1 ")], Some(1_000));
        let moment = ("retry-after", "Wed, 21 Oct 2015 07:28:00 GMT");
        check(&[moment, ("date", "Wed, 21 Oct 2015 07:27:00 GMT")], Some(60_000));
        check(&[moment, ("date", "Wed, 21 Oct 2015 08:00:00 GMT")], Some(0));
        check(&[moment], None);
        check(&[("retry-after", "soon"), ("date", "Wed, 21 Oct 2015 07:27:00 GMT")], None);
        check(&[("retry-after", "99999999999")], Some(7 * 24 * 3_600_000));
        check(&[], None);
    }
}
