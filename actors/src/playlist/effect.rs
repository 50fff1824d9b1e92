use std::{collections::HashSet, io, sync::Arc};

use mediary_schema::{
    FailureClass,
    item::ItemSource,
    job::{Failure, Progress},
    playlist::{ObservedEntry, ObservedPlaylist, PlaylistKind, RefreshMode, RefreshPlaylist, UnreadableRow},
};
use serde::{Deserialize, Serialize};
use tokio::{sync::mpsc, time::Instant};

use super::pages::{Pages, StagedPage, Unreadable};
use crate::{
    access::{Access, Granted},
    workspace::{Craft, Effect, Ending, Unable, Workspace},
    ytdlp::{Engine, ListEnd, ListLine, ListRequest},
};

/// Rows on their way from the engine: a full channel makes the engine wait.
const LINES_WAITING_MAX: usize = 64;

impl Craft for RefreshPlaylist {
    type Question = Question;
    type Answer = Answer;
    type Product = Seen;
}

/// What a refresh asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Question {
    /// The items of rows that were there last time.
    KnownItems,
    /// How the list is asked for.
    Access,
}

/// What it is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// The items.
    KnownItems(Vec<Known>),
    /// How it is asked for.
    Access(Box<Access>),
}

/// A row's item as a worker knows it, which has no key to derive ids by: extractor and id.
pub type Known = (String, String);

fn known_of(source: &ItemSource) -> Known {
    (source.extractor.clone(), source.source_id.clone())
}

/// A refresh that came to its end; what it saw is in the pages that were handed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// How many pages there are.
    pub pages: u32,
    /// How far it looked.
    pub mode: RefreshMode,
    /// How many rows could not be read.
    pub unreadable: u32,
    /// The first of these.
    pub unreadable_rows: Vec<UnreadableRow>,
}

/// Looks at playlists with an engine.
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

/// Why a look did not come to its end.
#[derive(Debug)]
enum Broken {
    Unable(Unable),
    /// The list is another than the one of which pages were kept.
    Changed,
}

impl From<Unable> for Broken {
    fn from(unable: Unable) -> Self {
        Self::Unable(unable)
    }
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        Self::Unable(Unable::storage("a page can't be kept", &error))
    }
}

impl Effect for Lister {
    type Task = RefreshPlaylist;

    async fn perform(&self, workspace: Workspace<RefreshPlaylist>, work: RefreshPlaylist) -> Ending<Seen> {
        match self.look(&workspace, &work).await {
            Ok(seen) => Ending::Done(seen),
            Err(Broken::Unable(unable)) => Err(unable).into(),
            Err(Broken::Changed) => {
                let message = "the list changed while it was looked at, twice in a row";
                Ending::Failed(Failure::new(FailureClass::Network, message))
            }
        }
    }
}

type Space = Workspace<RefreshPlaylist>;

impl Lister {
    async fn look(&self, workspace: &Space, work: &RefreshPlaylist) -> Result<Seen, Broken> {
        let folder = workspace.folder().to_owned();
        let mut pages =
            tokio::task::spawn_blocking(move || Pages::open(&folder)).await.map_err(io::Error::other)??;
        let (mode, unreadable) = match self.walk(workspace, work, &mut pages).await {
            Err(Broken::Changed) => {
                pages.clear()?;
                self.walk(workspace, work, &mut pages).await?
            }
            walked => walked?,
        };
        for number in 1..=pages.written() {
            workspace.output(&Pages::way(number)).await?;
        }
        // A row that can't be read is no absent row.
        let mode = if unreadable.count == 0 { mode } else { RefreshMode::Incremental };
        let Unreadable { count, rows } = unreadable;
        Ok(Seen { pages: pages.written(), mode, unreadable: count, unreadable_rows: rows })
    }

    /// Walks the list from the last page that was kept; answers how far it looked, and what it could not read.
    async fn walk(
        &self,
        workspace: &Space,
        work: &RefreshPlaylist,
        pages: &mut Pages,
    ) -> Result<(RefreshMode, Unreadable), Broken> {
        let overlap = pages.pop()?;
        let before = pages.unreadable()?;
        let start_index =
            overlap.as_ref().and_then(|page| page.entries.first()).map_or(1, |entry| entry.index);
        let access = granted(workspace).await?;
        let request = ListRequest { url: work.url.clone(), start_index, rows_max: None, access };
        let known = match work.mode {
            RefreshMode::Full => None,
            RefreshMode::Incremental => match workspace.ask(Question::KnownItems).await? {
                Answer::KnownItems(items) => Some(items.into_iter().collect()),
                Answer::Access(_) => return Err(Unable::unknown(ANOTHER).into()),
            },
        };
        let (lines, mut receiver) = mpsc::channel(LINES_WAITING_MAX);
        let mut walk = Walk::new(workspace, work, pages, overlap, known);
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
        let (end, followed) = tokio::join!(self.engine.list(&request, workspace.assignment(), lines), follow);
        let enough = followed?;
        walk.end(end, enough)
    }
}

/// What a port must not say.
const ANOTHER: &str = "another question was answered";

/// Finds out how the list is asked for, and puts into the attempt's folder what programs read from files.
async fn granted(workspace: &Space) -> Result<Granted, Broken> {
    match workspace.ask(Question::Access).await? {
        Answer::Access(access) => Ok(access.grant(workspace.folder()).await?),
        Answer::KnownItems(_) => Err(Unable::unknown(ANOTHER).into()),
    }
}

/// One walk along a list.
struct Walk<'a> {
    workspace: &'a Space,
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
        workspace: &'a Space,
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
        Self {
            workspace,
            page_size,
            pages,
            overlap,
            known,
            page,
            seen,
            total,
            is_resumed,
            unreadable,
            started,
        }
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
                tracing::info!(job_id = %self.workspace.job_id(), ?index, reason = failure.message, "a row can't be read");
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
            // Each of its rows is one of the whole.
            ListLine::Within { .. } => Ok(true),
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
        self.workspace.progress(&Progress {
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
            ListEnd::Stopped => return Err(Unable::Lost.into()),
            ListEnd::Partial(failure) | ListEnd::Failed(failure) => {
                return Err(Unable::Failed(Failure { partial, ..failure }).into());
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
