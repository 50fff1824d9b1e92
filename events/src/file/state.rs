use mediary_schema::{
    FileId, RootId,
    file::{FileState, Made, Stamp, Verified},
    layout::{MissingSidecar, Sidecar},
    plan::Lease,
};

use super::{Command, Event};

/// Where a file is and what it is known by.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[expect(clippy::struct_field_names, reason = "a file's state is what everybody calls it")]
pub struct State {
    /// How it stands with its bytes; none if there is no such file.
    pub state: Option<FileState>,
    /// Below which folder it lies.
    pub root: Option<RootId>,
    /// The path below that.
    pub path: Option<String>,
    /// What it is known by.
    pub verified: Option<Verified>,
    /// What it is, if it came from a source.
    pub made: Option<Made>,
    /// The stamp of its own bytes, when they were seen last.
    pub own: Option<Stamp>,
    /// The stamp of what was judged last, be it other bytes.
    pub seen: Option<Stamp>,
    /// Which kept file has its place for good.
    pub by: Option<FileId>,
    /// By which plan it is in the trash, and until when it stays there.
    pub lease: Option<Lease>,
    /// What lies beside it.
    pub sidecars: Vec<Sidecar>,
    /// What was to lie beside it, too.
    pub missing: Vec<MissingSidecar>,
}

/// What a look at the place of a file means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judged {
    /// What is known.
    Known,
    /// Something else.
    News(Command),
    /// Nobody knows without reading it: its size is right, and it was written since.
    Unsure,
}

impl State {
    /// Whether its bytes are in their place, as far as anybody looked.
    pub fn is_there(&self) -> bool {
        self.state == Some(FileState::Present)
    }

    /// Whether somebody deleted it: it is in the trash, or was destroyed there.
    pub const fn is_deleted(&self) -> bool {
        matches!(self.state, Some(FileState::Trashed | FileState::Purged))
    }

    /// Whether anybody waits for what is in its place.
    pub const fn is_looked_at(&self) -> bool {
        match self.state {
            Some(FileState::Present | FileState::Changed | FileState::Lost) => true,
            Some(FileState::Replaced) => self.by.is_none(),
            Some(FileState::Trashed | FileState::Purged) | None => false,
        }
    }

    /// What it means that this stamp, or no file at all, is in its place. Nothing is read for it.
    pub fn judge(&self, found: Option<Stamp>) -> Judged {
        let Some(verified) = self.verified.as_ref().filter(|_| self.is_looked_at()) else {
            return Judged::Known;
        };
        let Some(found) = found else {
            return match self.state {
                Some(FileState::Lost) => Judged::Known,
                Some(
                    FileState::Present
                    | FileState::Changed
                    | FileState::Trashed
                    | FileState::Replaced
                    | FileState::Purged,
                )
                | None => Judged::News(Command::Lose),
            };
        };
        if self.seen.is_some_and(|seen| seen.is_still(found)) {
            return Judged::Known;
        }
        if found.size_bytes != verified.size_bytes {
            return Judged::News(self.otherwise(found));
        }
        match self.own {
            // It was away, or others had its place.
            Some(own) if own.is_still(found) => Judged::News(Command::Find { stamp: found }),
            // Recorded before there were stamps.
            None if self.is_there() => Judged::Known,
            Some(_) | None => Judged::Unsure,
        }
    }

    /// Whether a file with this stamp has its own bytes, as far as a stamp can tell.
    pub fn is_own(&self, stamp: Stamp) -> bool {
        match (self.own, &self.verified) {
            (Some(own), _) => own.is_still(stamp),
            // Recorded before there were stamps.
            (None, Some(verified)) => verified.size_bytes == stamp.size_bytes,
            (None, None) => false,
        }
    }

    /// What it means that other bytes are in its place, under this stamp: they are in the file that it was, or in another one.
    pub fn otherwise(&self, stamp: Stamp) -> Command {
        // The number of the device may be another one after a start of the machine.
        let number = |stamp: Stamp| stamp.inode.map(|inode| inode.number);
        match (self.own.and_then(number), number(stamp)) {
            (Some(own), Some(other)) if own != other => Command::Swap { stamp },
            (Some(_) | None, Some(_) | None) => Command::Change { stamp },
        }
    }

    /// By what its own bytes are found elsewhere that are not in their place, where this stamp or no file is; none if they
    /// are there as far as a stamp can tell, or if nobody knows which file they were.
    pub fn displaced(&self, found: Option<Stamp>) -> Option<Stamp> {
        let own = self.own.filter(|own| own.inode.is_some() && self.is_looked_at())?;
        let is_there = found.is_some_and(|found| own.inode == found.inode || own.is_still(found));
        (!is_there).then_some(own)
    }

    pub(super) fn evolve(&mut self, event: &Event) {
        match event {
            Event::Recorded { root, path, verified, made, stamp } => {
                self.state = Some(FileState::Present);
                self.root = Some(*root);
                self.path = Some(path.clone());
                self.verified = Some((**verified).clone());
                self.made = *made;
                (self.own, self.seen) = (*stamp, *stamp);
            }
            Event::Found { stamp } => {
                self.state = Some(FileState::Present);
                (self.own, self.seen) = (Some(*stamp), Some(*stamp));
            }
            Event::Moved { path, stamp, .. } => {
                self.state = Some(FileState::Present);
                self.path = Some(path.clone());
                (self.own, self.seen) = (Some(*stamp), Some(*stamp));
            }
            Event::Accompanied { sidecars, missing } => {
                (self.sidecars, self.missing) = (sidecars.clone(), missing.clone());
            }
            Event::Changed { stamp } => {
                self.state = Some(FileState::Changed);
                self.seen = Some(*stamp);
            }
            Event::Lost {} => (self.state, self.seen) = (Some(FileState::Lost), None),
            // What the file system said of it holds in the trash, too: a rename changes nothing of that.
            Event::Trashed { lease } => {
                (self.state, self.lease) = (Some(FileState::Trashed), Some(*lease));
            }
            Event::Restored { state, stamp, .. } => {
                (self.state, self.seen, self.lease) = (Some(*state), Some(*stamp), None);
                if *state == FileState::Present {
                    self.own = Some(*stamp);
                }
            }
            Event::Purged {} => {
                (self.state, self.seen, self.lease) = (Some(FileState::Purged), None, None);
            }
            Event::Replaced { by, stamp } => {
                (self.state, self.by) = (Some(FileState::Replaced), *by);
                self.seen = *stamp;
            }
        }
    }
}
