//! Moments that never go back, so that the first row of a time is found by an index: the clock of the wall is set back at
//! times, and then the moments of rows are not in the order of their keys.

use std::{fmt, marker::PhantomData};

use rusqlite::{OptionalExtension as _, Transaction};

use crate::rows::Row;

/// The latest moment of all rows of a table so far, which each new one notes as its `reached_at`.
pub(crate) struct Reached<R> {
    /// None until the file was asked.
    latest: Option<i64>,
    table: PhantomData<R>,
}

impl<R> Default for Reached<R> {
    fn default() -> Self {
        Self { latest: None, table: PhantomData }
    }
}

impl<R> fmt::Debug for Reached<R> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Reached").field(&self.latest).finish()
    }
}

impl<R: Row> Reached<R> {
    /// Notes the moment of a new row, which is about to be inserted; answers the latest one.
    pub(crate) fn by(&mut self, file: &Transaction<'_>, at: i64) -> rusqlite::Result<i64> {
        let before = match self.latest {
            Some(latest) => Some(latest),
            None => file
                .prepare_cached(&format!("SELECT reached_at FROM {} ORDER BY key DESC LIMIT 1", R::TABLE))?
                .query_row([], |row| row.get(0))
                .optional()?,
        };
        let latest = before.map_or(at, |before| before.max(at));
        self.latest = Some(latest);
        Ok(latest)
    }
}
