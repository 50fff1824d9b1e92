//! The order of the entries of a list: each has a rank, with room between two for what comes between them.

use std::{
    collections::{BTreeSet, HashMap},
    ops::Bound::{Excluded, Unbounded},
};

use mediary_schema::{EntryId, playlist::After};
use rusqlite::{Transaction, params};

use super::{super::query::EntryStatus, Fold};
use crate::view::ApplyError;

/// The distance of two rows that nothing was put between.
const RANK_STEP: i64 = 1 << 40;
/// The distance at most of a row that is put between two others from the left one: a refresh tells new rows
/// in their order, each behind the one before, and so a million of them find room between two.
const RANK_STEP_BETWEEN: i64 = 1 << 20;

/// The ranks of the lists that a batch touches: those in the file, and those of rows that are in memory only.
///
/// Rows of the file have there the ranks that they have: who moves one writes it at once and says so by
/// [`Self::file_changed`].
#[derive(Debug, Default)]
pub(super) struct Ranks {
    lists: HashMap<i64, List>,
}

#[derive(Debug, Default)]
struct List {
    /// Of rows that are not in the file yet.
    new: BTreeSet<i64>,
    /// A stretch of ranks that the file has none of: from its begin to the file's next one, or without an end.
    free: Option<(i64, Option<i64>)>,
    /// The file's largest, if it was asked for and there is one.
    last: Option<i64>,
}

impl Ranks {
    /// A rank right behind another one, or in front of all; none where there is no room.
    pub(super) fn behind(
        &mut self,
        file: &Transaction<'_>,
        list: i64,
        left: Option<i64>,
    ) -> rusqlite::Result<Option<i64>> {
        let right = self.next(file, list, left.unwrap_or(i64::MIN))?;
        Ok(match (left, right) {
            (None, None) => Some(0),
            (None, Some(right)) => right.checked_sub(RANK_STEP),
            (Some(left), None) => left.checked_add(RANK_STEP),
            (Some(left), Some(right)) => {
                let step = ((right - left) / 2).min(RANK_STEP_BETWEEN);
                (step > 0).then_some(left + step)
            }
        })
    }

    /// The largest rank of a list.
    pub(super) fn last(&mut self, file: &Transaction<'_>, list: i64) -> rusqlite::Result<Option<i64>> {
        let ranks = self.lists.entry(list).or_default();
        let of_file = match ranks.last {
            Some(rank) => Some(rank),
            None => file
                .prepare_cached("SELECT max(rank) FROM entry WHERE playlist_key = ?1")?
                .query_row([list], |row| row.get(0))?,
        };
        ranks.last = of_file;
        Ok(of_file.max(ranks.new.last().copied()))
    }

    /// Takes the rank of a row that is in memory only.
    pub(super) fn add(&mut self, list: i64, rank: i64) {
        self.lists.entry(list).or_default().new.insert(rank);
    }

    /// Takes it back.
    pub(super) fn remove(&mut self, list: i64, rank: i64) {
        self.lists.entry(list).or_default().new.remove(&rank);
    }

    /// Forgets what the file had of a list.
    pub(super) fn file_changed(&mut self, list: i64) {
        let ranks = self.lists.entry(list).or_default();
        (ranks.free, ranks.last) = (None, None);
    }

    /// Forgets everything: all rows are in the file.
    pub(super) fn forget(&mut self) {
        self.lists.clear();
    }

    fn next(&mut self, file: &Transaction<'_>, list: i64, left: i64) -> rusqlite::Result<Option<i64>> {
        let ranks = self.lists.entry(list).or_default();
        let of_file = match ranks.free {
            Some((from, right)) if from <= left && right.is_none_or(|right| left < right) => right,
            _ => {
                let right = file
                    .prepare_cached("SELECT min(rank) FROM entry WHERE playlist_key = ?1 AND rank > ?2")?
                    .query_row(params![list, left], |row| row.get(0))?;
                ranks.free = Some((left, right));
                right
            }
        };
        let of_memory = ranks.new.range((Excluded(left), Unbounded)).next().copied();
        Ok(match (of_file, of_memory) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        })
    }
}

impl Fold<'_> {
    /// A rank right behind a row, or in front of all; spreads the list's ranks anew where there is no room.
    pub(super) fn rank(&mut self, playlist_key: i64, after: After) -> Result<i64, ApplyError> {
        if let Some(rank) = self.room(playlist_key, after)? {
            return Ok(rank);
        }
        self.rows.lists.write(self.file)?;
        self.rows.entries.hand_over(self.file)?;
        self.rows.ranks.forget();
        spread(self.file, playlist_key)?;
        if let Some(list) = self.rows.lists.change(self.file, self.stamp.id)? {
            list.spreads += 1;
        }
        Ok(self.room(playlist_key, after)?.expect("ranks that were just spread have room between them"))
    }

    fn room(&mut self, playlist_key: i64, after: After) -> Result<Option<i64>, ApplyError> {
        let left = match after {
            None => None,
            Some(neighbour) => self.behind(playlist_key, neighbour)?,
        };
        Ok(self.rows.ranks.behind(self.file, playlist_key, left)?)
    }

    /// The rank of a neighbour; that of the last row if the neighbour is gone, as the decider has it.
    fn behind(&mut self, playlist_key: i64, neighbour: EntryId) -> Result<Option<i64>, ApplyError> {
        let known = self.rows.entries.find(self.file, *neighbour.uuid().as_bytes())?;
        match known.filter(|entry| entry.status.0 != EntryStatus::Removed) {
            Some(entry) => Ok(Some(entry.rank)),
            None => Ok(self.rows.ranks.last(self.file, playlist_key)?),
        }
    }
}

/// Spreads the ranks of a list anew; every row of it must be in the file.
fn spread(file: &Transaction<'_>, list: i64) -> rusqlite::Result<()> {
    file.prepare_cached(
        "UPDATE entry SET rank = spread.rank FROM (
             SELECT key, row_number() OVER (ORDER BY rank, key) * ?2 AS rank FROM entry WHERE playlist_key = ?1
         ) AS spread WHERE entry.key = spread.key",
    )?
    .execute(params![list, RANK_STEP])?;
    Ok(())
}
