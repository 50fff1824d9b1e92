use async_graphql::{
    Context, ID, Object, Result,
    connection::{Connection, EmptyFields},
};
use mediary_projections::{Snapshot, file as view};
use mediary_schema::{FileId, account::Permission};

use super::File;
use crate::{
    connection::{self, Place, Total},
    error::parse_id,
    scalar::Position,
    schema::read,
    session::session,
};

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
    ) -> Result<Connection<Place, File, Total, EmptyFields>> {
        session(context, Permission::Read)?;
        let request = connection::request(first, after.as_deref())?;
        let query = move |rows: &Snapshot<'_>| view::files(rows, search.as_deref(), request);
        let page = read(context, |views| &views.file, min_position, query).await?;
        Ok(connection::connection(page, request.after.is_some(), File::from))
    }

    /// One file.
    async fn file(&self, context: &Context<'_>, id: ID) -> Result<Option<File>> {
        session(context, Permission::Read)?;
        let id: FileId = parse_id(&id)?;
        let row = read(context, |views| &views.file, None, move |rows| view::file(rows, id)).await?;
        Ok(row.map(File::from))
    }
}
