use async_graphql::{Context, Enum, ID, InputObject, Object, Result};
use mediary_projections::{
    Snapshot, Views,
    listing::{Order, OrderField as _},
    transcode::{self as view, TranscodeField, TranscodeFilter, TranscodeView},
};

use super::{Transcode, object::State};
use crate::{
    connection::{self, Nodes, Of, Part},
    error::parse_id,
    scalar::Position,
    sorting::{OrderBy, order},
};

const VIEW: Of = Views::of::<TranscodeView>;

#[derive(Debug, Default)]
pub(crate) struct TranscodeQuery;

/// What transcodes can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "TranscodeField", name = "TranscodeOrderField")]
pub(crate) enum OrderName {
    /// When they were wanted first.
    RequestedAt,
    /// When something of them changed last.
    ChangedAt,
}

/// Which transcodes are asked for.
#[derive(Debug, Default, InputObject)]
pub(crate) struct TranscodeFilterInput {
    /// Made of this file.
    file_id: Option<ID>,
    /// In this state.
    state: Option<State>,
}

#[Object]
#[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
impl TranscodeQuery {
    /// Files that are made of files, or were to be; those that were wanted last first unless said otherwise.
    #[graphql(complexity = "connection::cost(first, last, child_complexity)")]
    async fn transcodes(
        &self,
        context: &Context<'_>,
        first: Option<u32>,
        after: Option<String>,
        last: Option<u32>,
        before: Option<String>,
        order_by: Option<OrderBy<OrderName>>,
        filter: Option<TranscodeFilterInput>,
        #[graphql(desc = "Answer once this position is shown.")] min_position: Option<Position>,
    ) -> Result<Nodes<Transcode>> {
        let order: Order<TranscodeField> = order(order_by);
        let TranscodeFilterInput { file_id, state } = filter.unwrap_or_default();
        let file_id = file_id.map(|id| parse_id(&id)).transpose()?;
        let filter = TranscodeFilter { order, file_id, state: state.map(Into::into) };
        let part = (Part { first, last, after, before }, order.field.by());
        let query = move |rows: &Snapshot<'_>, request: &_| view::transcodes(rows, &filter, request);
        connection::page(context, VIEW, part, min_position, query).await
    }

    /// The making of a file of another one, by its id.
    async fn transcode(
        &self,
        context: &Context<'_>,
        id: ID,
        #[graphql(desc = "Answer once this position is shown.")] min_position: Option<Position>,
    ) -> Result<Option<Transcode>> {
        connection::one(context, VIEW, &id, min_position, view::transcode).await
    }
}
