use std::io;

use mediary_schema::{FailureClass, job::Failure};

use crate::process::storage_class;

/// Why a file can't get its place in the library.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    /// Following a link would lead out of the library.
    #[error("{name:?} in the library is a link or a file, and files are put into real folders only")]
    NotAFolder {
        /// What is in the way, below the library.
        name: String,
    },
    /// The folder and the unfinished file lie on different file systems.
    #[error("{name:?} in the library is a mount of its own, into which nothing can be renamed")]
    OtherMount {
        /// The folder, below the library; empty for the library itself.
        name: String,
    },
    /// There is no way here to give a file a name that is free and no other.
    #[error("the library's file system can neither rename without overwriting nor link")]
    NoWay,
    /// A file with this name is there.
    #[error("there is a file of this name already")]
    Taken,
    /// The system refuses a step.
    #[error("failed to {step}")]
    Io {
        /// What was tried.
        step: &'static str,
        /// What the system says.
        source: io::Error,
    },
}

impl Unusable {
    pub(crate) fn io(step: &'static str) -> impl FnOnce(rustix::io::Errno) -> Self {
        move |errno| Self::Io { step, source: errno.into() }
    }

    /// Whether there is only no room now: that passes, and nothing is wrong with the place.
    pub fn is_full(&self) -> bool {
        matches!(self, Self::Io { source, .. } if storage_class(source) == FailureClass::DiskFull)
    }

    /// How to mend it.
    pub const fn advice(&self) -> &'static str {
        match self {
            Self::NotAFolder { .. } => {
                "put a folder in its place, or name the linked folder itself as `library`"
            }
            Self::OtherMount { .. } => {
                "mount the library as a whole, or name the mounted folder itself as `library`"
            }
            Self::NoWay => {
                "keep the library on a file system that can do one of them, such as ext4, xfs or NFS"
            }
            Self::Taken => "move that file away",
            Self::Io { .. } => {
                "give the user that runs the server write permission, or choose another `library`"
            }
        }
    }

    /// What the queue needs to know of it. The text has no path of this machine.
    pub(crate) fn failure(&self) -> Failure {
        match self {
            Self::Io { step, source } => {
                Failure::new(storage_class(source), format!("failed to {step}: {source}"))
            }
            Self::NotAFolder { .. } | Self::OtherMount { .. } | Self::NoWay | Self::Taken => {
                Failure::new(FailureClass::Storage, format!("{self}; {}", self.advice()))
            }
        }
    }
}
