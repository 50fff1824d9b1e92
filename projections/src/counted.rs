//! Numbers that are kept, so that nobody counts rows to tell how many there are.
//!
//! Each row says what it counts as ([`Counted`]). Whoever writes rows takes off what the old ones were and adds what the
//! new ones are, so that a number can't be forgotten by a fold.

use std::{borrow::Cow, collections::BTreeMap};

use rusqlite::{Transaction, params};

use crate::rows::Id;

/// The table of the numbers of a view: how many things of a kind are in a state, by project.
macro_rules! counted {
    () => {
        "
        CREATE TABLE counted (
            project BLOB NOT NULL,
            what TEXT NOT NULL,
            state TEXT NOT NULL,
            number INTEGER NOT NULL,
            PRIMARY KEY (project, what, state)
        ) STRICT, WITHOUT ROWID;"
    };
}
pub(crate) use counted;

/// A row that counts as something, or as nothing.
pub(crate) trait Counted {
    fn count(&self, tally: &mut Tally<'_>);
}

/// What changes of the numbers of a file.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    steps: BTreeMap<(Id, Cow<'static, str>, &'static str), i64>,
}

/// What one row adds to the numbers, or takes off.
#[derive(Debug)]
pub(crate) struct Tally<'a> {
    counts: &'a mut Counts,
    sign: i64,
}

impl Tally<'_> {
    /// It is so many of these.
    pub(crate) fn add(
        &mut self,
        project: Id,
        what: impl Into<Cow<'static, str>>,
        state: &'static str,
        number: i64,
    ) {
        *self.counts.steps.entry((project, what.into(), state)).or_default() += self.sign * number;
    }
}

impl Counts {
    pub(crate) const fn more(&mut self) -> Tally<'_> {
        Tally { counts: self, sign: 1 }
    }

    pub(crate) const fn less(&mut self) -> Tally<'_> {
        Tally { counts: self, sign: -1 }
    }

    /// Writes the numbers that changed. What there is none of has no row, as if there had never been any.
    pub(crate) fn write(&mut self, file: &Transaction<'_>) -> rusqlite::Result<()> {
        let steps = std::mem::take(&mut self.steps);
        for ((project, what, state), step) in steps.into_iter().filter(|(_, step)| *step != 0) {
            file.prepare_cached(
                "INSERT INTO counted (project, what, state, number) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (project, what, state) DO UPDATE SET number = number + excluded.number",
            )?
            .execute(params![project, what, state, step])?;
            file.prepare_cached(
                "DELETE FROM counted WHERE project = ?1 AND what = ?2 AND state = ?3 AND number = 0",
            )?
            .execute(params![project, what, state])?;
        }
        Ok(())
    }
}

/// How many there are of a kind, or of all, in a state, or in any.
pub(crate) fn number(
    rows: &Transaction<'_>,
    what: Option<&str>,
    state: Option<&str>,
) -> rusqlite::Result<u64> {
    rows.prepare_cached(
        "SELECT coalesce(sum(number), 0) FROM counted
         WHERE (?1 IS NULL OR what = ?1) AND (?2 IS NULL OR state = ?2)",
    )?
    .query_row(params![what, state], |row| row.get::<_, i64>(0).map(|number| number as u64))
}
