use async_graphql::{Context, ID, Result, SimpleObject, Subscription};
use futures::Stream;
use mediary_projections::{
    Views,
    playlist::{self as view, EntryRow, PlaylistRow, PlaylistView},
};
use mediary_schema::{EntryId, PlaylistId};

use super::{Entry, Playlist};
use crate::{
    changes::{Watched, changes, named},
    error::parse_id,
    scalar::Position,
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

/// Entries of a playlist as they are at a position: first all that changed after the position asked for, then each
/// change. A slow client gets the latest state and fewer of them.
#[derive(Debug, SimpleObject)]
pub(crate) struct EntryChanges {
    /// The position that this shows: what to ask for after a break.
    position: Position,
    /// What changed; also entries that are gone.
    entries: Vec<Entry>,
}

fn lists() -> Watched<PlaylistRow> {
    Watched {
        view: Views::of::<PlaylistView>,
        table: "playlist",
        of: None,
        changed: Box::new(view::changed_playlists),
        at: |row| row.changed_at,
        id: |row| row.id.uuid(),
    }
}

fn entries(list: PlaylistId) -> Watched<EntryRow> {
    Watched {
        view: Views::of::<PlaylistView>,
        table: "entry",
        // Each is told with the list that it is in; "Unlisted" shows those of many.
        of: (list != PlaylistId::UNLISTED).then(|| list.uuid()),
        changed: Box::new(move |rows, after, limit| view::changed_entries(rows, list, after, limit)),
        at: |row| row.changed_at,
        id: |row| row.id.uuid(),
    }
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
        #[graphql(desc = "Only these playlists; at most 500.")] ids: Option<Vec<ID>>,
    ) -> Result<impl Stream<Item = Result<PlaylistChange>>> {
        let ids = named(ids, |id: PlaylistId| id.uuid())?;
        changes(
            context,
            lists(),
            after,
            ids,
            |_| true,
            |position, rows| PlaylistChange {
                position,
                playlists: rows.into_iter().map(Playlist::from).collect(),
            },
        )
    }

    /// Entries of a playlist, now and whenever one changes.
    async fn entry_changes(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The playlist.")] playlist_id: ID,
        #[graphql(
            default_with = "Some(Position(0))",
            desc = "The last position that the client has; 0 for everything."
        )]
        after: Option<Position>,
        #[graphql(desc = "Only these entries; at most 500.")] ids: Option<Vec<ID>>,
    ) -> Result<impl Stream<Item = Result<EntryChanges>>> {
        let list: PlaylistId = parse_id(&playlist_id)?;
        let ids = named(ids, |id: EntryId| id.uuid())?;
        changes(
            context,
            entries(list),
            after,
            ids,
            |_| true,
            |position, rows| EntryChanges { position, entries: rows.into_iter().map(Entry::from).collect() },
        )
    }
}
