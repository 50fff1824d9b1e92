//! Where time and ids come from: handed in, so that a replay repeats them and a test drives them.

use std::{
    fmt,
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

/// A moment: microseconds since 1970-01-01 UTC. Its text form is RFC 3339, which every moment has: those outside of
/// [`Timestamp::MIN`] and [`Timestamp::MAX`] can't be made.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The end of the year 9998: beyond it libraries of dates disagree. No event is later.
    pub const MAX: Self = Self(253_370_764_799_999_999);

    /// The beginning of the year 1, the first that RFC 3339 can write.
    pub const MIN: Self = Self(-62_135_596_800_000_000);

    /// Takes microseconds since 1970-01-01 UTC; what lies outside becomes the first or the last moment.
    pub const fn from_micros(micros: i64) -> Self {
        if micros < Self::MIN.0 {
            Self::MIN
        } else if micros > Self::MAX.0 {
            Self::MAX
        } else {
            Self(micros)
        }
    }

    /// Reads a date as HTTP headers have it: `Wed, 21 Oct 2015 07:28:00 GMT`.
    pub fn from_http_date(text: &str) -> Option<Self> {
        let moment = jiff::fmt::rfc2822::parse(text).ok()?;
        Some(Self::from_micros(moment.timestamp().as_microsecond()))
    }

    /// Microseconds since 1970-01-01 UTC.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// This moment plus a while; stays at the end of time on overflow.
    #[must_use]
    pub fn after(self, wait: Duration) -> Self {
        Self::from_micros(self.0.saturating_add(i64::try_from(wait.as_micros()).unwrap_or(i64::MAX)))
    }

    /// This moment less a while; stays at the beginning of time on overflow.
    #[must_use]
    pub fn before(self, wait: Duration) -> Self {
        Self::from_micros(self.0.saturating_sub(i64::try_from(wait.as_micros()).unwrap_or(i64::MAX)))
    }

    /// How long after `earlier` this is; zero if it is before.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

impl From<SystemTime> for Timestamp {
    /// What is before 1970 is 1970.
    fn from(time: SystemTime) -> Self {
        let since_epoch = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        Self::from_micros(i64::try_from(since_epoch.as_micros()).unwrap_or(i64::MAX))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let moment = jiff::Timestamp::from_microsecond(self.0).expect("a moment is within the calendar");
        write!(formatter, "{moment:.6}")
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl FromStr for Timestamp {
    type Err = jiff::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse::<jiff::Timestamp>().map(|moment| Self::from_micros(moment.as_microsecond()))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A source of wall-clock time.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// Makes a clock of a function; `ops` hands in the system's.
    pub fn new(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// A clock that a test sets; the returned cell holds microseconds.
    pub fn manual(start: Timestamp) -> (Self, Arc<AtomicI64>) {
        let cell = Arc::new(AtomicI64::new(start.0));
        let reader = Arc::clone(&cell);
        (Self::new(move || Timestamp::from_micros(reader.load(Ordering::SeqCst))), cell)
    }

    /// The system's clock.
    pub fn system() -> Self {
        Self::new(|| {
            #[expect(clippy::disallowed_methods, reason = "the one place that asks the system for the time")]
            let now = SystemTime::now();
            now.into()
        })
    }

    /// The time now.
    pub fn now(&self) -> Timestamp {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Clock")
    }
}

/// A source of new ids: time-ordered UUIDs.
#[derive(Clone)]
pub struct IdSource(Arc<dyn Fn() -> Uuid + Send + Sync>);

impl IdSource {
    /// Makes a source of a function, for tests and replays.
    pub fn new(next: impl Fn() -> Uuid + Send + Sync + 'static) -> Self {
        Self(Arc::new(next))
    }

    /// UUIDv7 of the system's clock and randomness.
    pub fn system() -> Self {
        Self::new(|| {
            #[expect(clippy::disallowed_methods, reason = "the one place that makes ids")]
            Uuid::now_v7()
        })
    }

    /// A new UUID.
    pub fn next(&self) -> Uuid {
        (self.0)()
    }
}

impl fmt::Debug for IdSource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("IdSource")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn text_form_is_rfc_3339_with_microseconds() {
        let moment = Timestamp::from_micros(1_790_000_000_123_456);
        assert_eq!(moment.to_string(), "2026-09-21T14:13:20.123456Z");
        assert_eq!(moment.to_string().parse::<Timestamp>().unwrap(), moment);
    }

    proptest! {
        // core A9: a wait of 10^18 ms made a moment that was written and never read again.
        #[test]
        fn every_moment_that_can_be_written_is_read(micros in any::<i64>(), wait in any::<u64>()) {
            let extremes = [Timestamp::MIN, Timestamp::MAX].map(|moment| moment.after(Duration::from_millis(wait)));
            let moment = Timestamp::from_micros(micros);
            for moment in [moment, moment.after(Duration::from_millis(wait))].into_iter().chain(extremes) {
                prop_assert_eq!(moment.to_string().parse::<Timestamp>().unwrap(), moment);
            }
        }
    }
}
