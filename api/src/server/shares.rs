//! Places that are shared out: everybody has so many, and whoever takes them all leaves those of others.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Places of which everybody has so many.
#[derive(Debug)]
pub(super) struct Shares<K> {
    max: usize,
    taken: Mutex<HashMap<K, usize>>,
}

impl<K: Eq + Hash + Copy> Shares<K> {
    pub(super) fn new(max: usize) -> Self {
        Self { max, taken: Mutex::default() }
    }

    pub(super) fn take(self: &Arc<Self>, whose: K) -> Option<Share<K>> {
        let mut taken = self.taken();
        let count = taken.entry(whose).or_default();
        if *count >= self.max {
            return None;
        }
        *count += 1;
        Some(Share { shares: Arc::clone(self), whose })
    }

    fn give_back(&self, whose: K) {
        let mut taken = self.taken();
        if let Some(count) = taken.get_mut(&whose) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&whose);
            }
        }
    }

    fn taken(&self) -> MutexGuard<'_, HashMap<K, usize>> {
        // Counting can't panic half-way, so the counts are right even then.
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One of somebody's places, given back when dropped.
#[derive(Debug)]
pub(super) struct Share<K: Eq + Hash + Copy> {
    shares: Arc<Shares<K>>,
    whose: K,
}

impl<K: Eq + Hash + Copy> Drop for Share<K> {
    fn drop(&mut self) {
        self.shares.give_back(self.whose);
    }
}
