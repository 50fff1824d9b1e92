use async_graphql::{Context, ID, Result, SimpleObject, Subscription};
use futures::Stream;
use mediary_projections::{
    Views,
    download::{self as view, DownloadRow, DownloadView},
};
use mediary_schema::{DownloadId, PlaylistId};

use super::Download;
use crate::{
    changes::{Watched, changes, named},
    error::parse_id,
    scalar::Position,
};

#[derive(Debug, Default)]
pub(crate) struct DownloadSubscription;

/// Downloads as they are at a position: first all that changed after the position asked for, then each
/// change. A slow client gets the latest state and fewer of them.
#[derive(Debug, SimpleObject)]
pub(crate) struct DownloadChange {
    /// The position that this shows: what to ask for after a break.
    position: Position,
    /// What changed.
    downloads: Vec<Download>,
}

fn watched() -> Watched<DownloadRow> {
    Watched {
        view: Views::of::<DownloadView>,
        table: "download",
        of: None,
        changed: Box::new(view::changed_downloads),
        at: |row| row.changed_at,
        id: |row| row.id.uuid(),
    }
}

#[Subscription]
#[expect(clippy::unused_async, reason = "the form that the macro asks for")]
impl DownloadSubscription {
    /// Downloads, now and whenever one changes.
    async fn download_changes(
        &self,
        context: &Context<'_>,
        #[graphql(
            default_with = "Some(Position(0))",
            desc = "The last position that the client has; 0 for everything."
        )]
        after: Option<Position>,
        #[graphql(desc = "Only these downloads; at most 500.")] ids: Option<Vec<ID>>,
        #[graphql(desc = "Only what was wanted for this playlist.")] playlist_id: Option<ID>,
    ) -> Result<impl Stream<Item = Result<DownloadChange>>> {
        let ids = named(ids, |id: DownloadId| id.uuid())?;
        let playlist: Option<PlaylistId> = playlist_id.map(|id| parse_id(&id)).transpose()?;
        let wants =
            move |row: &DownloadRow| playlist.is_none_or(|playlist| row.playlist_id == Some(playlist));
        changes(context, watched(), after, ids, wants, |position, rows| DownloadChange {
            position,
            downloads: rows.into_iter().map(Download::from).collect(),
        })
    }
}
