//! What the views in a data folder show, whoever feeds them: read off a copy of their files, so that nothing is written there.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::SystemTime,
};

use super::ViewState;
use crate::{readers, registry::ViewKind, shelf::Shelf, store::Checkpoint};

/// What one view of a folder shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// As of which event.
    pub position: u64,
    /// With which version, and what.
    pub state: ViewState,
}

/// How often the files of a view are copied again since they were written meanwhile.
const TRIES_MAX: u32 = 20;

/// What a view of a data folder shows; none if it is not there, not whole, of another form of file, or written all the time.
/// Blocks. `scratch` is a folder of one's own.
pub fn shown(kind: &ViewKind, data: &Path, scratch: &Path) -> Option<Shown> {
    let shelf = Shelf::open(kind.name, &data.join("views"));
    let newest = || shelf.editions().last().copied();
    let edition = shelf.serving().filter(|edition| shelf.path(*edition).exists()).or_else(newest)?;
    let copy = scratch.join(format!("{}.shown", kind.name));
    (0..TRIES_MAX).any(|_| copied(&shelf.path(edition), &copy)).then_some(())?;
    let mut connection = readers::connect(&copy).ok()?;
    let snapshot = connection.transaction().ok()?;
    let checkpoint = Checkpoint::of(&snapshot).ok().flatten().filter(Checkpoint::is_whole)?;
    let state = ViewState::of(kind.name, edition.version, &snapshot).ok()?;
    Some(Shown { position: checkpoint.place.position, state })
}

/// Copies a view's file with what is written ahead of it; not if either was written meanwhile.
fn copied(from: &Path, to: &Path) -> bool {
    let copy = || -> io::Result<bool> {
        let before = (written(from)?, written(&ahead(from))?);
        for (from, to) in [(from.to_owned(), to.to_owned()), (ahead(from), ahead(to))] {
            match fs::copy(&from, &to) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    drop(fs::remove_file(&to));
                }
                done => drop(done?),
            }
        }
        Ok((written(from)?, written(&ahead(from))?) == before)
    };
    copy().unwrap_or(false)
}

/// What is written ahead of a file.
fn ahead(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}

/// How long a file is and when it was written; none if there is none.
fn written(path: &Path) -> io::Result<Option<(u64, SystemTime)>> {
    match fs::metadata(path) {
        Ok(about) => Ok(Some((about.len(), about.modified()?))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
