use std::collections::HashSet;

use mediary_events::playlist::{Event, Playlist, Row, State};
use mediary_log::{
    Recorded,
    gate::{Gate, Reaction, Refusal, Step, Transaction, decode_cause},
    work,
};
use mediary_schema::{
    EventId, Identities, PlaylistId, Ticket,
    download::{DownloadItem, EntryRef, Quality},
    job::RetryPolicy,
    playlist::PlaylistKind,
};

/// `playlist.downloads_requested` → `download::Request` for each entry, unless the wish was taken back meanwhile.
#[derive(Debug)]
pub struct DownloadsRequestedToRequest {
    /// How often and how soon the downloads are tried again.
    pub retry: RetryPolicy,
}

impl Reaction for DownloadsRequestedToRequest {
    fn name(&self) -> &'static str {
        "downloads-requested-to-request"
    }

    fn events(&self) -> Vec<&'static str> {
        vec!["playlist.downloads_requested"]
    }

    fn plan(&self, gate: &Gate, cause: &Recorded) -> Result<Vec<Step>, Refusal> {
        let playlist_id = PlaylistId::from_uuid(cause.envelope.stream.uuid);
        // "All of the list" means the rows that were there when it was said.
        let state = gate.state_at::<Playlist>(playlist_id.uuid(), cause.position())?;
        if !state.listed {
            // The end of the first refresh asks again.
            return Ok(Vec::new());
        }
        let mut steps = Vec::new();
        for event in decode_cause::<Playlist>(cause)? {
            let Event::DownloadsRequested { quality, entries, again, filter, ticket } = event else {
                continue;
            };
            let named = entries.map(|entries| entries.into_iter().collect::<HashSet<_>>());
            let judge = filter.judge();
            let wanted = |row: &&Row| match &named {
                Some(entries) => entries.contains(&row.entry_id),
                None => row.is_to_be_had() && judge.broken(&row.facts()).is_none(),
            };
            let rows = state.rows.iter().filter(wanted);
            let wish = Wish { playlist_id, number: state.wishes };
            // A single item takes no turns with others, however it was asked for.
            let ticket = Ticket { bulk: ticket.bulk && is_list(&state), ..ticket };
            steps.extend(rows.map(|row| {
                let item = item(&gate.identities(), playlist_id, &state, row, &quality);
                self.request(cause.envelope.id, wish, item, named.is_some(), (again, ticket.clone()))
            }));
        }
        Ok(steps)
    }
}

/// Which wish of a playlist it is.
#[derive(Debug, Clone, Copy)]
struct Wish {
    playlist_id: PlaylistId,
    number: u32,
}

impl DownloadsRequestedToRequest {
    fn request(
        &self,
        cause: EventId,
        wish: Wish,
        item: DownloadItem,
        explicit: bool,
        (again, ticket): (bool, Ticket),
    ) -> Step {
        let retry = self.retry;
        let item_id = item.item_id;
        Step::new(move |story: &mut Transaction<'_>| {
            if story.state::<Playlist>(wish.playlist_id.uuid())?.withdrawn >= wish.number {
                return Ok(());
            }
            let command_id = story.identities().command(cause, &item_id.to_string());
            let job_id = story.identities().job(command_id, "download");
            story.take_ticket(ticket.clone());
            let request = |story: &mut Transaction<'_>| {
                work::download::request(story, item.clone(), job_id, again, retry)
            };
            match story.part(request) {
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
        })
    }
}

fn is_list(state: &State) -> bool {
    state.resolved.as_ref().is_some_and(|resolved| resolved.kind == PlaylistKind::List)
}

fn item(
    identities: &Identities,
    playlist_id: PlaylistId,
    state: &State,
    row: &Row,
    quality: &Quality,
) -> DownloadItem {
    DownloadItem {
        download_id: identities.download(row.item_id, quality.wish()),
        item_id: row.item_id,
        source: row.source.clone(),
        quality: quality.clone(),
        title: row.title.clone(),
        duration_ms: row.duration_ms,
        folder: if is_list(state) { state.title().map(str::to_owned) } else { None },
        entry: Some(EntryRef { playlist_id, entry_id: row.entry_id }),
    }
}
