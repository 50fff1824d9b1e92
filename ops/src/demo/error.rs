//! What can go wrong with the sample site itself.

use std::{io, path::PathBuf, process::ExitStatus};

/// Why the sample site can't do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The program that makes the media can't be started.
    #[error("start {} to make the sample media; install it (Debian: `apt-get install ffmpeg`)", program.display())]
    FfmpegMissing {
        /// What was started.
        program: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The program that makes the media ended with an error.
    #[error("make the sample clip {clip}: ffmpeg ended with {status}: {stderr}")]
    FfmpegFailed {
        /// Which clip.
        clip: &'static str,
        /// How it ended.
        status: ExitStatus,
        /// The end of what it said.
        stderr: String,
    },
    /// The recipe was followed and a file is missing all the same.
    #[error("make the sample media: {file} is missing or empty afterwards")]
    Incomplete {
        /// Which file, relative to the media folder.
        file: String,
    },
    /// The folder of the sample media can't be used.
    #[error("{step} {}", path.display())]
    Folder {
        /// What was tried.
        step: &'static str,
        /// With which path.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// The address can't be listened on.
    #[error("listen on 127.0.0.1:{port} for the sample site")]
    Listen {
        /// The port; 0 is any.
        port: u16,
        /// Why it failed.
        source: io::Error,
    },
    /// There is no such entry in a list.
    #[error("find entry {index} of the list {list}, which has {len}")]
    NoEntry {
        /// The list's name.
        list: String,
        /// The index from 0.
        index: usize,
        /// How many entries there are.
        len: usize,
    },
    /// A name that doesn't fit into an address.
    #[error("use {name:?} as the name of a list: lower-case letters, digits and hyphens only")]
    ListName {
        /// The name.
        name: String,
    },
}

/// A result of the sample site.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// For `map_err` of a step with a path.
    pub(super) fn folder(step: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Folder { step, path, source }
    }
}
