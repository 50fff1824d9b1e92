//! Why a log or a bundle could not be proved.

use std::{io, path::PathBuf};

use crate::log::{
    chain::Hash,
    error::{Damage, OpenError, ReadError},
};

/// Why a log could not be proved.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// It can't be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Stored bytes are wrong.
    #[error("{} is damaged", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        #[source]
        damage: Damage,
    },
    /// It can't be read.
    #[error("reading {} failed", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: ReadError,
    },
    /// A bundle can't be read.
    #[error("the bundle {} can't be read", path.display())]
    NoBundle {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A newer program wrote the bundle.
    #[error(
        "the bundle {} has form {found}, and this program knows forms up to {known}", path.display()
    )]
    NewerBundle {
        /// The file.
        path: PathBuf,
        /// The form of the bundle.
        found: u32,
        /// The newest form that is known here.
        known: u32,
    },
    /// A bundle ends too early.
    #[error("the bundle {} ends with event {last}, and its first line promises events to {promised}", path.display())]
    CutShort {
        /// The file.
        path: PathBuf,
        /// The last event.
        last: u64,
        /// What its first line says.
        promised: u64,
    },
    /// A line of a bundle is not what an export writes.
    #[error("line {line} of {} is not what an export writes: {detail}", path.display())]
    Bundle {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// The event on it, or the one that the first line is wrong about.
        position: Option<u64>,
        /// In which way.
        detail: String,
    },
    /// It is whole, but another history than the checkpoint's.
    #[error("the log is not the one that the checkpoint at {position} was taken from")]
    Checkpoint {
        /// The position.
        position: u64,
        /// The hash that was kept.
        expected: Hash,
        /// The hash that the log has.
        actual: Hash,
    },
    /// It holds together, but has no event where the checkpoint is.
    #[error(
        "the checkpoint at {position} lies outside of {}, which goes from {first} to {last}",
        if *is_bundle { "the bundle" } else { "the log" }
    )]
    CheckpointOutside {
        /// The position.
        position: u64,
        /// The first event.
        first: u64,
        /// The last event.
        last: u64,
        /// Whether only a stretch was looked at, which need not reach so far.
        is_bundle: bool,
    },
}

impl VerifyError {
    /// What is wrong with stored bytes, if that is it.
    pub const fn damage(&self) -> Option<&Damage> {
        match self {
            Self::Damaged { damage, .. } | Self::Open(OpenError::Damaged { damage, .. }) => Some(damage),
            _ => None,
        }
    }

    /// The first bad position, where one can be told.
    pub const fn position(&self) -> Option<u64> {
        match self {
            Self::Checkpoint { position, .. } => Some(*position),
            Self::CheckpointOutside { last, is_bundle: false, .. } | Self::CutShort { last, .. } => {
                Some(*last + 1)
            }
            Self::Bundle { position, .. } => *position,
            _ => match self.damage() {
                Some(damage) => damage.position(),
                None => None,
            },
        }
    }

    /// A stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Open(error) => error.code(),
            Self::Damaged { damage, .. } => damage.code(),
            Self::Read { .. } => "LOG_UNREADABLE",
            Self::NoBundle { .. } => "BUNDLE_UNREADABLE",
            Self::NewerBundle { .. } => "BUNDLE_NEWER",
            Self::CutShort { .. } => "LOG_TRUNCATED",
            Self::Bundle { .. } => "BUNDLE_MALFORMED",
            Self::Checkpoint { .. } | Self::CheckpointOutside { .. } => "LOG_CHECKPOINT_MISSED",
        }
    }

    /// The next step for a person.
    pub fn advice(&self) -> String {
        match self {
            Self::Open(error) => error.advice(),
            Self::Damaged { damage, .. } => damage.advice().to_owned(),
            Self::Read { .. } => "check that the file can be read by this user".to_owned(),
            Self::NoBundle { .. } => {
                "name a file that `mediary log export FILE` wrote, or - for what is piped in".to_owned()
            }
            Self::NewerBundle { .. } => "use the version of Mediary that wrote it, or a newer one".to_owned(),
            Self::Bundle { .. } | Self::CutShort { .. } => {
                "export it again with `mediary log export FILE`, and don't edit it".to_owned()
            }
            Self::Checkpoint { .. } => {
                "history before the checkpoint was changed, or this is another log: restore the newest backup that \
                 verifies against it"
                    .to_owned()
            }
            Self::CheckpointOutside { is_bundle: true, .. } => {
                "export a stretch that reaches the checkpoint, or give a checkpoint within this one".to_owned()
            }
            Self::CheckpointOutside { .. } => {
                "events were lost, or this is an older copy: restore the newest backup that verifies against it"
                    .to_owned()
            }
        }
    }
}
