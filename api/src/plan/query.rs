use async_graphql::{Context, Enum, ID, Object, Result};
use mediary_projections::{
    Snapshot, Views,
    listing::{Order, OrderField as _},
    plan::{self as view, PlanField, PlanView},
};

use super::{Plan, object::State};
use crate::{
    connection::{self, Nodes, Of, Part},
    scalar::Position,
    sorting::{OrderBy, order},
};

const VIEW: Of = Views::of::<PlanView>;

#[derive(Debug, Default)]
pub(crate) struct PlanQuery;

/// What plans can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "PlanField", name = "PlanOrderField")]
pub(crate) enum OrderName {
    /// When they were made.
    MadeAt,
}

#[Object]
#[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
impl PlanQuery {
    /// What would be done, or was, newest first unless said otherwise.
    #[graphql(complexity = "connection::cost(first, last, child_complexity)")]
    async fn plans(
        &self,
        context: &Context<'_>,
        first: Option<u32>,
        after: Option<String>,
        last: Option<u32>,
        before: Option<String>,
        order_by: Option<OrderBy<OrderName>>,
        #[graphql(desc = "Only those in this state.")] state: Option<State>,
        #[graphql(desc = "Answer once this position is shown.")] min_position: Option<Position>,
    ) -> Result<Nodes<Plan>> {
        let order: Order<PlanField> = order(order_by);
        let part = (Part { first, last, after, before }, order.field.by());
        let state = state.map(Into::into);
        let query = move |rows: &Snapshot<'_>, request: &_| view::plans(rows, order, state, request);
        connection::page(context, VIEW, part, min_position, query).await
    }

    /// One plan.
    async fn plan(&self, context: &Context<'_>, id: ID) -> Result<Option<Plan>> {
        connection::one(context, VIEW, &id, None, view::plan).await
    }
}
