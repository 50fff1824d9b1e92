use async_graphql::{
    Context, ID, Object, Result,
    connection::{Connection, EmptyFields},
};
use mediary_projections::{Snapshot, playlist as view};
use mediary_schema::{EntryId, PlaylistId, account::Permission};

use super::{Entry, Playlist};
use crate::{
    connection::{self, Place, Total},
    error::parse_id,
    scalar::Position,
    schema::read,
    session::session,
};

#[derive(Debug, Default)]
pub(crate) struct PlaylistQuery;

#[Object]
impl PlaylistQuery {
    /// The lists that are followed, oldest first. Single items are in the built-in list
    /// `playlist-756e6c69-7374-8000-8000-000000000000`, "Unlisted".
    #[graphql(complexity = "connection::cost(first, child_complexity)")]
    async fn playlists(
        &self,
        context: &Context<'_>,
        first: Option<u32>,
        after: Option<String>,
        #[graphql(desc = "Only those with this text in their title or address, in whichever case.")]
        search: Option<String>,
        #[graphql(desc = "Answer once this position is shown.")] min_position: Option<Position>,
    ) -> Result<Connection<Place, Playlist, Total, EmptyFields>> {
        session(context, Permission::Read)?;
        let request = connection::request(first, after.as_deref())?;
        let query = move |rows: &Snapshot<'_>| view::playlists(rows, search.as_deref(), request);
        let page = read(context, |views| &views.playlist, min_position, query).await?;
        Ok(connection::connection(page, request.after.is_some(), Playlist::from))
    }

    /// One playlist.
    async fn playlist(
        &self,
        context: &Context<'_>,
        id: ID,
        #[graphql(desc = "Answer once this position is shown.")] min_position: Option<Position>,
    ) -> Result<Option<Playlist>> {
        session(context, Permission::Read)?;
        let id: PlaylistId = parse_id(&id)?;
        let query = move |rows: &Snapshot<'_>| view::playlist(rows, id);
        let row = read(context, |views| &views.playlist, min_position, query).await?;
        Ok(row.map(Playlist::from))
    }

    /// One entry.
    async fn entry(&self, context: &Context<'_>, id: ID) -> Result<Option<Entry>> {
        session(context, Permission::Read)?;
        let id: EntryId = parse_id(&id)?;
        let row = read(context, |views| &views.playlist, None, move |rows| view::entry(rows, id)).await?;
        Ok(row.map(Entry::from))
    }
}
