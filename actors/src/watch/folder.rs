//! What lies in a folder, and what happens there.

use std::{
    collections::BTreeSet,
    fs, mem,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use mediary_schema::file::{Stamp, is_put_away};
use notify::{Config, RecommendedWatcher, RecursiveMode, Watcher as _};

use crate::file::stamp_by;

/// A folder below which files are looked for, over no link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Folder {
    pub(super) path: PathBuf,
    /// Folders of other roots within it: what lies there is theirs.
    pub(super) without: Vec<PathBuf>,
}

/// A file of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// The way to it below the folder, with `/` between folders.
    pub(super) way: String,
    pub(super) stamp: Stamp,
}

impl Folder {
    /// Every file below it, or below a part of it. What can't be read is as if nothing lay there. May block.
    pub(super) fn files(&self, below: &Path) -> Vec<Found> {
        let (mut found, mut folders) = (Vec::new(), vec![below.to_owned()]);
        while let Some(folder) = folders.pop() {
            let entries = match fs::read_dir(&folder) {
                Ok(entries) => entries,
                Err(error) => {
                    tracing::debug!(?folder, %error, "a watched folder can't be read");
                    continue;
                }
            };
            for entry in entries.flatten() {
                let path = entry.path();
                match entry.metadata() {
                    Ok(facts) if facts.is_dir() => {
                        if self.way_to(&path).is_some() && !self.without.contains(&path) {
                            folders.push(path);
                        }
                    }
                    // A name that is no text can't be recorded.
                    Ok(facts) if facts.is_file() => found.extend(
                        self.way_to(&path).map(|way| Found { way: way.to_owned(), stamp: stamp_by(&facts) }),
                    ),
                    Ok(_) | Err(_) => {}
                }
            }
        }
        found
    }

    /// The way to something below it that is not put away, and is no other root's.
    pub(super) fn way_to<'a>(&self, path: &'a Path) -> Option<&'a str> {
        let way = path.strip_prefix(&self.path).ok()?.to_str()?;
        let is_others = self.without.iter().any(|other| path.starts_with(other));
        (!way.is_empty() && !way.split('/').any(is_put_away) && !is_others).then_some(way)
    }
}

/// What happened in a folder since somebody asked last.
#[derive(Debug, Default)]
pub(super) struct Changes(Mutex<Changed>);

/// Which paths that was about.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Changed {
    /// These.
    Paths(BTreeSet<PathBuf>),
    /// More than anybody counts: all of it has to be looked at.
    All,
}

/// Paths that are remembered.
const PATHS_MAX: usize = 4_096;

impl Default for Changed {
    fn default() -> Self {
        Self::Paths(BTreeSet::new())
    }
}

impl Changes {
    /// What happened since; from now on nothing did.
    pub(super) fn take(&self) -> Changed {
        mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Answers whether it is the first since somebody asked.
    fn note(&self, event: notify::Result<notify::Event>) -> bool {
        let mut changed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let was_empty = *changed == Changed::default();
        match (&mut *changed, event) {
            (Changed::All, _) => {}
            (Changed::Paths(paths), Ok(event)) if !event.need_rescan() => {
                paths.extend(event.paths);
                if paths.len() > PATHS_MAX {
                    *changed = Changed::All;
                }
            }
            // Some were lost.
            (Changed::Paths(_), _) => *changed = Changed::All,
        }
        was_empty
    }
}

/// Tells whenever something happens below a folder.
pub(super) fn watch(
    folder: &Path,
    changes: Arc<Changes>,
    wake: impl Fn() + Send + 'static,
) -> notify::Result<RecommendedWatcher> {
    let tell = move |event: notify::Result<notify::Event>| {
        // That a file was opened or read is said, too, also of our own reading; that one was closed after it was written counts.
        let is_reading = event.as_ref().is_ok_and(|event| {
            use notify::event::{AccessKind, AccessMode, EventKind};
            let is_written = event.kind == EventKind::Access(AccessKind::Close(AccessMode::Write));
            event.kind.is_access() && !is_written
        });
        if !is_reading && changes.note(event) {
            wake();
        }
    };
    let mut watcher = RecommendedWatcher::new(tell, Config::default().with_follow_symlinks(false))?;
    watcher.watch(folder, RecursiveMode::Recursive)?;
    Ok(watcher)
}
