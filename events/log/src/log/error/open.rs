//! Why a data folder can't be opened.

use std::{fmt, io, path::PathBuf};

use mediary_events::Rejection as _;
use mediary_schema::Timestamp;
use uuid::Uuid;

use super::{Damage, StorageFault};
use crate::vault::VaultError;

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
    /// What is sealed in it can't be opened.
    #[error("the keys by which the log is sealed can't be used")]
    Keys(#[source] VaultError),
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
    pub fn code(&self) -> &'static str {
        match self {
            Self::Keys(error) => error.code(),
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
            Self::Keys(error) => error.advice().unwrap_or_default(),
            Self::InUse { .. } => {
                "wait for the other process, or stop it; one process per data folder".to_owned()
            }
            Self::NoLog { .. } => "check --data: this folder never had a log".to_owned(),
            Self::Lost { path, .. } => format!(
                "put {} or a backup of it back; for a log that begins anew choose an empty folder",
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
                "set the clock, or start with `--accept-clock`: what is recorded then \
                has the time that the clock says, for ever"
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
