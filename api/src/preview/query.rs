use async_graphql::{Context, Enum, ID, Object, Result};
use mediary_projections::{
    Snapshot, Views,
    listing::{Order, OrderField as _},
    preview::{self as view, PreviewField, PreviewView},
};

use super::Preview;
use crate::{
    connection::{self, Nodes, Of, Part},
    scalar::Position,
    sorting::{OrderBy, order},
};

const VIEW: Of = Views::of::<PreviewView>;

#[derive(Debug, Default)]
pub(crate) struct PreviewQuery;

/// What previews can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "PreviewField", name = "PreviewOrderField")]
pub(crate) enum OrderName {
    /// When somebody asked last.
    RequestedAt,
}

#[Object]
#[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
impl PreviewQuery {
    /// The last preview of an address; none if nobody looked.
    async fn preview(
        &self,
        context: &Context<'_>,
        id: ID,
        #[graphql(desc = "Answer once this position is shown.")] min_position: Option<Position>,
    ) -> Result<Option<Preview>> {
        connection::one(context, VIEW, &id, min_position, view::preview).await
    }

    /// Addresses that were looked at, the last one first unless said otherwise.
    #[graphql(complexity = "connection::cost(first, last, child_complexity)")]
    async fn previews(
        &self,
        context: &Context<'_>,
        first: Option<u32>,
        after: Option<String>,
        last: Option<u32>,
        before: Option<String>,
        order_by: Option<OrderBy<OrderName>>,
        #[graphql(desc = "Answer once this position is shown.")] min_position: Option<Position>,
    ) -> Result<Nodes<Preview>> {
        let order: Order<PreviewField> = order(order_by);
        let part = (Part { first, last, after, before }, order.field.by());
        let query = move |rows: &Snapshot<'_>, request: &_| view::previews(rows, order, request);
        connection::page(context, VIEW, part, min_position, query).await
    }
}
