use std::{
    any::Any,
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use mediary_events::Concern;

use crate::log::StreamId;

/// Folds kept, over all streams: most take about 2 KiB.
const FOLDS_MAX: usize = 10_000;
/// What they take in memory. Only long lists reach it: one of 200,000 rows takes about 100 MiB.
const BYTES_MAX: usize = 128 << 20;
/// What a fold takes beside what it says of itself: texts of a small one, its stream, its place here.
const FOLD_BYTES: usize = 1_024;

/// What a stream came to, of whichever concern. Many may look at one; who changes it has his own from then on.
#[derive(Clone)]
pub(super) struct Folded {
    state: Arc<dyn Any + Send + Sync>,
    bytes: fn(&(dyn Any + Send + Sync)) -> usize,
}

impl Folded {
    pub(super) fn of<C: Concern>(state: C::State) -> Self {
        Self { state: Arc::new(state), bytes: |state| state.downcast_ref().map_or(0, C::state_bytes) }
    }

    pub(super) fn state<C: Concern>(&self) -> &C::State {
        self.state.downcast_ref().expect(ONE_CONCERN)
    }

    /// The state, to be changed; copied if somebody else has it, too.
    pub(super) fn state_mut<C: Concern>(&mut self) -> &mut C::State {
        if Arc::get_mut(&mut self.state).is_none() {
            self.state = Arc::new(self.state::<C>().clone());
        }
        let state = Arc::get_mut(&mut self.state).expect("nobody else has what was just made");
        state.downcast_mut().expect(ONE_CONCERN)
    }

    pub(super) fn shared<C: Concern>(self) -> Arc<C::State> {
        self.state.downcast().expect(ONE_CONCERN)
    }

    fn bytes(&self) -> usize {
        FOLD_BYTES + (self.bytes)(&*self.state)
    }
}

const ONE_CONCERN: &str = "a stream's category belongs to one concern";

/// Folded states of streams that were asked for lately: what saves reading a stream for each command.
///
/// Stories share a fold while they read. One that changes it lets the others go on with theirs, and lets it go from here
/// first, so that it is changed in place and not copied; it comes back when the story's append succeeded.
#[derive(Default)]
pub(super) struct States {
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    folds: HashMap<StreamId, Fold>,
    bytes: usize,
    tick: u64,
    /// How often all were dropped.
    generation: u64,
}

struct Fold {
    version: u64,
    folded: Folded,
    /// What it took when it was put in.
    bytes: usize,
    used: u64,
}

impl States {
    /// The fold of a stream, with its version.
    pub(super) fn find(&self, stream: &StreamId) -> Option<(u64, Folded)> {
        let mut kept = self.lock();
        let used = kept.next_tick();
        let fold = kept.folds.get_mut(stream)?;
        fold.used = used;
        metrics::counter!("mediary_state_cache_hits_total").increment(1);
        Some((fold.version, fold.folded.clone()))
    }

    /// Lets the fold of a stream go, for who is about to change it.
    pub(super) fn release(&self, stream: &StreamId, version: u64) {
        let mut kept = self.lock();
        if kept.folds.get(stream).is_some_and(|fold| fold.version == version) {
            kept.remove(stream);
        }
    }

    /// What a fold that is made from now on is put in with.
    pub(super) fn generation(&self) -> u64 {
        self.lock().generation
    }

    /// Puts a fold in that was made of this generation, and drops those that were not asked for longest.
    pub(super) fn put(&self, generation: u64, stream: StreamId, version: u64, folded: Folded) {
        let bytes = folded.bytes();
        let mut kept = self.lock();
        let is_newer = |fold: &Fold| fold.version > version;
        if kept.generation != generation || kept.folds.get(&stream).is_some_and(is_newer) {
            return;
        }
        kept.remove(&stream);
        let used = kept.next_tick();
        kept.folds.insert(stream, Fold { version, folded, bytes, used });
        kept.bytes += bytes;
        if kept.folds.len() > FOLDS_MAX || kept.bytes > BYTES_MAX {
            kept.shrink();
        }
    }

    /// Drops every fold, also those that are in use.
    pub(super) fn clear(&self) {
        let mut kept = self.lock();
        *kept = Kept { generation: kept.generation + 1, ..Kept::default() };
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Kept> {
        // Every change under the lock is complete when a panic could strike.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    const fn next_tick(&mut self) -> u64 {
        self.tick += 1;
        self.tick
    }

    fn remove(&mut self, stream: &StreamId) {
        if let Some(fold) = self.folds.remove(stream) {
            self.bytes -= fold.bytes;
        }
    }

    /// Drops the least recently used half at once, so that the sorting is paid for rarely. The newest stays however
    /// much it takes: it was in memory a moment ago, and the next command would bring it there again.
    fn shrink(&mut self) {
        let mut by_use: Vec<(u64, StreamId)> =
            self.folds.iter().map(|(stream, fold)| (fold.used, stream.clone())).collect();
        by_use.sort_unstable();
        by_use.pop();
        for (_, stream) in by_use {
            if self.folds.len() <= FOLDS_MAX / 2 && self.bytes <= BYTES_MAX / 2 {
                break;
            }
            self.remove(&stream);
        }
    }
}

impl fmt::Debug for States {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("States")
    }
}
