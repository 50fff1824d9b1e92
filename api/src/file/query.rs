use async_graphql::{Context, ID, Object, Result};
use mediary_projections::{
    Snapshot, Views,
    file::{self as view, FileView},
};

use super::File;
use crate::{
    connection::{self, Nodes, Of},
    scalar::Position,
};

const VIEW: Of = Views::of::<FileView>;

#[derive(Debug, Default)]
pub(crate) struct FileQuery;

#[Object]
impl FileQuery {
    /// Files in the library, newest first.
    #[graphql(complexity = "connection::cost(first, child_complexity)")]
    async fn files(
        &self,
        context: &Context<'_>,
        first: Option<u32>,
        after: Option<String>,
        #[graphql(desc = "Only those with this text in their path, in whichever case.")] search: Option<
            String,
        >,
        #[graphql(desc = "Answer once this position is shown.")] min_position: Option<Position>,
    ) -> Result<Nodes<File>> {
        let query = move |rows: &Snapshot<'_>, request| view::files(rows, search.as_deref(), request);
        connection::page(context, VIEW, (first, after), min_position, query).await
    }

    /// One file.
    async fn file(&self, context: &Context<'_>, id: ID) -> Result<Option<File>> {
        connection::one(context, VIEW, &id, None, view::file).await
    }
}
