use std::io;

use mediary_events::playlist::{Diff, Playlist, State, try_diff};
use mediary_log::{gate::Transaction, vault::Vault, work};
use mediary_schema::{
    FailureClass, ItemId, Namesakes, PlaylistId,
    job::{Failure, ResourceUse},
    playlist::{ObservedEntry, RefreshCounts, RefreshMode, RefreshPlaylist},
};

use super::{
    effect::{Answer, Question, Seen},
    pages::Pages,
};
use crate::{
    access,
    job::{Attempt, Clerk},
    workspace::Unable,
};

/// Compares what a refresh saw with what is known, and records the changes.
#[derive(Debug, Clone)]
pub struct ListClerk {
    vault: Vault,
}

impl ListClerk {
    /// A clerk who has the keys to the vault.
    pub const fn new(vault: Vault) -> Self {
        Self { vault }
    }
}

impl Clerk for ListClerk {
    type Task = RefreshPlaylist;
    type Memory = ();

    async fn answer(
        &self,
        attempt: &Attempt,
        work: &RefreshPlaylist,
        (): &mut (),
        question: Question,
    ) -> Result<Answer, Unable> {
        if question == Question::Access {
            let access = access::of(attempt, &self.vault, Some(work.playlist_id), &work.url).await?;
            return Ok(Answer::Access(Box::new(access)));
        }
        let known = |state: &State| {
            let seen = state.rows.iter().filter(|row| row.seen && row.availability.is_available());
            seen.map(|row| (row.source.extractor.clone(), row.source.source_id.clone())).collect()
        };
        Ok(Answer::KnownItems(attempt.gate.inspect::<Playlist, _>(work.playlist_id.uuid(), known).await?))
    }

    async fn finish(
        &self,
        attempt: &Attempt,
        work: &RefreshPlaylist,
        (): &mut (),
        seen: Seen,
        used: ResourceUse,
    ) -> Result<(), Unable> {
        record(attempt, work, seen, used).await
    }
}

fn unreadable(error: &io::Error) -> Unable {
    Unable::storage("a page that was kept can't be read", error)
}

/// Compares what the refresh saw with what is known, and appends the changes page by page.
async fn record(
    attempt: &Attempt,
    work: &RefreshPlaylist,
    seen: Seen,
    used: ResourceUse,
) -> Result<(), Unable> {
    let folder = attempt.staging.clone();
    let opened = tokio::task::spawn_blocking(move || {
        let pages = Pages::handed_over(&folder, seen.pages)?;
        let last = pages.read(pages.written())?;
        Ok::<_, io::Error>((pages, last))
    });
    let (pages, last) =
        opened.await.map_err(io::Error::other).flatten().map_err(|error| unreadable(&error))?;
    if pages.written() != seen.pages {
        return Err(Unable::unknown("the pages of the list are not those that were handed over"));
    }
    let (playlist_id, mode) = (work.playlist_id, seen.mode);
    let (rows, found) = compare(attempt, playlist_id, pages, mode).await?;
    let mut chunks = Chunks { changes: found.changes.into_iter(), size: work.page_size.max(1) as usize };
    let mut chunk = chunks.take();
    let mut number = 0_u32;
    let (job_id, attempt_id) = (attempt.job_id, attempt.attempt_id);
    let finish = loop {
        let next = chunks.take();
        if next.is_empty() {
            break chunk;
        }
        // What is recorded so far is true; whoever cancels doesn't want to wait for the rest of a long list.
        if attempt.assignment.stop().is_cancelled() {
            return Err(Unable::Lost);
        }
        number += 1;
        let story = move |story: &mut Transaction<'_>| {
            work::playlist::record_changes(story, playlist_id, job_id, attempt_id, chunk.clone())
        };
        attempt.record(&format!("page-{number}"), story).await?;
        chunk = next;
    };
    let completed = work::playlist::Completed {
        kind: last.kind,
        playlist: last.playlist,
        mode,
        observed: rows,
        unreadable: seen.unreadable,
        unreadable_rows: seen.unreadable_rows,
        // Each list within the list has a front of its own.
        newest_first: if last.is_nested { Some(false) } else { found.newest_first },
        changes: finish,
    };
    let story = move |story: &mut Transaction<'_>| {
        work::playlist::finish(story, playlist_id, job_id, attempt_id, used, completed.clone())
    };
    attempt.record("finish", story).await?;
    summary(attempt, rows, found.counts);
    Ok(())
}

/// Finds out how many rows the refresh saw, and what changed. The ids of the rows are derived here,
/// before the gate, and nowhere on the way. The pages are read three times, so that a long list is never held
/// as a whole. A list that is suddenly empty is believed of no source.
async fn compare(
    attempt: &Attempt,
    playlist_id: PlaylistId,
    pages: Pages,
    mode: RefreshMode,
) -> Result<(u32, Diff), Unable> {
    let (identities, project) = (attempt.gate.identities(), attempt.lease.envelope.project);
    let compare = move |state: &State| {
        let mut namesakes = Namesakes::default();
        for entry in pages.entries() {
            namesakes.see(&entry?);
        }
        let name = |entry: io::Result<ObservedEntry>| {
            Ok(identities.item_in(project, playlist_id, &entry?, &namesakes))
        };
        let items: Vec<ItemId> = pages.entries().map(name).collect::<io::Result<_>>()?;
        let known = state.rows.iter().filter(|row| row.seen).count();
        if items.is_empty() && known > 0 {
            return Ok(Err(known));
        }
        let diff = try_diff(&identities, playlist_id, state, &items, pages.entries(), mode)?;
        Ok::<_, io::Error>(Ok((items.len() as u32, diff)))
    };
    let compared = attempt.gate.inspect::<Playlist, _>(playlist_id.uuid(), compare).await?;
    compared.map_err(|error| unreadable(&error))?.map_err(|known| {
        let message =
            format!("the source answers an empty list, though it had {known} entries; nothing was changed");
        Failure::new(FailureClass::Unknown, message).into()
    })
}

fn summary(attempt: &Attempt, rows: u32, counts: RefreshCounts) {
    let job_id = attempt.job_id;
    tracing::info!(%job_id, rows, added = counts.added, removed = counts.removed, moved = counts.moved, "listed");
    metrics::counter!("mediary_listed_entries_total").increment(u64::from(rows));
}

/// Pages of changes.
struct Chunks<I> {
    changes: I,
    size: usize,
}

impl<I: Iterator> Chunks<I> {
    fn take(&mut self) -> Vec<I::Item> {
        self.changes.by_ref().take(self.size).collect()
    }
}
