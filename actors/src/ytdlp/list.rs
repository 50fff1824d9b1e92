//! Lists an address.
//!
//! `--flat-playlist --lazy-playlist --print` writes one line per row as pages arrive. After the last row
//! it writes one for the list itself, but also when a page failed, and its exit code is 0 also if it
//! could read nothing of what is there: the outcome is decided from all of these together.
//!
//! A list of lists is read whole. yt-dlp itself goes into a list that an extractor hands over with its entries; one of
//! which it only has the address it prints as a row, and we ask for that address in its place.

use std::collections::HashSet;

use futures::future::BoxFuture;
use mediary_schema::{FailureClass, job::Failure, playlist::PlaylistKind};
use tokio::sync::mpsc;

use super::{
    engine::{ListEnd, ListLine, ListRequest, YtDlp},
    entry::{ENTRY_FIELDS, LIST_FIELDS, PrintedEntry, within},
    level::{ENTRY, LIST, Level, Step, Suspicion, is_of_a_row},
};
use crate::{
    access::Credentials,
    process::{Assignment, Error, Running},
};

/// How deep a list is looked for in lists: a channel's playlists have seasons at most.
const DEPTH_MAX: u32 = 3;

/// Runs a listing to its end.
pub(super) async fn run(
    engine: &YtDlp,
    request: &ListRequest,
    credentials: Credentials<'_>,
    assignment: &Assignment,
    lines: mpsc::Sender<ListLine>,
) -> ListEnd {
    let mut look = Look {
        engine,
        credentials,
        assignment,
        lines,
        place: request.start_index.saturating_sub(1),
        rows: 0,
        unread: None,
        is_nested: false,
        rows_max: request.rows_max,
        called: None,
        asked: HashSet::from([request.url.clone()]),
        items: HashSet::new(),
    };
    let end = look.level(&request.url, request.start_index, 0).await;
    look.end(end, request.start_index)
}

async fn start(
    engine: &YtDlp,
    credentials: Credentials<'_>,
    url: &str,
    (start_index, rows_max): (u32, Option<u32>),
    assignment: &Assignment,
) -> Result<Running, Error> {
    let end = rows_max.map(|rows| start_index.saturating_add(rows.saturating_sub(1)).to_string());
    let spec = engine
        .spec_with(credentials)?
        // A `--print` of a late moment such as `playlist:` means "download" unless told otherwise.
        .args(["--simulate", "--flat-playlist", "--lazy-playlist", "--ignore-no-formats-error"])
        .args(["--playlist-items", &format!("{start_index}:{}", end.unwrap_or_default())])
        .args(["--print", &format!("{ENTRY}%(.{{{ENTRY_FIELDS}}})j")])
        .args(["--print", &format!("playlist:{LIST}%(.{{{LIST_FIELDS}}})j")])
        .operand(url)
        .unrecorded(&[ENTRY, LIST])
        // Why a row is missing is said before the next one is printed.
        .in_order()
        .deadline(engine.options.list_deadline);
    engine.runner.begin(&assignment.adopt(spec)).await
}

/// One look at a list and whatever lists are in it.
struct Look<'a> {
    engine: &'a YtDlp,
    credentials: Credentials<'a>,
    assignment: &'a Assignment,
    lines: mpsc::Sender<ListLine>,
    /// The place of the last row, read or not: our own count, which over nested lists no source has.
    place: u32,
    /// Rows that were handed on.
    rows: u64,
    /// Why the first of the rows that can't be read can't.
    unread: Option<Failure>,
    is_nested: bool,
    /// How many rows are wanted of each list; then lists of which only the address is there are told, and not read.
    rows_max: Option<u32>,
    /// What the list is called that was read last in the place of a row.
    called: Option<String>,
    /// Addresses that were asked: a list within itself is read once.
    asked: HashSet<String>,
    /// Extractors of which an address turned out to be an item.
    items: HashSet<String>,
}

/// How one run ended.
enum LevelEnd {
    Read(Option<PlaylistKind>),
    Failed(Failure),
    /// By us, or because nobody listens any more.
    Stopped,
}

impl Look<'_> {
    /// Reads one address to its end.
    fn level<'b>(&'b mut self, url: &'b str, start_index: u32, depth: u32) -> BoxFuture<'b, LevelEnd> {
        Box::pin(async move {
            let part = (start_index, self.rows_max);
            let mut running = match start(self.engine, self.credentials, url, part, self.assignment).await {
                Ok(running) => running,
                Err(error) => return LevelEnd::Failed(error.failure()),
            };
            let mut level = Level::new(start_index);
            let broken = self.read(&mut running, &mut level, depth).await;
            let ended = if broken.is_err() { running.cancel().await } else { running.wait().await };
            self.assignment.account(&ended);
            if let Err(end) = broken {
                return end;
            }
            if let Some(failure) = level.objection(&ended) {
                return LevelEnd::Failed(failure);
            }
            let steps = level.rest();
            match self.follow(steps, &level, depth).await {
                Ok(()) => LevelEnd::Read(level.kind()),
                Err(end) => end,
            }
        })
    }

    /// Follows what a run prints; an error if the rest of it is of no use.
    async fn read(&mut self, running: &mut Running, level: &mut Level, depth: u32) -> Result<(), LevelEnd> {
        let stop = self.assignment.stop().clone();
        loop {
            let line = tokio::select! {
                biased;
                () = stop.cancelled() => return Err(LevelEnd::Stopped),
                line = running.next_line() => line,
            };
            let Some(line) = line else { return Ok(()) };
            let steps = level.read(&line);
            if level.is_nested() {
                self.nest().await?;
            }
            self.follow(steps, level, depth).await?;
        }
    }

    async fn follow(&mut self, steps: Vec<Step>, level: &Level, depth: u32) -> Result<(), LevelEnd> {
        let is_item = depth > 0 && level.kind() == Some(PlaylistKind::Single);
        for step in steps {
            match step {
                // What a list within the list is called is nobody's name for the whole.
                Step::Tell(line) if depth == 0 => self.say(line).await?,
                Step::Tell(ListLine::Playlist { playlist, .. }) => self.called = playlist.title,
                Step::Tell(_) => {}
                Step::Unread(failure) => self.skip(failure).await?,
                // The row that led here says the same.
                Step::Row(..) if is_item => {}
                Step::Row(entry, None) => self.row(*entry).await?,
                Step::Row(entry, Some(suspicion)) => self.descend(*entry, suspicion, depth).await?,
            }
        }
        Ok(())
    }

    /// Reads the list that a row stands for in its place; the row itself if it is none.
    async fn descend(
        &mut self,
        entry: PrintedEntry,
        suspicion: Suspicion,
        depth: u32,
    ) -> Result<(), LevelEnd> {
        let is_known_item = suspicion == Suspicion::Possible && self.items.contains(entry.reader());
        let Some(url) = entry.address().filter(|_| !is_known_item) else { return self.row(entry).await };
        if self.asked.contains(&url) {
            // Its rows are there already, or it is in itself.
            tracing::debug!("a list that was read is not read again");
            return Ok(());
        }
        if depth >= DEPTH_MAX {
            if suspicion == Suspicion::Possible {
                return self.row(entry).await;
            }
            let message = format!("it is a list, {DEPTH_MAX} deep in others: follow it by itself");
            return self.skip(Failure::new(FailureClass::Unsupported, message)).await;
        }
        self.asked.insert(url.clone());
        if self.rows_max.is_some() && suspicion == Suspicion::Named {
            return self.tell(within(entry.title, url), depth).await;
        }
        let before = self.rows;
        self.called = None;
        match self.level(&url, 1, depth + 1).await {
            LevelEnd::Stopped => Err(LevelEnd::Stopped),
            LevelEnd::Read(Some(PlaylistKind::List)) => {
                let called = entry.title.clone().or_else(|| self.called.take());
                self.tell(within(called, url), depth).await
            }
            LevelEnd::Read(Some(PlaylistKind::Single) | None) => {
                self.items.insert(entry.reader().to_owned());
                self.row(entry).await
            }
            LevelEnd::Failed(failure) if self.rows > before => Err(LevelEnd::Failed(failure)),
            // It was asked only to see what it is: as an item it says by itself what is wrong with it.
            LevelEnd::Failed(_) if suspicion == Suspicion::Possible => {
                self.items.insert(entry.reader().to_owned());
                self.row(entry).await
            }
            LevelEnd::Failed(failure) if is_of_a_row(failure.class) => self.skip(failure).await,
            LevelEnd::Failed(failure) => Err(LevelEnd::Failed(failure)),
        }
    }

    async fn row(&mut self, entry: PrintedEntry) -> Result<(), LevelEnd> {
        match entry.observed(self.place + 1) {
            Ok(entry) => {
                self.place += 1;
                self.rows += 1;
                self.say(ListLine::Entry(entry)).await
            }
            Err(failure) => self.skip(failure).await,
        }
    }

    async fn skip(&mut self, failure: Failure) -> Result<(), LevelEnd> {
        self.place += 1;
        self.unread.get_or_insert_with(|| failure.clone());
        self.say(ListLine::SkippedItem { index: Some(self.place), failure }).await
    }

    /// Says once that places are our own count.
    async fn nest(&mut self) -> Result<(), LevelEnd> {
        if std::mem::replace(&mut self.is_nested, true) { Ok(()) } else { self.say(ListLine::Nested).await }
    }

    /// Says that there is a list in the list, and which; what is in that one is nobody's business.
    async fn tell(&mut self, list: Option<ListLine>, depth: u32) -> Result<(), LevelEnd> {
        self.nest().await?;
        match list.filter(|_| depth == 0) {
            Some(list) => self.say(list).await,
            None => Ok(()),
        }
    }

    async fn say(&self, line: ListLine) -> Result<(), LevelEnd> {
        let stop = self.assignment.stop();
        tokio::select! {
            biased;
            () = stop.cancelled() => Err(LevelEnd::Stopped),
            said = self.lines.send(line) => said.map_err(|_| LevelEnd::Stopped),
        }
    }

    /// Decides the outcome.
    fn end(self, end: LevelEnd, start_index: u32) -> ListEnd {
        match (end, self.unread) {
            (LevelEnd::Stopped, _) => ListEnd::Stopped,
            (LevelEnd::Failed(failure), _) if self.rows > 0 => ListEnd::Partial(failure),
            (LevelEnd::Failed(failure), _) => ListEnd::Failed(failure),
            // There is something, and nothing of it can be read.
            (LevelEnd::Read(_), Some(failure)) if self.rows == 0 && start_index <= 1 => {
                ListEnd::Failed(failure)
            }
            (LevelEnd::Read(_), _) => ListEnd::Complete,
        }
    }
}
