//! One check: whether and when it is looked at.

use std::time::Duration;

use mediary_schema::{CheckId, Timestamp, check::Probe, schedule::Timing};

use super::{Watched, seed};

impl Watched {
    /// Whether it is looked at.
    pub(in crate::check) fn is_looked_at(&self) -> bool {
        !self.is_paused && !self.reports_by_itself()
    }

    /// Whether it reports by itself.
    pub(in crate::check) fn reports_by_itself(&self) -> bool {
        matches!(self.definition.probe, Probe::Push {})
    }

    /// Since when it is looked at as it is now.
    pub(in crate::check) fn since(&self) -> Timestamp {
        self.since
    }

    /// When it is looked at next.
    pub(in crate::check) fn next(&self) -> Option<Timestamp> {
        self.next
    }

    /// Whether nobody has looked at it since this moment.
    pub(in crate::check) fn looked_before(&self, at: Timestamp) -> bool {
        self.last.is_none_or(|last| last < at)
    }

    /// When what is wrong is told again.
    pub(in crate::check) fn told_again_at(&self) -> Option<Timestamp> {
        self.told_again_at
    }

    /// When it reported that it has begun, unless it reported since that it ended.
    pub(in crate::check) fn begun(&self) -> Option<Timestamp> {
        self.begun
    }

    /// How long a look may take, or how late a report may be.
    pub(in crate::check) fn within(&self) -> Duration {
        self.definition.timeout()
    }

    pub(super) fn comes_next(&self, id: CheckId, are_many_fresh: bool) -> Option<Timestamp> {
        if self.is_paused {
            return None;
        }
        let rhythm = &self.definition.rhythm;
        if self.reports_by_itself() {
            // It has to have reported by its next moment, or a little later; once it has begun, within that little, as
            // Healthchecks has it.
            let by_rhythm = rhythm.next(self.last.unwrap_or(self.since), seed(id));
            let moments = [by_rhythm, self.begun].into_iter().flatten();
            return moments.map(|moment| moment.after(self.within())).min();
        }
        match (self.last, &rhythm.timing) {
            (Some(last), _) => rhythm.next(last, seed(id)),
            (None, Timing::Cron { .. }) => rhythm.next(self.since, seed(id)),
            (None, Timing::Every { seconds }) if are_many_fresh => {
                Some(self.since.after(spread(id, *seconds)))
            }
            (None, Timing::Every { .. }) => Some(self.since),
        }
    }
}

/// A while within so many seconds, the same for the same check.
pub(super) fn spread(id: CheckId, seconds: u32) -> Duration {
    let hash = blake3::hash(id.uuid().as_bytes());
    let mut chance = [0; 8];
    chance.copy_from_slice(&hash.as_bytes()[..8]);
    Duration::from_micros(u64::from_le_bytes(chance) % (u64::from(seconds) * 1_000_000))
}
