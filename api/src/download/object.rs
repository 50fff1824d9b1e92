use std::collections::HashMap;

use async_graphql::{ComplexObject, Context, Enum, ID, Result, SimpleObject};
use mediary_projections::{
    Snapshot, SqlResult, ViewHandle, Views,
    download::{self, DownloadRow, DownloadState, DownloadView},
};
use mediary_schema::{DownloadId, FileId, ItemId, JobId, PlaylistId};

use crate::{
    file::{File, FileById},
    job::{Failure, Job, JobById},
    loader::{LookUp, look_up},
    playlist::{Playlist, PlaylistById},
    scalar::{DateTime, Position},
};

/// Where the keeping of an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "DownloadState", name = "DownloadState")]
pub(crate) enum State {
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

/// The keeping of one item.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub(crate) struct Download {
    /// `download-<uuid>`: one for each item and wish.
    id: ID,
    /// The item.
    item_id: ID,
    /// The extractor's key in lower case.
    extractor: String,
    /// The id that the extractor gives.
    source_id: String,
    /// The address to fetch it from.
    url: String,
    /// Its title, as far as known when it was wanted.
    title: Option<String>,
    /// The name of the quality that is kept.
    quality: Option<String>,
    /// The playlist that it was wanted for.
    playlist_id: Option<ID>,
    /// Where it is.
    state: State,
    /// Why it was given up, if it was.
    failure: Option<Failure>,
    /// When it was wanted first.
    requested_at: DateTime,
    /// The position of the last event that touched it.
    changed_at: Position,
    #[graphql(skip)]
    job_key: Option<JobId>,
    #[graphql(skip)]
    file_key: Option<FileId>,
    #[graphql(skip)]
    playlist_key: Option<PlaylistId>,
}

impl From<DownloadRow> for Download {
    fn from(row: DownloadRow) -> Self {
        let state: DownloadState = row.state;
        Self {
            id: ID(row.id.to_string()),
            item_id: ID(row.item_id.to_string()),
            extractor: row.source.extractor,
            source_id: row.source.source_id,
            url: row.source.url,
            title: row.title,
            quality: row.quality,
            playlist_id: row.playlist_id.map(|id| ID(id.to_string())),
            state: state.into(),
            failure: row.failure.map(Failure::from),
            requested_at: DateTime(row.requested_at),
            changed_at: Position(row.changed_at),
            job_key: row.job_id,
            file_key: row.file_id,
            playlist_key: row.playlist_id,
        }
    }
}

#[ComplexObject]
impl Download {
    /// The playlist that it was wanted for.
    async fn playlist(&self, context: &Context<'_>) -> Result<Option<Playlist>> {
        let Some(id) = self.playlist_key else { return Ok(None) };
        Ok(look_up::<PlaylistById>(context, id).await?.map(Playlist::from))
    }

    /// The job that did or does it.
    async fn job(&self, context: &Context<'_>) -> Result<Option<Job>> {
        let Some(id) = self.job_key else { return Ok(None) };
        Ok(look_up::<JobById>(context, id).await?.map(Job::from))
    }

    /// The file, once it is kept.
    async fn file(&self, context: &Context<'_>) -> Result<Option<File>> {
        let Some(id) = self.file_key else { return Ok(None) };
        Ok(look_up::<FileById>(context, id).await?.map(File::from))
    }
}

/// A download by its id.
pub(crate) struct DownloadById;

impl LookUp for DownloadById {
    type Key = DownloadId;
    type Row = DownloadRow;

    fn view(views: &Views) -> &ViewHandle {
        views.of::<DownloadView>()
    }

    fn find(rows: &Snapshot<'_>, keys: &[DownloadId]) -> SqlResult<HashMap<DownloadId, DownloadRow>> {
        Ok(download::downloads_by_id(rows, keys)?.into_iter().map(|row| (row.id, row)).collect())
    }
}

/// The download of an item: of several, the one that says most of it.
pub(crate) struct DownloadOfItem;

impl LookUp for DownloadOfItem {
    type Key = ItemId;
    type Row = DownloadRow;

    fn view(views: &Views) -> &ViewHandle {
        views.of::<DownloadView>()
    }

    fn find(rows: &Snapshot<'_>, keys: &[ItemId]) -> SqlResult<HashMap<ItemId, DownloadRow>> {
        let mut found: HashMap<ItemId, DownloadRow> = HashMap::new();
        for row in download::downloads_by_item(rows, keys)? {
            if found.get(&row.item_id).is_none_or(|other| row.standing() >= other.standing()) {
                found.insert(row.item_id, row);
            }
        }
        Ok(found)
    }
}
