use std::{
    any::Any,
    collections::HashMap,
    fmt,
    sync::{Mutex, PoisonError},
};

use crate::log::StreamId;

/// Events whose folds are kept, over all streams: about 200 bytes each in the largest fold.
const WEIGHT_MAX: u64 = 100_000;

/// Folded states of streams that were asked for lately: what saves reading a stream for each command.
///
/// A state is taken out while a story uses it and put back when the story's append succeeded, so that it
/// is changed in place and never copied; meanwhile another story folds anew.
#[derive(Default)]
pub(super) struct States {
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    folds: HashMap<StreamId, Fold>,
    weight: u64,
    tick: u64,
    /// How often all were dropped.
    generation: u64,
}

struct Fold {
    version: u64,
    state: Box<dyn Any + Send>,
    used: u64,
}

impl States {
    /// Takes the fold of a stream out, with its version.
    pub(super) fn take<S: 'static>(&self, stream: &StreamId) -> Option<(u64, S)> {
        let mut kept = self.lock();
        let fold = kept.folds.remove(stream)?;
        kept.weight -= fold.version;
        let state = fold.state.downcast::<S>().ok()?;
        metrics::counter!("mediary_state_cache_hits_total").increment(1);
        Some((fold.version, *state))
    }

    /// What a fold that is made from now on is put in with.
    pub(super) fn generation(&self) -> u64 {
        self.lock().generation
    }

    /// Puts a fold in that was made of this generation, and drops those that were not asked for longest.
    pub(super) fn put(&self, generation: u64, stream: StreamId, version: u64, state: Box<dyn Any + Send>) {
        if version > WEIGHT_MAX {
            return;
        }
        let mut kept = self.lock();
        if kept.generation != generation {
            return;
        }
        kept.tick += 1;
        let used = kept.tick;
        let newer = kept.folds.get(&stream).is_some_and(|fold| fold.version > version);
        if newer {
            return;
        }
        if let Some(older) = kept.folds.insert(stream, Fold { version, state, used }) {
            kept.weight -= older.version;
        }
        kept.weight += version;
        if kept.weight > WEIGHT_MAX {
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
    /// Drops the least recently used half at once, so that the sorting is paid for rarely.
    fn shrink(&mut self) {
        let mut by_use: Vec<(u64, StreamId, u64)> =
            self.folds.iter().map(|(stream, fold)| (fold.used, stream.clone(), fold.version)).collect();
        by_use.sort_unstable();
        for (_, stream, version) in by_use {
            if self.weight <= WEIGHT_MAX / 2 {
                break;
            }
            self.folds.remove(&stream);
            self.weight -= version;
        }
    }
}

impl fmt::Debug for States {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("States")
    }
}
