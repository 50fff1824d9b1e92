//! Files as the log has them, beside what is in their places.

use std::{
    collections::{HashMap, hash_map::DefaultHasher},
    fs,
    hash::{Hash as _, Hasher as _},
    io,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use mediary_events::{
    Concern as _, codec,
    file::{Command, File, State},
};
use mediary_log::{Direction, Filter, Log, Read, ReadError, Recorded, work::file::Finding};
use mediary_schema::{FileId, ProjectId, RootId, file::Stamp};

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
}

impl Known {
    /// Where it should be.
    pub(super) fn place(&self, root: &Root) -> PathBuf {
        root.folder().join(&self.path)
    }

    /// What is to be read, to know whether it is still what it was.
    pub(super) fn wanted(&self, root: &Root) -> Option<Wanted> {
        let verified = self.state.verified.as_ref()?;
        Some(Wanted {
            file_id: self.file_id,
            root: root.id(),
            place: self.place(root),
            size_bytes: verified.size_bytes,
            blake3: verified.blake3.clone(),
        })
    }

    /// Its path and the root of that, as a number: a hundred thousand paths would be ten megabytes.
    fn hash(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        (self.root, &self.path).hash(&mut hasher);
        hasher.finish()
    }
}

/// A file that is to be read, as it was when it was kept.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) file_id: FileId,
    /// Below which root it lies.
    pub(super) root: RootId,
    /// Where it should be.
    pub(super) place: PathBuf,
    pub(super) size_bytes: u64,
    pub(super) blake3: String,
}

impl Wanted {
    /// Its stamp if it is there and as long as it was; else what that means. May block.
    pub(super) fn look(&self) -> io::Result<Result<Stamp, Command>> {
        Ok(match stamp_of(&self.place)? {
            None => Err(Command::Lose),
            Some(stamp) if stamp.size_bytes != self.size_bytes => Err(Command::Change { stamp }),
            Some(stamp) => Ok(stamp),
        })
    }

    /// What it means that this hash was found in it, or why it couldn't be read. The stamp is that of before it was read:
    /// of bytes that came later nothing is known, and the next look sees that they have another one. What couldn't be
    /// read may have gone meanwhile. May block.
    pub(super) fn judge(&self, stamp: Stamp, found: Result<String, String>) -> Result<Command, String> {
        match found {
            Ok(blake3) if blake3 == self.blake3 => Ok(Command::Find { stamp }),
            Ok(_) => Ok(Command::Change { stamp }),
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
    let mut version = envelope.version;
    loop {
        let later = log.read_stream(&envelope.stream, version + 1, Direction::Forward, STORY)?;
        for recorded in &later {
            fold(&mut state, recorded);
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
    }))
}

/// What can't be read was erased, or is a newer program's: then nothing is said of the file.
fn fold(state: &mut State, recorded: &Recorded) {
    for event in codec::events_of::<File>(recorded).unwrap_or_default() {
        File::evolve(state, &event);
    }
}

/// What the file system says of the file at a path; none if there is none. Anything else than an answer is no answer:
/// a disk that fails has lost nothing. May block.
pub(crate) fn stamp_of(path: &Path) -> io::Result<Option<Stamp>> {
    match fs::symlink_metadata(path) {
        Ok(facts) if facts.is_file() => {
            let modified_ms = facts.mtime() * 1_000 + facts.mtime_nsec() / 1_000_000;
            Ok(Some(Stamp { size_bytes: facts.len(), modified_ms }))
        }
        // A folder or a link in its place is no file.
        Ok(_) => Ok(None),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Whose each path is: the file's that was recorded there last. Asked for the newest first.
#[derive(Debug, Default)]
pub(super) struct Places {
    owners: HashMap<u64, FileId>,
}

impl Places {
    /// What it means for a file that a newer one was put into its place, if one was.
    pub(super) fn superseded(&mut self, file: &Known) -> Option<Finding> {
        let by = *self.owners.entry(file.hash()).or_insert(file.file_id);
        let is_other = by != file.file_id && file.state.is_looked_at();
        is_other.then_some(Finding { file_id: file.file_id, command: Command::Replace { by } })
    }

    /// Whether a file has its path for itself.
    pub(super) fn is_owner(&self, file: &Known) -> bool {
        self.owners.get(&file.hash()).is_none_or(|owner| *owner == file.file_id)
    }
}
