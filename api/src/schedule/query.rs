use async_graphql::{Context, Enum, ID, Object, Result};
use mediary_projections::{
    Snapshot, Views,
    listing::{Order, OrderField as _},
    schedule::{self as view, ScheduleField, ScheduleView},
};
use mediary_schema::account::Permission;

use super::Schedule;
use crate::{
    connection::{self, Nodes, Of, Part},
    error::parse_id,
    scalar::Position,
    session::session,
    sorting::{OrderBy, order},
};

const VIEW: Of = Views::of::<ScheduleView>;

#[derive(Debug, Default)]
pub(crate) struct ScheduleQuery;

/// What schedules can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "ScheduleField", name = "ScheduleOrderField")]
pub(crate) enum OrderName {
    /// When they were added.
    AddedAt,
    /// Their names.
    Name,
}

#[Object]
#[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
impl ScheduleQuery {
    /// A schedule; none if there is no such schedule.
    async fn schedule(
        &self,
        context: &Context<'_>,
        id: ID,
        #[graphql(desc = "Answer once this position is shown.")] min_position: Option<Position>,
    ) -> Result<Option<Schedule>> {
        session(context, Permission::READ)?;
        Schedule::find(context, parse_id(&id)?, min_position).await
    }

    /// What is done again and again, by name unless said otherwise.
    #[graphql(complexity = "connection::cost(first, last, child_complexity)")]
    async fn schedules(
        &self,
        context: &Context<'_>,
        first: Option<u32>,
        after: Option<String>,
        last: Option<u32>,
        before: Option<String>,
        order_by: Option<OrderBy<OrderName>>,
        #[graphql(desc = "Answer once this position is shown.")] min_position: Option<Position>,
    ) -> Result<Nodes<Schedule>> {
        let order: Order<ScheduleField> = order(order_by);
        let part = (Part { first, last, after, before }, order.field.by());
        let query = move |rows: &Snapshot<'_>, request: &_| view::schedules(rows, order, request);
        connection::page(context, VIEW, part, min_position, query).await
    }
}
