//! Pages of rows: keyset paging from either end, never by offset.

use std::{fmt, str::FromStr};

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, Value, ValueRef};

use crate::listing::By;

/// The largest page that can be asked for.
pub const PAGE_MAX: u32 = 500;

/// A reader's place in a list: what the row had that he stands at, when he was told of it. Whatever becomes of that row, he
/// goes on from there.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Cursor {
    /// What the list is sorted by.
    pub by: String,
    /// The value that it is sorted by.
    pub rank: Rank,
    /// The row.
    pub key: i64,
}

/// A value that a list is sorted by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Rank {
    /// A number: a key, a moment, a position.
    Number(i64),
    /// A title, a path.
    Text(String),
}

/// The answer to a text that is not a cursor.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a cursor; pass one that a page answered")]
pub struct ParseCursorError {
    text: String,
}

impl fmt::Display for Cursor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { by, rank, key } = self;
        match rank {
            Rank::Number(number) => write!(formatter, "{by}.{key}.{number}"),
            Rank::Text(text) => write!(formatter, "{by}.{key}.={text}"),
        }
    }
}

impl FromStr for Cursor {
    type Err = ParseCursorError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parse = || {
            let mut parts = text.splitn(3, '.');
            let (by, key, rank) = (parts.next()?, parts.next()?, parts.next()?);
            let rank = match rank.strip_prefix('=') {
                Some(text) => Rank::Text(text.to_owned()),
                None => Rank::Number(rank.parse().ok()?),
            };
            Some(Self { by: by.to_owned(), rank, key: key.parse().ok()? })
        };
        parse().ok_or_else(|| ParseCursorError { text: text.to_owned() })
    }
}

impl From<Rank> for Value {
    fn from(rank: Rank) -> Self {
        match rank {
            Rank::Number(number) => Self::Integer(number),
            Rank::Text(text) => Self::Text(text),
        }
    }
}

impl FromSql for Rank {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        match value {
            ValueRef::Integer(number) => Ok(Self::Number(number)),
            ValueRef::Text(_) => Ok(Self::Text(value.as_str()?.to_owned())),
            ValueRef::Null | ValueRef::Real(_) | ValueRef::Blob(_) => Err(FromSqlError::InvalidType),
        }
    }
}

/// From which end of a list, or of what is between two cursors, a page is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum End {
    /// The first rows.
    Front,
    /// The last rows.
    Back,
}

/// What part of a list is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PageRequest {
    /// How many rows, at most [`PAGE_MAX`].
    pub limit: u32,
    /// From which end. Whichever it is, the rows come in the order of the list.
    pub end: End,
    /// Only those behind this one.
    pub after: Option<Cursor>,
    /// Only those in front of this one.
    pub before: Option<Cursor>,
    /// Whether the answer says how many rows the whole list has. Where that is not known, all of them are looked at.
    pub counted: bool,
}

impl PageRequest {
    /// The first rows of a list.
    pub const fn front(limit: u32) -> Self {
        Self { limit, end: End::Front, after: None, before: None, counted: false }
    }

    /// The last rows of a list.
    pub const fn back(limit: u32) -> Self {
        Self { limit, end: End::Back, after: None, before: None, counted: false }
    }

    /// Only those behind a row.
    #[must_use]
    pub fn after(self, cursor: Option<Cursor>) -> Self {
        Self { after: cursor, ..self }
    }

    /// Only those in front of a row.
    #[must_use]
    pub fn before(self, cursor: Option<Cursor>) -> Self {
        Self { before: cursor, ..self }
    }

    /// The same, and how many rows the whole list has.
    #[must_use]
    pub fn counted(self) -> Self {
        Self { counted: true, ..self }
    }

    /// The first cursor that is of a list in another order, if one is.
    pub fn of_another_order(&self, by: By) -> Option<&Cursor> {
        [&self.after, &self.before].into_iter().flatten().find(|cursor| !by.has(cursor))
    }

    /// One row more than asked for: it tells whether there are more.
    pub(crate) fn limit(&self) -> i64 {
        i64::from(self.limit.min(PAGE_MAX)) + 1
    }
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    /// The rows in the order of the list, each with its cursor.
    pub rows: Vec<(Cursor, T)>,
    /// Whether there are more in front of them.
    pub has_previous: bool,
    /// Whether there are more behind them.
    pub has_next: bool,
    /// How many rows the whole list has, if that was asked for.
    pub total: Option<u64>,
}

impl<T> Page<T> {
    /// The page of a list that was made for the answer: of all its rows, in their order, each called by its number.
    pub fn of_all(all: Vec<T>, request: &PageRequest) -> Self {
        let (count, limit) = (all.len(), request.limit.min(PAGE_MAX) as usize);
        let number = |cursor: &Cursor| usize::try_from(cursor.key).unwrap_or(0);
        let front = request.after.as_ref().map_or(0, number).min(count);
        let back = request.before.as_ref().map_or(count, |cursor| number(cursor).saturating_sub(1));
        let back = back.clamp(front, count);
        let (front, back) = match request.end {
            End::Front => (front, back.min(front + limit)),
            End::Back => (front.max(back.saturating_sub(limit)), back),
        };
        let rows = all.into_iter().enumerate().skip(front).take(back - front);
        Self {
            rows: rows.map(|(index, row)| (By::NUMBER.place(index as i64 + 1), row)).collect(),
            has_previous: front > 0,
            has_next: back < count,
            total: request.counted.then_some(count as u64),
        }
    }

    /// The page of a request, of one row more than asked for, from the end that was asked for on; how many there are in all
    /// is asked if it is to be said.
    pub(crate) fn new(
        mut rows: Vec<(Cursor, T)>,
        request: &PageRequest,
        total: impl FnOnce() -> rusqlite::Result<u64>,
    ) -> rusqlite::Result<Self> {
        let asked = request.limit.min(PAGE_MAX) as usize;
        let has_more = rows.len() > asked;
        rows.truncate(asked);
        let (is_behind, is_in_front) = (request.after.is_some(), request.before.is_some());
        let (has_previous, has_next) = match request.end {
            End::Front => (is_behind, has_more || is_in_front),
            End::Back => {
                rows.reverse();
                (has_more || is_behind, is_in_front)
            }
        };
        let total = if request.counted { Some(total()?) } else { None };
        Ok(Self { rows, has_previous, has_next, total })
    }
}
