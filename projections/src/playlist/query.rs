mod account;

pub use account::{Cell, Here, Standing, account, account_entries, gone};

use mediary_schema::{
    EntryId, ItemId, JobId, PlaylistId, Timestamp,
    item::ItemSource,
    job::Failure,
    playlist::{Availability, LiveStatus, PlaylistKind, RefreshCounts, UnreadableRow},
};
use rusqlite::{OptionalExtension as _, Row, Transaction, params, types::Value};

use crate::{
    page::{Cursor, Page, PageRequest},
    rows::{Word, Words},
    sql,
};

/// How the last refresh of a playlist went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefreshOutcome {
    /// Something changed.
    Changed,
    /// Checked, nothing new.
    Unchanged,
    /// Not all of it was seen: it broke off in the middle and changed nothing, or rows could not be read.
    Partial,
    /// It saw nothing.
    Failed,
}

impl Words for RefreshOutcome {
    fn word(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Unchanged => "unchanged",
            Self::Partial => "partial",
            Self::Failed => "failed",
        }
    }

    fn of_word(word: &str) -> Option<Self> {
        let all = [Self::Changed, Self::Unchanged, Self::Partial, Self::Failed];
        all.into_iter().find(|outcome| outcome.word() == word)
    }
}

/// A playlist.
#[derive(Debug, Clone, PartialEq)]
pub struct PlaylistRow {
    /// Its id.
    pub id: PlaylistId,
    /// Its canonical address.
    pub url: String,
    /// Whether it is followed.
    pub followed: bool,
    /// When it was followed first.
    pub followed_at: Timestamp,
    /// What it turned out to be, once a refresh came to its end.
    pub kind: Option<PlaylistKind>,
    /// Its title, if a refresh told one.
    pub title: Option<String>,
    /// The extractor's key in lower case.
    pub extractor: Option<String>,
    /// When it was looked at last.
    pub refreshed_at: Option<Timestamp>,
    /// How that went.
    pub refresh_outcome: Option<RefreshOutcome>,
    /// The job that looked.
    pub refresh_job_id: Option<JobId>,
    /// What the last refresh changed.
    pub refresh_counts: Option<RefreshCounts>,
    /// Why the last refresh failed, if it did.
    pub refresh_failure: Option<Failure>,
    /// How many rows the last refresh could not read.
    pub refresh_unreadable: u32,
    /// The first of these.
    pub refresh_unreadable_rows: Vec<UnreadableRow>,
    /// Entries that are there.
    pub entry_count: u64,
    /// The position of the last event that touched it.
    pub changed_at: u64,
}

/// Whether an entry is in its list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryStatus {
    /// The last full refresh had it.
    Present,
    /// One full refresh lacked it.
    NotSeen,
    /// It is gone from the list.
    Removed,
}

impl Words for EntryStatus {
    fn word(self) -> &'static str {
        match self {
            Self::Present => "present",
            Self::NotSeen => "not_seen",
            Self::Removed => "removed",
        }
    }

    fn of_word(word: &str) -> Option<Self> {
        [Self::Present, Self::NotSeen, Self::Removed].into_iter().find(|status| status.word() == word)
    }
}

/// A row of a playlist.
#[derive(Debug, Clone, PartialEq)]
pub struct EntryRow {
    /// Its id.
    pub id: EntryId,
    /// The playlist.
    pub playlist_id: PlaylistId,
    /// Its item.
    pub item_id: ItemId,
    /// Where the item is to be had.
    pub source: ItemSource,
    /// The last title that was told.
    pub title: Option<String>,
    /// The promised duration in milliseconds.
    pub duration_ms: Option<u64>,
    /// Who may see it.
    pub availability: Availability,
    /// Whether it is a broadcast.
    pub live_status: LiveStatus,
    /// Whether it is in the list.
    pub status: EntryStatus,
    /// When it was added.
    pub added_at: Timestamp,
    /// The position of the last event that touched it.
    pub changed_at: u64,
}

const PLAYLIST_COLUMNS: &str = "key, id, url, followed, followed_at, kind, title, extractor, refreshed_at,
    refresh_outcome, refresh_job_id, refresh_counts, refresh_failure, refresh_unreadable, refresh_unreadable_rows,
    entry_count, changed_at";

fn playlist_row(row: &Row<'_>) -> rusqlite::Result<(Cursor, PlaylistRow)> {
    let key: i64 = row.get("key")?;
    let outcome: Option<Word<_>> = row.get("refresh_outcome")?;
    let playlist = PlaylistRow {
        id: PlaylistId::from_uuid(sql::uuid(row, "id")?),
        url: row.get("url")?,
        followed: row.get("followed")?,
        followed_at: Timestamp::from_micros(row.get("followed_at")?),
        kind: sql::json_opt(row, "kind")?,
        title: row.get("title")?,
        extractor: row.get("extractor")?,
        refreshed_at: row.get::<_, Option<i64>>("refreshed_at")?.map(Timestamp::from_micros),
        refresh_outcome: outcome.map(|outcome| outcome.0),
        refresh_job_id: sql::uuid_opt(row, "refresh_job_id")?.map(JobId::from_uuid),
        refresh_counts: sql::json_opt(row, "refresh_counts")?,
        refresh_failure: sql::json_opt(row, "refresh_failure")?,
        refresh_unreadable: row.get("refresh_unreadable")?,
        refresh_unreadable_rows: sql::json(row, "refresh_unreadable_rows")?,
        entry_count: row.get::<_, i64>("entry_count")? as u64,
        changed_at: row.get::<_, i64>("changed_at")? as u64,
    };
    Ok((Cursor { rank: key, key }, playlist))
}

const ENTRY_COLUMNS: &str = "entry.key, entry.id, playlist.id AS playlist_id, entry.item_id,
    entry.extractor, entry.source_id, entry.url, entry.title, entry.duration_ms, entry.availability,
    entry.live_status, entry.status, entry.added_at, entry.changed_at";

fn entry_row(row: &Row<'_>) -> rusqlite::Result<EntryRow> {
    let status: Word<_> = row.get("status")?;
    Ok(EntryRow {
        id: EntryId::from_uuid(sql::uuid(row, "id")?),
        playlist_id: PlaylistId::from_uuid(sql::uuid(row, "playlist_id")?),
        item_id: ItemId::from_uuid(sql::uuid(row, "item_id")?),
        source: ItemSource {
            extractor: row.get("extractor")?,
            source_id: row.get("source_id")?,
            url: row.get("url")?,
        },
        title: row.get("title")?,
        duration_ms: row.get::<_, Option<i64>>("duration_ms")?.map(|duration| duration as u64),
        availability: sql::json(row, "availability")?,
        live_status: sql::json(row, "live_status")?,
        status: status.0,
        added_at: Timestamp::from_micros(row.get("added_at")?),
        changed_at: row.get::<_, i64>("changed_at")? as u64,
    })
}

/// The playlist first: SQLite takes the tables of a cross join in their order.
const OF_PLAYLIST: &str = "playlist CROSS JOIN entry ON entry.playlist_key = playlist.key";

/// The entries of one list: which, and what they are sorted by. `?1` is the list.
struct OfList {
    condition: &'static str,
    place: &'static str,
}

fn of_list(playlist_id: PlaylistId) -> OfList {
    if playlist_id == PlaylistId::UNLISTED {
        let condition = "playlist.followed = 1 AND playlist.kind = '\"single\"' AND ?1 IS NOT NULL";
        OfList { condition, place: "playlist.key" }
    } else {
        OfList { condition: "playlist.id = ?1", place: "entry.rank" }
    }
}

/// The lists that are followed, oldest first, all or those with a text in title or address; single items are in
/// "Unlisted".
pub fn playlists(
    transaction: &Transaction<'_>,
    search: Option<&str>,
    request: PageRequest,
) -> rusqlite::Result<Page<PlaylistRow>> {
    const SHOWN: &str = "followed = 1 AND kind IS NOT '\"single\"'";
    let after = request.after.map_or(0, |cursor| cursor.key);
    let found = search.map_or_else(|| "?1 IS NULL".to_owned(), |_| sql::has(&["title", "url"], "?1"));
    let pattern = search.map(sql::containing);
    let rows = transaction
        .prepare_cached(&format!(
            "SELECT {PLAYLIST_COLUMNS} FROM playlist WHERE {SHOWN} AND {found} AND key > ?2 ORDER BY key LIMIT ?3"
        ))?
        .query_map(params![pattern, after, request.limit()], playlist_row)?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let total = transaction
        .prepare_cached(&format!("SELECT count(*) FROM playlist WHERE {SHOWN} AND {found}"))?
        .query_row([pattern], |row| row.get::<_, i64>(0))?;
    Ok(Page::new(rows, request, total as u64))
}

/// One playlist; "Unlisted" is made of the single items that are followed.
pub fn playlist(transaction: &Transaction<'_>, id: PlaylistId) -> rusqlite::Result<Option<PlaylistRow>> {
    if id == PlaylistId::UNLISTED {
        return unlisted(transaction).map(Some);
    }
    let row = transaction
        .prepare_cached(&format!("SELECT {PLAYLIST_COLUMNS} FROM playlist WHERE id = ?1"))?
        .query_row([id.uuid().as_bytes()], playlist_row)
        .optional()?;
    Ok(row.map(|(_, row)| row))
}

fn unlisted(transaction: &Transaction<'_>) -> rusqlite::Result<PlaylistRow> {
    let (entry_count, changed_at): (i64, i64) = transaction
        .prepare_cached(
            "SELECT coalesce(sum(entry_count), 0), coalesce(max(changed_at), 0) FROM playlist
             WHERE followed = 1 AND kind = '\"single\"'",
        )?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(PlaylistRow {
        id: PlaylistId::UNLISTED,
        url: String::new(),
        followed: true,
        followed_at: Timestamp::default(),
        kind: Some(PlaylistKind::List),
        title: Some("Unlisted".to_owned()),
        extractor: None,
        refreshed_at: None,
        refresh_outcome: None,
        refresh_job_id: None,
        refresh_counts: None,
        refresh_failure: None,
        refresh_unreadable: 0,
        refresh_unreadable_rows: Vec::new(),
        entry_count: entry_count as u64,
        changed_at: changed_at as u64,
    })
}

/// Playlists that were touched after a position, in that order.
pub fn changed_playlists(
    transaction: &Transaction<'_>,
    after: u64,
    limit: u32,
) -> rusqlite::Result<Vec<PlaylistRow>> {
    transaction
        .prepare_cached(&format!(
            "SELECT {PLAYLIST_COLUMNS} FROM playlist WHERE changed_at > ?1 ORDER BY changed_at LIMIT ?2"
        ))?
        .query_map(params![after as i64, limit], playlist_row)?
        .map(|row| row.map(|(_, row)| row))
        .collect()
}

/// Which entries of a playlist are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
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
    page(transaction, playlist_id, shown, None, "NULL", request, entry_row)
}

/// A page of a list's rows that fit a condition on `entry` and on the text `?2`, with one more column, `told`.
fn page<T>(
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
    let total: i64 = transaction
        .prepare_cached(&format!("SELECT count(*) {from}"))?
        .query_row(params![id.as_bytes(), text], |row| row.get(0))?;
    let cursor = match request.after {
        Some(cursor) => Cursor { rank: place_now(transaction, playlist_id, cursor)?, ..cursor },
        None => Cursor { rank: i64::MIN, key: i64::MIN },
    };
    let rows = transaction
        .prepare_cached(&format!(
            "SELECT {ENTRY_COLUMNS}, {place} AS place, {told} AS told {from} AND ({place}, entry.key) > (?3, ?4)
             ORDER BY {place}, entry.key LIMIT ?5"
        ))?
        .query_map(params![id.as_bytes(), text, cursor.rank, cursor.key, request.limit()], |row| {
            Ok((Cursor { rank: row.get("place")?, key: row.get("key")? }, read(row)?))
        })?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(Page::new(rows, request, total as u64))
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
