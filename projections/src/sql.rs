//! Small conveniences between rows and values.

use rusqlite::{Connection, Row, Transaction, params_from_iter};
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

/// A UUID column: 16 bytes.
pub(crate) fn uuid(row: &Row<'_>, column: &str) -> rusqlite::Result<Uuid> {
    row.get::<_, [u8; 16]>(column).map(Uuid::from_bytes)
}

/// A UUID column that may be null.
pub(crate) fn uuid_opt(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<Uuid>> {
    Ok(row.get::<_, Option<[u8; 16]>>(column)?.map(Uuid::from_bytes))
}

/// The tables of a file that are of a type: a `table` by itself, or a `virtual` one, which is kept in others.
pub(crate) fn tables(file: &Connection, of_type: &str) -> rusqlite::Result<Vec<String>> {
    file.prepare(
        "SELECT name FROM pragma_table_list
         WHERE schema = 'main' AND type = ?1 AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name",
    )?
    .query_map([of_type], |row| row.get(0))?
    .collect()
}

/// The rows of which a column is one of these ids, in no order; the statement is `SELECT … WHERE …` up to that column. What is
/// not there is left out.
pub(crate) fn by_ids<T>(
    rows: &Transaction<'_>,
    select_where: &str,
    ids: impl ExactSizeIterator<Item = Uuid>,
    row: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    let (count, values) = (ids.len(), params_from_iter(ids.map(Uuid::into_bytes)));
    let statement = format!("{select_where} IN ({})", vec!["?"; count].join(", "));
    if count == 1 {
        // Of several, each number of them is another statement, which would push others out of the cache.
        return rows.prepare_cached(&statement)?.query_map(values, row)?.collect();
    }
    rows.prepare(&statement)?.query_map(values, row)?.collect()
}

/// How many rows a statement counts.
pub(crate) fn count(
    rows: &Transaction<'_>,
    statement: &str,
    values: impl rusqlite::Params,
) -> rusqlite::Result<u64> {
    rows.prepare_cached(statement)?.query_row(values, |row| row.get::<_, i64>(0).map(|number| number as u64))
}

/// Whether a table has a column of this name.
pub(crate) fn has_column(file: &Connection, table: &str, column: &str) -> rusqlite::Result<bool> {
    file.prepare_cached("SELECT EXISTS (SELECT 1 FROM pragma_table_info(?1, 'main') WHERE name = ?2)")?
        .query_row([table, column], |row| row.get(0))
}

/// A column that holds the serde name of a value of a closed set, or JSON.
pub(crate) fn json<T: DeserializeOwned>(row: &Row<'_>, column: &str) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text).map_err(|error| unreadable(row, column, error))
}

/// A JSON column that may be null.
pub(crate) fn json_opt<T: DeserializeOwned>(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<T>> {
    let Some(text) = row.get::<_, Option<String>>(column)? else { return Ok(None) };
    serde_json::from_str(&text).map(Some).map_err(|error| unreadable(row, column, error))
}

/// The text of a JSON column.
pub(crate) fn to_json<T: Serialize>(value: &T) -> serde_json::Result<String> {
    serde_json::to_string(value)
}

/// What a text is compared with by `LIKE … ESCAPE '\\'` to be found anywhere inside, in whichever case of ASCII.
pub(crate) fn containing(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{escaped}%")
}

/// The condition on rows that have a text in a column, for [`containing`] as the parameter of that name.
pub(crate) fn has(column: &str, parameter: &str) -> String {
    format!("{column} LIKE {parameter} ESCAPE '\\'")
}

fn unreadable(row: &Row<'_>, column: &str, error: serde_json::Error) -> rusqlite::Error {
    let index = row.as_ref().column_index(column).unwrap_or(0);
    rusqlite::Error::FromSqlConversionFailure(index, rusqlite::types::Type::Text, Box::new(error))
}
