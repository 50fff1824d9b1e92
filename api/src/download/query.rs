use async_graphql::{Context, Enum, ID, InputObject, Object, Result};
use mediary_projections::{
    Snapshot, Views,
    download::{self as view, DownloadField, DownloadFilter, DownloadView},
    listing::{Order, OrderField as _},
};

use super::{Download, object::State};
use crate::{
    connection::{self, Nodes, Of, Part},
    error::parse_id,
    scalar::{DateTime, Position},
    sorting::{OrderBy, order},
};

const VIEW: Of = Views::of::<DownloadView>;

#[derive(Debug, Default)]
pub(crate) struct DownloadQuery;

/// What downloads can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "DownloadField", name = "DownloadOrderField")]
pub(crate) enum OrderName {
    /// When they were wanted first.
    RequestedAt,
    /// When something of them changed last.
    ChangedAt,
}

/// Which downloads are asked for.
#[derive(Debug, Default, InputObject)]
pub(crate) struct DownloadFilterInput {
    /// Of this item.
    item_id: Option<ID>,
    /// Wanted for this playlist.
    playlist_id: Option<ID>,
    /// In this state.
    state: Option<State>,
    /// Wanted first at this moment or later.
    since: Option<DateTime>,
    /// With each of these words in title or address, of the last one the beginning, in whichever case and order.
    search: Option<String>,
}

impl DownloadFilterInput {
    fn parse(self, order: Order<DownloadField>) -> Result<DownloadFilter> {
        let Self { item_id, playlist_id, state, since, search } = self;
        Ok(DownloadFilter {
            order,
            item_id: item_id.map(|id| parse_id(&id)).transpose()?,
            playlist_id: playlist_id.map(|id| parse_id(&id)).transpose()?,
            state: state.map(Into::into),
            since: since.map(|moment| moment.0),
            search: connection::search(search)?,
        })
    }
}

#[Object]
#[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
impl DownloadQuery {
    /// Downloads, newest first unless said otherwise.
    #[graphql(complexity = "connection::cost(first, last, child_complexity)")]
    async fn downloads(
        &self,
        context: &Context<'_>,
        first: Option<u32>,
        after: Option<String>,
        last: Option<u32>,
        before: Option<String>,
        order_by: Option<OrderBy<OrderName>>,
        filter: Option<DownloadFilterInput>,
        #[graphql(desc = "Answer once this position is shown.")] min_position: Option<Position>,
    ) -> Result<Nodes<Download>> {
        let filter = filter.unwrap_or_default().parse(order(order_by))?;
        let part = (Part { first, last, after, before }, filter.order.field.by());
        let query = move |rows: &Snapshot<'_>, request: &_| view::downloads(rows, &filter, request);
        connection::page(context, VIEW, part, min_position, query).await
    }

    /// The keeping of one item for one wish, by the download's id.
    async fn download(&self, context: &Context<'_>, id: ID) -> Result<Option<Download>> {
        connection::one(context, VIEW, &id, None, view::download).await
    }
}
