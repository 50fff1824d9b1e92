use std::sync::Arc;

use mediary_schema::{
    job::Failure,
    playlist::{ObservedEntry, PlaylistKind},
    preview::{Found, FoundEntry, FoundKind, FoundList, PreviewAddress},
};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use crate::{
    access::Access,
    workspace::{Craft, Effect, Ending, Unable, Workspace},
    ytdlp::{Engine, ListEnd, ListLine, ListRequest},
};

/// Rows on their way from the engine: it is to read no more than what is wanted.
const LINES_WAITING_MAX: usize = 1;
/// Rows of a list that are read to count them where the source doesn't say how many there are: the first page of most sources.
const ROWS_MAX: u32 = 30;
/// Rows that are read of all lists that are in a list.
const ROWS_OF_ALL_MAX: usize = 300;

impl Craft for PreviewAddress {
    type Question = Question;
    type Answer = Answer;
    type Product = Found;
}

/// What a preview asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Question {
    /// How the address is asked for.
    Access,
}

/// What it is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// How it is asked for.
    Access(Box<Access>),
}

/// Looks at addresses with an engine.
#[derive(Debug, Clone)]
pub struct Previewer {
    engine: Arc<dyn Engine>,
}

impl Previewer {
    /// A looker with an engine.
    pub fn new(engine: Arc<dyn Engine>) -> Self {
        Self { engine }
    }
}

impl Effect for Previewer {
    type Task = PreviewAddress;

    async fn perform(&self, workspace: Workspace<PreviewAddress>, task: PreviewAddress) -> Ending<Found> {
        self.preview(&workspace, task).await.into()
    }
}

impl Previewer {
    async fn preview(
        &self,
        workspace: &Workspace<PreviewAddress>,
        task: PreviewAddress,
    ) -> Result<Found, Unable> {
        let Answer::Access(access) = workspace.ask(Question::Access).await?;
        let access = access.grant(workspace.folder()).await?;
        let request = ListRequest { url: task.url, start_index: 1, rows_max: Some(ROWS_MAX), access };
        let (lines, mut receiver) = mpsc::channel(LINES_WAITING_MAX);
        let follow = async {
            let mut seen = Seen::default();
            while let Some(line) = receiver.recv().await {
                seen.take(line);
                if seen.is_over() {
                    break;
                }
            }
            // The engine ends early by that.
            drop(receiver);
            seen
        };
        let (end, seen) = tokio::join!(self.engine.list(&request, workspace.assignment(), lines), follow);
        seen.found(end)
    }
}

/// What was seen of an address so far.
#[derive(Debug, Default)]
pub(super) struct Seen {
    title: Option<String>,
    is_single: bool,
    is_nested: bool,
    count: Option<u64>,
    entries: Vec<ObservedEntry>,
    lists: Vec<FoundList>,
    /// Why the first row that can't be read can't.
    unreadable: Option<Failure>,
    unreadable_count: u64,
}

impl Seen {
    pub(super) fn take(&mut self, line: ListLine) {
        match line {
            ListLine::Playlist { kind, playlist, count } => {
                self.is_single = kind == PlaylistKind::Single;
                self.title = playlist.title.or_else(|| self.title.take());
                self.count = count.map(u64::from).or(self.count);
            }
            ListLine::Nested => self.is_nested = true,
            ListLine::Within { title, url } => {
                self.lists.push(FoundList { title: title.map(shortened), url });
            }
            ListLine::Entry(entry) => self.entries.push(entry),
            ListLine::SkippedItem { failure, .. } => {
                self.unreadable_count += 1;
                self.unreadable.get_or_insert(failure);
            }
        }
    }

    /// Whether there are more rows than anybody counts here.
    fn is_enough(&self) -> bool {
        self.entries.len() >= ROWS_MAX as usize
    }

    /// Whether nothing that may still come is told.
    fn is_over(&self) -> bool {
        self.entries.len() >= ROWS_OF_ALL_MAX || self.lists.len() >= Found::LISTS_MAX
    }

    /// What is there, by how the look ended: that there is nothing is said only of a list whose end was seen.
    pub(super) fn found(self, end: ListEnd) -> Result<Found, Unable> {
        // Of a list of lists its source counts the lists.
        let said = self.count.filter(|_| !self.is_nested);
        let count = match end {
            // Lists of which only the address is there were not read.
            ListEnd::Complete if self.is_nested => None,
            // Rows that came after these were heard by nobody, however the engine ended.
            _ if self.is_enough() || self.is_over() => said,
            ListEnd::Complete => Some(self.entries.len() as u64 + self.unreadable_count),
            ListEnd::Stopped => return Err(Unable::Lost),
            ListEnd::Partial(failure) if self.entries.is_empty() && self.lists.is_empty() => {
                return Err(Unable::Failed(self.unreadable.unwrap_or(failure)));
            }
            ListEnd::Partial(_) => said,
            ListEnd::Failed(failure) => return Err(Unable::Failed(failure)),
        };
        let kind = match (self.is_single, self.is_nested) {
            (true, _) => FoundKind::Single,
            (false, true) => FoundKind::Nested,
            (false, false) => FoundKind::List,
        };
        let first: Vec<FoundEntry> = self.entries.into_iter().take(Found::FIRST_MAX).map(told).collect();
        let of_item = first.first().filter(|_| self.is_single).and_then(|entry| entry.title.clone());
        Ok(Found {
            kind,
            title: of_item.or_else(|| self.title.map(shortened)),
            count,
            first,
            lists: self.lists,
        })
    }
}

fn told(entry: ObservedEntry) -> FoundEntry {
    FoundEntry { title: entry.title.map(shortened), duration_ms: entry.duration_ms }
}

fn shortened(mut title: String) -> String {
    title.truncate(title.floor_char_boundary(Found::TITLE_BYTES_MAX));
    title
}
