//! Opens a kept file, or what lies beside it, for whoever fetches it.
//!
//! Guarantees: the path is the one that was recorded, below the root that was recorded, over no link; what is opened is a file, and
//! the kept one has the size that was recorded. What lies beside it may have been edited. Nothing is read of it.

use std::fs::File;

use mediary_log::{Log, gate::Gate};
use mediary_schema::{
    FileId, ProjectId,
    file::{FilePart, FileState, OpenedFile, Stamp, Unopened},
    layout::SidecarKind,
};

use super::{
    Root,
    roots::registered,
    shelf::{self, Known, stamp_by},
};
use crate::library::{Folder, Missing, Unusable};

/// Opens a part of a file of a project.
pub async fn open_part(
    gate: &Gate,
    project: ProjectId,
    file_id: FileId,
    part: FilePart,
) -> Result<(File, OpenedFile), Unopened> {
    let (roots, log) = (registered(gate).await.map_err(Unopened::unreadable)?, gate.log().clone());
    let opened = tokio::task::spawn_blocking(move || {
        let known = shelf::one(&log, file_id).map_err(Unopened::unreadable)?;
        let known = known.filter(|known| known.project == project).ok_or(Unopened::NotFound)?;
        let root = roots.iter().find(|root| root.id() == known.root).ok_or(Unopened::RootAway)?;
        open(&log, root, &known, &part)
    });
    opened.await.map_err(Unopened::unreadable)?
}

fn open(log: &Log, root: &Root, known: &Known, part: &FilePart) -> Result<(File, OpenedFile), Unopened> {
    let state = &known.state;
    match state.state {
        None => return Err(Unopened::NotFound),
        Some(FileState::Trashed) => return Err(Unopened::Trashed),
        Some(FileState::Purged) => return Err(Unopened::Purged),
        Some(FileState::Replaced) if state.by.is_some() => return Err(Unopened::Replaced { by: state.by }),
        // What was noticed last may be otherwise by now: the disk knows.
        Some(FileState::Present | FileState::Changed | FileState::Lost | FileState::Replaced) => {}
    }
    if *part != FilePart::Media {
        return beside(log, root, known, part);
    }
    let verified = state.verified.as_ref().ok_or(Unopened::NotFound)?;
    let (file, stamp) = at(log, root, &known.path)?;
    // Of bytes that were written since, only who reads them knows whether they are others; the keeper has them read.
    let is_taken_for_it = state.is_own(stamp) || state.is_there();
    if stamp.size_bytes != verified.size_bytes || !is_taken_for_it {
        let is_replaced = state.state == Some(FileState::Replaced);
        return Err(if is_replaced { Unopened::Replaced { by: None } } else { Unopened::Changed });
    }
    Ok((file, facts(&known.path, &verified.blake3, stamp)))
}

fn beside(log: &Log, root: &Root, known: &Known, part: &FilePart) -> Result<(File, OpenedFile), Unopened> {
    let sidecar = known.state.sidecars.iter().find(|sidecar| match part {
        FilePart::Media => false,
        FilePart::Thumbnail => sidecar.kind == SidecarKind::Thumbnail,
        FilePart::Subtitles(language) => {
            sidecar.kind == SidecarKind::Subtitles && sidecar.language.as_ref() == Some(language)
        }
    });
    let sidecar = sidecar.ok_or(Unopened::NoSidecar)?;
    let path = sidecar.path(&known.path);
    match at(log, root, &path) {
        Ok((file, stamp)) => Ok((file, facts(&path, &sidecar.blake3, stamp))),
        Err(Unopened::Lost) => Err(Unopened::NoSidecar),
        Err(error) => Err(error),
    }
}

/// The file at a path below a root, over no link, and what the file system says of the one that was opened. May block.
pub(crate) fn at(log: &Log, root: &Root, path: &str) -> Result<(File, Stamp), Unopened> {
    if !root.has_folder() {
        return Err(Unopened::RootAway);
    }
    let (way, name) = path.rsplit_once('/').unwrap_or(("", path));
    let file = match Folder::open(root.folder(), way, Missing::Leave) {
        Ok(folder) if folder.name() == way => folder.file(name).map_err(Unopened::unreadable)?,
        Ok(_) => None,
        Err(Unusable::NotAFolder { .. }) => return Err(Unopened::Linked),
        Err(error) => return Err(Unopened::unreadable(error)),
    };
    let Some(file) = file else {
        // A disk that is not mounted leaves an empty folder behind.
        return Err(if root.mark(log).is_there() { Unopened::Lost } else { Unopened::RootAway });
    };
    let stamp = stamp_by(&file.metadata().map_err(Unopened::unreadable)?);
    Ok((file, stamp))
}

fn facts(path: &str, blake3: &str, stamp: Stamp) -> OpenedFile {
    let Stamp { size_bytes, modified_ms, .. } = stamp;
    OpenedFile { path: path.to_owned(), blake3: blake3.to_owned(), size_bytes, modified_ms }
}
