use mediary_schema::parrot::ParrotId;
use rusqlite::{Row, Transaction, params};

use crate::{
    counted,
    named::Called,
    page::{Cursor, Page, PageRequest},
    sql,
};

/// Parrots, by what they were told.
pub const CALLED: Called = Called::new("parrot", "id", "text", "NULL");

/// A parrot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParrotRow {
    /// Its id.
    pub id: ParrotId,
    /// What it was told.
    pub text: String,
    /// How many letters that has, once it was repeated.
    pub letters: Option<u64>,
}

/// What they are in the numbers.
pub(super) const COUNTED: &str = "parrot";

fn parrot_row(row: &Row<'_>) -> rusqlite::Result<(Cursor, ParrotRow)> {
    let key: i64 = row.get("key")?;
    let parrot = ParrotRow {
        id: ParrotId::from_uuid(sql::uuid(row, "id")?),
        text: row.get("text")?,
        letters: row.get::<_, Option<i64>>("letters")?.map(|letters| letters as u64),
    };
    Ok((Cursor { rank: key, key }, parrot))
}

/// Parrots, newest first.
pub fn parrots(transaction: &Transaction<'_>, request: PageRequest) -> rusqlite::Result<Page<ParrotRow>> {
    let after = request.after.map_or(i64::MAX, |cursor| cursor.key);
    let rows = transaction
        .prepare_cached("SELECT key, id, text, letters FROM parrot WHERE key < ?1 ORDER BY key DESC LIMIT ?2")?
        .query_map(params![after, request.limit()], parrot_row)?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    Page::new(rows, request, || counted::number(transaction, Some(COUNTED), None))
}
