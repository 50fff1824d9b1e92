use async_graphql::{Context, ID, Result, SimpleObject, Subscription};
use futures::Stream;
use mediary_projections::{
    Views,
    file::{self as view, FileRow, FileView},
};
use mediary_schema::{FileId, ItemId};

use super::File;
use crate::{
    changes::{Watched, changes, named},
    error::parse_id,
    scalar::Position,
};

#[derive(Debug, Default)]
pub(crate) struct FileSubscription;

/// Files as they are at a position: first all that changed after the position asked for, then each
/// change. A slow client gets the latest state and fewer of them.
#[derive(Debug, SimpleObject)]
pub(crate) struct FileChange {
    /// The position that this shows: what to ask for after a break.
    position: Position,
    /// What changed.
    files: Vec<File>,
}

fn watched() -> Watched<FileRow> {
    Watched {
        view: Views::of::<FileView>,
        table: "file",
        of: None,
        changed: Box::new(view::changed_files),
        at: |row| row.changed_at,
        id: |row| row.id.uuid(),
    }
}

#[Subscription]
#[expect(clippy::unused_async, reason = "the form that the macro asks for")]
impl FileSubscription {
    /// Files, now and whenever one changes.
    async fn file_changes(
        &self,
        context: &Context<'_>,
        #[graphql(
            default_with = "Some(Position(0))",
            desc = "The last position that the client has; 0 for everything."
        )]
        after: Option<Position>,
        #[graphql(desc = "Only these files; at most 500.")] ids: Option<Vec<ID>>,
        #[graphql(desc = "Only those that keep this item.")] item_id: Option<ID>,
    ) -> Result<impl Stream<Item = Result<FileChange>>> {
        let ids = named(ids, |id: FileId| id.uuid())?;
        let item: Option<ItemId> = item_id.map(|id| parse_id(&id)).transpose()?;
        let wants = move |row: &FileRow| item.is_none_or(|item| row.item_id == Some(item));
        changes(context, watched(), after, ids, wants, |position, rows| FileChange {
            position,
            files: rows.into_iter().map(File::from).collect(),
        })
    }
}
