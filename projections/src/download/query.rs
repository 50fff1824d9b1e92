use mediary_schema::{
    DownloadId, FileId, ItemId, JobId, PlaylistId, Timestamp, item::ItemSource, job::Failure,
    layout::Described,
};
use rusqlite::{Row, Transaction, params};

use crate::{
    listing::{By, Listing, Order, OrderField},
    named::Called,
    page::{Page, PageRequest},
    rows::{Word, Words},
    sql,
};

/// Downloads, by title and address.
pub const CALLED: Called = Called::new("download", "id", "title", "url");

/// Where the keeping of an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DownloadState {
    /// A job is on it.
    Wanted,
    /// Its file is in the library, as it was kept, as far as anybody looked.
    Kept,
    /// It was kept, and its file is gone or has other bytes.
    Lost,
    /// It was kept, and somebody deleted its file.
    Deleted,
    /// It was given up.
    Failed,
    /// A person ended it.
    Cancelled,
    /// Another tool's archive has it.
    Archived,
}

impl DownloadRow {
    /// Which of an item's downloads says how it stands with the item: what is being done, else what is had, else why not.
    pub const fn standing(&self) -> u8 {
        match self.state {
            DownloadState::Wanted => 6,
            DownloadState::Kept => 5,
            DownloadState::Archived => 4,
            DownloadState::Deleted => 3,
            DownloadState::Lost => 2,
            DownloadState::Failed => 1,
            DownloadState::Cancelled => 0,
        }
    }
}

impl DownloadState {
    const ALL: [Self; 7] =
        [Self::Wanted, Self::Kept, Self::Lost, Self::Deleted, Self::Failed, Self::Cancelled, Self::Archived];
}

impl Words for DownloadState {
    fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }

    fn word(self) -> &'static str {
        match self {
            Self::Wanted => "wanted",
            Self::Kept => "kept",
            Self::Lost => "lost",
            Self::Deleted => "deleted",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Archived => "archived",
        }
    }
}

/// The keeping of one item for one wish.
#[derive(Debug, Clone, PartialEq)]
pub struct DownloadRow {
    /// Its id.
    pub id: DownloadId,
    /// The item.
    pub item_id: ItemId,
    /// Where it is to be had.
    pub source: ItemSource,
    /// Its title, as far as known when it was wanted.
    pub title: Option<String>,
    /// The name of the quality that is kept.
    pub quality: Option<String>,
    /// The playlist that it was wanted for.
    pub playlist_id: Option<PlaylistId>,
    /// Where it is.
    pub state: DownloadState,
    /// The job that did or does it.
    pub job_id: Option<JobId>,
    /// The file, once it is kept.
    pub file_id: Option<FileId>,
    /// Why it was given up, if it was.
    pub failure: Option<Failure>,
    /// What its source said of it when it was kept.
    pub described: Described,
    /// When it was wanted first.
    pub requested_at: Timestamp,
    /// The position of the last event that touched it.
    pub changed_at: u64,
}

const COLUMNS: &str = "id, item_id, extractor, source_id, url, title, quality, playlist_id, state, job_id,
    file_id, failure, described, requested_at, changed_at";

fn download_row(row: &Row<'_>) -> rusqlite::Result<DownloadRow> {
    let state: Word<_> = row.get("state")?;
    Ok(DownloadRow {
        id: DownloadId::from_uuid(sql::uuid(row, "id")?),
        item_id: ItemId::from_uuid(sql::uuid(row, "item_id")?),
        source: ItemSource {
            extractor: row.get("extractor")?,
            source_id: row.get("source_id")?,
            url: row.get("url")?,
        },
        title: row.get("title")?,
        quality: row.get("quality")?,
        playlist_id: sql::uuid_opt(row, "playlist_id")?.map(PlaylistId::from_uuid),
        state: state.0,
        job_id: sql::uuid_opt(row, "job_id")?.map(JobId::from_uuid),
        file_id: sql::uuid_opt(row, "file_id")?.map(FileId::from_uuid),
        failure: sql::json_opt(row, "failure")?,
        described: sql::json_opt(row, "described")?.unwrap_or_default(),
        requested_at: Timestamp::from_micros(row.get("requested_at")?),
        changed_at: row.get::<_, i64>("changed_at")? as u64,
    })
}

/// What they are in the numbers.
pub(super) const COUNTED: &str = "download";

/// What downloads can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DownloadField {
    /// When they were wanted first.
    RequestedAt,
    /// When something of them changed last.
    ChangedAt,
}

impl OrderField for DownloadField {
    const DEFAULT: Order<Self> = Order { field: Self::RequestedAt, descending: true };

    fn by(self) -> By {
        match self {
            Self::RequestedAt => By::KEY,
            Self::ChangedAt => By::CHANGED,
        }
    }
}

/// Which downloads are asked for, and in which order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DownloadFilter {
    /// The order.
    pub order: Order<DownloadField>,
    /// Of this item.
    pub item_id: Option<ItemId>,
    /// Wanted for this playlist.
    pub playlist_id: Option<PlaylistId>,
    /// In this state.
    pub state: Option<DownloadState>,
    /// Wanted first at this moment or later.
    pub since: Option<Timestamp>,
    /// With these words in title or address.
    pub search: Option<String>,
}

impl DownloadFilter {
    fn listing(&self) -> Listing {
        let Self { order, item_id, playlist_id, state, since, search } = self;
        let mut list = Listing::of("download", COLUMNS, *order).counted(COUNTED, None);
        list.equal("item_id", item_id.map(|id| id.uuid().as_bytes().to_vec()));
        list.equal("playlist_id", playlist_id.map(|id| id.uuid().as_bytes().to_vec()));
        list.state("state", state.map(Words::word));
        list.since("requested_at", since.map(Timestamp::as_micros));
        list.search(search.as_deref());
        list
    }
}

/// Downloads, newest first unless said otherwise.
pub fn downloads(
    transaction: &Transaction<'_>,
    filter: &DownloadFilter,
    request: &PageRequest,
) -> rusqlite::Result<Page<DownloadRow>> {
    filter.listing().page(transaction, request, download_row)
}

/// A download, if anybody ever wanted it.
pub fn download(transaction: &Transaction<'_>, id: DownloadId) -> rusqlite::Result<Option<DownloadRow>> {
    Ok(downloads_by_id(transaction, &[id])?.pop())
}

/// Downloads by their ids, in no order; those that are not there are left out.
pub fn downloads_by_id(
    transaction: &Transaction<'_>,
    ids: &[DownloadId],
) -> rusqlite::Result<Vec<DownloadRow>> {
    let select = format!("SELECT {COLUMNS} FROM download WHERE id");
    sql::by_ids(transaction, &select, ids.iter().map(|id| id.uuid()), download_row)
}

/// Downloads of these items, oldest first: for each wish one. Items that nobody wanted are left out.
pub fn downloads_by_item(
    transaction: &Transaction<'_>,
    ids: &[ItemId],
) -> rusqlite::Result<Vec<DownloadRow>> {
    let select = format!("SELECT {COLUMNS}, key FROM download WHERE item_id");
    let mut found = sql::by_ids(transaction, &select, ids.iter().map(|id| id.uuid()), |row| {
        Ok((row.get::<_, i64>("key")?, download_row(row)?))
    })?;
    // Sorted here: asked for in this order, every download of the project would be read in it.
    found.sort_unstable_by_key(|(key, _)| *key);
    Ok(found.into_iter().map(|(_, row)| row).collect())
}

/// Downloads that were touched after a position, in that order.
pub fn changed_downloads(
    transaction: &Transaction<'_>,
    after: u64,
    limit: u32,
) -> rusqlite::Result<Vec<DownloadRow>> {
    transaction
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM download WHERE changed_at > ?1 ORDER BY changed_at LIMIT ?2"
        ))?
        .query_map(params![after as i64, limit], download_row)?
        .collect()
}

/// An item of the archive, and its place in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Archived {
    /// What to ask on behind.
    pub place: i64,
    /// By which extractor it is known.
    pub extractor: String,
    /// Its id there.
    pub source_id: String,
}

/// Items that are kept or were fetched by another tool, behind a place: the archive (DL-07). An item that is kept for
/// several wishes is there once.
pub fn archived(transaction: &Transaction<'_>, behind: i64, limit: u32) -> rusqlite::Result<Vec<Archived>> {
    transaction
        .prepare_cached(
            "SELECT key, extractor, source_id FROM download AS this
             WHERE key > ?1 AND state IN ('kept', 'archived') AND NOT EXISTS (
                 SELECT 1 FROM download AS earlier WHERE earlier.item_id = this.item_id
                     AND earlier.key < this.key AND earlier.state IN ('kept', 'archived'))
             ORDER BY key LIMIT ?2",
        )?
        .query_map(params![behind, limit], |row| {
            Ok(Archived { place: row.get(0)?, extractor: row.get(1)?, source_id: row.get(2)? })
        })?
        .collect()
}
