//! A list as it is asked for in SQL.

use std::{borrow::Cow, ops::RangeInclusive};

use rusqlite::{Row, Transaction, params_from_iter, types::Value};

use super::By;
use crate::{
    page::{Cursor, End, Page, PageRequest},
    sql,
};

/// Of a list of no more rows it is looked at between which keys they are, before it is searched: what has the words
/// elsewhere need not be found.
pub(crate) const SMALL_MAX: usize = 256;
/// All keys.
pub(crate) const EVERY_KEY: RangeInclusive<i64> = 0..=i64::MAX;

/// Between which keys the rows are that fit conditions, if they are few; their key is as said.
pub(crate) fn keys_of_few(
    rows: &Transaction<'_>,
    key: &str,
    from: &str,
    conditions: &[Cow<'_, str>],
    values: Vec<Value>,
) -> rusqlite::Result<RangeInclusive<i64>> {
    let few = format!("SELECT {key} FROM {from}{} LIMIT {}", where_all(conditions), SMALL_MAX + 1);
    let keys: Vec<i64> = rows
        .prepare_cached(&few)?
        .query_map(params_from_iter(values), |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    if keys.len() > SMALL_MAX {
        return Ok(EVERY_KEY);
    }
    // Between 1 and 0 there is none.
    Ok(keys.iter().copied().min().unwrap_or(1)..=keys.iter().copied().max().unwrap_or(0))
}

/// A list as it is asked for in SQL.
#[derive(Debug)]
pub(crate) struct Select<'a> {
    pub(crate) columns: &'a str,
    pub(crate) from: Cow<'a, str>,
    /// Each with a mark for every value, in their order.
    pub(crate) conditions: Vec<Cow<'a, str>>,
    pub(crate) values: Vec<Value>,
    pub(crate) by: By,
    /// What a cursor says of its row's place.
    pub(crate) place: Cow<'a, str>,
    /// What it is sorted by, and by what then.
    pub(crate) rank: Cow<'a, str>,
    pub(crate) key: Cow<'a, str>,
    pub(crate) descending: bool,
}

impl Select<'_> {
    pub(crate) fn page<T>(
        &self,
        rows: &Transaction<'_>,
        request: &PageRequest,
        read: impl Fn(&Row<'_>) -> rusqlite::Result<T>,
        total: impl FnOnce() -> rusqlite::Result<u64>,
    ) -> rusqlite::Result<Page<T>> {
        let Self { columns, from, by, place, rank, key, .. } = self;
        let (mut conditions, mut values) = (self.conditions.clone(), self.values.clone());
        let (behind, in_front) = if self.descending { ("<", ">") } else { (">", "<") };
        for (cursor, side) in [(&request.after, behind), (&request.before, in_front)] {
            let Some(Cursor { rank: of_cursor, key: key_of_cursor, .. }) = cursor.clone() else { continue };
            if by.column.is_some() {
                // The first of the two is the one that an index can answer in any case.
                conditions.push(format!("{rank} {side}= ? AND ({rank}, {key}) {side} (?, ?)").into());
                values.extend([of_cursor.clone().into(), of_cursor.into()]);
            } else {
                conditions.push(format!("{key} {side} ?").into());
            }
            values.push(Value::Integer(key_of_cursor));
        }
        values.push(Value::Integer(request.limit()));
        let is_upwards = self.descending == (request.end == End::Back);
        let upwards = if is_upwards { "ASC" } else { "DESC" };
        let order = match by.column {
            Some(_) => format!("{rank} {upwards}, {key} {upwards}"),
            None => format!("{key} {upwards}"),
        };
        let statement = format!(
            "SELECT {place} AS place_rank, {key} AS place_key, {columns} FROM {from}{} ORDER BY {order} LIMIT ?",
            where_all(&conditions)
        );
        let cursor = |row: &Row<'_>| {
            let (rank, key) = (row.get("place_rank")?, row.get("place_key")?);
            Ok::<_, rusqlite::Error>(Cursor { by: by.name.to_owned(), rank, key })
        };
        let found = rows
            .prepare_cached(&statement)?
            .query_map(params_from_iter(values), |row| Ok((cursor(row)?, read(row)?)))?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        Page::new(found, request, total)
    }

    pub(crate) fn count(&self, rows: &Transaction<'_>) -> rusqlite::Result<u64> {
        let statement = format!("SELECT count(*) FROM {}{}", self.from, where_all(&self.conditions));
        sql::count(rows, &statement, params_from_iter(&self.values))
    }
}

fn where_all(conditions: &[Cow<'_, str>]) -> String {
    if conditions.is_empty() { String::new() } else { format!(" WHERE {}", conditions.join(" AND ")) }
}
