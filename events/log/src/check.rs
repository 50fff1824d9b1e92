//! What is known of checks beside the log, and how whatever reports by itself is heard: between whoever runs checks and whoever
//! is asked about them. Nothing of it is stored, and nothing in the log depends on it.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock},
};

use mediary_schema::{
    CheckId, RunId,
    check::{Beat, FileOfChecks, Standing},
};

/// How it stands with each check, and the way for what reports by itself. Cheap to clone.
#[derive(Clone, Default)]
pub struct Checks(Arc<Shared>);

#[derive(Default)]
struct Shared {
    standings: RwLock<HashMap<CheckId, Standing>>,
    beats: Mutex<Beats>,
    files: RwLock<Vec<FileOfChecks>>,
}

#[derive(Default)]
struct Beats {
    waiting: Vec<Beat>,
    /// Wakes whoever takes them; none while nobody does.
    wake: Option<Box<dyn Fn() + Send>>,
}

/// Reports that wait to be looked at: a second of what a server takes in.
const BEATS_MAX: usize = 10_000;

impl fmt::Debug for Checks {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Checks")
    }
}

impl Checks {
    /// How it stands with these; those that nobody looks at are left out.
    pub fn standings(&self, ids: &[CheckId]) -> HashMap<CheckId, Standing> {
        let known = self.0.standings.read().unwrap_or_else(PoisonError::into_inner);
        ids.iter().filter_map(|id| Some((*id, known.get(id)?.clone()))).collect()
    }

    /// The check whose look this is, if it is made now or was made last.
    pub fn of_run(&self, run_id: RunId) -> Option<CheckId> {
        let known = self.0.standings.read().unwrap_or_else(PoisonError::into_inner);
        known.iter().find(|(_, standing)| standing.run_id == Some(run_id)).map(|(id, _)| *id)
    }

    /// Hands in a report; not if as many wait as there is room for, and not while nobody takes them.
    pub fn report(&self, beat: Beat) -> bool {
        let mut beats = self.beats();
        let Some(wake) = &beats.wake else { return false };
        if beats.waiting.len() >= BEATS_MAX {
            return false;
        }
        wake();
        beats.waiting.push(beat);
        true
    }

    /// It stands so with it.
    pub fn set(&self, id: CheckId, standing: Standing) {
        self.0.standings.write().unwrap_or_else(PoisonError::into_inner).insert(id, standing);
    }

    /// Something is other with it.
    pub fn change(&self, id: CheckId, change: impl FnOnce(&mut Standing)) {
        change(self.0.standings.write().unwrap_or_else(PoisonError::into_inner).entry(id).or_default());
    }

    /// Nobody looks at it any more.
    pub fn forget(&self, id: CheckId) {
        self.0.standings.write().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }

    /// Hears of reports from now on; none ends that.
    pub fn listen(&self, wake: Option<Box<dyn Fn() + Send>>) {
        self.beats().wake = wake;
    }

    /// All reports that wait.
    pub fn take(&self) -> Vec<Beat> {
        std::mem::take(&mut self.beats().waiting)
    }

    /// The files of the server's folder of checks, by their names.
    pub fn files(&self) -> Vec<FileOfChecks> {
        self.0.files.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// They were read.
    pub fn set_files(&self, files: Vec<FileOfChecks>) {
        *self.0.files.write().unwrap_or_else(PoisonError::into_inner) = files;
    }

    fn beats(&self) -> MutexGuard<'_, Beats> {
        // Each change under the lock is one push or one take.
        self.0.beats.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use mediary_schema::{Timestamp, check::BeatKind};
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_report_is_taken_while_somebody_listens() {
        let (checks, id) = (Checks::default(), CheckId::from_uuid(Uuid::from_u128(1)));
        let beat = || Beat {
            check_id: id,
            kind: BeatKind::Success,
            message: String::new(),
            at: Timestamp::from_micros(0),
        };
        assert!(!checks.report(beat()), "nobody takes it");
        checks.listen(Some(Box::new(|| {})));
        for _ in 0..BEATS_MAX {
            assert!(checks.report(beat()));
        }
        assert!(!checks.report(beat()), "there is no room for more");
        assert_eq!(checks.take().len(), BEATS_MAX);
        assert!(checks.report(beat()));
    }

    #[test]
    fn it_is_known_how_it_stands_as_long_as_somebody_looks() {
        let (checks, id) = (Checks::default(), CheckId::from_uuid(Uuid::from_u128(1)));
        checks.change(id, |standing| standing.is_running = true);
        assert!(checks.standings(&[id])[&id].is_running);
        checks.forget(id);
        assert!(checks.standings(&[id]).is_empty());
    }
}
