use async_graphql::{Context, ID, Object, Result};
use mediary_projections::{
    Snapshot, Views,
    download::{self as view, DownloadView},
};

use super::Download;
use crate::{
    connection::{self, Nodes, Of},
    scalar::Position,
};

const VIEW: Of = Views::of::<DownloadView>;

#[derive(Debug, Default)]
pub(crate) struct DownloadQuery;

#[Object]
impl DownloadQuery {
    /// Downloads, newest first.
    #[graphql(complexity = "connection::cost(first, child_complexity)")]
    async fn downloads(
        &self,
        context: &Context<'_>,
        first: Option<u32>,
        after: Option<String>,
        #[graphql(desc = "Only those with this text in their title or address, in whichever case.")]
        search: Option<String>,
        #[graphql(desc = "Answer once this position is shown.")] min_position: Option<Position>,
    ) -> Result<Nodes<Download>> {
        let query = move |rows: &Snapshot<'_>, request| view::downloads(rows, search.as_deref(), request);
        connection::page(context, VIEW, (first, after), min_position, query).await
    }

    /// The keeping of one item for one wish, by the download's id.
    async fn download(&self, context: &Context<'_>, id: ID) -> Result<Option<Download>> {
        connection::one(context, VIEW, &id, None, view::download).await
    }
}
