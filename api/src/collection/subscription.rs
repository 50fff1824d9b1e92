use async_graphql::{Context, ID, Result, SimpleObject, Subscription};
use futures::Stream;
use mediary_projections::{
    Views,
    collection::{self as view, CollectionRow, CollectionView},
};
use mediary_schema::CollectionId;

use super::Collection;
use crate::{
    changes::{Watched, changes, named},
    scalar::Position,
};

#[derive(Debug, Default)]
pub(crate) struct CollectionSubscription;

/// One's own lists as they are at a position: first all that changed after the position asked for, then each change, also of
/// their rows.
#[derive(Debug, SimpleObject)]
pub(crate) struct CollectionChange {
    /// The position that this shows: what to ask for after a break.
    position: Position,
    /// What changed.
    collections: Vec<Collection>,
}

fn watched() -> Watched<CollectionRow> {
    Watched {
        view: Views::of::<CollectionView>,
        table: "collection",
        of: None,
        changed: Box::new(view::changed_collections),
        at: |row| row.changed_at,
        id: |row| row.id.uuid(),
    }
}

#[Subscription]
#[expect(clippy::unused_async, reason = "the form that the macro asks for")]
impl CollectionSubscription {
    /// One's own lists, now and whenever one changes: a favourite reaches whoever else has the page open.
    async fn collection_changes(
        &self,
        context: &Context<'_>,
        #[graphql(
            default_with = "Some(Position(0))",
            desc = "The last position that the client has; 0 for everything."
        )]
        after: Option<Position>,
        #[graphql(desc = "Only these lists; at most 500.")] ids: Option<Vec<ID>>,
    ) -> Result<impl Stream<Item = Result<CollectionChange>>> {
        let ids = named(ids, |id: CollectionId| id.uuid())?;
        changes(
            context,
            watched(),
            after,
            ids,
            |_| true,
            |position, rows| CollectionChange {
                position,
                collections: rows.into_iter().map(Collection::from).collect(),
            },
        )
    }
}
