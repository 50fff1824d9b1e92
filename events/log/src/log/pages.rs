//! Stretches of older events that were read lately, decoded: many who lag at the same place read it once.
//!
//! What is kept is bounded in bytes, whoever reads. It is forgotten when something is erased.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use mediary_events::Recorded;

/// Events of a page: as many as a subscriber reads in a few steps.
pub(super) const PAGE_EVENTS: u64 = 256;

/// A stretch of consecutive events.
pub(super) type Page = Arc<[Arc<Recorded>]>;

/// The pages that were read last.
#[derive(Debug)]
pub(super) struct Pages {
    kept: Mutex<Kept>,
    bytes_max: usize,
}

#[derive(Debug, Default)]
struct Kept {
    /// The one that was asked for last is at the end.
    pages: VecDeque<(Page, usize)>,
    bytes: usize,
    /// How often all were forgotten.
    generation: u64,
}

/// The first position of the page that has a position.
pub(super) const fn first_of(position: u64) -> u64 {
    (position - 1) / PAGE_EVENTS * PAGE_EVENTS + 1
}

/// The events of a page from a position on; none if it ends before that.
pub(super) fn from(page: &Page, position: u64) -> Option<impl Iterator<Item = Arc<Recorded>>> {
    let first = page.first()?.position();
    let skip = usize::try_from(position.checked_sub(first)?).ok()?;
    (skip < page.len()).then(|| page[skip..].iter().cloned())
}

impl Pages {
    pub(super) fn new(bytes_max: usize) -> Self {
        Self { kept: Mutex::default(), bytes_max }
    }

    /// The page that begins with a position.
    pub(super) fn get(&self, first: u64) -> Option<Page> {
        let mut kept = self.lock();
        let found = |(page, _): &(Page, usize)| page.first().is_some_and(|event| event.position() == first);
        let place = kept.pages.iter().position(found)?;
        let entry = kept.pages.remove(place)?;
        let page = Arc::clone(&entry.0);
        kept.pages.push_back(entry);
        Some(page)
    }

    /// With what a page that is read from now on is put in.
    pub(super) fn generation(&self) -> u64 {
        self.lock().generation
    }

    /// Keeps a page that was read in a generation, in place of those that were asked for longest ago.
    pub(super) fn put(&self, generation: u64, page: Page, bytes: usize) {
        let mut kept = self.lock();
        // What was read while something was erased may still hold it.
        if kept.generation != generation || bytes > self.bytes_max {
            return;
        }
        let first = page.first().map(|event| event.position());
        if kept.pages.iter().any(|(page, _)| page.first().map(|event| event.position()) == first) {
            return;
        }
        kept.pages.push_back((page, bytes));
        kept.bytes += bytes;
        while kept.bytes > self.bytes_max {
            let Some((_, bytes)) = kept.pages.pop_front() else { break };
            kept.bytes -= bytes;
        }
    }

    /// Forgets all of them, also those that are being read.
    pub(super) fn clear(&self) {
        let mut kept = self.lock();
        *kept = Kept { generation: kept.generation + 1, ..Kept::default() };
    }

    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        self.lock().bytes
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        // Every change under the lock is complete when a panic could strike.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
