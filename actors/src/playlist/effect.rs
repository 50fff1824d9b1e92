use std::{collections::HashSet, io, sync::Arc};

use mediary_events::playlist::{Diff, Playlist, State, try_diff};
use mediary_log::{
    gate::{Refusal, Transaction},
    work,
};
use mediary_schema::{
    FailureClass, ItemId, Namesakes, PlaylistId,
    item::ItemSource,
    job::{Failure, Progress},
    playlist::{
        ObservedEntry, ObservedPlaylist, PlaylistKind, RefreshCounts, RefreshMode, RefreshPlaylist,
        UnreadableRow,
    },
};
use tokio::{sync::mpsc, time::Instant};

use super::pages::{Pages, StagedPage, Unreadable};
use crate::{
    job::{Attempt, Effect, Ending},
    ytdlp::{Engine, ListEnd, ListLine, ListRequest},
};

/// Rows on their way from the engine: a full channel makes the engine wait.
const LINES_WAITING_MAX: usize = 64;

/// Refreshes playlists with an engine.
#[derive(Debug, Clone)]
pub struct Lister {
    engine: Arc<dyn Engine>,
}

impl Lister {
    /// A lister with an engine.
    pub fn new(engine: Arc<dyn Engine>) -> Self {
        Self { engine }
    }
}

/// Why a refresh did not come to its end.
#[derive(Debug)]
enum Broken {
    Failed(Failure),
    Stopped,
    /// The list is another than the one of which pages were kept.
    Changed,
    Refused(Refusal),
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        let full = error.kind() == io::ErrorKind::StorageFull;
        let class = if full { FailureClass::DiskFull } else { FailureClass::Storage };
        Self::Failed(Failure::new(class, format!("a page can't be kept: {error}")))
    }
}

impl Effect for Lister {
    type Task = RefreshPlaylist;

    async fn perform(&self, attempt: Attempt, work: RefreshPlaylist) -> Ending {
        let broken = match self.look(&attempt, &work).await {
            Ok(look) => match record(&attempt, &work, look).await {
                Ok(()) => return Ending::Recorded,
                Err(broken) => broken,
            },
            Err(broken) => broken,
        };
        let used = attempt.assignment.used();
        match broken {
            Broken::Failed(failure) => Ending::Failed(failure, used),
            Broken::Changed => {
                let message = "the list changed while it was looked at, twice in a row";
                Ending::Failed(Failure::new(FailureClass::Network, message), used)
            }
            // The attempt lost its job, or the list is followed no longer.
            Broken::Stopped | Broken::Refused(Refusal::Rejected(_) | Refusal::Stopping) => {
                Ending::Stopped(used)
            }
            Broken::Refused(refusal) => {
                Ending::Failed(Failure::new(FailureClass::Unknown, refusal.to_string()), used)
            }
        }
    }
}

/// A refresh that came to its end; what it saw is in the pages.
#[derive(Debug)]
struct Look {
    pages: Pages,
    mode: RefreshMode,
    unreadable: Unreadable,
}

impl Look {
    fn of(pages: Pages, mode: RefreshMode, unreadable: Unreadable) -> Self {
        // A row that can't be read is no absent row.
        let mode = if unreadable.count == 0 { mode } else { RefreshMode::Incremental };
        Self { pages, mode, unreadable }
    }
}

impl Lister {
    async fn look(&self, attempt: &Attempt, work: &RefreshPlaylist) -> Result<Look, Broken> {
        let staging = attempt.staging.clone();
        let mut pages =
            tokio::task::spawn_blocking(move || Pages::open(&staging)).await.map_err(io::Error::other)??;
        match self.walk(attempt, work, &mut pages).await {
            Ok((mode, unreadable)) => Ok(Look::of(pages, mode, unreadable)),
            Err(Broken::Changed) => {
                pages.clear()?;
                let (mode, unreadable) = self.walk(attempt, work, &mut pages).await?;
                Ok(Look::of(pages, mode, unreadable))
            }
            Err(broken) => Err(broken),
        }
    }

    /// Walks the list from the last page that was kept; answers how far it looked, and what it could not read.
    async fn walk(
        &self,
        attempt: &Attempt,
        work: &RefreshPlaylist,
        pages: &mut Pages,
    ) -> Result<(RefreshMode, Unreadable), Broken> {
        let overlap = pages.pop()?;
        let before = pages.unreadable()?;
        let start_index =
            overlap.as_ref().and_then(|page| page.entries.first()).map_or(1, |entry| entry.index);
        let request = ListRequest { url: work.url.clone(), start_index };
        let known = match work.mode {
            RefreshMode::Full => None,
            RefreshMode::Incremental => Some(known_items(attempt, work).await?),
        };
        let (lines, mut receiver) = mpsc::channel(LINES_WAITING_MAX);
        let mut walk = Walk::new(attempt, work, pages, overlap, known);
        (walk.is_resumed, walk.unreadable) = (start_index > 1, before);
        let follow = async {
            while let Some(line) = receiver.recv().await {
                if !walk.see(line)? {
                    // Dropping the receiver ends the engine early.
                    drop(receiver);
                    return Ok(true);
                }
            }
            Ok::<bool, Broken>(false)
        };
        let (end, followed) = tokio::join!(self.engine.list(&request, &attempt.assignment, lines), follow);
        let enough = followed?;
        walk.end(end, enough)
    }
}

/// A row's item as a worker knows it, which has no key to derive ids by: extractor and id.
type Known = (String, String);

fn known_of(source: &ItemSource) -> Known {
    (source.extractor.clone(), source.source_id.clone())
}

/// The items of rows that were there last time.
async fn known_items(attempt: &Attempt, work: &RefreshPlaylist) -> Result<HashSet<Known>, Broken> {
    let known = |state: &State| {
        let seen = state.rows.iter().filter(|row| row.seen && row.availability.is_available());
        seen.map(|row| known_of(&row.source)).collect()
    };
    attempt.gate.inspect::<Playlist, _>(work.playlist_id.uuid(), known).await.map_err(Broken::Refused)
}

/// One walk along a list.
struct Walk<'a> {
    attempt: &'a Attempt,
    page_size: usize,
    pages: &'a mut Pages,
    overlap: Option<StagedPage>,
    known: Option<HashSet<Known>>,
    page: StagedPage,
    seen: u64,
    total: Option<u64>,
    /// Whether it goes on behind rows of an earlier attempt.
    is_resumed: bool,
    /// What could not be read so far, by an earlier attempt included.
    unreadable: Unreadable,
    started: Instant,
}

impl<'a> Walk<'a> {
    fn new(
        attempt: &'a Attempt,
        work: &RefreshPlaylist,
        pages: &'a mut Pages,
        overlap: Option<StagedPage>,
        known: Option<HashSet<Known>>,
    ) -> Self {
        let page = StagedPage {
            kind: PlaylistKind::List,
            playlist: ObservedPlaylist::default(),
            entries: Vec::new(),
            unreadable: Unreadable::default(),
            is_nested: false,
        };
        let page_size = work.page_size.max(1) as usize;
        let seen = u64::from(pages.written()) * page_size as u64;
        let started = Instant::now();
        let (total, is_resumed, unreadable) = (None, false, Unreadable::default());
        Self { attempt, page_size, pages, overlap, known, page, seen, total, is_resumed, unreadable, started }
    }

    /// Takes in one line; false once an incremental refresh has seen enough.
    fn see(&mut self, line: ListLine) -> Result<bool, Broken> {
        match line {
            ListLine::Playlist { kind, playlist, count } => {
                self.page.kind = kind;
                self.page.playlist = playlist;
                self.total = count.map(u64::from).or(self.total);
                Ok(true)
            }
            ListLine::SkippedItem { index, failure } => {
                tracing::info!(job_id = %self.attempt.job_id, ?index, reason = failure.message, "a row can't be read");
                let row = UnreadableRow::new(index, failure.message);
                self.unreadable.take(row.clone());
                self.page.unreadable.take(row);
                Ok(true)
            }
            // What was asked for from the middle is the middle of each list in it.
            ListLine::Nested if self.is_resumed => Err(Broken::Changed),
            ListLine::Nested => {
                self.page.is_nested = true;
                // What is new may stand in front of any of them.
                self.known = None;
                Ok(true)
            }
            ListLine::Entry(entry) => {
                self.page.entries.push(entry);
                if self.page.entries.len() < self.page_size { Ok(true) } else { self.turn() }
            }
        }
    }

    /// Keeps the page that is full; false once an incremental refresh has seen enough.
    fn turn(&mut self) -> Result<bool, Broken> {
        if let Some(before) = self.overlap.take()
            && !same_items(&before.entries, &self.page.entries)
        {
            return Err(Broken::Changed);
        }
        self.pages.push(&self.page)?;
        let entries = std::mem::take(&mut self.page.entries);
        self.page.unreadable = Unreadable::default();
        self.seen += entries.len() as u64;
        self.tell();
        let is_known =
            |known: &HashSet<Known>| entries.iter().all(|entry| known.contains(&known_of(&entry.source)));
        Ok(!self.known.as_ref().is_some_and(is_known))
    }

    fn tell(&self) {
        let rate = self.seen as f64 / self.started.elapsed().as_secs_f64().max(0.001);
        let left = self.total.map(|total| total.saturating_sub(self.seen));
        self.attempt.progress(&Progress {
            stage: "refresh".to_owned(),
            done: self.seen,
            total: self.total,
            unit: "entries".to_owned(),
            rate_per_second: Some(rate),
            eta_seconds: left.map(|left| (left as f64 / rate).ceil() as u64),
        });
    }

    /// Judges the end; an incremental refresh that saw enough was stopped by us.
    fn end(mut self, end: ListEnd, enough: bool) -> Result<(RefreshMode, Unreadable), Broken> {
        let partial = self.seen + self.page.entries.len() as u64;
        match end {
            ListEnd::Stopped if enough => return Ok((RefreshMode::Incremental, self.unreadable)),
            ListEnd::Stopped => return Err(Broken::Stopped),
            ListEnd::Partial(failure) | ListEnd::Failed(failure) => {
                return Err(Broken::Failed(Failure { partial, ..failure }));
            }
            ListEnd::Complete => {}
        }
        // The last page is shorter, or empty: then it holds what was learnt of the list itself.
        self.turn()?;
        Ok((RefreshMode::Full, self.unreadable))
    }
}

fn same_items(before: &[ObservedEntry], now: &[ObservedEntry]) -> bool {
    // The last page kept may have been the shorter one at the end of a list that has grown since.
    before.len() <= now.len()
        && before.iter().zip(now).all(|(before, now)| before.source.is_same(&now.source))
}

/// Compares what the refresh saw with what is known, and appends the changes page by page.
async fn record(attempt: &Attempt, work: &RefreshPlaylist, look: Look) -> Result<(), Broken> {
    let Look { pages, mode, unreadable } = look;
    let last = pages.read(pages.written())?;
    let playlist_id = work.playlist_id;
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
            return Err(Broken::Stopped);
        }
        number += 1;
        let story = move |story: &mut Transaction<'_>| {
            work::playlist::record_changes(story, playlist_id, job_id, attempt_id, chunk.clone())
        };
        attempt.record(&format!("page-{number}"), story).await.map_err(Broken::Refused)?;
        chunk = next;
    };
    let completed = work::playlist::Completed {
        kind: last.kind,
        playlist: last.playlist,
        mode,
        observed: rows,
        unreadable: unreadable.count,
        unreadable_rows: unreadable.rows,
        // Each list within the list has a front of its own.
        newest_first: if last.is_nested { Some(false) } else { found.newest_first },
        changes: finish,
    };
    let used = attempt.assignment.used();
    let story = move |story: &mut Transaction<'_>| {
        work::playlist::finish(story, playlist_id, job_id, attempt_id, used, completed.clone())
    };
    attempt.record("finish", story).await.map_err(Broken::Refused)?;
    summary(attempt, rows, found.counts);
    Ok(())
}

/// Finds out how many rows the refresh saw, and what changed. The ids of the rows are derived here,
/// before the gate, and nowhere on the way. The pages are read three times, so that a long list is never held as a whole. A list that is suddenly empty is believed of no source.
async fn compare(
    attempt: &Attempt,
    playlist_id: PlaylistId,
    pages: Pages,
    mode: RefreshMode,
) -> Result<(u32, Diff), Broken> {
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
            let message = format!(
                "the source answers an empty list, though it had {known} entries; nothing was changed"
            );
            return Err(Broken::Failed(Failure::new(FailureClass::Unknown, message)));
        }
        Ok((items.len() as u32, try_diff(&identities, playlist_id, state, &items, pages.entries(), mode)?))
    };
    attempt.gate.inspect::<Playlist, _>(playlist_id.uuid(), compare).await.map_err(Broken::Refused)?
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
