//! Files as the log has them, beside what is in their places.

use std::{
    fs, io,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use mediary_events::{
    Concern as _, codec,
    file::{Event, File, State},
};
use mediary_log::{Direction, Filter, Log, Read, ReadError, Recorded};
use mediary_schema::{
    FileId, ProjectId, RootId,
    file::{Inode, Stamp},
};

use super::Root;

/// Files of a page: some milliseconds of work on a disk that answers.
const PAGE: usize = 256;
/// Bytes of events read at once.
const PAGE_BYTES: usize = 1 << 20;
/// Events of one file that are read at once: few have more than three.
const STORY: usize = 256;

/// A file as the log has it.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) file_id: FileId,
    pub(super) project: ProjectId,
    pub(super) state: State,
    /// Below which root it lies.
    pub(super) root: RootId,
    /// The path below that.
    pub(super) path: String,
    /// The position of the event that says that it is there.
    pub(super) came_at: u64,
}

impl Known {
    /// Where it should be.
    pub(super) fn place(&self, root: &Root) -> PathBuf {
        root.folder().join(&self.path)
    }
}

/// Some files, and where those recorded before them begin.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) files: Vec<Known>,
    pub(super) next: Option<u64>,
}

/// The files that were recorded up to a position, the newest first. May block.
pub(super) fn page(log: &Log, from: u64, project: Option<ProjectId>) -> Result<Page, ReadError> {
    let mut filter = Filter::kinds(["file.recorded"]);
    filter.project = project;
    let read = Read { limit: PAGE, bytes_max: PAGE_BYTES, filter, ..Read::backward(from) };
    let page = log.read_page(&read)?;
    let mut files = Vec::with_capacity(page.events.len());
    for recorded in &page.events {
        files.extend(known(log, recorded)?);
    }
    Ok(Page { files, next: page.next_position })
}

/// One file, if there is such a one. May block.
pub(super) fn one(log: &Log, file_id: FileId) -> Result<Option<Known>, ReadError> {
    let first = log.read_stream(&File::stream(file_id.uuid()), 1, Direction::Forward, 1)?;
    first.first().map_or(Ok(None), |recorded| known(log, recorded))
}

fn known(log: &Log, recorded: &Recorded) -> Result<Option<Known>, ReadError> {
    let envelope = &recorded.envelope;
    let mut state = State::default();
    fold(&mut state, recorded);
    let (mut version, mut came_at) = (envelope.version, envelope.position);
    loop {
        let later = log.read_stream(&envelope.stream, version + 1, Direction::Forward, STORY)?;
        for recorded in &later {
            if fold(&mut state, recorded) {
                came_at = recorded.envelope.position;
            }
            version = recorded.envelope.version;
        }
        if later.len() < STORY {
            break;
        }
    }
    let place = state.root.zip(state.path.clone());
    Ok(place.map(|(root, path)| Known {
        file_id: FileId::from_uuid(envelope.stream.uuid),
        project: envelope.project,
        state,
        root,
        path,
        came_at,
    }))
}

/// What can't be read was erased, or is a newer program's: then nothing is said of the file. Answers whether the file came to
/// another path.
fn fold(state: &mut State, recorded: &Recorded) -> bool {
    let mut has_moved = false;
    for event in codec::events_of::<File>(recorded).unwrap_or_default() {
        File::evolve(state, &event);
        has_moved |= matches!(event, Event::Moved { .. });
    }
    has_moved
}

/// What the file system says of the file at a path; none if there is none. Anything else than an answer is no answer:
/// a disk that fails has lost nothing. May block.
pub(crate) fn stamp_of(path: &Path) -> io::Result<Option<Stamp>> {
    match fs::symlink_metadata(path) {
        Ok(facts) if facts.is_file() => {
            let modified_ms = facts.mtime() * 1_000 + facts.mtime_nsec() / 1_000_000;
            let inode = Some(Inode { device: facts.dev(), number: facts.ino() });
            Ok(Some(Stamp { size_bytes: facts.len(), modified_ms, inode }))
        }
        // A folder or a link in its place is no file.
        Ok(_) => Ok(None),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}
