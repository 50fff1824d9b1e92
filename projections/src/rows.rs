//! Rows in memory: a batch changes a row as often as it likes, and the file sees it once.
//!
//! A fold asks a [`Table`] for a row, changes it as a value, and goes on; [`Table::write`] then inserts each new row and
//! updates each changed one. Whoever looks for rows by anything but their id asks the file, and writes what is in
//! memory before.

use std::{
    collections::{HashMap, hash_map},
    fmt,
};

use rusqlite::{
    OptionalExtension as _, Statement, ToSql, Transaction,
    types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, ValueRef},
};

use uuid::Uuid;

use crate::{
    changed::Changed,
    counted::{Counted, Counts},
};

/// An id without its kind, as the file has it.
pub(crate) type Id = [u8; 16];

/// A row of a table with a `key` (what pages are sorted by, given in the order of the events) and an `id`; the macro
/// [`row`] writes it.
pub(crate) trait Row: Counted + Sized {
    const TABLE: &'static str;
    const NEWEST_KEY: &'static str;
    const SELECT: &'static str;
    const INSERT: &'static str;
    const UPDATE: &'static str;
    const DELETE: &'static str;

    fn key(&self) -> i64;
    fn id(&self) -> Id;
    /// The position of the last event that touched it.
    fn changed_at(&self) -> i64;
    /// Reads what [`Self::SELECT`] finds.
    fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self>;
    /// Binds every column for [`Self::INSERT`].
    fn bind(&self, insert: &mut Statement<'_>) -> rusqlite::Result<()>;
    /// Binds what changes for [`Self::UPDATE`].
    fn bind_changes(&self, update: &mut Statement<'_>) -> rusqlite::Result<()>;
}

/// Declares the rows of a table: its columns by name and type, first those that stay as they were inserted, then those
/// that change. No index but those on the latter is touched by a change.
macro_rules! row {
    (
        $(#[$meta:meta])*
        $vis:vis struct $name:ident of $table:literal {
            stays { $($fixed:ident: $fixed_type:ty,)* }
            changes { $first:ident: $first_type:ty, $($changing:ident: $changing_type:ty,)* }
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug)]
        $vis struct $name {
            pub(crate) key: i64,
            pub(crate) id: $crate::rows::Id,
            $(pub(crate) $fixed: $fixed_type,)*
            pub(crate) $first: $first_type,
            $(pub(crate) $changing: $changing_type,)*
        }

        impl $crate::rows::Row for $name {
            const TABLE: &'static str = $table;
            const NEWEST_KEY: &'static str = concat!("SELECT max(key) FROM ", $table);
            const SELECT: &'static str = concat!(
                "SELECT key, id", $(", ", stringify!($fixed),)*
                ", ", stringify!($first), $(", ", stringify!($changing),)*
                " FROM ", $table, " WHERE id = ?1"
            );
            const INSERT: &'static str = concat!(
                "INSERT INTO ", $table, " (key, id", $(", ", stringify!($fixed),)*
                ", ", stringify!($first), $(", ", stringify!($changing),)*
                ") VALUES (:key, :id", $(", :", stringify!($fixed),)*
                ", :", stringify!($first), $(", :", stringify!($changing),)* ")"
            );
            const UPDATE: &'static str = concat!(
                "UPDATE ", $table, " SET ", stringify!($first), " = :", stringify!($first),
                $(", ", stringify!($changing), " = :", stringify!($changing),)*
                " WHERE key = :key"
            );

            const DELETE: &'static str = concat!("DELETE FROM ", $table, " WHERE key = ?1");

            fn key(&self) -> i64 {
                self.key
            }

            fn id(&self) -> $crate::rows::Id {
                self.id
            }

            fn changed_at(&self) -> i64 {
                self.changed_at
            }

            fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
                let mut columns = 0..;
                let mut next = || columns.next().unwrap_or_default();
                Ok(Self {
                    key: row.get::<usize, _>(next())?,
                    id: row.get(next())?,
                    $($fixed: row.get(next())?,)*
                    $first: row.get(next())?,
                    $($changing: row.get(next())?,)*
                })
            }

            fn bind(&self, insert: &mut rusqlite::Statement<'_>) -> rusqlite::Result<()> {
                let mut parameters = 1..;
                let mut next = || parameters.next().unwrap_or_default();
                insert.raw_bind_parameter::<usize, _>(next(), &self.key)?;
                insert.raw_bind_parameter(next(), &self.id)?;
                $(insert.raw_bind_parameter(next(), &self.$fixed)?;)*
                insert.raw_bind_parameter(next(), &self.$first)?;
                $(insert.raw_bind_parameter(next(), &self.$changing)?;)*
                Ok(())
            }

            fn bind_changes(&self, update: &mut rusqlite::Statement<'_>) -> rusqlite::Result<()> {
                let mut parameters = 1..;
                let mut next = || parameters.next().unwrap_or_default();
                update.raw_bind_parameter::<usize, _>(next(), &self.$first)?;
                $(update.raw_bind_parameter(next(), &self.$changing)?;)*
                update.raw_bind_parameter(next(), &self.key)
            }
        }
    };
}
pub(crate) use row;

/// Why a row can't be had or made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RowError {
    /// SQLite refused.
    #[error("the view's file refuses it")]
    Sqlite(#[from] rusqlite::Error),
    /// Two events say that the same thing is new.
    #[error("there is a row of this id already")]
    Known,
}

/// The rows of a table that a batch touches.
pub(crate) struct Table<R> {
    rows: HashMap<Id, Held<R>>,
    /// Those that are new or changed.
    waiting: Vec<Id>,
    /// What that makes of the numbers in the file.
    counts: Counts,
    /// The key of the next new row, once the file was asked.
    next_key: Option<i64>,
    /// Those that were written.
    changed: Vec<Changed>,
}

#[derive(Debug)]
struct Held<R> {
    row: R,
    state: Standing,
}

/// How a row in memory stands to the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Same,
    Changed,
    New,
}

impl<R> Default for Table<R> {
    fn default() -> Self {
        let (rows, waiting, counts) = (HashMap::new(), Vec::new(), Counts::default());
        Self { rows, waiting, counts, next_key: None, changed: Vec::new() }
    }
}

impl<R> fmt::Debug for Table<R> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Table").field("rows", &self.rows.len()).finish_non_exhaustive()
    }
}

impl<R: Row> Table<R> {
    /// A row, if there is one.
    pub(crate) fn find(&mut self, file: &Transaction<'_>, id: Id) -> rusqlite::Result<Option<&R>> {
        Ok(held(&mut self.rows, file, id)?.map(|held| &held.row))
    }

    /// A row to be changed, if there is one.
    pub(crate) fn change(&mut self, file: &Transaction<'_>, id: Id) -> rusqlite::Result<Option<&mut R>> {
        let Some(held) = held(&mut self.rows, file, id)? else { return Ok(None) };
        if held.state == Standing::Same {
            held.state = Standing::Changed;
            held.row.count(&mut self.counts.less());
            self.waiting.push(id);
        }
        Ok(Some(&mut held.row))
    }

    /// Adds a row, which gets the next key, and answers that. That its id is new is for the caller to know; the file refuses it otherwise.
    pub(crate) fn insert(
        &mut self,
        file: &Transaction<'_>,
        make: impl FnOnce(i64) -> R,
    ) -> Result<i64, RowError> {
        let key = self.next_key(file)?;
        let row = make(key);
        let id = row.id();
        match self.rows.entry(id) {
            hash_map::Entry::Occupied(_) => return Err(RowError::Known),
            hash_map::Entry::Vacant(place) => place.insert(Held { row, state: Standing::New }),
        };
        self.waiting.push(id);
        self.next_key = Some(key + 1);
        Ok(key)
    }

    /// Puts a new row, which gets the next key, in the place of one of the same id: the thing is there anew.
    pub(crate) fn replace(
        &mut self,
        file: &Transaction<'_>,
        id: Id,
        make: impl FnOnce(i64) -> R,
    ) -> Result<(), RowError> {
        // Before the newest row may go.
        self.next_key = Some(self.next_key(file)?);
        if let Some(held) = held(&mut self.rows, file, id)? {
            if held.state == Standing::Same {
                held.row.count(&mut self.counts.less());
            }
            file.prepare_cached(R::DELETE)?.execute([held.row.key()])?;
            self.rows.remove(&id);
        }
        self.insert(file, make).map(drop)
    }

    fn next_key(&self, file: &Transaction<'_>) -> rusqlite::Result<i64> {
        match self.next_key {
            Some(key) => Ok(key),
            None => Ok(newest_key::<R>(file)? + 1),
        }
    }

    /// Which rows were written since this was asked last.
    pub(crate) fn changed(&mut self) -> Vec<Changed> {
        std::mem::take(&mut self.changed)
    }

    /// Whether a row is in memory only.
    pub(crate) fn is_new(&self, id: Id) -> bool {
        self.rows.get(&id).is_some_and(|held| held.state == Standing::New)
    }

    /// Writes every row that is new or was changed, each once, in the order of their keys.
    pub(crate) fn write(&mut self, file: &Transaction<'_>) -> rusqlite::Result<()> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let key = |id: &Id| self.rows.get(id).map(|held| held.row.key());
        self.waiting.sort_by_cached_key(key);
        let (mut insert, mut update) = (file.prepare_cached(R::INSERT)?, file.prepare_cached(R::UPDATE)?);
        for id in std::mem::take(&mut self.waiting) {
            if let Some(held) = self.rows.get_mut(&id) {
                self.changed.extend(held.changed());
                held.write(&mut insert, &mut update, &mut self.counts)?;
            }
        }
        self.counts.write(file)
    }

    /// Writes one row, if it is new or was changed.
    pub(crate) fn write_one(&mut self, file: &Transaction<'_>, id: Id) -> rusqlite::Result<()> {
        let Some(held) = self.rows.get_mut(&id) else { return Ok(()) };
        let (mut insert, mut update) = (file.prepare_cached(R::INSERT)?, file.prepare_cached(R::UPDATE)?);
        self.changed.extend(held.changed());
        held.write(&mut insert, &mut update, &mut self.counts)
    }

    /// Writes every row and forgets all: the file is about to be changed behind the table's back.
    pub(crate) fn hand_over(&mut self, file: &Transaction<'_>) -> rusqlite::Result<()> {
        self.write(file)?;
        self.rows.clear();
        Ok(())
    }
}

fn newest_key<R: Row>(file: &Transaction<'_>) -> rusqlite::Result<i64> {
    let newest: Option<i64> = file.prepare_cached(R::NEWEST_KEY)?.query_row([], |row| row.get(0))?;
    Ok(newest.unwrap_or_default())
}

/// A row from memory, or else from the file.
fn held<'r, R: Row>(
    rows: &'r mut HashMap<Id, Held<R>>,
    file: &Transaction<'_>,
    id: Id,
) -> rusqlite::Result<Option<&'r mut Held<R>>> {
    match rows.entry(id) {
        hash_map::Entry::Occupied(held) => Ok(Some(held.into_mut())),
        hash_map::Entry::Vacant(place) => {
            let row = file.prepare_cached(R::SELECT)?.query_row([id], R::read).optional()?;
            Ok(row.map(|row| place.insert(Held { row, state: Standing::Same })))
        }
    }
}

impl<R: Row> Held<R> {
    /// What is told of it once it is written; nothing if it is as the file has it.
    fn changed(&self) -> Option<Changed> {
        let (id, position) = (Uuid::from_bytes(self.row.id()), self.row.changed_at() as u64);
        (self.state != Standing::Same).then_some(Changed { table: R::TABLE, of: None, id, position })
    }

    fn write(
        &mut self,
        insert: &mut Statement<'_>,
        update: &mut Statement<'_>,
        counts: &mut Counts,
    ) -> rusqlite::Result<()> {
        match self.state {
            Standing::Same => return Ok(()),
            Standing::New => {
                self.row.bind(insert)?;
                insert.raw_execute()?;
            }
            Standing::Changed => {
                self.row.bind_changes(update)?;
                update.raw_execute()?;
            }
        }
        self.row.count(&mut counts.more());
        self.state = Standing::Same;
        Ok(())
    }
}

/// A value of a closed set, which the file has as its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Word<T>(pub(crate) T);

/// A closed set of values with a name each.
pub(crate) trait Words: Copy {
    fn word(self) -> &'static str;
    fn of_word(word: &str) -> Option<Self>;
}

impl<T: Words> ToSql for Word<T> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.word().into())
    }
}

impl<T: Words> FromSql for Word<T> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        T::of_word(value.as_str()?).map(Self).ok_or(FromSqlError::InvalidType)
    }
}

#[cfg(test)]
mod tests;
