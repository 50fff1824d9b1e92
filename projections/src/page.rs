//! Pages of rows: keyset paging, never by offset.

use std::{fmt, str::FromStr};

/// The largest page that can be asked for.
pub const PAGE_MAX: u32 = 500;

/// A reader's place in a list: the sort key and the row key of the last row it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cursor {
    /// The value that the list is sorted by.
    pub rank: i64,
    /// The row.
    pub key: i64,
}

/// The answer to a text that is not a cursor.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a cursor; pass one that a page answered")]
pub struct ParseCursorError {
    text: String,
}

impl fmt::Display for Cursor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}", self.rank, self.key)
    }
}

impl FromStr for Cursor {
    type Err = ParseCursorError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parse = || {
            let (rank, key) = text.split_once('.')?;
            Some(Self { rank: rank.parse().ok()?, key: key.parse().ok()? })
        };
        parse().ok_or_else(|| ParseCursorError { text: text.to_owned() })
    }
}

/// What part of a list is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PageRequest {
    /// How many rows, at most [`PAGE_MAX`].
    pub first: u32,
    /// Behind which row; none is the front.
    pub after: Option<Cursor>,
    /// Whether the answer says how many rows the whole list has. That is known, but where something is searched for or a
    /// rule picks the rows: there all of them are looked at.
    pub counted: bool,
}

impl PageRequest {
    /// The front of a list, counted.
    pub const fn front(first: u32) -> Self {
        Self { first, after: None, counted: false }
    }

    /// The same, and how many rows the whole list has.
    #[must_use]
    pub const fn counted(self) -> Self {
        Self { counted: true, ..self }
    }

    /// One row more than asked for: it tells whether there are more.
    pub(crate) fn limit(self) -> i64 {
        i64::from(self.first.min(PAGE_MAX)) + 1
    }
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    /// The rows, each with its cursor.
    pub rows: Vec<(Cursor, T)>,
    /// Whether there are more behind them.
    pub has_next: bool,
    /// How many rows the whole list has, if that was asked for.
    pub total: Option<u64>,
}

impl<T> Page<T> {
    /// The page of a request, of one row more than asked for; how many there are in all is asked if it is to be said.
    pub(crate) fn new(
        mut rows: Vec<(Cursor, T)>,
        request: PageRequest,
        total: impl FnOnce() -> rusqlite::Result<u64>,
    ) -> rusqlite::Result<Self> {
        let asked = request.first.min(PAGE_MAX) as usize;
        let has_next = rows.len() > asked;
        rows.truncate(asked);
        let total = if request.counted { Some(total()?) } else { None };
        Ok(Self { rows, has_next, total })
    }
}
