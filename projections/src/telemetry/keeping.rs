//! For how long what is kept.

use super::bucket::Resolution;

const DAY_MS: i64 = Resolution::Day.bucket_ms();

/// For how many days each resolution is kept; none is for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_field_names, reason = "units last: each is days")]
pub struct Retention {
    /// The samples themselves.
    pub raw_days: Option<u32>,
    /// What those of a minute come to.
    pub minute_days: Option<u32>,
    /// What those of an hour come to.
    pub hour_days: Option<u32>,
    /// What those of a day come to.
    pub day_days: Option<u32>,
}

impl Default for Retention {
    fn default() -> Self {
        Self { raw_days: Some(2), minute_days: Some(14), hour_days: None, day_days: None }
    }
}

impl Retention {
    /// Since when a resolution is kept, in milliseconds; none is for ever.
    pub(super) fn since(&self, resolution: Resolution, now_ms: i64) -> Option<i64> {
        let days = match resolution {
            Resolution::Raw => self.raw_days,
            Resolution::Minute => self.minute_days,
            Resolution::Hour => self.hour_days,
            Resolution::Day => self.day_days,
        }?;
        Some(now_ms - i64::from(days) * DAY_MS)
    }

    /// Whether what happened at a moment is still kept in a resolution.
    pub(super) fn has(&self, resolution: Resolution, at_ms: i64, now_ms: i64) -> bool {
        self.since(resolution, now_ms).is_none_or(|since| since <= at_ms)
    }

    /// The resolution that is kept the longest; of two that are kept as long the coarser one.
    pub(super) fn longest(&self) -> Resolution {
        let days = |resolution: &Resolution| match self.since(*resolution, 0) {
            None => i64::MAX,
            Some(since) => -since,
        };
        Resolution::ALL.into_iter().max_by_key(days).unwrap_or(Resolution::Day)
    }
}
