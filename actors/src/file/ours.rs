//! Which files the log knows: whether one that lies somewhere is one of them, wherever that was before.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use mediary_events::{Concern as _, file::File};
use mediary_log::{Filter, Log, ReadError};
use mediary_schema::{
    FileId, RootId,
    file::{FileState, Stamp},
};

use super::{
    index::hash_of,
    shelf::{self, Known},
};

/// The files that the log knows. It is read at the first question, and read on at each later one.
#[derive(Debug, Clone)]
pub struct Ours {
    log: Log,
    within: Arc<Mutex<Option<Within>>>,
}

/// Where each was last, and by what its file system knows it. What a key leads to says the log.
#[derive(Debug, Default)]
struct Within {
    /// Up to here the log was read.
    position: u64,
    paths: HashMap<u64, FileId>,
    inodes: HashMap<u64, FileId>,
}

impl Ours {
    /// Those of a log.
    pub fn of(log: Log) -> Self {
        Self { log, within: Arc::default() }
    }

    /// Whether what lies at a path below a root, with this stamp, is one of them: by its path, or by its bytes, which had another
    /// path or are in the trash. May block.
    pub(crate) fn has(&self, root: RootId, path: &str, stamp: Stamp) -> Result<bool, ReadError> {
        // One that panicked left it between two files at most.
        let mut within = self.within.lock().unwrap_or_else(PoisonError::into_inner);
        let within = match &mut *within {
            Some(within) => within,
            none => none.insert(Within::all(&self.log)?),
        };
        within.read_on(&self.log)?;
        let of_path = within.paths.get(&hash_of((root, path)));
        if let Some(known) = of_path.map(|id| shelf::one(&self.log, *id)).transpose()?.flatten()
            && (known.root, known.path.as_str()) == (root, path)
            && known.state.is_looked_at()
            // Where another one has its place, which nobody recorded, it is there only if it came back.
            && (known.state.state != Some(FileState::Replaced) || known.state.is_own(stamp))
        {
            return Ok(true);
        }
        let of_inode = key_of(stamp).and_then(|key| within.inodes.get(&key));
        let known = of_inode.map(|id| shelf::one(&self.log, *id)).transpose()?.flatten();
        Ok(known.is_some_and(|known| known.state.own.is_some_and(|own| own.is_likely(stamp))))
    }
}

impl Within {
    fn all(log: &Log) -> Result<Self, ReadError> {
        // From before, so that nothing falls between the two.
        let mut all = Self { position: log.head().position, ..Self::default() };
        let mut next = Some(u64::MAX);
        while let Some(from) = next {
            let page = shelf::page(log, from, None)?;
            // The newest first: who has a path since has it.
            for known in &page.files {
                all.paths.entry(hash_of((known.root, &known.path))).or_insert(known.file_id);
                all.take_inode(known);
            }
            next = page.next;
        }
        Ok(all)
    }

    fn read_on(&mut self, log: &Log) -> Result<(), ReadError> {
        self.position = log.read_on(self.position, Filter::categories([File::NAME]), |recorded| {
            let file_id = FileId::from_uuid(recorded.envelope.stream.uuid);
            if let Some(known) = shelf::one(log, file_id)? {
                self.paths.insert(hash_of((known.root, &known.path)), file_id);
                self.take_inode(&known);
            }
            Ok(())
        })?;
        Ok(())
    }

    fn take_inode(&mut self, known: &Known) {
        if let Some(key) = known.state.own.and_then(key_of) {
            self.inodes.insert(key, known.file_id);
        }
    }
}

/// The number of the device may be another one after a start of the machine, and is no part of it.
fn key_of(stamp: Stamp) -> Option<u64> {
    stamp.inode.map(|inode| hash_of((inode.number, stamp.size_bytes, stamp.modified_ms)))
}
