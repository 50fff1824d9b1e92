//! Why a child could not be started.

use std::{io, path::PathBuf};

use mediary_schema::{FailureClass, job::Failure};

/// Why a child could not be started.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The program is not there, or is no program.
    #[error("find the program {program:?}")]
    ToolMissing {
        /// The program's name, or the path that was configured for it.
        program: String,
    },
    /// The folder that it was to work in can't be used.
    #[error("enter the folder {path:?}")]
    WorkingDir {
        /// The folder.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The file for its output can't be made.
    #[error("make the output file {path:?}")]
    OutputFile {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The system could not start it.
    #[error("start {program:?}")]
    Start {
        /// The program's name.
        program: String,
        /// Why not.
        source: io::Error,
    },
    /// It ran, but not as a program of that name does: its version could not be read.
    #[error("learn the version of {program:?}: {words}")]
    Version {
        /// The program's name.
        program: String,
        /// What it said or how it ended.
        words: String,
    },
}

impl Error {
    /// What the queue needs to know of it.
    pub fn failure(&self) -> Failure {
        let class = match self {
            Self::ToolMissing { .. } | Self::Version { .. } => FailureClass::ToolMissing,
            Self::WorkingDir { source, .. } | Self::OutputFile { source, .. } => storage_class(source),
            Self::Start { .. } => FailureClass::Unknown,
        };
        let message = match self {
            Self::ToolMissing { program } => format!("the program {program} is not installed"),
            Self::Version { .. } => format!("could not {self}"),
            // Whoever reads it may not know where the folders of this machine are.
            Self::WorkingDir { source, .. } => {
                format!("could not enter the folder of its unfinished work: {source}")
            }
            Self::OutputFile { source, .. } => {
                format!("could not make the file for what the tool says: {source}")
            }
            Self::Start { source, .. } => format!("could not {self}: {source}"),
        };
        Failure::new(class, message)
    }
}

/// The class of an I/O error on a file of ours.
pub(crate) fn storage_class(error: &io::Error) -> FailureClass {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => FailureClass::DiskFull,
        _ => FailureClass::Storage,
    }
}
