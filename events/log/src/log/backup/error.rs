use std::{io, path::PathBuf};

use super::super::error::{OpenError, ReadError};

/// Why there is no backup, or nothing is restored.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackupError {
    /// The log can't be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The log can't be read or written.
    #[error("reading the log failed")]
    Read(#[from] ReadError),
    /// The backup can't be written.
    #[error("writing the backup failed")]
    Write(#[source] io::Error),
    /// A file of the folder that belongs to it can't be read.
    #[error("reading what belongs to a backup failed")]
    Settings(#[source] io::Error),
    /// The backup can't be read.
    #[error("reading the backup failed")]
    File(#[source] io::Error),
    /// The file is no backup, or one of a newer program.
    #[error("it is no backup that this program knows: {detail}")]
    Foreign {
        /// What it is instead.
        detail: String,
    },
    /// The backup is not whole.
    #[error("the backup is damaged: {detail}")]
    Damaged {
        /// What is wrong first.
        detail: String,
    },
    /// The folder can't be changed.
    #[error("{step} {} failed", path.display())]
    Folder {
        /// What was being done.
        step: &'static str,
        /// With which file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The folder has something that the backup doesn't have.
    #[error("{why}")]
    Newer {
        /// What it has.
        why: String,
    },
    /// What was restored is not what the backup holds.
    #[error("what was restored does not prove whole: {detail}")]
    Unproved {
        /// What the proof says.
        detail: String,
    },
}

impl BackupError {
    /// A stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Open(error) => error.code(),
            Self::Read(ReadError::Damaged(damage)) => damage.code(),
            Self::Read(_) => "LOG_UNREADABLE",
            Self::Write(_) | Self::Settings(_) | Self::File(_) | Self::Folder { .. } => "FILE",
            Self::Foreign { .. } => "BACKUP_FOREIGN",
            Self::Damaged { .. } | Self::Unproved { .. } => "BACKUP_DAMAGED",
            Self::Newer { .. } => "BACKUP_OLDER",
        }
    }

    /// The next step for a person.
    pub fn advice(&self) -> String {
        match self {
            Self::Open(error) => error.advice(),
            Self::Read(_) => "`mediary log verify` names the first bad position".to_owned(),
            Self::Write(_) | Self::Settings(_) | Self::File(_) | Self::Folder { .. } => {
                "check the folder and the room on its disk".to_owned()
            }
            Self::Foreign { .. } => {
                "name a file that `mediary backup` wrote; a newer one is restored by the newer program".to_owned()
            }
            Self::Damaged { .. } | Self::Unproved { .. } => {
                "nothing was changed; take another backup, and check the disk that this one was on".to_owned()
            }
            Self::Newer { .. } => {
                "restore into another folder with --data, or put the backup in its place with --force: what is there \
                 is moved aside, not deleted"
                    .to_owned()
            }
        }
    }
}
