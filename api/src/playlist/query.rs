use async_graphql::{Context, Enum, ID, InputObject, Object, Result};
use mediary_projections::{
    Snapshot, Views,
    listing::{Order, OrderField as _},
    playlist::{self as view, PlaylistField, PlaylistFilter, PlaylistView},
};

use super::{Entry, Playlist, object::Outcome};
use crate::{
    connection::{self, Nodes, Of, Part},
    scalar::Position,
    sorting::{OrderBy, order},
};

const VIEW: Of = Views::of::<PlaylistView>;

#[derive(Debug, Default)]
pub(crate) struct PlaylistQuery;

/// What playlists can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "PlaylistField", name = "PlaylistOrderField")]
pub(crate) enum OrderName {
    /// When they were followed first.
    FollowedAt,
    /// When something of them changed last.
    ChangedAt,
    /// Their titles, in whichever case; the address of one that has none.
    Title,
}

/// Which playlists are asked for.
#[derive(Debug, Default, InputObject)]
pub(crate) struct PlaylistFilterInput {
    /// Whose last refresh went so.
    refresh_outcome: Option<Outcome>,
    /// With each of these words in title or address, of the last one the beginning, in whichever case and order.
    search: Option<String>,
}

impl PlaylistFilterInput {
    fn parse(self, order: Order<PlaylistField>) -> Result<PlaylistFilter> {
        let Self { refresh_outcome, search } = self;
        let (refresh_outcome, search) = (refresh_outcome.map(Into::into), connection::search(search)?);
        Ok(PlaylistFilter { order, refresh_outcome, search })
    }
}

#[Object]
#[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
impl PlaylistQuery {
    /// The lists that are followed, oldest first unless said otherwise. Single items are in the built-in list
    /// `playlist-756e6c69-7374-8000-8000-000000000000`, "Unlisted".
    #[graphql(complexity = "connection::cost(first, last, child_complexity)")]
    async fn playlists(
        &self,
        context: &Context<'_>,
        first: Option<u32>,
        after: Option<String>,
        last: Option<u32>,
        before: Option<String>,
        order_by: Option<OrderBy<OrderName>>,
        filter: Option<PlaylistFilterInput>,
        #[graphql(desc = "Answer once this position is shown.")] min_position: Option<Position>,
    ) -> Result<Nodes<Playlist>> {
        let filter = filter.unwrap_or_default().parse(order(order_by))?;
        let part = (Part { first, last, after, before }, filter.order.field.by());
        let query = move |rows: &Snapshot<'_>, request: &_| view::playlists(rows, &filter, request);
        connection::page(context, VIEW, part, min_position, query).await
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
