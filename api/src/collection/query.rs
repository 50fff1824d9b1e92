use async_graphql::{Context, Enum, ID, Object, Result};
use mediary_projections::{
    Snapshot, Views,
    collection::{self as view, CollectionField, CollectionView},
    listing::{Order, OrderField as _},
};
use mediary_schema::Subject;

use super::Collection;
use crate::{
    connection::{self, Nodes, Of, Part},
    error::{fault, parse_id},
    scalar::Position,
    schema::read,
    sorting::{OrderBy, order},
};

const VIEW: Of = Views::of::<CollectionView>;

/// Things of one question.
const THINGS_MAX: usize = 500;

#[derive(Debug, Default)]
pub(crate) struct CollectionQuery;

/// What lists can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "CollectionField", name = "CollectionOrderField")]
pub(crate) enum OrderName {
    /// When they were made.
    CreatedAt,
    /// Their names.
    Name,
}

#[Object]
#[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
impl CollectionQuery {
    /// A list of one's own; none if there is no such list, or it is somebody else's.
    async fn collection(
        &self,
        context: &Context<'_>,
        id: ID,
        #[graphql(desc = "Answer once this position is shown.")] min_position: Option<Position>,
    ) -> Result<Option<Collection>> {
        connection::one(context, VIEW, &id, min_position, view::collection).await
    }

    /// One's own lists, by name unless said otherwise; favourites are among them, once something is.
    #[graphql(complexity = "connection::cost(first, last, child_complexity)")]
    async fn collections(
        &self,
        context: &Context<'_>,
        first: Option<u32>,
        after: Option<String>,
        last: Option<u32>,
        before: Option<String>,
        order_by: Option<OrderBy<OrderName>>,
        #[graphql(desc = "Answer once this position is shown.")] min_position: Option<Position>,
    ) -> Result<Nodes<Collection>> {
        let order: Order<CollectionField> = order(order_by);
        let part = (Part { first, last, after, before }, order.field.by());
        let query = move |rows: &Snapshot<'_>, request: &_| view::collections(rows, order, request);
        connection::page(context, VIEW, part, min_position, query).await
    }

    /// What one likes best; none as long as nothing is.
    async fn favourites(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Answer once this position is shown.")] min_position: Option<Position>,
    ) -> Result<Option<Collection>> {
        Ok(read(context, VIEW, min_position, view::favourites).await?.map(Collection::from))
    }

    /// Those of some things that one likes best, in their order; at most 500 are asked about.
    async fn favourites_among(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Ids of files and items.")] ids: Vec<ID>,
        #[graphql(desc = "Answer once this position is shown.")] min_position: Option<Position>,
    ) -> Result<Vec<ID>> {
        if ids.len() > THINGS_MAX {
            return Err(fault(&format!("name at most {THINGS_MAX} things"), "BAD_LIST", false));
        }
        let things = ids.iter().map(|id| parse_id::<Subject>(id)).collect::<Result<Vec<_>>>()?;
        let asked = things.clone();
        let found =
            read(context, VIEW, min_position, move |rows| view::favourites_among(rows, &asked)).await?;
        let liked = things.into_iter().filter(|thing| found.contains(thing));
        Ok(liked.map(|thing| ID(thing.to_string())).collect())
    }
}
