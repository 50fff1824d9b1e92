//! A page of the files that are to be read, and at the end those that were not in their places.

use std::collections::{BTreeSet, VecDeque};

use mediary_events::file::Command;
use mediary_log::work::file::Finding;
use mediary_schema::{FileId, RootId, file::VerifyFiles};

use super::{
    Root,
    clerk::Grounds,
    displaced::{Claims, Displaced, Fate, searches},
    index::Index,
    shelf::{self, Known, Wanted, stamp_of},
};
use crate::{job::Attempt, workspace::Unable};

/// A page of files, none of which was looked at but those in whose places others are.
#[derive(Debug, Default)]
pub(super) struct Page {
    /// What is known of some without reading them.
    pub(super) findings: Vec<Finding>,
    pub(super) losing: BTreeSet<RootId>,
    pub(super) displaced: Vec<Displaced>,
    pub(super) wanted: VecDeque<Wanted>,
    pub(super) away: BTreeSet<RootId>,
    pub(super) next: Option<u64>,
    pub(super) index: Index,
}

/// Turns to a page of files. May block.
pub(super) fn turn(
    attempt: &Attempt,
    work: &VerifyFiles,
    grounds: &Grounds,
    from: u64,
    mut index: Index,
) -> Result<Page, Unable> {
    let log = attempt.gate.log();
    let is_whole = work.file_ids.is_empty();
    let (files, next) = if is_whole {
        let page = shelf::page(log, from, Some(attempt.lease.envelope.project))?;
        (page.files, page.next)
    } else {
        let files = work.file_ids.iter().map(|id| shelf::one(log, *id));
        (files.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect(), None)
    };
    let mut page = Page { next, ..Page::default() };
    for file in files.into_iter().filter(|file| work.root_id.is_none_or(|root| root == file.root)) {
        if let Some(earlier) = index.take(&file).filter(|_| is_whole)
            && let Some(other) = shelf::one(log, earlier)?
        {
            page.overtake(&other, file.file_id);
        }
        if file.state.is_looked_at() {
            let owner = index.other_than(&file).filter(|_| is_whole);
            match grounds.roots.get(&file.root).filter(|root| grounds.there.contains(&root.id())) {
                Some(root) => page.turn_to(file, root, owner),
                None => drop(page.away.insert(file.root)),
            }
        }
    }
    page.index = index;
    Ok(page)
}

/// Looks for files elsewhere that are not in their places. May block.
pub(super) fn find(attempt: &Attempt, grounds: &Grounds, displaced: &[Displaced]) -> Result<Page, Unable> {
    let (log, project) = (attempt.gate.log(), attempt.lease.envelope.project);
    let all: Vec<Root> = grounds.roots.values().cloned().collect();
    let mut found = Vec::new();
    for mut search in searches(displaced, &grounds.roots, &all) {
        while !search.step() {
            if attempt.assignment.stop().is_cancelled() {
                return Err(Unable::Lost);
            }
        }
        found.extend(search.found().iter().cloned());
    }
    let index = Index::of_paths(log)?;
    let (claims, overtaken) = Claims::new(log, &index, displaced, &found)?;
    let mut page = Page::default();
    // What is another project's is told by the next look.
    let ours = overtaken.into_iter().filter(|(whose, _)| *whose == project);
    page.findings.extend(ours.map(|(_, finding)| finding));
    for file in displaced {
        if let Some(root) = grounds.roots.get(&file.root)
            && let Some(known) = shelf::one(log, file.file_id)?
        {
            page.settle(known, file.settle(log, &index, &claims, root)?, root);
        }
    }
    Ok(page)
}

impl Page {
    /// A file whose place another one has is not read there.
    fn turn_to(&mut self, file: Known, root: &Root, owner: Option<FileId>) {
        let Some(by) = owner else { return self.wanted.extend(file.wanted(root)) };
        let found = stamp_of(&file.place(root)).unwrap_or_default();
        match Displaced::of(&file, found) {
            Some(displaced) => self.displaced.push(displaced),
            None => self.findings.push(file.found(Command::Replace { by })),
        }
    }

    /// A file that has its place no more. One that can be found elsewhere is searched first.
    fn overtake(&mut self, file: &Known, by: FileId) {
        self.wanted.retain(|wanted| wanted.file.file_id != file.file_id);
        match Displaced::of(file, None) {
            Some(displaced) => self.displaced.push(displaced),
            None => self.findings.push(file.found(Command::Replace { by })),
        }
    }

    /// What became of a file that was not in its place. Whatever may be its bytes is read.
    fn settle(&mut self, file: Known, fate: Fate, root: &Root) {
        let size_bytes = file.state.verified.as_ref().map(|verified| verified.size_bytes);
        let file = match fate {
            Fate::Known(Some(stamp)) if Some(stamp.size_bytes) == size_bytes => file,
            Fate::Known(_) => return,
            Fate::Is(Command::Find { .. }) => file,
            Fate::Is(Command::Move { path, stamp, .. }) | Fate::Unsure(path, stamp) => {
                if path == file.path {
                    file
                } else {
                    let command = Command::Move { path: path.clone(), stamp, plan_id: None };
                    self.findings.push(file.found(command));
                    file.at(path, stamp)
                }
            }
            Fate::Is(command) => {
                if command == Command::Lose {
                    self.losing.insert(file.root);
                }
                return self.findings.push(file.found(command));
            }
        };
        let wanted = file.wanted(root).map(Wanted::searched);
        self.wanted.extend(wanted);
    }
}
