//! The index of files: whose a path is, and whose bytes an inode has. It is made from the log by each look, which passes
//! all files anyway, and lasts no longer: nothing has to be kept beside the log and told what the log knows.

use std::{
    collections::{HashMap, hash_map::DefaultHasher, hash_map::Entry},
    hash::{Hash, Hasher as _},
};

use mediary_log::{Log, ReadError};
use mediary_schema::{FileId, RootId, file::Stamp};

use super::shelf::{self, Known};

/// Files by where they lie and by what their file systems say of them; what the key leads to says the log.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// By root and path: the file that came there last, and the position of the event that says so.
    paths: HashMap<u64, (FileId, u64)>,
    /// By device, inode, size and moment.
    inodes: HashMap<u64, FileId>,
}

/// A hundred thousand paths would be ten megabytes.
pub(super) fn hash_of(key: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}

/// Only where an inode is known: without one, any two files of the same size and moment would be the same.
fn key_of(stamp: Stamp) -> Option<u64> {
    stamp.inode.map(|inode| hash_of((inode, stamp.size_bytes, stamp.modified_ms)))
}

impl Index {
    /// All files, by their paths alone: whoever reads takes no other's word for it. May block.
    pub(super) fn of_paths(log: &Log) -> Result<Self, ReadError> {
        let (mut index, mut next) = (Self::default(), Some(u64::MAX));
        while let Some(from) = next {
            let page = shelf::page(log, from, None)?;
            for file in &page.files {
                index.take(file);
            }
            next = page.next;
        }
        index.inodes.clear();
        Ok(index)
    }

    /// Takes a file in; answers which one that was taken in before has its path no more.
    pub(super) fn take(&mut self, file: &Known) -> Option<FileId> {
        // What was put away or replaced has its path no more.
        if !file.state.is_looked_at() {
            return None;
        }
        if let Some(key) = file.state.own.and_then(key_of).filter(|_| file.state.is_there()) {
            self.inodes.entry(key).or_insert(file.file_id);
        }
        let here = (file.file_id, file.came_at);
        let mut place = match self.paths.entry(hash_of((file.root, &file.path))) {
            Entry::Vacant(place) => {
                place.insert(here);
                return None;
            }
            Entry::Occupied(place) => place,
        };
        let (other, came_at) = *place.get();
        (other != file.file_id && came_at < file.came_at).then(|| place.insert(here).0)
    }

    /// Who has the path of a file, if it is another.
    pub(super) fn other_than(&self, file: &Known) -> Option<FileId> {
        self.of_path(file.root, &file.path).filter(|owner| *owner != file.file_id)
    }

    /// Whose a path is.
    pub(super) fn of_path(&self, root: RootId, path: &str) -> Option<FileId> {
        self.paths.get(&hash_of((root, path))).map(|(file_id, _)| *file_id)
    }

    /// BLAKE3 of what has this stamp under another name, as it was recorded: a hard link is the same bytes. May block.
    pub(super) fn blake3_of(&self, log: &Log, stamp: Stamp) -> Result<Option<String>, ReadError> {
        let Some(file_id) = key_of(stamp).and_then(|key| self.inodes.get(&key)) else { return Ok(None) };
        let known = shelf::one(log, *file_id)?.map(|known| known.state);
        let known = known.filter(|state| state.is_there() && state.own.is_some_and(|own| own.is_same(stamp)));
        Ok(known.and_then(|state| state.verified).map(|verified| verified.blake3))
    }
}
