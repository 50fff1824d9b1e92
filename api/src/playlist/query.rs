use async_graphql::{Context, ID, Object, Result};
use mediary_projections::{
    Snapshot, Views,
    playlist::{self as view, PlaylistView},
};

use super::{Entry, Playlist};
use crate::{
    connection::{self, Nodes, Of},
    scalar::Position,
};

const VIEW: Of = Views::of::<PlaylistView>;

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
    ) -> Result<Nodes<Playlist>> {
        let query = move |rows: &Snapshot<'_>, request| view::playlists(rows, search.as_deref(), request);
        connection::page(context, VIEW, (first, after), min_position, query).await
    }

    /// One playlist.
    async fn playlist(
        &self,
        context: &Context<'_>,
        id: ID,
        #[graphql(desc = "Answer once this position is shown.")] min_position: Option<Position>,
    ) -> Result<Option<Playlist>> {
        connection::one(context, VIEW, &id, min_position, view::playlist).await
    }

    /// One entry.
    async fn entry(&self, context: &Context<'_>, id: ID) -> Result<Option<Entry>> {
        connection::one(context, VIEW, &id, None, view::entry).await
    }
}
