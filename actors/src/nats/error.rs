//! Why there is no server.

use std::{io, path::PathBuf};

use crate::process;

/// Why there is no server.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The folder or a file in it can't be used.
    #[error("{step} {}", path.display())]
    File {
        /// What was done with it.
        step: &'static str,
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The file of passwords isn't one.
    #[error("understand {}", path.display())]
    Access {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: serde_json::Error,
    },
    /// No port is free.
    #[error("find a free port on 127.0.0.1")]
    Port(#[source] io::Error),
    /// The program can't be started.
    #[error("start nats-server")]
    Start(#[source] process::Error),
    /// It ended, or never began to serve.
    #[error("keep nats-server running: {words}")]
    Ended {
        /// How, and its last words.
        words: String,
    },
}

impl Error {
    /// What the owner can do.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::File { .. } => "check that the data folder belongs to this user and has room",
            Self::Access { .. } => {
                "delete the file and start again: new passwords are made, and automations need the new ones"
            }
            Self::Port(_) => "start with --nats off, or with the address of a server",
            Self::Start(_) => "install nats-server, or start with --nats off",
            Self::Ended { .. } => {
                "see nats/output in the data folder; deleting nats/jetstream there loses nothing, since the \
                 log is the record"
            }
        }
    }
}
