//! Lists an address.
//!
//! `--flat-playlist --lazy-playlist --print` writes one line per row as pages arrive. After the last row
//! it writes one for the list itself, but also when a page failed, and its exit code is 0 also if it
//! could read nothing of what is there: the outcome is decided from all of these together.

use mediary_schema::{FailureClass, job::Failure, playlist::PlaylistKind};
use tokio::sync::mpsc;

use super::{
    engine::{ListEnd, ListLine, ListRequest, YtDlp},
    entry::{ENTRY_FIELDS, LIST_FIELDS, PrintedEntry, PrintedList},
    failure::Complaints,
};
use crate::process::{Assignment, Ended, Error, Line, Running, Source};

const ENTRY: &str = "mediary-entry ";
const LIST: &str = "mediary-list ";

/// Runs a listing to its end.
pub(super) async fn run(
    engine: &YtDlp,
    request: &ListRequest,
    assignment: &Assignment,
    lines: mpsc::Sender<ListLine>,
) -> ListEnd {
    let running = match start(engine, request, assignment) {
        Ok(running) => running,
        Err(error) => return ListEnd::Failed(error.failure()),
    };
    let mut listing = Listing::new(request.start_index, lines);
    let ended = listing.follow(running, assignment).await;
    assignment.account(&ended);
    listing.end(&ended)
}

fn start(engine: &YtDlp, request: &ListRequest, assignment: &Assignment) -> Result<Running, Error> {
    let spec = engine
        .spec()?
        // A `--print` of a late moment such as `playlist:` means "download" unless told otherwise.
        .args(["--simulate", "--flat-playlist", "--lazy-playlist", "--ignore-no-formats-error"])
        .args(["--playlist-items", &format!("{}:", request.start_index)])
        .args(["--print", &format!("{ENTRY}%(.{{{ENTRY_FIELDS}}})j")])
        .args(["--print", &format!("playlist:{LIST}%(.{{{LIST_FIELDS}}})j")])
        .operand(&request.url)
        .unrecorded(&[ENTRY, LIST])
        .deadline(engine.options.list_deadline);
    engine.runner.spawn(&assignment.adopt(spec))
}

/// What is known of a listing so far.
#[derive(Debug)]
struct Listing {
    start_index: u32,
    lines: mpsc::Sender<ListLine>,
    kind: Option<PlaylistKind>,
    rows: u64,
    last_index: u32,
    list: Option<ListSeen>,
    complaints: Complaints,
    unread: Option<String>,
    stopped: bool,
}

/// The line for the list itself, as far as the end needs it.
#[derive(Debug)]
struct ListSeen {
    is_guessed: bool,
}

impl Listing {
    fn new(start_index: u32, lines: mpsc::Sender<ListLine>) -> Self {
        Self {
            start_index,
            lines,
            kind: None,
            rows: 0,
            last_index: 0,
            list: None,
            complaints: Complaints::default(),
            unread: None,
            stopped: false,
        }
    }

    /// Hands on every line until the end, ours or yt-dlp's.
    async fn follow(&mut self, mut running: Running, assignment: &Assignment) -> Ended {
        let stop = assignment.stop();
        loop {
            let line = tokio::select! {
                biased;
                () = stop.cancelled() => break self.stopped = true,
                line = running.next_line() => line,
            };
            let Some(line) = line else { break };
            let known = self.read(&line);
            let handed_on = tokio::select! {
                biased;
                () = stop.cancelled() => false,
                handed_on = self.hand_on(known) => handed_on,
            };
            if !handed_on {
                self.stopped = true;
                break;
            }
        }
        if self.stopped { running.cancel().await } else { running.wait().await }
    }

    /// Whether somebody still listens.
    async fn hand_on(&self, known: Vec<ListLine>) -> bool {
        for line in known {
            if self.lines.send(line).await.is_err() {
                return false;
            }
        }
        true
    }

    fn read(&mut self, line: &Line) -> Vec<ListLine> {
        if line.source == Source::Stderr {
            self.complaints.take(&line.text);
            return Vec::new();
        }
        let known = if let Some(json) = line.text.strip_prefix(ENTRY) {
            serde_json::from_str(json).map(|entry| self.entry(entry))
        } else if let Some(json) = line.text.strip_prefix(LIST) {
            serde_json::from_str(json).map(|list| self.list(list))
        } else {
            return Vec::new();
        };
        known.unwrap_or_else(|error| {
            let failure =
                Failure::new(FailureClass::Unknown, format!("a printed row can't be read: {error}"));
            self.unread.get_or_insert_with(|| failure.message.clone());
            vec![ListLine::SkippedItem { index: None, failure }]
        })
    }

    fn entry(&mut self, entry: PrintedEntry) -> Vec<ListLine> {
        let mut known = Vec::new();
        let kind = if entry.playlist_index.is_some() { PlaylistKind::List } else { PlaylistKind::Single };
        if self.kind.replace(kind).is_none() {
            let (playlist, count) = entry.list();
            known.push(ListLine::Playlist { kind, playlist, count });
        }
        let index = entry.playlist_index.unwrap_or(1);
        self.rows += 1;
        known.push(self.row(index, entry));
        known
    }

    /// A row, unless it is one of a list within the list, whose index would be taken for the list's own.
    fn row(&mut self, index: u32, entry: PrintedEntry) -> ListLine {
        let observed = if index > self.last_index {
            entry.observed(index)
        } else {
            let message =
                format!("entry {index} came after entry {}: a list within the list", self.last_index);
            Err(Failure::new(FailureClass::Unsupported, message))
        };
        self.last_index = self.last_index.max(index);
        match observed {
            Ok(entry) => ListLine::Entry(entry),
            Err(failure) => ListLine::SkippedItem { index: Some(index), failure },
        }
    }

    fn list(&mut self, list: PrintedList) -> Vec<ListLine> {
        self.kind = Some(PlaylistKind::List);
        self.list = Some(ListSeen { is_guessed: list.is_guessed() });
        let count = list.playlist_count;
        vec![ListLine::Playlist { kind: PlaylistKind::List, playlist: list.observed(), count }]
    }

    /// Decides the outcome.
    fn end(&self, ended: &Ended) -> ListEnd {
        if self.stopped {
            return ListEnd::Stopped;
        }
        match self.objection(ended) {
            None => ListEnd::Complete,
            Some(failure) if self.rows > 0 => ListEnd::Partial(failure),
            Some(failure) => ListEnd::Failed(failure),
        }
    }

    /// What speaks against having seen all of it.
    fn objection(&self, ended: &Ended) -> Option<Failure> {
        if !ended.is_clean() || !self.complaints.is_empty() {
            return Some(self.complaints.failure(ended));
        }
        if let Some(unread) = &self.unread {
            return Some(ended.failure(FailureClass::Unknown, unread));
        }
        let (class, message) = match (self.kind, &self.list) {
            (None, _) => (FailureClass::Unknown, "yt-dlp ended without a word about this address"),
            (Some(PlaylistKind::List), None) => (FailureClass::Unknown, "the end of the list was not seen"),
            // A feed whose items yt-dlp can't read looks like this, and an extractor that knows the site
            // doesn't: what it calls empty is empty.
            (_, Some(list)) if self.rows == 0 && self.start_index <= 1 && list.is_guessed => {
                (FailureClass::Unsupported, "yt-dlp found a list here, but no entry that it can read")
            }
            _ => return None,
        };
        Some(ended.failure(class, message))
    }
}
