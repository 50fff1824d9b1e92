//! When a check may fail without anybody being told.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    ScheduleId, Timestamp,
    schedule::{Rhythm, RhythmRefused, Timing},
};

/// A while that comes again and again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Maintenance {
    /// At which moments it begins.
    pub timing: Timing,
    /// How long it lasts, in seconds.
    pub seconds: u32,
}

/// Why a while is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MaintenanceRefused {
    /// Its moments are none.
    #[error(transparent)]
    Rhythm(#[from] RhythmRefused),
    /// It is over at once, or never.
    #[error("maintenance lasts from a minute to a week")]
    Seconds,
    /// More than anybody oversees.
    #[error("a check has {MAINTENANCE_MAX} times of maintenance at most")]
    Many,
}

/// The most of one check.
const MAINTENANCE_MAX: usize = 16;
/// From a minute to a week.
const SECONDS: std::ops::RangeInclusive<u32> = 60..=7 * 86_400;

impl Maintenance {
    /// Refuses what is no while.
    pub fn check(all: &[Self], now: Timestamp) -> Result<(), MaintenanceRefused> {
        if all.len() > MAINTENANCE_MAX {
            return Err(MaintenanceRefused::Many);
        }
        all.iter().try_for_each(|one| {
            one.rhythm().check(now)?;
            if SECONDS.contains(&one.seconds) { Ok(()) } else { Err(MaintenanceRefused::Seconds) }
        })
    }

    /// Whether it is now.
    pub fn is_now(&self, now: Timestamp) -> bool {
        let lasts = i64::from(self.seconds) * 1_000_000;
        let since = Timestamp::from_micros(now.as_micros().saturating_sub(lasts));
        self.rhythm().due(since, now, NOBODY).is_some()
    }

    fn rhythm(&self) -> Rhythm {
        Rhythm { timing: self.timing.clone(), jitter_seconds: 0 }
    }
}

/// Nothing is put off.
const NOBODY: ScheduleId = ScheduleId::from_uuid(uuid::Uuid::nil());

impl super::Definition {
    /// Whether it may fail now without anybody being told.
    pub fn is_in_maintenance(&self, now: Timestamp) -> bool {
        self.maintenance.iter().any(|maintenance| maintenance.is_now(now))
    }

    /// Until when a look of it that begins now may take.
    pub fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout_seconds.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn nightly() -> Maintenance {
        let timing = Timing::Cron { expression: "30 1 * * *".to_owned(), zone: "Europe/Berlin".to_owned() };
        Maintenance { timing, seconds: 2 * 3_600 }
    }

    // CH-09, must hold 4: from half past one, for two hours, whatever the clock on the wall does meanwhile.
    #[test]
    fn it_lasts_as_long_as_it_lasts_in_both_nights_of_the_change() {
        for (begins, inside, ends) in [
            ("2026-01-10T00:30:00Z", "2026-01-10T02:29:59Z", "2026-01-10T02:30:00Z"),
            ("2026-03-29T00:30:00Z", "2026-03-29T02:29:59Z", "2026-03-29T02:30:00Z"),
            ("2026-10-24T23:30:00Z", "2026-10-25T01:29:59Z", "2026-10-25T01:30:00Z"),
        ] {
            assert!(nightly().is_now(moment(begins)), "{begins}");
            assert!(nightly().is_now(moment(inside)), "{inside}");
            assert!(!nightly().is_now(moment(ends)), "{ends}");
        }
        assert!(!nightly().is_now(moment("2026-01-10T00:29:59Z")));
    }

    #[test]
    fn what_is_no_while_is_refused() {
        let now = moment("2026-01-01T00:00:00Z");
        assert_eq!(Maintenance::check(&[nightly()], now), Ok(()));
        let short = Maintenance { seconds: 5, ..nightly() };
        assert_eq!(Maintenance::check(&[short], now), Err(MaintenanceRefused::Seconds));
        assert_eq!(Maintenance::check(&vec![nightly(); 17], now), Err(MaintenanceRefused::Many));
    }
}
