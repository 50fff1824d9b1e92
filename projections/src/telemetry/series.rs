//! Which series there are, and the latest of each: in memory, so that a list of them reads no sample.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use mediary_schema::{
    ProjectId,
    scope::Scope,
    telemetry::{Metric, Sample, SeriesName},
};

/// How many series are kept: a thousand checks with ten values each. What is beyond is counted and left out, since each takes
/// memory for as long as its samples are kept.
pub(super) const SERIES_MAX: usize = 10_000;

/// A series as whoever may see it is told.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// What people call it.
    pub name: SeriesName,
    /// What is measured.
    pub metric: &'static Metric,
    /// In what, as it was written; UCUM.
    pub unit: String,
    /// How much is known of it.
    pub latest: Latest,
}

/// How much is known of a series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Latest {
    /// When its first sample was, in milliseconds since 1970, however long that is kept.
    pub first_at: i64,
    /// The last one.
    pub last: f64,
    /// When that was, in milliseconds since 1970.
    pub last_at: i64,
}

impl Latest {
    /// Takes in a sample; the same one twice is as once.
    fn take(&mut self, at: i64, value: f64) {
        self.first_at = self.first_at.min(at);
        if at >= self.last_at {
            (self.last, self.last_at) = (value, at);
        }
    }
}

/// Whose it is, and its name.
pub(super) type Key = (ProjectId, SeriesName);

/// A series as the store has it.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// Its number in the file.
    pub(super) id: i64,
    pub(super) unit: String,
    /// None as long as nothing of it is kept.
    pub(super) latest: Option<Latest>,
    /// Whether `latest` is other than in the file.
    pub(super) is_newer: bool,
}

impl Entry {
    pub(super) fn take(&mut self, at: i64, value: f64) {
        self.is_newer = true;
        self.latest.get_or_insert(Latest { first_at: at, last: value, last_at: at }).take(at, value);
    }
}

/// The series of a store. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct Known(Arc<Mutex<BTreeMap<Key, Entry>>>);

impl Known {
    pub(super) fn lock(&self) -> MutexGuard<'_, BTreeMap<Key, Entry>> {
        // Each change under the lock is one of one entry.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Those that a scope may see, in the order of their names.
    pub(super) fn of(&self, scope: &Scope) -> Vec<Series> {
        let known = self.lock();
        let seen = known.iter().filter_map(|(key, entry)| {
            let metric = seen(scope, key)?;
            let latest = entry.latest?;
            Some(Series { name: key.1.clone(), metric, unit: entry.unit.clone(), latest })
        });
        seen.collect()
    }

    /// The number of one by its name, if a scope may see it, with what is told of it.
    pub(super) fn find(&self, scope: &Scope, name: &SeriesName) -> Option<(i64, Series)> {
        // Who sees all projects' names one no more than its project does.
        let key = (scope.project().unwrap_or(ProjectId::HOME), name.clone());
        let metric = seen(scope, &key)?;
        let entry = self.lock().get(&key).cloned()?;
        let latest = entry.latest?;
        Some((entry.id, Series { name: key.1, metric, unit: entry.unit, latest }))
    }
}

/// The metric of a series, if a scope may see that. One that this program doesn't know nobody sees: it can't say who may.
fn seen(scope: &Scope, (project, name): &Key) -> Option<&'static Metric> {
    let metric = Metric::of_name(&name.metric)?;
    may_see(scope, *project, metric).then_some(metric)
}

/// Whether a scope may see what is measured for a project.
pub(super) fn may_see(scope: &Scope, project: ProjectId, metric: &Metric) -> bool {
    scope.sees(project) && scope.allows(metric.permission)
}

/// The key of the series that a sample is of.
pub(super) fn key_of(sample: &Sample) -> Key {
    (sample.project, sample.series())
}
