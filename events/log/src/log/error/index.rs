//! What is wrong with an index, which is never blamed on the record, nor the other way round.

use std::{borrow::Cow, io};

use super::{Damage, ReadError, StorageFault};

/// What is wrong with an index. The events are whole, and it can be made anew.
#[derive(Debug, thiserror::Error)]
pub(in crate::log) enum IndexFault {
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
    pub(in crate::log) fn of(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::Unfit(reason.into())
    }

    /// Whether making it anew helps: not if the disk is full, or the folder of somebody else.
    pub(in crate::log) fn is_damage(&self) -> bool {
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
pub(in crate::log) enum Trouble {
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
