//! A row of a list, and the rows of several lists at once.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{ComplexObject, Context, Enum, ID, InputObject, Result, SimpleObject};
use mediary_projections::{
    Snapshot, SqlResult, ViewHandle, Views,
    listing::Order,
    page::{Page, PageRequest},
    playlist::{self as view, EntryField, EntryFilter, EntryRow, EntryStatus, PlaylistView},
};
use mediary_schema::{
    EntryId, ItemId, PlaylistId,
    playlist::{Availability, LiveStatus},
};

use super::{Playlist, PlaylistById};
use crate::{
    connection,
    download::{Download, DownloadOfItem},
    loader::{LookUp, look_up},
    scalar::{DateTime, Long, Position},
};

/// Whether an entry is in its list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "EntryStatus", name = "EntryStatus")]
pub(crate) enum Status {
    /// The last full refresh had it.
    Present,
    /// One full refresh lacked it.
    NotSeen,
    /// It is gone from the list.
    Removed,
}

/// Who may see an item at its source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Availability", name = "Availability")]
pub(crate) enum AvailabilityName {
    /// Nothing is known against it.
    Available,
    /// Private to its owner.
    Private,
    /// Deleted at the source.
    Deleted,
    /// For members, subscribers or payers.
    MembersOnly,
    /// Needs a sign-in.
    NeedsLogin,
    /// There, but can't be had for another reason.
    Unavailable,
}

/// Whether an item is a live broadcast.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "LiveStatus", name = "LiveStatus")]
pub(crate) enum LiveStatusName {
    /// An ordinary recording.
    NotLive,
    /// Announced.
    Upcoming,
    /// Being broadcast.
    Live,
    /// Broadcast, and being made into a recording by the site: what can be had of it is a torso.
    PostLive,
    /// The recording of a broadcast.
    WasLive,
}

/// What the entries of a list can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "EntryField", name = "EntryOrderField")]
pub(crate) enum OrderName {
    /// Where they are in their list.
    Place,
    /// When something of them changed last.
    ChangedAt,
}

/// Which entries of a list are asked for.
#[derive(Debug, Default, InputObject)]
pub(crate) struct EntryFilterInput {
    /// Also those that are gone from the list, unless a `status` is asked for.
    removed: Option<bool>,
    /// That are so in their list.
    status: Option<Status>,
    /// That may be seen by these.
    availability: Option<AvailabilityName>,
    /// With each of these words in title or address, of the last one the beginning, in whichever case and order.
    pub(super) search: Option<String>,
}

impl EntryFilterInput {
    pub(super) fn parse(self, order: Order<EntryField>) -> Result<EntryFilter> {
        let Self { removed, status, availability, search } = self;
        Ok(EntryFilter {
            order,
            removed: removed.unwrap_or(false),
            status: status.map(Into::into),
            availability: availability.map(Into::into),
            search: connection::search(search)?,
        })
    }
}

/// A row of a playlist.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub(crate) struct Entry {
    /// `entry-<uuid>`.
    id: ID,
    /// The playlist.
    playlist_id: ID,
    /// The item, derived from extractor and source id.
    item_id: ID,
    /// The extractor's key in lower case.
    extractor: String,
    /// The id that the extractor gives.
    source_id: String,
    /// The address to fetch it from.
    url: String,
    /// The last title that was told and no placeholder.
    title: Option<String>,
    /// The promised duration in milliseconds.
    duration_ms: Option<Long>,
    /// Who may see it.
    availability: AvailabilityName,
    /// Whether it is a broadcast.
    live_status: LiveStatusName,
    /// When it was published, if its list told.
    published_at: Option<DateTime>,
    /// The rule of `keepFilter` by which it is not kept without being asked for.
    skipped_by: Option<String>,
    /// Whether it is in the list.
    status: Status,
    /// When it was added.
    added_at: DateTime,
    /// The position of the last event that touched it.
    changed_at: Position,
    #[graphql(skip)]
    key: ItemId,
    #[graphql(skip)]
    playlist_key: PlaylistId,
}

impl From<EntryRow> for Entry {
    fn from(row: EntryRow) -> Self {
        let availability: Availability = row.availability;
        let live_status: LiveStatus = row.live_status;
        let status: EntryStatus = row.status;
        Self {
            id: ID(row.id.to_string()),
            playlist_id: ID(row.playlist_id.to_string()),
            item_id: ID(row.item_id.to_string()),
            extractor: row.source.extractor,
            source_id: row.source.source_id,
            url: row.source.url,
            title: row.title,
            duration_ms: row.duration_ms.map(Long),
            availability: availability.into(),
            live_status: live_status.into(),
            published_at: row.published_at.map(DateTime),
            skipped_by: row.skipped_by,
            status: status.into(),
            added_at: DateTime(row.added_at),
            changed_at: Position(row.changed_at),
            key: row.item_id,
            playlist_key: row.playlist_id,
        }
    }
}

#[ComplexObject]
impl Entry {
    /// The list that it is a row of.
    async fn playlist(&self, context: &Context<'_>) -> Result<Option<Playlist>> {
        Ok(look_up::<PlaylistById>(context, self.playlist_key).await?.map(Playlist::from))
    }

    /// The keeping of its item, if anybody ever wanted it.
    async fn download(&self, context: &Context<'_>) -> Result<Option<Download>> {
        Ok(look_up::<DownloadOfItem>(context, self.key).await?.map(Download::from))
    }
}

/// A row by its id.
pub(crate) struct EntryById;

impl LookUp for EntryById {
    type Key = EntryId;
    type Row = EntryRow;

    fn view(views: &Views) -> &ViewHandle {
        views.of::<PlaylistView>()
    }

    fn find(rows: &Snapshot<'_>, keys: &[EntryId]) -> SqlResult<HashMap<EntryId, EntryRow>> {
        Ok(view::entries_by_id(rows, keys)?.into_iter().map(|row| (row.id, row)).collect())
    }
}

/// A page of the entries of a list.
pub(super) struct EntriesOfList;

impl LookUp for EntriesOfList {
    type Key = Arc<(PlaylistId, EntryFilter, PageRequest)>;
    type Row = Page<EntryRow>;

    fn view(views: &Views) -> &ViewHandle {
        views.of::<PlaylistView>()
    }

    fn find(rows: &Snapshot<'_>, keys: &[Self::Key]) -> SqlResult<HashMap<Self::Key, Self::Row>> {
        let page = |key: &Self::Key| {
            let (id, filter, request) = key.as_ref();
            Ok((Arc::clone(key), view::entries(rows, *id, filter, request)?))
        };
        keys.iter().map(page).collect()
    }
}
