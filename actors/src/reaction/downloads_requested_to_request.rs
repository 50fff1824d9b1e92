use futures::{StreamExt as _, TryStreamExt as _, future::BoxFuture, stream};
use mediary_events::{
    codec,
    playlist::{Event, Playlist, Row, State},
};
use mediary_log::{
    Origin, OriginKind, Recorded,
    gate::{Caller, Gate, Refusal, Transaction},
    work,
};
use mediary_schema::{
    PlaylistId,
    download::{DownloadItem, EntryRef, Quality},
    job::RetryPolicy,
};

use super::Reaction;

/// `playlist.downloads_requested` → `download::Request` for each entry.
#[derive(Debug)]
pub struct DownloadsRequestedToRequest {
    /// How often and how soon the downloads are tried again.
    pub retry: RetryPolicy,
}

/// Commands under way at once: they share the log's commits.
const UNDER_WAY_MAX: usize = 32;

impl Reaction for DownloadsRequestedToRequest {
    fn name(&self) -> &'static str {
        "downloads-requested-to-request"
    }

    fn event(&self) -> &'static str {
        "playlist.downloads_requested"
    }

    fn react<'a>(&'a self, gate: &'a Gate, cause: &'a Recorded) -> BoxFuture<'a, Result<(), Refusal>> {
        Box::pin(self.request_each(gate, cause))
    }
}

impl DownloadsRequestedToRequest {
    async fn request_each(&self, gate: &Gate, cause: &Recorded) -> Result<(), Refusal> {
        let Ok(Some(Event::DownloadsRequested { quality, entries })) = codec::event_of::<Playlist>(cause)
        else {
            return Ok(());
        };
        let playlist_id = PlaylistId::from_uuid(cause.envelope.stream.uuid);
        let state = gate.state::<Playlist>(playlist_id.uuid()).await?;
        if !state.listed {
            // The end of the first refresh asks again.
            return Ok(());
        }
        let wanted = |row: &&Row| match &entries {
            Some(entries) => entries.contains(&row.entry_id),
            None => row.seen && row.availability.is_available(),
        };
        let explicit = entries.is_some();
        let items: Vec<DownloadItem> =
            state.rows.iter().filter(wanted).map(|row| item(playlist_id, &state, row, &quality)).collect();
        stream::iter(items)
            .map(|item| self.request(gate, cause, item, explicit))
            .buffer_unordered(UNDER_WAY_MAX)
            .try_collect()
            .await
    }

    async fn request(
        &self,
        gate: &Gate,
        cause: &Recorded,
        item: DownloadItem,
        explicit: bool,
    ) -> Result<(), Refusal> {
        let origin = Origin { kind: OriginKind::Reaction, id: cause.envelope.id.uuid() };
        let caller = Caller::because_of(&gate.identities(), cause, origin, &item.item_id.to_string());
        let job_id = gate.identities().job(caller.command_id, "download");
        let retry = self.retry;
        let item_id = item.item_id;
        let story = move |story: &mut Transaction<'_>| {
            work::download::request(story, item.clone(), job_id, false, retry)
        };
        match gate.transact(caller, story).await {
            Ok(_) => Ok(()),
            // What is kept is kept: an ordinary case in a list.
            Err(Refusal::Rejected(rejection)) => {
                if explicit {
                    tracing::info!(%item_id, %rejection, "an entry is not fetched again");
                }
                Ok(())
            }
            Err(refusal) => Err(refusal),
        }
    }
}

fn item(playlist_id: PlaylistId, state: &State, row: &Row, quality: &Quality) -> DownloadItem {
    use mediary_schema::playlist::PlaylistKind;
    let is_list = state.resolved.as_ref().is_some_and(|resolved| resolved.kind == PlaylistKind::List);
    DownloadItem {
        item_id: row.item_id,
        source: row.source.clone(),
        quality: quality.clone(),
        title: row.title.clone(),
        duration_ms: row.duration_ms,
        folder: if is_list { state.title().map(str::to_owned) } else { None },
        entry: Some(EntryRef { playlist_id, entry_id: row.entry_id }),
    }
}
