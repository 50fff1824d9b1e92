use std::collections::HashMap;

use async_graphql::{ComplexObject, Context, Enum, ID, Result, SimpleObject};
use mediary_projections::{
    Snapshot, SqlResult, ViewHandle, Views,
    preview::{self as view, PreviewRow, PreviewState, PreviewView},
};
use mediary_schema::{
    JobId,
    preview::{FoundEntry, FoundKind, FoundList, PreviewId},
};

use crate::{
    job::{Job, JobById},
    loader::{LookUp, look_up},
    playlist::{Playlist, PlaylistById},
    scalar::{DateTime, Long, Position},
    schema::read,
};

/// The last preview of an address: what is there, before anything is followed.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub(crate) struct Preview {
    /// `preview-<uuid>`.
    id: ID,
    /// The address.
    url: String,
    /// How far it is.
    state: PreviewStateName,
    /// What is there; while it is looked at anew, and after it could not be, what was found the last time. None if nobody knows.
    kind: Option<PreviewKind>,
    /// Its title; of a single item, that of the item.
    title: Option<String>,
    /// How many entries it has: as its source says, or since all were seen. None if nobody knows.
    count: Option<Long>,
    /// Its first entries, 5 at most.
    first: Vec<PreviewEntry>,
    /// The lists in it, as the tabs of a channel are, 20 at most: each can be followed by itself.
    lists: Vec<PreviewList>,
    /// When somebody asked.
    requested_at: DateTime,
    #[graphql(skip)]
    key: PreviewId,
    #[graphql(skip)]
    job_key: JobId,
}

/// How far a preview is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "PreviewState", name = "PreviewState")]
pub(crate) enum PreviewStateName {
    /// Its job waits, or is at it.
    Requested,
    /// It is known what is there.
    Found,
    /// It could not be looked at: the job says why.
    Failed,
}

/// What an address is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "FoundKind")]
pub(crate) enum PreviewKind {
    /// A single item.
    Single,
    /// A list: a playlist, a feed, a page with several media.
    List,
    /// A list of lists, as a channel with several tabs is.
    Nested,
}

/// An entry of what is there.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct PreviewEntry {
    /// The title; none if the source gives none.
    title: Option<String>,
    /// The promised duration in milliseconds.
    duration_ms: Option<Long>,
}

/// A list in what is there.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct PreviewList {
    /// The title; none if the source gives none.
    title: Option<String>,
    /// The address, by which it is followed.
    url: String,
}

#[ComplexObject]
impl Preview {
    /// The job that looks or looked.
    async fn job(&self, context: &Context<'_>) -> Result<Option<Job>> {
        Ok(look_up::<JobById>(context, self.job_key).await?.map(Job::from))
    }

    /// The list at this address, if it is or was followed.
    async fn playlist(&self, context: &Context<'_>) -> Result<Option<Playlist>> {
        Ok(look_up::<PlaylistById>(context, self.key.list()).await?.map(Playlist::from))
    }
}

impl Preview {
    pub(super) async fn find(
        context: &Context<'_>,
        id: PreviewId,
        min_position: Option<Position>,
    ) -> Result<Option<Self>> {
        let found =
            read(context, Views::of::<PreviewView>, min_position, move |rows| view::preview(rows, id));
        Ok(found.await?.map(Self::from))
    }
}

impl From<PreviewRow> for Preview {
    fn from(PreviewRow { id, url, job, state, found, requested_at }: PreviewRow) -> Self {
        let (kind, title, count, first, lists) = match found {
            Some(found) => (Some(found.kind.into()), found.title, found.count, found.first, found.lists),
            None => (None, None, None, Vec::new(), Vec::new()),
        };
        Self {
            id: ID(id.to_string()),
            url,
            state: state.into(),
            kind,
            title,
            count: count.map(Long),
            first: first.into_iter().map(PreviewEntry::from).collect(),
            lists: lists.into_iter().map(PreviewList::from).collect(),
            requested_at: DateTime(requested_at),
            key: id,
            job_key: job,
        }
    }
}

impl From<FoundEntry> for PreviewEntry {
    fn from(FoundEntry { title, duration_ms }: FoundEntry) -> Self {
        Self { title, duration_ms: duration_ms.map(Long) }
    }
}

impl From<FoundList> for PreviewList {
    fn from(FoundList { title, url }: FoundList) -> Self {
        Self { title, url }
    }
}

/// A preview by its id.
pub(crate) struct PreviewById;

impl LookUp for PreviewById {
    type Key = PreviewId;
    type Row = PreviewRow;

    fn view(views: &Views) -> &ViewHandle {
        views.of::<PreviewView>()
    }

    fn find(rows: &Snapshot<'_>, keys: &[PreviewId]) -> SqlResult<HashMap<PreviewId, PreviewRow>> {
        Ok(view::previews_by_id(rows, keys)?.into_iter().map(|row| (row.id, row)).collect())
    }
}
