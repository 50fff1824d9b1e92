//! Files as the log has them, beside what is in their places.

use std::{
    fs, io,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use mediary_events::{
    Concern as _, codec,
    file::{Command, Event, File, State},
};
use mediary_log::{Direction, Filter, Log, Read, ReadError, Recorded, work::file::Finding};
use mediary_schema::{
    FileId, ProjectId, RootId,
    file::{Inode, Stamp},
    root::OWN_FOLDER,
};

use super::{Root, displaced::Displaced};

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
    /// The version of its stream that says so.
    pub(super) version: u64,
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

    /// Where its bytes are: there, or in the trash.
    pub(super) fn place_now(&self, root: &Root) -> PathBuf {
        if self.state.lease.is_some() {
            trash_of(root.folder()).join(self.file_id.uuid().to_string())
        } else {
            self.place(root)
        }
    }

    /// What is to be read, to know whether it is still what it was.
    pub(super) fn wanted(self, root: &Root) -> Option<Wanted> {
        let verified = self.state.verified.as_ref()?;
        let (size_bytes, blake3) = (verified.size_bytes, verified.blake3.clone());
        Some(Wanted { place: self.place(root), size_bytes, blake3, file: self, is_searched: false })
    }

    /// What was found of it.
    pub(super) fn found(&self, command: Command) -> Finding {
        Finding { file_id: self.file_id, version: self.version, command }
    }

    /// The same one under the path that it has once that is recorded.
    pub(super) fn at(mut self, path: String, stamp: Stamp) -> Self {
        File::evolve(&mut self.state, &Event::Moved { path: path.clone(), stamp, plan_id: None });
        Self { path, version: self.version + 1, ..self }
    }
}

/// A file that is to be read, as it was when it was kept.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) file: Known,
    /// Where it should be.
    place: PathBuf,
    size_bytes: u64,
    blake3: String,
    /// Whether it was looked for elsewhere already: what is in its place is all that there is of it.
    is_searched: bool,
}

/// What it means that the bytes of a file can't be read in its place.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// This.
    Is(Command),
    /// It may be elsewhere.
    Displaced(Displaced),
}

impl Wanted {
    /// The same one, once it was looked for.
    pub(super) fn searched(self) -> Self {
        Self { is_searched: true, ..self }
    }

    /// Its stamp if it is there and as long as it was; else what that means. May block.
    pub(super) fn look(&self) -> io::Result<Result<Stamp, Meaning>> {
        let found = stamp_of(&self.place)?;
        if !self.is_searched
            && let Some(displaced) = Displaced::of(&self.file, found)
        {
            return Ok(Err(Meaning::Displaced(displaced)));
        }
        Ok(match found {
            None => Err(Meaning::Is(Command::Lose)),
            Some(stamp) if stamp.size_bytes != self.size_bytes => {
                Err(Meaning::Is(self.file.state.otherwise(stamp)))
            }
            Some(stamp) => Ok(stamp),
        })
    }

    /// What it means that this hash was found in it, or why it couldn't be read. The stamp is that of before it was read:
    /// of bytes that came later nothing is known, and the next look sees that they have another one. What couldn't be
    /// read may have gone meanwhile. May block.
    pub(super) fn judge(&self, stamp: Stamp, found: Result<String, String>) -> Result<Meaning, String> {
        match found {
            Ok(blake3) if blake3 == self.blake3 => Ok(Meaning::Is(Command::Find { stamp })),
            Ok(_) => Ok(Meaning::Is(self.file.state.otherwise(stamp))),
            Err(error) => match self.look() {
                Ok(Err(meaning)) => Ok(meaning),
                Ok(Ok(_)) | Err(_) => Err(error),
            },
        }
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
        version,
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

/// Where files of a root wait that were deleted, each with its id as its name.
pub(crate) fn trash_of(root: &Path) -> PathBuf {
    root.join(OWN_FOLDER).join("trash")
}

/// What the file system says of the file at a path; none if there is none. Anything else than an answer is no answer:
/// a disk that fails has lost nothing. May block.
pub(crate) fn stamp_of(path: &Path) -> io::Result<Option<Stamp>> {
    match fs::symlink_metadata(path) {
        Ok(facts) if facts.is_file() => Ok(Some(stamp_by(&facts))),
        // A folder or a link in its place is no file.
        Ok(_) => Ok(None),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// What the file system's facts of a file say of it.
pub(crate) fn stamp_by(facts: &fs::Metadata) -> Stamp {
    let modified_ms = facts.mtime() * 1_000 + facts.mtime_nsec() / 1_000_000;
    let inode = Some(Inode { device: facts.dev(), number: facts.ino() });
    Stamp { size_bytes: facts.len(), modified_ms, inode }
}
