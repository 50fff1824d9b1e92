use std::collections::HashMap;

use async_graphql::{ComplexObject, Context, Enum, ID, Result, SimpleObject};
use mediary_projections::{
    Snapshot, SqlResult, ViewHandle, Views,
    collection::{self as view, BY_PLACE, CollectionRow, CollectionView, EntryRow},
    file::FileRow,
    page::{PAGE_MAX, PageRequest},
};
use mediary_schema::{CollectionId, FileId, ItemId, Subject, collection::CollectionKind, file::FileState};

use super::tracks::{Format, Track};
use crate::{
    connection::{self, COST_OF_ALL, Nodes, Part},
    download::DownloadOfItem,
    file::{File, FileById},
    loader::{LookUp, look_up},
    root::Root,
    scalar::{DateTime, Long, Position},
    schema::read,
};

/// What a list is to its owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "CollectionKind", name = "CollectionKind")]
pub(crate) enum Kind {
    /// One that its owner made.
    List,
    /// What its owner likes best: there is one, which stays.
    Favourites,
}

/// A list of what is in the library. Nobody but its owner sees it.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub(crate) struct Collection {
    /// `collection-<uuid>`.
    id: ID,
    /// What its owner calls it.
    name: String,
    /// What it is to its owner.
    kind: Kind,
    /// How many rows it has.
    entry_count: Long,
    /// How many of them are files.
    file_count: Long,
    /// Whether it was taken away; only whoever watches is told so.
    is_deleted: bool,
    /// When it was made.
    created_at: DateTime,
    /// The position of the last event that touched it.
    changed_at: Position,
    #[graphql(skip)]
    key: CollectionId,
}

/// A row of a list.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub(crate) struct CollectionEntry {
    /// `collection_entry-<uuid>`.
    id: ID,
    /// What is in it: `file-<uuid>` or `item-<uuid>`.
    thing_id: ID,
    /// What that was called when it was added.
    title: String,
    /// When it was added.
    added_at: DateTime,
    #[graphql(skip)]
    thing: Subject,
}

/// A list as a file that other programs read.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct CollectionExport {
    /// The text of the file.
    text: String,
    /// How many rows are in it.
    entry_count: Long,
    /// Which rows are not in it.
    left_out: Vec<LeftOut>,
}

/// A row that is not in the file.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct LeftOut {
    /// The row.
    entry_id: ID,
    /// What it was called when it was added.
    title: String,
    /// Why.
    reason: LeftOutFor,
}

/// Why a row is not in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum LeftOutFor {
    /// Nothing is kept of it.
    Unkept,
    /// Its file is not in its place any more.
    Gone,
    /// Its path can't be written in this format.
    Unwritable,
}

impl From<CollectionRow> for Collection {
    fn from(row: CollectionRow) -> Self {
        let CollectionRow { id, name, kind, is_deleted, entry_count, file_count, created_at, changed_at } =
            row;
        Self {
            id: ID(id.to_string()),
            name,
            kind: kind.into(),
            entry_count: Long(entry_count),
            file_count: Long(file_count),
            is_deleted,
            created_at: DateTime(created_at),
            changed_at: Position(changed_at),
            key: id,
        }
    }
}

impl From<EntryRow> for CollectionEntry {
    fn from(row: EntryRow) -> Self {
        let EntryRow { id, thing, title, added_at } = row;
        Self {
            id: ID(id.to_string()),
            thing_id: ID(thing.to_string()),
            title,
            added_at: DateTime(added_at),
            thing,
        }
    }
}

#[ComplexObject]
impl Collection {
    /// Its rows, in their order.
    #[graphql(complexity = "connection::cost(first, last, child_complexity)")]
    async fn entries(
        &self,
        context: &Context<'_>,
        first: Option<u32>,
        after: Option<String>,
        last: Option<u32>,
        before: Option<String>,
    ) -> Result<Nodes<CollectionEntry>> {
        let (key, part) = (self.key, Part { first, last, after, before });
        let query = move |rows: &Snapshot<'_>, request: &_| view::entries(rows, key, request);
        connection::page(context, Views::of::<CollectionView>, (part, BY_PLACE), None, query).await
    }

    /// All of it as a file that other programs read, with what can't be in it.
    #[graphql(complexity = "COST_OF_ALL")]
    async fn export(
        &self,
        context: &Context<'_>,
        format: Format,
        #[graphql(
            desc = "What stands in front of each path in place of the folder of its root: where a player finds the library. If \
                    it is left out, that folder, for whoever may see it; else paths are as they are below their roots."
        )]
        base: Option<String>,
    ) -> Result<CollectionExport> {
        let (mut tracks, mut left_out) = (Vec::new(), Vec::new());
        for EntryRow { id, thing, title, .. } in self.rows(context).await? {
            let reason = match file_of(context, &thing).await? {
                None => LeftOutFor::Unkept,
                Some(file) if file.state != FileState::Present => LeftOutFor::Gone,
                Some(file) => {
                    let location = location(context, &file, base.as_deref()).await?;
                    if format.can_write(&location) {
                        let duration_ms = Some(file.verified.media.duration_ms);
                        tracks.push(Track { thing: Some(thing), title, location, duration_ms });
                        continue;
                    }
                    LeftOutFor::Unwritable
                }
            };
            left_out.push(LeftOut { entry_id: ID(id.to_string()), title, reason });
        }
        let entry_count = Long(tracks.len() as u64);
        Ok(CollectionExport { text: format.write(&self.name, &tracks), entry_count, left_out })
    }
}

impl Collection {
    /// Every row, in one reading.
    async fn rows(&self, context: &Context<'_>) -> Result<Vec<EntryRow>> {
        let key = self.key;
        read(context, Views::of::<CollectionView>, None, move |rows| {
            let (mut all, mut request) = (Vec::new(), PageRequest::front(PAGE_MAX));
            loop {
                let page = view::entries(rows, key, &request)?;
                let last = page.rows.last().map(|(cursor, _)| cursor.clone());
                all.extend(page.rows.into_iter().map(|(_, row)| row));
                match last.filter(|_| page.has_next) {
                    Some(last) => request = PageRequest::front(PAGE_MAX).after(Some(last)),
                    None => return Ok(all),
                }
            }
        })
        .await
    }

    pub(super) async fn find(
        context: &Context<'_>,
        id: CollectionId,
        min_position: Option<Position>,
    ) -> Result<Option<Self>> {
        let found =
            read(context, Views::of::<CollectionView>, min_position, move |rows| view::collection(rows, id));
        Ok(found.await?.map(Self::from))
    }
}

#[ComplexObject]
impl CollectionEntry {
    /// The file that it is, or that keeps the item; none if nothing is kept of it.
    async fn file(&self, context: &Context<'_>) -> Result<Option<File>> {
        Ok(file_of(context, &self.thing).await?.map(File::from))
    }

    /// Whether its file is in the library, as far as anybody looked. What is not there any more stays in the list.
    async fn is_there(&self, context: &Context<'_>) -> Result<bool> {
        Ok(file_of(context, &self.thing).await?.is_some_and(|file| file.state == FileState::Present))
    }
}

/// The file that something is, or by which it is kept.
async fn file_of(context: &Context<'_>, thing: &Subject) -> Result<Option<FileRow>> {
    let file_id = match &*thing.kind {
        FileId::KIND => Some(FileId::from_uuid(thing.id)),
        ItemId::KIND => {
            look_up::<DownloadOfItem>(context, ItemId::from_uuid(thing.id)).await?.and_then(|row| row.file_id)
        }
        _ => None,
    };
    match file_id {
        Some(file_id) => look_up::<FileById>(context, file_id).await,
        None => Ok(None),
    }
}

async fn location(context: &Context<'_>, file: &FileRow, base: Option<&str>) -> Result<String> {
    let folder = match base {
        Some(base) => Some(base.to_owned()),
        None => Root::find(context, file.root).await?.and_then(|root| root.whole_path().map(str::to_owned)),
    };
    Ok(match folder {
        Some(folder) => format!("{}/{}", folder.trim_end_matches('/'), file.path),
        None => file.path.clone(),
    })
}

/// A list by its id.
pub(crate) struct CollectionById;

impl LookUp for CollectionById {
    type Key = CollectionId;
    type Row = CollectionRow;

    fn view(views: &Views) -> &ViewHandle {
        views.of::<CollectionView>()
    }

    fn find(rows: &Snapshot<'_>, keys: &[CollectionId]) -> SqlResult<HashMap<CollectionId, CollectionRow>> {
        Ok(view::collections_by_id(rows, keys)?.into_iter().map(|row| (row.id, row)).collect())
    }
}
