//! Signs of life of a child that says nothing: the files that it writes.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::SystemTime,
};

/// The files of a folder, as far as they show that somebody writes them.
#[derive(Debug)]
pub(super) struct Growth {
    folder: PathBuf,
    seen: Stamp,
}

/// How many bytes there are, and when a file was written last: a file that is put in order in its place, as an
/// index moved to the front is, keeps its size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Stamp {
    bytes: u64,
    written: Option<SystemTime>,
}

impl Growth {
    /// The folder as it is now; what is written from here on is a sign of life.
    pub(super) fn of(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), seen: stamp(folder).unwrap_or_default() }
    }

    /// Whether anything was written since the last look.
    pub(super) fn look(&mut self) -> bool {
        // A folder that can't be read shows nothing.
        let Ok(now) = stamp(&self.folder) else { return false };
        std::mem::replace(&mut self.seen, now) != now
    }
}

fn stamp(folder: &Path) -> io::Result<Stamp> {
    let mut stamp = Stamp::default();
    for entry in fs::read_dir(folder)? {
        // Gone since: an unfinished file was renamed.
        let Ok(facts) = entry.and_then(|entry| entry.metadata()) else { continue };
        if facts.is_file() {
            stamp.bytes += facts.len();
            stamp.written = stamp.written.max(facts.modified().ok());
        }
    }
    Ok(stamp)
}
