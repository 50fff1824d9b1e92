//! What can go wrong, told apart by what a person or a caller can do about it.

mod damage;
mod index;
mod open;

use std::{io, sync::Arc, time::Duration};

use mediary_events::StreamId;

use super::append::Expected;
use crate::vault::VaultError;

pub use damage::Damage;
pub(super) use index::{IndexFault, Trouble};
pub use open::{Holder, OpenError};

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
    /// The chain is broken, and nothing is put on top of it.
    #[error("the log is damaged, and nothing is recorded until that is mended")]
    Broken(#[source] Arc<Damage>),
    /// What belongs to a person can't be sealed, and is not recorded otherwise.
    #[error("what belongs to a person can't be sealed")]
    Unsealed(#[source] VaultError),
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
