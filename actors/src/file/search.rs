//! The search for files that are not in their places: somebody renamed them, or the folder that they are in.

use std::{
    collections::HashMap,
    fs::{self, ReadDir},
    path::{Path, PathBuf},
};

use mediary_schema::{
    RootId,
    file::{Stamp, is_put_away},
};

use super::{Root, shelf::stamp_of};

/// Entries of a folder that are asked for at once: a millisecond or two on a disk that answers.
const STEP: usize = 1_024;

/// A walk through the folders of one root, which reads no file.
#[derive(Debug)]
pub(super) struct Search {
    root: RootId,
    folder: PathBuf,
    /// Folders of other roots within it.
    without: Vec<PathBuf>,
    /// What is looked for, by the number of the inode.
    wanted: HashMap<u64, Vec<Stamp>>,
    folders: Vec<PathBuf>,
    reading: Option<ReadDir>,
    found: Vec<Found>,
}

/// A file with the inode, the size and the moment of one that is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) root: RootId,
    /// The path below that.
    pub(super) path: String,
    pub(super) stamp: Stamp,
}

impl Search {
    /// A search of a root for files with these stamps.
    pub(super) fn new<'a>(
        root: &Root,
        others: impl IntoIterator<Item = &'a Root>,
        stamps: impl IntoIterator<Item = Stamp>,
    ) -> Self {
        let mut wanted = HashMap::<u64, Vec<Stamp>>::new();
        for stamp in stamps {
            if let Some(inode) = stamp.inode {
                wanted.entry(inode.number).or_default().push(stamp);
            }
        }
        let folder = root.folder().to_owned();
        let without = others.into_iter().filter(|other| other.id() != root.id());
        Self {
            root: root.id(),
            without: without.map(|other| other.folder().to_owned()).collect(),
            wanted,
            folders: vec![folder.clone()],
            folder,
            reading: None,
            found: Vec::new(),
        }
    }

    /// Goes on for a step; answers whether it is at its end. May block.
    pub(super) fn step(&mut self) -> bool {
        let mut left = STEP;
        while left > 0 {
            let Some(entries) = &mut self.reading else {
                let Some(folder) = self.folders.pop() else { return true };
                self.reading = fs::read_dir(&folder)
                    .inspect_err(|error| tracing::debug!(?folder, %error, "a folder can't be searched"))
                    .ok();
                left -= 1;
                continue;
            };
            match entries.next() {
                None => self.reading = None,
                Some(Ok(entry)) => match entry.file_type() {
                    Ok(kind) if kind.is_dir() => self.enter(entry.path()),
                    Ok(kind) if kind.is_file() => self.take(&entry.path()),
                    // Over a link nobody is led out of the root.
                    Ok(_) | Err(_) => {}
                },
                Some(Err(error)) => {
                    tracing::debug!(%error, "a folder can't be searched");
                    self.reading = None;
                }
            }
            left -= 1;
        }
        false
    }

    /// What was found.
    pub(super) fn found(&self) -> &[Found] {
        &self.found
    }

    fn enter(&mut self, folder: PathBuf) {
        // What was deleted there has no other place.
        if !folder.file_name().is_some_and(|name| is_put_away(&name.to_string_lossy()))
            && !self.without.contains(&folder)
        {
            self.folders.push(folder);
        }
    }

    /// A name that is no text can't be recorded: such a file is lost as far as anybody can say.
    fn take(&mut self, path: &Path) {
        let Some(below) = path.strip_prefix(&self.folder).ok().and_then(Path::to_str) else { return };
        let Ok(Some(stamp)) = stamp_of(path) else { return };
        let wanted = stamp.inode.and_then(|inode| self.wanted.get(&inode.number));
        if wanted.is_some_and(|wanted| wanted.iter().any(|own| own.is_likely(stamp))) {
            self.found.push(Found { root: self.root, path: below.to_owned(), stamp });
        }
    }
}
