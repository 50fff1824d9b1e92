use async_graphql::{Context, Result, SimpleObject, Subscription};
use futures::Stream;
use mediary_projections::playlist as view;

use super::Playlist;
use crate::{
    event::{changes, within_log},
    scalar::Position,
    schema::{platform, scope},
};

#[derive(Debug, Default)]
pub(crate) struct PlaylistSubscription;

/// Playlists as they are at a position: first all that changed after the position asked for, then each
/// change. A slow client gets the latest state and fewer of them.
#[derive(Debug, SimpleObject)]
pub(crate) struct PlaylistChange {
    /// The position that this shows: what to ask for after a break.
    position: Position,
    /// What changed.
    playlists: Vec<Playlist>,
}

#[Subscription]
#[expect(clippy::unused_async, reason = "the form that the macro asks for")]
impl PlaylistSubscription {
    /// Playlists, now and whenever one changes.
    async fn playlist_changes(
        &self,
        context: &Context<'_>,
        #[graphql(
            default_with = "Some(Position(0))",
            desc = "The last position that the client has; 0 for everything."
        )]
        after: Option<Position>,
    ) -> Result<impl Stream<Item = Result<PlaylistChange>>> {
        let scope = scope(context)?;
        let after = after.unwrap_or_default();
        within_log(context, after)?;
        let handle = platform(context).views.playlist.clone();
        Ok(changes(handle, scope, after.0, view::changed_playlists, |position, rows| PlaylistChange {
            position: Position(position),
            playlists: rows.into_iter().map(Playlist::from).collect(),
        }))
    }
}
