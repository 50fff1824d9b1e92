use async_graphql::{Context, Enum, Object, Result};
use mediary_projections::{
    Snapshot, Views,
    listing::{Order, OrderField as _},
    parrot::{self as view, ParrotField, ParrotView},
};

use super::Parrot;
use crate::{
    connection::{self, Nodes, Of, Part},
    scalar::Position,
    sorting::{OrderBy, order},
};

const VIEW: Of = Views::of::<ParrotView>;

#[derive(Debug, Default)]
pub(crate) struct ParrotQuery;

/// What parrots can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "ParrotField", name = "ParrotOrderField")]
pub(crate) enum OrderName {
    /// When they were told.
    ToldAt,
}

#[Object]
#[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
impl ParrotQuery {
    /// Texts that were or will be repeated, newest first unless said otherwise.
    #[graphql(complexity = "connection::cost(first, last, child_complexity)")]
    async fn parrots(
        &self,
        context: &Context<'_>,
        first: Option<u32>,
        after: Option<String>,
        last: Option<u32>,
        before: Option<String>,
        order_by: Option<OrderBy<OrderName>>,
        #[graphql(desc = "Answer once this position is shown.")] min_position: Option<Position>,
    ) -> Result<Nodes<Parrot>> {
        let order: Order<ParrotField> = order(order_by);
        let part = (Part { first, last, after, before }, order.field.by());
        let query = move |rows: &Snapshot<'_>, request: &_| view::parrots(rows, order, request);
        connection::page(context, VIEW, part, min_position, query).await
    }
}
