//! A list as it is asked for in SQL.

use std::borrow::Cow;

use rusqlite::{Row, Transaction, params_from_iter, types::Value};

use super::By;
use crate::{
    page::{Cursor, End, Page, PageRequest},
    sql,
};

/// A list of no more rows is searched row by row: that costs some microseconds each, and to find all that have the words
/// as much as there are of these in the whole catalogue.
pub(crate) const SMALL_MAX: u32 = 256;

/// Whether so few rows fit conditions that each is looked at for words sooner than all rows that have them are found.
pub(crate) fn is_small(
    rows: &Transaction<'_>,
    from: &str,
    conditions: &[Cow<'_, str>],
    values: Vec<Value>,
) -> rusqlite::Result<bool> {
    let one_more = format!("SELECT 1 FROM {from}{} LIMIT 1 OFFSET {SMALL_MAX}", where_all(conditions));
    Ok(!rows.prepare_cached(&one_more)?.exists(params_from_iter(values))?)
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
