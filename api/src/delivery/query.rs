use async_graphql::{Context, Enum, ID, InputObject, Object, Result};
use mediary_projections::{
    Snapshot, Views,
    delivery::{self as view, DeliveryField, DeliveryFilter, DeliveryView},
    listing::OrderField as _,
};

use super::{Delivery, object::State};
use crate::{
    connection::{self, Nodes, Of, Part},
    scalar::Position,
    sorting::{OrderBy, order},
};

const VIEW: Of = Views::of::<DeliveryView>;

#[derive(Debug, Default)]
pub(crate) struct DeliveryQuery;

/// What deliveries can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "DeliveryField", name = "DeliveryOrderField")]
pub(crate) enum OrderName {
    /// When they were queued.
    QueuedAt,
}

/// Which deliveries are asked for.
#[derive(Debug, Default, InputObject)]
pub(crate) struct DeliveryFilterInput {
    /// Those that stand so.
    state: Option<State>,
    /// Those to this channel.
    channel: Option<String>,
}

#[Object]
#[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
impl DeliveryQuery {
    /// A delivery; none if there is no such delivery.
    async fn delivery(
        &self,
        context: &Context<'_>,
        id: ID,
        #[graphql(desc = "Answer once this position is shown.")] min_position: Option<Position>,
    ) -> Result<Option<Delivery>> {
        connection::one(context, VIEW, &id, min_position, view::delivery).await
    }

    /// What is sent of notices, and what became of it; newest first unless said otherwise.
    #[graphql(complexity = "connection::cost(first, last, child_complexity)")]
    async fn deliveries(
        &self,
        context: &Context<'_>,
        first: Option<u32>,
        after: Option<String>,
        last: Option<u32>,
        before: Option<String>,
        order_by: Option<OrderBy<OrderName>>,
        filter: Option<DeliveryFilterInput>,
        #[graphql(desc = "Answer once this position is shown.")] min_position: Option<Position>,
    ) -> Result<Nodes<Delivery>> {
        let DeliveryFilterInput { state, channel } = filter.unwrap_or_default();
        let filter = DeliveryFilter { order: order(order_by), state: state.map(Into::into), channel };
        let part = (Part { first, last, after, before }, filter.order.field.by());
        let query = move |rows: &Snapshot<'_>, request: &_| view::deliveries(rows, &filter, request);
        connection::page(context, VIEW, part, min_position, query).await
    }
}
