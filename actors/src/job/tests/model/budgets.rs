//! The rules of quotas as simply as they can be said: count, and compare.

use std::collections::BTreeMap;

use mediary_schema::{
    Timestamp,
    setting::{Quota, QuotaOf},
};

/// What each quota leaves.
#[derive(Debug, Default)]
pub(in crate::job::tests) struct Budgets {
    quotas: BTreeMap<QuotaOf, Quota>,
    /// Jobs that were begun, and bytes that were kept, each with its day.
    jobs: Vec<(QuotaOf, i64)>,
    bytes: Vec<(QuotaOf, i64, u64)>,
}

/// The day of a moment.
pub(in crate::job::tests) fn day(moment: Timestamp) -> i64 {
    moment.as_micros().div_euclid(86_400_000_000)
}

/// The first moment of a day.
pub(super) fn start_of(day: i64) -> Timestamp {
    Timestamp::from_micros(day * 86_400_000_000)
}

impl Budgets {
    pub(in crate::job::tests) fn set(&mut self, of: QuotaOf, quota: Quota) {
        self.quotas.insert(of, quota);
    }

    pub(super) fn begin(&mut self, of: QuotaOf, now: Timestamp) {
        self.jobs.push((of, day(now)));
    }

    pub(super) fn keep(&mut self, of: QuotaOf, now: Timestamp, bytes: u64) {
        self.bytes.push((of, day(now), bytes));
    }

    /// What this day leaves.
    pub(super) fn of_day(&self, of: QuotaOf, now: Timestamp) -> u32 {
        let Some(quota) = self.quotas.get(&of) else { return u32::MAX };
        let today = day(now);
        let bytes: u64 = self.bytes.iter().filter(|it| (it.0, it.1) == (of, today)).map(|it| it.2).sum();
        let jobs = self.jobs.iter().filter(|it| **it == (of, today)).count() as u32;
        if quota.bytes_per_day.is_some_and(|most| bytes >= most) {
            return 0;
        }
        quota.jobs_per_day.map_or(u32::MAX, |most| most.saturating_sub(jobs))
    }

    /// What is left with so many at work.
    pub(super) fn room(&self, of: QuotaOf, now: Timestamp, at_work: u32) -> u32 {
        let at_once = self.quotas.get(&of).and_then(|quota| quota.at_once);
        at_once.map_or(u32::MAX, |most| most.saturating_sub(at_work)).min(self.of_day(of, now))
    }

    /// Every quota.
    pub(super) fn all(&self) -> impl Iterator<Item = QuotaOf> {
        self.quotas.keys().copied()
    }
}
