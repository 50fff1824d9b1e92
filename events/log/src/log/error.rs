//! What can go wrong, told apart by what a person or a caller can do about it.

use std::{borrow::Cow, fmt, io, path::PathBuf, sync::Arc, time::Duration};

use mediary_events::StreamId;
use mediary_schema::Timestamp;
use uuid::Uuid;

use super::append::Expected;

/// What is wrong with stored bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Damage {
    /// Bytes are missing at the end.
    #[error("the log is cut short: {detail}")]
    Truncated {
        /// What is missing.
        detail: String,
    },
    /// It never was a log of Mediary.
    #[error("this is not a log of Mediary: {detail}")]
    Foreign {
        /// What it is, as far as can be told.
        detail: String,
    },
    /// A newer program wrote it (PL-10).
    #[error("the log has format {found}, and this program knows formats up to {known}")]
    NewerFormat {
        /// The format of the log.
        found: u32,
        /// The newest format that is known here.
        known: u32,
    },
    /// A program of long ago wrote it.
    #[error(
        "the log has format {found}, which was replaced before anything was released; this program has {known}"
    )]
    OlderFormat {
        /// The format of the log.
        found: u32,
        /// The format of this program.
        known: u32,
    },
    /// A newer program wrote this event in a way that this one can't read.
    #[error("event {position} has a mark of a newer program: {what}")]
    NewerMark {
        /// The event.
        position: u64,
        /// The mark.
        what: String,
    },
    /// A payload or its salt isn't what was recorded.
    #[error("the payload of event {position} is damaged: it does not match its digest")]
    Payload {
        /// The event.
        position: u64,
    },
    /// An envelope or a digest isn't what was recorded.
    #[error("the envelope of {} is damaged: {detail}", named(*first, *last))]
    Envelope {
        /// The first event that may be it.
        first: u64,
        /// The last event that may be it.
        last: u64,
        /// How it was noticed.
        detail: String,
    },
    /// An index doesn't say what the events say; the events themselves are whole up to here.
    #[error("the index {index} disagrees with event {position}")]
    Index {
        /// The table.
        index: &'static str,
        /// The event.
        position: u64,
    },
    /// The file of the indices is of no use, and couldn't be made anew.
    #[error("the index of the log is damaged: {detail}")]
    IndexFile {
        /// How it was noticed.
        detail: String,
    },
    /// The file's own structure is broken.
    #[error("the structure of the log file is damaged: {detail}")]
    Structure {
        /// How it was noticed.
        detail: String,
    },
}

/// One event, or some of which one is meant.
fn named(first: u64, last: u64) -> String {
    if first == last { format!("event {first}") } else { format!("an event from {first} to {last}") }
}

impl Damage {
    /// The first position that may be bad, where one can be told.
    pub const fn position(&self) -> Option<u64> {
        match self {
            Self::Payload { position } | Self::Index { position, .. } | Self::NewerMark { position, .. } => {
                Some(*position)
            }
            Self::Envelope { first, .. } => Some(*first),
            Self::Truncated { .. }
            | Self::Foreign { .. }
            | Self::NewerFormat { .. }
            | Self::IndexFile { .. }
            | Self::OlderFormat { .. }
            | Self::Structure { .. } => None,
        }
    }

    /// A stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Truncated { .. } => "LOG_TRUNCATED",
            Self::Foreign { .. } => "LOG_FOREIGN",
            Self::NewerFormat { .. } => "LOG_NEWER_FORMAT",
            Self::OlderFormat { .. } => "LOG_OLDER_FORMAT",
            Self::NewerMark { .. } => "LOG_NEWER_MARK",
            Self::Payload { .. } => "LOG_PAYLOAD_DAMAGED",
            Self::Envelope { .. } => "LOG_ENVELOPE_DAMAGED",
            Self::Index { .. } | Self::IndexFile { .. } => "LOG_INDEX_DAMAGED",
            Self::Structure { .. } => "LOG_STRUCTURE_DAMAGED",
        }
    }

    /// The next step for a person. Nothing was written to the damaged log.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Truncated { .. } => {
                "keep the file as it is, check the disk, and restore the newest backup that verifies"
            }
            Self::Foreign { .. } => "check that --data names the right folder; nothing was changed in it",
            Self::NewerFormat { .. } => "install the version of Mediary that wrote it, or a newer one",
            Self::OlderFormat { .. } => {
                "move this data folder away, start with a new one, and follow your lists again; files of its \
                 library can stay where they are"
            }
            Self::NewerMark { .. } => {
                "install the version of Mediary that wrote it, or a newer one; nothing here is known to be damaged. \
                 If no newer version ever wrote here, restore the newest backup that verifies"
            }
            Self::Structure { .. } => {
                "keep a copy of the folder, check disk and memory, and restore the newest backup that verifies; \
                 `mediary log export FILE --salvage` takes out what is whole"
            }
            Self::Payload { .. } | Self::Envelope { .. } => {
                "keep a copy of the folder, check disk and memory, and restore the newest backup that \
                 verifies; `mediary log verify` names the first bad position"
            }
            // The hashes of the chain are part of the record; the other tables can be made from it.
            Self::Index { index: "chain", .. } => {
                "the events are whole; keep a copy of the folder and restore the newest backup that verifies"
            }
            Self::Index { .. } | Self::IndexFile { .. } => {
                "the events are whole: remove the folder `index` and start again, which makes it anew"
            }
        }
    }
}

/// An error of the storage below the log; opaque, since nobody else knows that storage.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct StorageFault(#[source] Box<redb::Error>);

impl StorageFault {
    /// The error of the file, if it was one.
    pub fn io_kind(&self) -> Option<io::ErrorKind> {
        match &*self.0 {
            redb::Error::Io(error) => Some(error.kind()),
            _ => None,
        }
    }

    /// Whether another process has the file.
    pub(super) fn is_lock(&self) -> bool {
        matches!(&*self.0, redb::Error::DatabaseAlreadyOpen)
    }

    /// Whether it says that stored bytes are wrong, and how.
    pub(super) fn damage(&self) -> Option<Damage> {
        match &*self.0 {
            redb::Error::Corrupted(detail) if detail.contains("truncated") => {
                Some(Damage::Truncated { detail: detail.clone() })
            }
            redb::Error::Corrupted(detail) => Some(Damage::Structure { detail: detail.clone() }),
            redb::Error::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                Some(Damage::Truncated { detail: "the file ends before its content does".to_owned() })
            }
            redb::Error::Io(error) if error.kind() == io::ErrorKind::InvalidData => {
                Some(Damage::Structure { detail: error.to_string() })
            }
            redb::Error::RepairAborted => {
                Some(Damage::Structure { detail: "it was left open and can't be repaired".to_owned() })
            }
            redb::Error::TableDoesNotExist(name) => {
                Some(Damage::Foreign { detail: format!("it has no table {name:?}") })
            }
            redb::Error::TableTypeMismatch { table, .. } => {
                Some(Damage::Foreign { detail: format!("its table {table:?} has another form") })
            }
            _ => None,
        }
    }
}

/// Why a data folder can't be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Another process has it.
    #[error("the data folder {} is in use{}", directory.display(), holder)]
    InUse {
        /// The data folder.
        directory: PathBuf,
        /// Who has it.
        holder: Holder,
    },
    /// There is no log.
    #[error("there is no log in {}", directory.display())]
    NoLog {
        /// The data folder.
        directory: PathBuf,
    },
    /// The log's file is gone, and what stands around it says that there was one.
    #[error("the log {} is missing, and {traces} say that this folder had one", path.display())]
    Lost {
        /// The file that is missing.
        path: PathBuf,
        /// What a server makes once it has a log.
        traces: String,
    },
    /// There is another log file than the one that is looked for.
    #[error("{} is not the log file of this folder, which is {}", found.display(), expected.display())]
    OtherFile {
        /// The one that is looked for.
        expected: PathBuf,
        /// The other one.
        found: PathBuf,
    },
    /// The log file is of another log than this folder had.
    #[error("the log {} is {found}, and this folder had the log {expected}", path.display())]
    Exchanged {
        /// The file.
        path: PathBuf,
        /// The log that the folder had.
        expected: Uuid,
        /// The log that is there now.
        found: Uuid,
        /// What remembers the log that the folder had.
        reminder: PathBuf,
    },
    /// The clock says that it is a time before this program was made.
    #[error("the clock says {now}, and this program was made after {not_before}")]
    ClockBehind {
        /// What the clock says.
        now: Timestamp,
        /// What it can't be before.
        not_before: Timestamp,
    },
    /// A folder or file can't be made, read or written.
    #[error("{step} {} failed", path.display())]
    Io {
        /// What was tried.
        step: &'static str,
        /// On what.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// Stored bytes are wrong.
    #[error("the log {} can't be used", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        #[source]
        damage: Damage,
    },
    /// The storage failed in another way.
    #[error("the storage of the log {} failed", path.display())]
    Storage {
        /// The file.
        path: PathBuf,
        /// How.
        #[source]
        fault: StorageFault,
    },
}

impl OpenError {
    /// A stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::InUse { .. } => "DATA_FOLDER_IN_USE",
            Self::NoLog { .. } | Self::Lost { .. } => "LOG_MISSING",
            Self::OtherFile { .. } => "LOG_FILE_UNEXPECTED",
            Self::Exchanged { .. } => "LOG_EXCHANGED",
            Self::ClockBehind { .. } => "CLOCK_BEHIND",
            Self::Io { .. } => "DATA_FOLDER_UNUSABLE",
            Self::Damaged { damage, .. } => damage.code(),
            Self::Storage { .. } => "LOG_STORAGE_FAILED",
        }
    }

    /// The next step for a person.
    pub fn advice(&self) -> String {
        match self {
            Self::InUse { holder: Holder { pid: Some(pid), .. }, .. } => format!(
                "ask the running server instead, or stop process {pid} first; one process per data folder"
            ),
            Self::InUse { .. } => {
                "wait for the other process, or stop it; one process per data folder".to_owned()
            }
            Self::NoLog { .. } => "check --data: this folder never had a log".to_owned(),
            Self::Lost { path, .. } => format!(
                "put {} back, or restore the newest backup with `mediary restore FILE`; for a log that begins \
                 anew choose an empty folder",
                path.display()
            ),
            Self::OtherFile { expected, found } => format!(
                "if it is this folder's log, rename it to {}; else move {} out of the folder",
                expected.display(),
                found.display()
            ),
            Self::Exchanged { reminder, .. } => format!(
                "put the log of this folder back; if the other one is meant to be here, remove {} first, and all \
                 that was built from the old one is built anew",
                reminder.display()
            ),
            Self::ClockBehind { .. } => {
                "set the clock, or start with `--accept-clock`: what is recorded then has the \
                                         time that the clock says, for ever"
                    .to_owned()
            }
            Self::Io { source, .. } if source.kind() == io::ErrorKind::StorageFull => {
                "make room on the disk of the data folder and start again; nothing is lost".to_owned()
            }
            Self::Io { .. } => "check that the data folder exists and belongs to this user".to_owned(),
            Self::Damaged { damage, .. } => damage.advice().to_owned(),
            Self::Storage { fault, .. } if fault.io_kind() == Some(io::ErrorKind::StorageFull) => {
                "make room on the disk of the data folder and start again; nothing is lost".to_owned()
            }
            Self::Storage { .. } => "check the disk of the data folder, then start again".to_owned(),
        }
    }
}

/// Who holds a data folder, as far as its lock file says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Holder {
    /// The process.
    pub pid: Option<u32>,
    /// Where its server listens.
    pub listen: Option<String>,
}

impl fmt::Display for Holder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.pid, &self.listen) {
            (Some(pid), Some(listen)) => write!(formatter, " by process {pid}, which listens on {listen}"),
            (Some(pid), None) => write!(formatter, " by process {pid}"),
            (None, _) => formatter.write_str(" by another process"),
        }
    }
}

/// Why events were not appended.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AppendError {
    /// A stream is not where the caller thought: load it again and decide again.
    #[error("stream {stream} is at version {actual}, not {expected}")]
    Conflict {
        /// The stream.
        stream: StreamId,
        /// What was expected.
        expected: Expected,
        /// Its version; 0 if there is no such stream.
        actual: u64,
    },
    /// Something was recorded that the caller wanted not to have moved.
    #[error("what must not have moved was recorded at {positions:?}")]
    Moved {
        /// Where.
        positions: Vec<u64>,
    },
    /// Too much waits to be written: try again after a while.
    #[error("too many appends wait to be written")]
    Overloaded {
        /// How long to wait.
        retry_after: Duration,
    },
    /// The disk is nearly full. New work is refused; cancels and ends still fit.
    #[error("the disk of the log has {free_bytes} bytes left, and {needed_bytes} are kept in reserve")]
    StorageFull {
        /// Free bytes.
        free_bytes: u64,
        /// What has to be free.
        needed_bytes: u64,
    },
    /// A payload is larger than an event may be.
    #[error("a payload of {size_bytes} bytes is larger than the {max_bytes} that an event may have")]
    PayloadTooLarge {
        /// Its size.
        size_bytes: usize,
        /// The limit.
        max_bytes: usize,
    },
    /// The request itself is malformed; a fault of the caller's code.
    #[error("the append is malformed: {detail}")]
    Malformed {
        /// In which way.
        detail: String,
    },
    /// The log was closed.
    #[error("the log is closed")]
    Closed,
    /// Whether it was written can't be known: ask again with the same command id after the restart.
    #[error("the log can't say whether the append was written")]
    Unknown(#[source] io::Error),
}

/// Why events can't be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// Stored bytes are wrong.
    #[error(transparent)]
    Damaged(Damage),
    /// The storage failed in another way.
    #[error("the storage of the log failed")]
    Storage(#[source] StorageFault),
    /// The log was closed.
    #[error("the log is closed")]
    Closed,
}

impl From<Damage> for ReadError {
    fn from(damage: Damage) -> Self {
        Self::Damaged(damage)
    }
}

impl From<StorageFault> for ReadError {
    fn from(fault: StorageFault) -> Self {
        match fault.damage() {
            Some(damage) => Self::Damaged(damage),
            None => Self::Storage(fault),
        }
    }
}

impl From<io::Error> for StorageFault {
    fn from(error: io::Error) -> Self {
        Self(Box::new(redb::Error::Io(error)))
    }
}

/// What is wrong with an index. The events are whole, and it can be made anew.
#[derive(Debug, thiserror::Error)]
pub(super) enum IndexFault {
    /// It is not the index of this log as this program writes it.
    #[error("{0}")]
    Unfit(Cow<'static, str>),
    /// It says something else than an event.
    #[error("the index {index} disagrees with event {position}")]
    Disagrees {
        /// The table.
        index: &'static str,
        /// The event.
        position: u64,
    },
    /// The file can't be read or written.
    #[error("the file of the index can't be used")]
    Unreadable(#[source] ReadError),
}

impl IndexFault {
    pub(super) fn of(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::Unfit(reason.into())
    }

    /// Whether making it anew helps: not if the disk is full, or the folder of somebody else.
    pub(super) fn is_damage(&self) -> bool {
        match self {
            Self::Unfit(_) | Self::Disagrees { .. } | Self::Unreadable(ReadError::Damaged(_)) => true,
            Self::Unreadable(ReadError::Closed) => false,
            Self::Unreadable(ReadError::Storage(fault)) => {
                let lasting = [
                    io::ErrorKind::StorageFull,
                    io::ErrorKind::QuotaExceeded,
                    io::ErrorKind::PermissionDenied,
                    io::ErrorKind::ReadOnlyFilesystem,
                ];
                !fault.is_lock() && fault.io_kind().is_none_or(|kind| !lasting.contains(&kind))
            }
        }
    }
}

impl From<StorageFault> for IndexFault {
    fn from(fault: StorageFault) -> Self {
        Self::Unreadable(fault.into())
    }
}

/// What goes wrong where record and index are used together: they are never blamed for each other.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The record can't be read or written.
    Record(ReadError),
    /// The index is of no use.
    Index(IndexFault),
}

impl From<ReadError> for Trouble {
    fn from(error: ReadError) -> Self {
        Self::Record(error)
    }
}

impl From<IndexFault> for Trouble {
    fn from(fault: IndexFault) -> Self {
        Self::Index(fault)
    }
}

impl From<Trouble> for ReadError {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Index(IndexFault::Disagrees { index, position }) => {
                Damage::Index { index, position }.into()
            }
            Trouble::Record(error)
            | Trouble::Index(IndexFault::Unreadable(error @ (Self::Storage(_) | Self::Closed))) => error,
            Trouble::Index(fault @ (IndexFault::Unfit(_) | IndexFault::Unreadable(Self::Damaged(_)))) => {
                Damage::IndexFile { detail: fault.to_string() }.into()
            }
        }
    }
}

macro_rules! storage_errors {
    ($($source:ty),+) => {$(
        impl From<$source> for StorageFault {
            fn from(error: $source) -> Self {
                Self(Box::new(error.into()))
            }
        }

        impl From<$source> for ReadError {
            fn from(error: $source) -> Self {
                StorageFault::from(error).into()
            }
        }

        impl From<$source> for IndexFault {
            fn from(error: $source) -> Self {
                Self::Unreadable(error.into())
            }
        }
    )+};
}

storage_errors!(
    redb::StorageError,
    redb::TableError,
    redb::TransactionError,
    redb::CommitError,
    redb::DatabaseError
);

/// Why the writer stopped. The process must end: nothing restarts the log inside it.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the log's writer stopped at {step}")]
pub struct FatalError {
    /// What it did.
    pub step: &'static str,
    /// What failed.
    #[source]
    pub source: Arc<ReadError>,
}

impl FatalError {
    /// The answer to whoever waited for the writer.
    pub(super) fn unknown(&self) -> AppendError {
        let kind = match &*self.source {
            ReadError::Storage(fault) => fault.io_kind().unwrap_or(io::ErrorKind::Other),
            ReadError::Damaged(_) | ReadError::Closed => io::ErrorKind::Other,
        };
        AppendError::Unknown(io::Error::new(kind, self.clone()))
    }
}
