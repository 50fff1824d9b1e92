//! Descriptors of files that SQLite has open, by which they are synced beside it.
//!
//! To close any descriptor of a file takes away every lock that the process has on it, those of SQLite's connections as well,
//! whoever has these. So one that was opened stays open until the file is removed.

use std::{
    collections::BTreeMap,
    fs::File,
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

static KEPT: Mutex<BTreeMap<PathBuf, Arc<File>>> = Mutex::new(BTreeMap::new());

/// That of a file.
pub(crate) fn of(path: &Path) -> io::Result<Arc<File>> {
    let mut kept = lock();
    if let Some(file) = kept.get(path) {
        return Ok(Arc::clone(file));
    }
    let file = Arc::new(File::open(path)?);
    kept.insert(path.to_owned(), Arc::clone(&file));
    Ok(file)
}

/// Lets go of a file that was removed: what is locked in it, nobody else can open.
pub(crate) fn forget(path: &Path) {
    lock().remove(path);
}

fn lock() -> MutexGuard<'static, BTreeMap<PathBuf, Arc<File>>> {
    KEPT.lock().unwrap_or_else(PoisonError::into_inner)
}
