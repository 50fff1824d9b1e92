//! A folder for what is built aside, below that for temporary files: its owner's alone, and gone with whoever made it.
//!
//! Whoever was killed leaves one. The next who makes one removes it: a lock in each says whether somebody lives who has
//! it, and nothing is removed that is not ours by its name, its owner and its lock.

use std::{
    fs::{self, File},
    io,
    os::unix::fs::MetadataExt as _,
    path::Path,
};

use rustix::process::getuid;
use tempfile::TempDir;

use super::failure::Failure;

/// What the names of these folders begin with.
const PREFIX: &str = "mediary-scratch-";
/// Who has the folder holds it; it is there under this name only once it is held.
const LOCK: &str = "lock";

/// A folder that is gone when this is dropped.
pub(crate) struct Scratch {
    folder: TempDir,
    /// Let go of last.
    _lock: File,
}

impl Scratch {
    /// Makes one, and removes what others left.
    pub(crate) fn make() -> Result<Self, Failure> {
        let parent = std::env::temp_dir();
        Self::make_in(&parent).map_err(Failure::file("making a folder in", parent))
    }

    fn make_in(parent: &Path) -> io::Result<Self> {
        tidy(parent);
        let folder = tempfile::Builder::new().prefix(PREFIX).tempdir_in(parent)?;
        let made = folder.path().join("lock.part");
        let lock = File::create_new(&made)?;
        lock.lock()?;
        fs::rename(&made, folder.path().join(LOCK))?;
        Ok(Self { folder, _lock: lock })
    }

    /// The folder.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// Removes what nobody has any more. What can't be removed costs room, and nothing else.
fn tidy(parent: &Path) {
    let Ok(entries) = fs::read_dir(parent) else { return };
    for entry in entries.flatten() {
        let is_called_so = entry.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX));
        // Of a link its own kind, whatever it points to.
        let is_own =
            || entry.metadata().is_ok_and(|about| about.is_dir() && about.uid() == getuid().as_raw());
        if is_called_so && is_own() && !is_held(&entry.path()) {
            drop(fs::remove_dir_all(entry.path()));
        }
    }
}

/// Whether somebody has it, or may be making it just now.
fn is_held(folder: &Path) -> bool {
    File::open(folder.join(LOCK)).map_or(true, |lock| lock.try_lock().is_err())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_holds_is_removed_by_the_next_and_nothing_else() {
        let parent = tempfile::tempdir().unwrap();
        let (living, dead) =
            (Scratch::make_in(parent.path()).unwrap(), Scratch::make_in(parent.path()).unwrap());
        let other = parent.path().join("mediary-other");
        for (folder, is_locked) in [(other, true), (parent.path().join("mediary-scratch-unmade"), false)] {
            fs::create_dir(&folder).unwrap();
            if is_locked {
                fs::write(folder.join(LOCK), "").unwrap();
            }
        }
        // As a kill leaves it.
        let Scratch { folder, _lock: lock } = dead;
        let left = folder.keep();
        fs::write(left.join("views"), "rows").unwrap();
        drop(lock);
        let next = Scratch::make_in(parent.path()).unwrap();
        assert!(!left.exists());
        assert!(living.path().exists());
        drop((living, next));
        let mut names: Vec<_> = fs::read_dir(parent.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        assert_eq!(names, ["mediary-other", "mediary-scratch-unmade"]);
    }
}
