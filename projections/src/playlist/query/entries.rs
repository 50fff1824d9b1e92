//! The entries of a list.

use mediary_schema::{EntryId, PlaylistId};
use rusqlite::{OptionalExtension as _, Row, Transaction, params, types::Value};

use super::{
    row::{ENTRY_COLUMNS, EntryRow, entry_row},
    unlisted,
};
use crate::{
    page::{Cursor, Page, PageRequest},
    sql,
};

/// The playlist first: SQLite takes the tables of a cross join in their order.
pub(super) const OF_PLAYLIST: &str = "playlist CROSS JOIN entry ON entry.playlist_key = playlist.key";

/// The entries of one list: which, and what they are sorted by. `?1` is the list.
pub(super) struct OfList {
    pub(super) condition: &'static str,
    pub(super) place: &'static str,
}

/// The entries of a playlist, or of those that are shown as one.
pub(super) fn of_list(playlist_id: PlaylistId) -> OfList {
    if playlist_id == PlaylistId::UNLISTED {
        return unlisted::OF_LIST;
    }
    OfList { condition: "playlist.id = ?1", place: "entry.rank" }
}

/// Which entries of a playlist are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct EntryFilter {
    /// Also those that are gone.
    pub removed: bool,
}

/// The entries of a playlist in its order.
pub fn entries(
    transaction: &Transaction<'_>,
    playlist_id: PlaylistId,
    filter: EntryFilter,
    request: PageRequest,
) -> rusqlite::Result<Page<EntryRow>> {
    let shown = if filter.removed { "?2 IS NULL" } else { "entry.status <> 'removed' AND ?2 IS NULL" };
    let mut picked = page(
        transaction,
        playlist_id,
        shown,
        None,
        "NULL",
        PageRequest { counted: false, ..request },
        entry_row,
    )?;
    if request.counted {
        picked.total = Some(number(transaction, playlist_id, filter)?);
    }
    Ok(picked)
}

/// How many entries there are, which is known.
fn number(
    transaction: &Transaction<'_>,
    playlist_id: PlaylistId,
    filter: EntryFilter,
) -> rusqlite::Result<u64> {
    if playlist_id == PlaylistId::UNLISTED {
        return unlisted::number(transaction, filter);
    }
    let number = transaction
        .prepare_cached(
            "SELECT entry_count + not_seen_count + iif(?2, removed_count, 0) FROM playlist WHERE id = ?1",
        )?
        .query_row(params![playlist_id.uuid().as_bytes(), filter.removed], |row| row.get::<_, i64>(0))
        .optional()?;
    Ok(number.unwrap_or_default() as u64)
}

/// A page of a list's rows that fit a condition on `entry` and on the text `?2`, with one more column, `told`. To count
/// them is to look at every row of the list.
pub(super) fn page<T>(
    transaction: &Transaction<'_>,
    playlist_id: PlaylistId,
    shown: &str,
    text: Option<&str>,
    told: &str,
    request: PageRequest,
    read: impl Fn(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Page<T>> {
    let OfList { condition, place } = of_list(playlist_id);
    let from = format!("FROM {OF_PLAYLIST} WHERE {condition} AND {shown}");
    let id = playlist_id.uuid();
    let cursor = match request.after {
        Some(cursor) => Cursor { rank: place_now(transaction, playlist_id, cursor)?, ..cursor },
        None => Cursor { rank: i64::MIN, key: i64::MIN },
    };
    // The first of the two conditions on the place is the one that an index can answer in any case.
    let rows = transaction
        .prepare_cached(&format!(
            "SELECT {ENTRY_COLUMNS}, {place} AS place, {told} AS told {from}
             AND {place} >= ?3 AND ({place}, entry.key) > (?3, ?4) ORDER BY {place}, entry.key LIMIT ?5"
        ))?
        .query_map(params![id.as_bytes(), text, cursor.rank, cursor.key, request.limit()], |row| {
            Ok((Cursor { rank: row.get("place")?, key: row.get("key")? }, read(row)?))
        })?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    Page::new(rows, request, || {
        sql::count(transaction, &format!("SELECT count(*) {from}"), params![id.as_bytes(), text])
    })
}

/// Where the row of a cursor stands by now: ranks are spread when there is no room between two, and rows move.
fn place_now(
    transaction: &Transaction<'_>,
    playlist_id: PlaylistId,
    cursor: Cursor,
) -> rusqlite::Result<i64> {
    let OfList { condition, place } = of_list(playlist_id);
    let found = transaction
        .prepare_cached(&format!(
            "SELECT {place} FROM entry JOIN playlist ON playlist.key = entry.playlist_key
             WHERE {condition} AND entry.key = ?2"
        ))?
        .query_row(params![playlist_id.uuid().as_bytes(), cursor.key], |row| row.get(0))
        .optional()?;
    Ok(found.unwrap_or(cursor.rank))
}

/// One entry.
pub fn entry(transaction: &Transaction<'_>, id: EntryId) -> rusqlite::Result<Option<EntryRow>> {
    Ok(entries_by_id(transaction, &[id])?.pop())
}

/// Entries by their ids, in no order; those that are not there are left out.
pub fn entries_by_id(transaction: &Transaction<'_>, ids: &[EntryId]) -> rusqlite::Result<Vec<EntryRow>> {
    let marks = vec!["?"; ids.len()].join(", ");
    let values = ids.iter().map(|id| Value::Blob(id.uuid().as_bytes().to_vec()));
    transaction
        .prepare(&format!(
            "SELECT {ENTRY_COLUMNS} FROM entry JOIN playlist ON playlist.key = entry.playlist_key
             WHERE entry.id IN ({marks})"
        ))?
        .query_map(rusqlite::params_from_iter(values), entry_row)?
        .collect()
}

/// The place of an entry in its list, from 1; none if it is not there any more.
pub fn entry_number(transaction: &Transaction<'_>, id: EntryId) -> rusqlite::Result<Option<u64>> {
    transaction
        .prepare_cached(
            "SELECT (SELECT count(*) FROM entry AS other
                     WHERE other.playlist_key = entry.playlist_key AND other.status <> 'removed'
                       AND (other.rank, other.key) <= (entry.rank, entry.key))
             FROM entry WHERE id = ?1 AND status <> 'removed'",
        )?
        .query_row([id.uuid().as_bytes()], |row| row.get::<_, i64>(0).map(|number| number as u64))
        .optional()
}

/// Entries of a playlist that were touched after a position, in that order.
pub fn changed_entries(
    transaction: &Transaction<'_>,
    playlist_id: PlaylistId,
    after: u64,
    limit: u32,
) -> rusqlite::Result<Vec<EntryRow>> {
    let OfList { condition, .. } = of_list(playlist_id);
    transaction
        .prepare_cached(&format!(
            "SELECT {ENTRY_COLUMNS} FROM {OF_PLAYLIST}
             WHERE {condition} AND entry.changed_at > ?2 ORDER BY entry.changed_at LIMIT ?3"
        ))?
        .query_map(params![playlist_id.uuid().as_bytes(), after as i64, limit], entry_row)?
        .collect()
}
