//! Which rows a view changed, told with each commit: whoever watches some of them asks the file only if it is about those.
//!
//! Guarantees: what is not among the rows that are told of a stretch was not changed in it. Not more than the last batches
//! are known: whoever is further behind, or has just come, asks the file.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use uuid::Uuid;

/// Batches that are known.
const BATCHES_MAX: usize = 256;
/// Rows that are known, of all of them.
const ROWS_MAX: usize = 16_384;

/// A row that was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Changed {
    /// What it is a row of.
    pub table: &'static str,
    /// The thing that it belongs to, where that is what is watched.
    pub of: Option<Uuid>,
    /// Its id.
    pub id: Uuid,
    /// The last event that touched it.
    pub position: u64,
}

/// The last batches of the edition that serves.
#[derive(Debug, Default)]
pub(crate) struct Recent(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    /// One behind the other, without a gap.
    batches: VecDeque<Batch>,
    rows: usize,
}

#[derive(Debug)]
struct Batch {
    from: u64,
    to: u64,
    rows: Vec<Changed>,
}

impl Recent {
    /// Adds what was changed behind a position and up to another.
    pub(crate) fn add(&self, from: u64, to: u64, rows: Vec<Changed>) {
        let mut known = self.lock();
        if known.batches.back().is_some_and(|last| last.to != from) {
            *known = Known::default();
        }
        known.rows += rows.len();
        known.batches.push_back(Batch { from, to, rows });
        while known.batches.len() > BATCHES_MAX || known.rows > ROWS_MAX {
            let Some(first) = known.batches.pop_front() else { break };
            known.rows -= first.rows.len();
        }
    }

    /// Whether any row was changed behind a position and up to another that is asked about; none if that is not known.
    pub(crate) fn is_any(&self, after: u64, to: u64, asked: impl Fn(&Changed) -> bool) -> Option<bool> {
        let known = self.lock();
        let is_known = known.batches.front().is_some_and(|first| first.from <= after)
            && known.batches.back().is_some_and(|last| to <= last.to);
        let batches = known.batches.iter().filter(|batch| after < batch.to && batch.from < to);
        is_known.then(|| batches.flat_map(|batch| &batch.rows).any(|row| row.position > after && asked(row)))
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(number: u128, position: u64) -> Changed {
        Changed { table: "row", of: None, id: Uuid::from_u128(number), position }
    }

    #[test]
    fn what_is_not_known_is_not_called_unchanged() {
        let recent = Recent::default();
        let is_seven = |row: &Changed| row.id.as_u128() == 7;
        assert_eq!(recent.is_any(0, 0, is_seven), None);
        recent.add(10, 12, vec![row(7, 11), row(8, 12)]);
        recent.add(12, 15, vec![row(9, 15)]);
        assert_eq!(recent.is_any(10, 15, is_seven), Some(true));
        assert_eq!(recent.is_any(11, 15, is_seven), Some(false));
        assert_eq!(recent.is_any(12, 15, |_| true), Some(true));
        assert_eq!(recent.is_any(9, 15, is_seven), None, "from before");
        assert_eq!(recent.is_any(12, 16, is_seven), None, "not yet");
        recent.add(20, 21, Vec::new());
        assert_eq!(recent.is_any(12, 15, is_seven), None, "behind a gap");
        assert_eq!(recent.is_any(20, 21, |_| true), Some(false));
        recent.add(0, 3, vec![row(7, 1)]);
        assert_eq!(recent.is_any(20, 21, |_| true), None, "begun anew");
    }

    #[test]
    fn no_more_is_known_than_said() {
        let recent = Recent::default();
        for position in 0..2 * BATCHES_MAX as u64 {
            recent.add(position, position + 1, vec![row(1, position + 1)]);
        }
        assert_eq!(recent.lock().batches.len(), BATCHES_MAX);
        let end = 2 * BATCHES_MAX as u64;
        recent.add(end, end + 1, vec![row(2, end + 1); ROWS_MAX]);
        let known = recent.lock();
        assert_eq!((known.batches.len(), known.rows), (1, ROWS_MAX));
    }
}
