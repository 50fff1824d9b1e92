//! What is known of checks beside the log, and how whatever reports by itself is heard: between whoever runs checks and whoever
//! is asked about them. Nothing of it is stored, and nothing in the log depends on it.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard},
};

use mediary_schema::{
    CheckId, RunId,
    check::{Beat, FileOfChecks, Standing},
};
use tokio::sync::watch;

/// How it stands with each check, and the way for what reports by itself. Cheap to clone.
#[derive(Clone, Default)]
pub struct Checks(Arc<Shared>);

#[derive(Default)]
struct Shared {
    standings: RwLock<Standings>,
    turn: watch::Sender<u64>,
    beats: Mutex<Beats>,
    files: RwLock<Vec<FileOfChecks>>,
}

#[derive(Default)]
struct Standings {
    /// How it stands, and the turn in which that changed last.
    of: HashMap<CheckId, (u64, Standing)>,
    /// Which check changed last in which turn.
    changed: BTreeMap<u64, CheckId>,
    turn: u64,
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
        let known = self.known();
        ids.iter().filter_map(|id| Some((*id, known.of.get(id)?.1.clone()))).collect()
    }

    /// The check whose look this is, if it is made now or was made last.
    pub fn of_run(&self, run_id: RunId) -> Option<CheckId> {
        let known = self.known();
        known.of.iter().find(|(_, (_, standing))| standing.run_id == Some(run_id)).map(|(id, _)| *id)
    }

    /// Tells from now on with which checks it stands otherwise.
    pub fn watch(&self) -> StandingListener {
        let turns = self.0.turn.subscribe();
        let heard = self.known().turn;
        StandingListener { checks: self.clone(), turns, heard }
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
        self.change(id, |before| *before = standing);
    }

    /// Something is other with it.
    pub fn change(&self, id: CheckId, change: impl FnOnce(&mut Standing)) {
        let mut known = self.0.standings.write().unwrap_or_else(PoisonError::into_inner);
        let Standings { of, changed, turn } = &mut *known;
        let (last, standing) = of.entry(id).or_default();
        let before = standing.clone();
        change(standing);
        if *standing == before && *last > 0 {
            return;
        }
        changed.remove(last);
        *turn += 1;
        *last = *turn;
        changed.insert(*turn, id);
        // Under the lock, so that nobody waits for a turn that was told before it could be read.
        self.0.turn.send_replace(*turn);
    }

    /// Nobody looks at it any more.
    pub fn forget(&self, id: CheckId) {
        let mut known = self.0.standings.write().unwrap_or_else(PoisonError::into_inner);
        if let Some((turn, _)) = known.of.remove(&id) {
            known.changed.remove(&turn);
        }
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

    fn known(&self) -> RwLockReadGuard<'_, Standings> {
        // What is half changed when a panic strikes is a standing: the next look makes it whole.
        self.0.standings.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn beats(&self) -> MutexGuard<'_, Beats> {
        // Each change under the lock is one push or one take.
        self.0.beats.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whoever follows how it stands: a slow one hears of a check once, however often it was looked at meanwhile.
#[derive(Debug)]
pub struct StandingListener {
    checks: Checks,
    turns: watch::Receiver<u64>,
    heard: u64,
}

impl StandingListener {
    /// Waits until it stands otherwise with a check, and answers with which since the last call: those first that changed first.
    pub async fn next(&mut self) -> Vec<CheckId> {
        // The sender is in what this holds.
        self.turns.wait_for(|turn| *turn > self.heard).await.ok();
        let known = self.checks.known();
        let changed = known.changed.range(self.heard + 1..).map(|(_, id)| *id).collect();
        self.heard = known.turn;
        changed
    }
}

#[cfg(test)]
mod tests {
    use mediary_schema::{
        Timestamp,
        check::{BeatKind, Printed},
    };
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_report_is_taken_while_somebody_listens() {
        let (checks, id) = (Checks::default(), CheckId::from_uuid(Uuid::from_u128(1)));
        let beat = || Beat {
            check_id: id,
            kind: BeatKind::Success,
            printed: Printed::default(),
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

    #[tokio::test]
    async fn whoever_follows_hears_of_each_check_once_and_of_none_that_is_gone() {
        let checks = Checks::default();
        let ids = [1, 2, 3].map(|number| CheckId::from_uuid(Uuid::from_u128(number)));
        checks.change(ids[0], |standing| standing.is_running = true);
        let mut listener = checks.watch();
        for id in [ids[1], ids[0], ids[1], ids[2]] {
            checks.change(id, |standing| *standing.last_took_ms.get_or_insert_default() += 1);
        }
        checks.forget(ids[2]);
        assert_eq!(listener.next().await, [ids[0], ids[1]]);
        checks.change(ids[0], |_| {});
        checks.change(ids[1], |standing| standing.is_running = true);
        assert_eq!(listener.next().await, [ids[1]], "what stays as it was is not told");
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
