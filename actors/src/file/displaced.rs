//! Files whose own bytes are not in their places: each was renamed, gave its place to another, was written anew, or is gone.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use mediary_events::file::{Command, Judged};
use mediary_log::{Log, ReadError, work::file::Finding};
use mediary_schema::{FileId, ProjectId, RootId, file::Stamp};

use super::{
    Root,
    index::Index,
    search::{Found, Search},
    shelf::{self, Known, stamp_of},
};

/// A file whose own bytes are not in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Displaced {
    pub(super) file_id: FileId,
    pub(super) project: ProjectId,
    /// The version of its stream that says so.
    version: u64,
    pub(super) root: RootId,
    /// What it is called in its folder.
    name: String,
    own: Stamp,
}

/// What became of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fate {
    /// This.
    Is(Command),
    /// Only who reads what has this path knows.
    Unsure(String, Stamp),
    /// What is in its place is known, or nobody can say.
    Known(Option<Stamp>),
}

/// Where files are that were found elsewhere.
#[derive(Debug, Default)]
pub(super) struct Claims {
    of_file: HashMap<FileId, Found>,
    /// Who has a path now, and whether that is sure.
    of_path: HashMap<(RootId, String), (FileId, bool)>,
}

/// The part of a path behind its last folder.
fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

impl Displaced {
    /// A file as one, if its bytes are not in its place, where this stamp or no file is.
    pub(super) fn of(file: &Known, found: Option<Stamp>) -> Option<Self> {
        let own = file.state.displaced(found)?;
        let (file_id, project, version, root) = (file.file_id, file.project, file.version, file.root);
        Some(Self { file_id, project, version, root, name: name_of(&file.path).to_owned(), own })
    }

    /// What was found of it.
    pub(super) fn found(&self, command: Command) -> Finding {
        Finding { file_id: self.file_id, version: self.version, command }
    }

    /// What became of it, as its place is now. May block.
    pub(super) fn settle(
        &self,
        log: &Log,
        index: &Index,
        claims: &Claims,
        root: &Root,
    ) -> Result<Fate, ReadError> {
        if let Some(Found { path, stamp, .. }) = claims.of_file.get(&self.file_id) {
            let (path, stamp) = (path.clone(), *stamp);
            let is_sure = self.own.is_same(stamp);
            return Ok(if is_sure {
                Fate::Is(Command::Move { path, stamp, plan_id: None })
            } else {
                Fate::Unsure(path, stamp)
            });
        }
        let Some(file) = shelf::one(log, self.file_id)? else { return Ok(Fate::Known(None)) };
        let found = match stamp_of(&file.place(root)) {
            Ok(found) => found,
            Err(error) => {
                tracing::debug!(file_id = %self.file_id, %error, "a file can't be looked at");
                return Ok(Fate::Known(None));
            }
        };
        let claim = found.and_then(|_| claims.of_path.get(&(file.root, file.path.clone())));
        let by = claim.filter(|(_, is_sure)| *is_sure).map(|(by, _)| *by);
        if let Some(by) = by.or_else(|| index.other_than(&file)) {
            return Ok(Fate::Is(Command::Replace { by }));
        }
        let stamp = match (file.state.judge(found), found) {
            (Judged::News(command), _) => return Ok(Fate::Is(command)),
            (Judged::Unsure, Some(stamp)) => stamp,
            (Judged::Known, _) | (Judged::Unsure, None) => return Ok(Fate::Known(found)),
        };
        // It may be a hard link to what was read under another name.
        let other = index.blake3_of(log, stamp)?;
        let is_own = other.map(|blake3| file.state.verified.as_ref().is_some_and(|own| own.blake3 == blake3));
        Ok(match is_own {
            Some(true) => Fate::Is(Command::Find { stamp }),
            Some(false) => Fate::Is(file.state.otherwise(stamp)),
            None => Fate::Unsure(file.path, stamp),
        })
    }
}

/// A search for each root in which files are missed.
pub(super) fn searches(displaced: &[Displaced], roots: &BTreeMap<RootId, Root>, all: &[Root]) -> Vec<Search> {
    let missed: BTreeSet<RootId> = displaced.iter().map(|file| file.root).collect();
    let of = |root: &Root| {
        let stamps = displaced.iter().filter(|file| file.root == root.id()).map(|file| file.own);
        Search::new(root, all, stamps)
    };
    missed.iter().filter_map(|id| roots.get(id)).map(of).collect()
}

impl Claims {
    /// Says which of the displaced files was found where. What belongs to others there, as hard links to the same
    /// bytes do, is left to them. Those that lost their places by that are answered as well, unless they may be found
    /// elsewhere, too: then the next look says. May block.
    pub(super) fn new(
        log: &Log,
        index: &Index,
        displaced: &[Displaced],
        found: &[Found],
    ) -> Result<(Self, Vec<(ProjectId, Finding)>), ReadError> {
        let missed: BTreeSet<FileId> = displaced.iter().map(|file| file.file_id).collect();
        let mut by_inode = HashMap::<(RootId, u64), Vec<&Found>>::new();
        for found in found {
            if let Some(inode) = found.stamp.inode {
                by_inode.entry((found.root, inode.number)).or_default().push(found);
            }
        }
        let (mut claims, mut overtaken) = (Self::default(), Vec::new());
        for file in displaced {
            let inode = file.own.inode.map(|inode| (file.root, inode.number));
            let mut candidates = inode.and_then(|inode| by_inode.get(&inode)).cloned().unwrap_or_default();
            candidates.retain(|found| file.own.is_likely(found.stamp));
            // Of several names the one that it had, as if its folder was renamed.
            candidates.sort_by_key(|found| (name_of(&found.path) != file.name, &found.path));
            for found in candidates {
                let place = (found.root, found.path.clone());
                if claims.of_path.contains_key(&place) {
                    continue;
                }
                let owner = index.of_path(found.root, &found.path).filter(|owner| !missed.contains(owner));
                if let Some(owner) = owner
                    && let Some(other) = shelf::one(log, owner)?
                {
                    if other.state.own.is_some_and(|own| own.is_likely(found.stamp)) {
                        continue;
                    }
                    if file.own.is_same(found.stamp) && other.state.displaced(None).is_none() {
                        let command = Command::Replace { by: file.file_id };
                        overtaken.push((other.project, other.found(command)));
                    }
                }
                claims.of_path.insert(place, (file.file_id, file.own.is_same(found.stamp)));
                claims.of_file.insert(file.file_id, found.clone());
                break;
            }
        }
        Ok((claims, overtaken))
    }
}
