//! One look: every file from the newest to the oldest, a page at a time, and then those whose bytes are not in their places. Nothing is
//! read for it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use mediary_events::file::{Command, Judged};
use mediary_log::{Log, ReadError, work::file::Finding};
use mediary_schema::{FileId, ProjectId, RootId};
use tokio::time::Instant;

use super::{
    Root,
    displaced::{Claims, Displaced, Fate, searches},
    index::Index,
    search::Search,
    shelf::{self, Known, stamp_of},
};

/// Displaced files of a step.
const STEP: usize = 256;

/// A look that is under way.
#[derive(Debug)]
pub(super) struct Walk {
    pub(super) begun: Instant,
    /// The roots that are there.
    pub(super) roots: Arc<BTreeMap<RootId, Root>>,
    /// Every root that is registered.
    all: Arc<[Root]>,
    stage: Stage,
    index: Index,
    displaced: Vec<Displaced>,
    /// Files of which their stamps say too little.
    pub(super) unsure: BTreeMap<ProjectId, Vec<FileId>>,
    pub(super) news: usize,
}

/// How far a look is.
#[derive(Debug)]
enum Stage {
    /// At the page from here on.
    Files(u64),
    /// Searching the roots for displaced files: those whose search is at its end, and those that are to come.
    Searching { done: Vec<Search>, to_do: Vec<Search> },
    /// Telling what became of them, from this one on.
    Settling(Claims, usize),
    /// At its end.
    End,
}

/// What a step came to.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) findings: BTreeMap<ProjectId, Vec<Finding>>,
    /// Roots in which something was not found.
    pub(super) losing: BTreeSet<RootId>,
    unsure: Vec<(ProjectId, FileId)>,
    displaced: Vec<Displaced>,
    next: Next,
}

/// Where it goes on.
#[derive(Debug, Default)]
enum Next {
    /// Where it was.
    #[default]
    Same,
    /// At the page from here on; none was the last one.
    Files(Option<u64>),
    /// At what became of those that were searched.
    Settling(Claims),
    /// At the one behind so many.
    Settled(usize),
}

impl Walk {
    /// A look at files of those roots that are there.
    pub(super) fn new(roots: BTreeMap<RootId, Root>, all: Arc<[Root]>) -> Self {
        Self {
            begun: Instant::now(),
            roots: Arc::new(roots),
            all,
            stage: Stage::Files(u64::MAX),
            index: Index::default(),
            displaced: Vec::new(),
            unsure: BTreeMap::new(),
            news: 0,
        }
    }

    /// Does a step. The same one is done again, and comes to the same, until it is [`Self::passed`]. May block.
    pub(super) fn step(&mut self, log: &Log) -> Result<Seen, ReadError> {
        match &mut self.stage {
            Stage::Files(from) => {
                let from = *from;
                self.look(log, from)
            }
            Stage::Searching { done, to_do } => {
                let Some(search) = to_do.last_mut() else { return self.claim(log) };
                if search.step() {
                    done.extend(to_do.pop());
                }
                Ok(Seen::default())
            }
            Stage::Settling(claims, from) => {
                let to = (*from + STEP).min(self.displaced.len());
                let mut seen = Seen { next: Next::Settled(to), ..Seen::default() };
                for file in &self.displaced[*from..to] {
                    if let Some(root) = self.roots.get(&file.root) {
                        seen.settle(file, file.settle(log, &self.index, claims, root)?);
                    }
                }
                Ok(seen)
            }
            Stage::End => Ok(Seen::default()),
        }
    }

    /// Takes in what a step came to, once it is recorded; answers whether there is more to do.
    pub(super) fn passed(&mut self, seen: Seen) -> bool {
        for (project, file_id) in seen.unsure {
            self.unsure.entry(project).or_default().push(file_id);
        }
        self.displaced.extend(seen.displaced);
        match seen.next {
            Next::Same => {}
            Next::Files(Some(next)) => self.stage = Stage::Files(next),
            Next::Files(None) if self.displaced.is_empty() => self.stage = Stage::End,
            Next::Files(None) => {
                let to_do = searches(&self.displaced, &self.roots, &self.all);
                self.stage = Stage::Searching { done: Vec::new(), to_do };
            }
            Next::Settling(claims) => self.stage = Stage::Settling(claims, 0),
            Next::Settled(to) if to == self.displaced.len() => self.stage = Stage::End,
            Next::Settled(to) => {
                if let Stage::Settling(_, from) = &mut self.stage {
                    *from = to;
                }
            }
        }
        !matches!(self.stage, Stage::End)
    }

    fn look(&mut self, log: &Log, from: u64) -> Result<Seen, ReadError> {
        let page = shelf::page(log, from, None)?;
        let mut seen = Seen { next: Next::Files(page.next), ..Seen::default() };
        for file in page.files {
            let Some(root) = self.roots.get(&file.root) else { continue };
            if !file.state.is_looked_at() {
                continue;
            }
            if let Some(earlier) = self.index.take(&file)
                && let Some(other) = shelf::one(log, earlier)?
            {
                let is_missed =
                    self.displaced.iter().chain(&seen.displaced).any(|one| one.file_id == earlier);
                if !is_missed {
                    seen.overtake(&other, file.file_id);
                }
            }
            seen.look_at(&file, root, self.index.other_than(&file));
        }
        Ok(seen)
    }

    fn claim(&self, log: &Log) -> Result<Seen, ReadError> {
        let Stage::Searching { done, .. } = &self.stage else { return Ok(Seen::default()) };
        let found: Vec<_> = done.iter().flat_map(|search| search.found().iter().cloned()).collect();
        let (claims, overtaken) = Claims::new(log, &self.index, &self.displaced, &found)?;
        let mut seen = Seen { next: Next::Settling(claims), ..Seen::default() };
        for (project, finding) in overtaken {
            seen.findings.entry(project).or_default().push(finding);
        }
        Ok(seen)
    }
}

impl Seen {
    /// A file whose place another one has. One that can be found elsewhere is searched first.
    fn overtake(&mut self, file: &Known, by: FileId) {
        if let Some(displaced) = Displaced::of(file, None) {
            self.displaced.push(displaced);
        } else {
            let finding = file.found(Command::Replace { by });
            self.findings.entry(file.project).or_default().push(finding);
        }
    }

    fn settle(&mut self, file: &Displaced, fate: Fate) {
        match fate {
            Fate::Known(_) => {}
            Fate::Unsure(..) => self.unsure.push((file.project, file.file_id)),
            Fate::Is(command) => {
                if command == Command::Lose {
                    self.losing.insert(file.root);
                }
                self.findings.entry(file.project).or_default().push(file.found(command));
            }
        }
    }

    fn look_at(&mut self, file: &Known, root: &Root, owner: Option<FileId>) {
        let (file_id, project) = (file.file_id, file.project);
        let found = match stamp_of(&file.place(root)) {
            Ok(found) => found,
            Err(error) => return tracing::debug!(%file_id, %error, "a file can't be looked at"),
        };
        let judged = match owner {
            Some(by) => Judged::News(Command::Replace { by }),
            None => file.state.judge(found),
        };
        if judged == Judged::Known {
            return;
        }
        if found.is_none() && owner.is_none() {
            self.losing.insert(root.id());
        }
        if let Some(displaced) = Displaced::of(file, found) {
            return self.displaced.push(displaced);
        }
        match judged {
            Judged::News(command) => {
                self.findings.entry(project).or_default().push(file.found(command));
            }
            Judged::Unsure => self.unsure.push((project, file_id)),
            Judged::Known => {}
        }
    }
}
