//! What one run of yt-dlp prints of a list, which may hold lists.
//!
//! A list within a list is printed row by row like any other, with an index that begins at 1 again, and its own line
//! for the list stands behind its last row. So a row is known to be left out by the gap in the index of its own list;
//! an entry that was a list makes such a gap, too, and is told by its line.

use std::collections::HashMap;

use mediary_schema::{FailureClass, Retry, job::Failure, playlist::PlaylistKind};

use super::{
    engine::ListLine,
    entry::{PrintedEntry, PrintedList},
    failure::Complaints,
};
use crate::process::{Ended, Line, Source};

pub(super) const ENTRY: &str = "mediary-entry ";
pub(super) const LIST: &str = "mediary-list ";

/// Rows that are held back until the line of their list says who read it: a list of lists has few.
const HELD_MAX: usize = 50;

/// What to do next about the list.
#[derive(Debug)]
pub(super) enum Step {
    /// Hand on what is known of the list itself.
    Tell(ListLine),
    /// A row, which may be a list of its own: then with how sure that is.
    Row(Box<PrintedEntry>, Option<Suspicion>),
    /// A row that is there and can't be read.
    Unread(Failure),
}

/// How sure it is that a row is a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Suspicion {
    /// Its extractor is called after lists.
    Named,
    /// Nothing speaks against it: its address has to be asked.
    Possible,
}

/// Which list a row belongs to, as far as its rows tell: id and address.
type ListKey = (Option<String>, Option<String>);

/// How far a list was read.
#[derive(Debug, Clone, Copy)]
struct Reading {
    last_index: u32,
    /// [`Level::explained`] when its last row came.
    explained: u32,
    /// Whether its own line is still to come.
    is_open: bool,
}

/// What is known of one run so far.
#[derive(Debug, Default)]
pub(super) struct Level {
    start_index: u32,
    kind: Option<PlaylistKind>,
    rows: u64,
    lists: HashMap<ListKey, Reading>,
    first: Option<ListKey>,
    /// Entries of any list that are known to be something else than a printed row.
    explained: u32,
    is_nested: bool,
    held: Vec<PrintedEntry>,
    end: Option<End>,
    complaints: Complaints,
    /// Errors that are told as the reason why a row is missing.
    claimed: usize,
    /// Rows that are missing without a word.
    wordless: usize,
}

/// The line of the list that was asked for.
#[derive(Debug)]
struct End {
    is_guessed: bool,
    count: Option<u32>,
    /// The last index of its own rows.
    last_index: u32,
}

impl Level {
    pub(super) fn new(start_index: u32) -> Self {
        Self { start_index: start_index.max(1), ..Self::default() }
    }

    /// Whether there are lists within the list.
    pub(super) const fn is_nested(&self) -> bool {
        self.is_nested
    }

    /// What the address turned out to be.
    pub(super) const fn kind(&self) -> Option<PlaylistKind> {
        self.kind
    }

    /// Takes a line of output.
    pub(super) fn read(&mut self, line: &Line) -> Vec<Step> {
        if line.source == Source::Stderr {
            self.complaints.take(&line.text);
            return Vec::new();
        }
        if let Some(json) = line.text.strip_prefix(ENTRY) {
            match PrintedEntry::read(json) {
                Ok(entry) => self.entry(entry),
                Err(error) => self.unreadable(line, &error),
            }
        } else if let Some(json) = line.text.strip_prefix(LIST) {
            match PrintedList::read(json) {
                Ok(list) => self.list(list),
                Err(error) => self.unreadable(line, &error),
            }
        } else {
            Vec::new()
        }
    }

    fn unreadable(&mut self, line: &Line, error: &serde_json::Error) -> Vec<Step> {
        let why = if line.truncated { "it is longer than a mebibyte".to_owned() } else { error.to_string() };
        let failure = Failure::new(FailureClass::Unknown, format!("a printed row can't be read: {why}"));
        self.explained += 1;
        let mut steps = self.release(None);
        steps.push(Step::Unread(failure));
        steps
    }

    fn entry(&mut self, entry: PrintedEntry) -> Vec<Step> {
        let mut steps = Vec::new();
        let kind = if entry.playlist_index.is_some() { PlaylistKind::List } else { PlaylistKind::Single };
        if self.kind.replace(kind).is_none() {
            let (playlist, count) = entry.list();
            steps.push(Step::Tell(ListLine::Playlist { kind, playlist, count }));
        }
        self.rows += 1;
        let missing = entry.playlist_index.map_or(0, |index| self.missing_before(index, entry.list_key()));
        if missing > 0 {
            steps.extend(self.release(None));
        }
        for _ in 0..missing {
            let failure = self.next_reason();
            steps.push(Step::Unread(failure));
        }
        if (entry.may_be_list() || !self.held.is_empty()) && self.held.len() < HELD_MAX {
            self.held.push(entry);
        } else {
            steps.extend(self.release(None));
            let suspicion = entry.is_named_as_list().then_some(Suspicion::Named);
            steps.push(Step::Row(Box::new(entry), suspicion));
        }
        steps
    }

    /// How many rows of its list are missing right before this one.
    fn missing_before(&mut self, index: u32, key: ListKey) -> u32 {
        let first = self.first.get_or_insert_with(|| key.clone());
        self.is_nested |= *first != key;
        let explained = self.explained;
        let fresh = Reading { last_index: self.start_index - 1, explained: 0, is_open: true };
        let reading = self.lists.entry(key).or_insert(fresh);
        if index <= reading.last_index || !reading.is_open {
            // Another list of the same name.
            (self.is_nested, *reading) = (true, Reading { last_index: 0, explained, is_open: true });
        }
        let gap = index.saturating_sub(reading.last_index + 1);
        let missing = gap.saturating_sub(explained - reading.explained);
        *reading = Reading { last_index: index, explained, is_open: true };
        missing
    }

    /// Why a row is missing: what yt-dlp complained of and nobody took for a reason yet.
    fn next_reason(&mut self) -> Failure {
        let reason = self.complaints.of_rows().nth(self.claimed);
        if let Some(failure) = reason {
            self.claimed += 1;
            failure
        } else {
            self.wordless += 1;
            Failure::new(FailureClass::Unknown, "the source or yt-dlp left it out without a word")
        }
    }

    fn list(&mut self, list: PrintedList) -> Vec<Step> {
        self.kind = Some(PlaylistKind::List);
        let steps = self.release(list.known_extractor());
        let reading = self.lists.get_mut(&list.key());
        let last_index = reading.as_ref().map_or(0, |reading| reading.last_index);
        if let Some(reading) = reading {
            reading.is_open = false;
        }
        if !list.is_outermost() {
            self.is_nested = true;
            self.explained += 1;
            return steps.into_iter().chain(list.within().map(Step::Tell)).collect();
        }
        let count = list.playlist_count;
        self.end = Some(End { is_guessed: list.is_guessed(), count, last_index });
        let playlist = list.observed();
        let tell = ListLine::Playlist { kind: PlaylistKind::List, playlist, count };
        steps.into_iter().chain([Step::Tell(tell)]).collect()
    }

    /// Hands on the rows that were held back, now that it is known who read their list, or that there are too many.
    fn release(&mut self, extractor: Option<&str>) -> Vec<Step> {
        let suspicion = |entry: &PrintedEntry| {
            if entry.is_named_as_list() {
                Some(Suspicion::Named)
            } else {
                // One that says nothing, or the very extractor that made this list of it.
                let same = extractor.is_some_and(|extractor| entry.is_read_by(extractor));
                same.then_some(Suspicion::Possible)
            }
        };
        let held = std::mem::take(&mut self.held);
        held.into_iter()
            .map(|entry| {
                let suspicion = suspicion(&entry).filter(|_| entry.may_be_list());
                Step::Row(Box::new(entry), suspicion)
            })
            .collect()
    }

    /// What is left to say once the run has ended.
    pub(super) fn rest(&mut self) -> Vec<Step> {
        let mut steps = self.release(None);
        let missing = self.missing_at_the_end();
        for _ in 0..missing {
            let failure = self.next_reason();
            steps.push(Step::Unread(failure));
        }
        steps
    }

    /// Rows that are missing behind the last one: which they are shows in no gap.
    fn missing_at_the_end(&self) -> usize {
        let Some(end) = &self.end else { return 0 };
        let unclaimed = self.complaints.of_rows().count().saturating_sub(self.claimed);
        let behind = end.count.map(|count| count.saturating_sub(end.last_index) as usize);
        if end.last_index == 0 {
            // Nothing but lists: each of its entries is one that was read, or is missing.
            let missing = behind.unwrap_or(0).saturating_sub(self.explained as usize);
            return if self.is_nested { missing.max(unclaimed) } else { unclaimed };
        }
        // A complaint may come later than the gap that it makes. How many rows there should be is not asked alone:
        // sites count what they don't show.
        let sure = unclaimed.saturating_sub(self.wordless);
        behind.map_or(unclaimed, |behind| unclaimed.min(behind)).max(sure)
    }

    /// What speaks against having seen all of the list that can be read.
    pub(super) fn objection(&self, ended: &Ended) -> Option<Failure> {
        if let Some(forced) = ended.forced("yt-dlp") {
            return Some(forced);
        }
        let is_whole = self.end.is_some() && self.lists.values().all(|reading| !reading.is_open);
        let of_rows = self.complaints.has_errors() && is_whole && self.complaints.are_of_rows();
        let is_clean = ended.is_clean() || of_rows;
        if !is_clean || (!self.complaints.is_empty() && !of_rows) {
            return Some(self.complaints.failure(ended));
        }
        let (class, message) = match (self.kind, &self.end) {
            (None, _) => (FailureClass::Unknown, "yt-dlp ended without a word about this address"),
            (Some(PlaylistKind::List), None) => (FailureClass::Unknown, "the end of the list was not seen"),
            // A feed whose items yt-dlp can't read looks like this, and an extractor that knows the site
            // doesn't: what it calls empty is empty.
            (_, Some(end)) if self.rows == 0 && self.start_index <= 1 && end.is_guessed => {
                (FailureClass::Unsupported, "yt-dlp found a list here, but no entry that it can read")
            }
            _ => return None,
        };
        Some(ended.failure(class, message))
    }
}

/// Whether a failure may be that of a single row: one that the whole list would have, or that passes, is not.
pub(super) const fn is_of_a_row(class: FailureClass) -> bool {
    match class {
        FailureClass::Unknown => true,
        FailureClass::DiskFull
        | FailureClass::Storage
        | FailureClass::ToolMissing
        | FailureClass::WorkerLost => false,
        other => matches!(other.retry(), Retry::Permanent | Retry::Awaited),
    }
}
