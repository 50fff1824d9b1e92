use async_graphql::{
    Context, ID, Object, Result,
    connection::{Connection, EmptyFields},
};
use mediary_projections::{Snapshot, download as view};
use mediary_schema::{DownloadId, account::Permission};

use super::Download;
use crate::{
    connection::{self, Place, Total},
    error::parse_id,
    scalar::Position,
    schema::read,
    session::session,
};

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
    ) -> Result<Connection<Place, Download, Total, EmptyFields>> {
        session(context, Permission::Read)?;
        let request = connection::request(first, after.as_deref())?;
        let query = move |rows: &Snapshot<'_>| view::downloads(rows, search.as_deref(), request);
        let page = read(context, |views| &views.download, min_position, query).await?;
        Ok(connection::connection(page, request.after.is_some(), Download::from))
    }

    /// The keeping of one item for one wish, by the download's id.
    async fn download(&self, context: &Context<'_>, id: ID) -> Result<Option<Download>> {
        session(context, Permission::Read)?;
        let id: DownloadId = parse_id(&id)?;
        let query = move |rows: &Snapshot<'_>| view::download(rows, id);
        let row = read(context, |views| &views.download, None, query).await?;
        Ok(row.map(Download::from))
    }
}
