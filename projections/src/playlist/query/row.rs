//! A playlist and an entry, as they are shown.

use mediary_schema::{
    EntryId, ItemId, JobId, PlaylistId, Timestamp,
    cookies::SiteCookies,
    item::ItemSource,
    job::Failure,
    layout::Layout,
    playlist::{Availability, Keeping, LiveStatus, PlaylistKind, RefreshCounts, UnreadableRow},
};
use rusqlite::Row;

use crate::{
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
    /// Entries that the last full refresh lacked: shown until the next one lacks them, too.
    pub not_seen_count: u64,
    /// What of it is kept without being asked for.
    pub keeping: Option<Keeping>,
    /// With which cookies it and its entries are asked for.
    pub cookies: Option<SiteCookies>,
    /// How files of its entries are named; none is as for the library.
    pub layout: Option<Layout>,
    /// By which profile a file is made of each of its files that is kept.
    pub transcoding: Option<String>,
    /// The position of the last event that touched it.
    pub changed_at: u64,
}

/// Whether an entry is in its list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EntryStatus {
    /// The last full refresh had it.
    Present,
    /// One full refresh lacked it.
    NotSeen,
    /// It is gone from the list.
    Removed,
}

impl EntryStatus {
    pub(super) const ALL: [Self; 3] = [Self::Present, Self::NotSeen, Self::Removed];
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
        Self::ALL.into_iter().find(|status| status.word() == word)
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
    /// When it was published, if that was told.
    pub published_at: Option<Timestamp>,
    /// The rule by which it is not kept without being asked for.
    pub skipped_by: Option<String>,
    /// Whether it is in the list.
    pub status: EntryStatus,
    /// When it was added.
    pub added_at: Timestamp,
    /// The position of the last event that touched it.
    pub changed_at: u64,
}

pub(super) const PLAYLIST_COLUMNS: &str = "id, url, followed, followed_at, kind, title, extractor, refreshed_at,
    refresh_outcome, refresh_job_id, refresh_counts, refresh_failure, refresh_unreadable, refresh_unreadable_rows,
    entry_count, not_seen_count, keeping, cookies, layout, transcoding, changed_at";

pub(super) fn playlist_row(row: &Row<'_>) -> rusqlite::Result<PlaylistRow> {
    let outcome: Option<Word<_>> = row.get("refresh_outcome")?;
    Ok(PlaylistRow {
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
        not_seen_count: row.get::<_, i64>("not_seen_count")? as u64,
        keeping: sql::json_opt(row, "keeping")?,
        cookies: sql::json_opt(row, "cookies")?,
        layout: sql::json_opt(row, "layout")?,
        transcoding: row.get("transcoding")?,
        changed_at: row.get::<_, i64>("changed_at")? as u64,
    })
}

pub(super) const ENTRY_COLUMNS: &str = "entry.id, playlist.id AS playlist_id, entry.item_id,
    entry.extractor, entry.source_id, entry.url, entry.title, entry.duration_ms, entry.availability,
    entry.live_status, entry.published_at,
    iif(playlist.keeping IS NULL, NULL, entry.skipped_by) AS skipped_by, entry.status, entry.added_at, entry.changed_at";

pub(super) fn entry_row(row: &Row<'_>) -> rusqlite::Result<EntryRow> {
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
        published_at: row.get::<_, Option<i64>>("published_at")?.map(Timestamp::from_micros),
        skipped_by: row.get("skipped_by")?,
        status: status.0,
        added_at: Timestamp::from_micros(row.get("added_at")?),
        changed_at: row.get::<_, i64>("changed_at")? as u64,
    })
}
