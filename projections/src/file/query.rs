use mediary_schema::{
    FileId, ItemId, RootId, Timestamp,
    file::{FileState, Verified},
};
use rusqlite::{Row, Transaction, params, types::Value};

use crate::{
    counted,
    named::Called,
    page::{Cursor, Page, PageRequest},
    rows::Word,
    sql,
};

/// Files, by path.
pub const CALLED: Called = Called::new("file", "id", "path", "NULL");

/// A file in the library.
#[derive(Debug, Clone, PartialEq)]
pub struct FileRow {
    /// Its id.
    pub id: FileId,
    /// Below which folder it lies.
    pub root: RootId,
    /// How it stands with its bytes.
    pub state: FileState,
    /// The path below its folder, with `/` between folders.
    pub path: String,
    /// What it is known by.
    pub verified: Verified,
    /// The item that it keeps, if it came from a source.
    pub item_id: Option<ItemId>,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// The position of the last event that touched it.
    pub changed_at: u64,
}

const COLUMNS: &str = "key, id, root, state, path, verified, item_id, recorded_at, changed_at";

fn file_row(row: &Row<'_>) -> rusqlite::Result<(Cursor, FileRow)> {
    let key: i64 = row.get("key")?;
    let state: Word<_> = row.get("state")?;
    let file = FileRow {
        id: FileId::from_uuid(sql::uuid(row, "id")?),
        root: RootId::from_uuid(sql::uuid(row, "root")?),
        state: state.0,
        path: row.get("path")?,
        verified: sql::json(row, "verified")?,
        item_id: sql::uuid_opt(row, "item_id")?.map(ItemId::from_uuid),
        recorded_at: Timestamp::from_micros(row.get("recorded_at")?),
        changed_at: row.get::<_, i64>("changed_at")? as u64,
    };
    Ok((Cursor { rank: key, key }, file))
}

/// What they are in the numbers.
pub(super) const COUNTED: &str = "file";

/// Files, newest first, all or those with a text in the path.
pub fn files(
    transaction: &Transaction<'_>,
    search: Option<&str>,
    request: PageRequest,
) -> rusqlite::Result<Page<FileRow>> {
    let found = search.map_or_else(|| "?1 IS NULL".to_owned(), |_| sql::has(&["path"], "?1"));
    let pattern = search.map(sql::containing);
    let after = request.after.map_or(i64::MAX, |cursor| cursor.key);
    let rows = transaction
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM file WHERE {found} AND key < ?2 ORDER BY key DESC LIMIT ?3"
        ))?
        .query_map(params![pattern, after, request.limit()], file_row)?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    Page::new(rows, request, || match &pattern {
        None => counted::number(transaction, Some(COUNTED), None),
        Some(_) => sql::count(transaction, &format!("SELECT count(*) FROM file WHERE {found}"), [&pattern]),
    })
}

/// One file.
pub fn file(transaction: &Transaction<'_>, id: FileId) -> rusqlite::Result<Option<FileRow>> {
    Ok(files_by_id(transaction, &[id])?.pop())
}

/// Files by their ids, in no order; those that are not there are left out.
pub fn files_by_id(transaction: &Transaction<'_>, ids: &[FileId]) -> rusqlite::Result<Vec<FileRow>> {
    let marks = vec!["?"; ids.len()].join(", ");
    let values = ids.iter().map(|id| Value::Blob(id.uuid().as_bytes().to_vec()));
    transaction
        .prepare(&format!("SELECT {COLUMNS} FROM file WHERE id IN ({marks})"))?
        .query_map(rusqlite::params_from_iter(values), file_row)?
        .map(|row| row.map(|(_, row)| row))
        .collect()
}

/// Files that were touched after a position, in that order.
pub fn changed_files(
    transaction: &Transaction<'_>,
    after: u64,
    limit: u32,
) -> rusqlite::Result<Vec<FileRow>> {
    transaction
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM file WHERE changed_at > ?1 ORDER BY changed_at LIMIT ?2"
        ))?
        .query_map(params![after as i64, limit], file_row)?
        .map(|row| row.map(|(_, row)| row))
        .collect()
}
