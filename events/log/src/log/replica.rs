//! A copy of a record to look into, in a folder of its own (PL-16).
//!
//! Guarantees: it is made of a record that was proved whole, with each event as it was, byte for byte; the original is only
//! read, also where nobody may write. It has no identity key: nothing that is made with one can be made from it.

use std::{
    io,
    path::{Path, PathBuf},
};

use super::{
    chain,
    error::{OpenError, ReadError},
    offline::OfflineLog,
    read,
    rebuild::{Meta, Rebuild, RebuildError},
    verify::{Report, VerifyError, verify, verify_bundle_with},
};

/// What a copy is made of.
#[derive(Debug, Clone, Copy)]
pub enum Original<'a> {
    /// A data folder that no server has; it is not written to.
    Folder(&'a Path),
    /// A bundle that `export` wrote, from the first event on; `-` for one that is piped in.
    Bundle(&'a Path),
}

/// Why there is no copy.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReplicaError {
    /// The original is not whole, or can't be read.
    #[error(transparent)]
    Unproved(#[from] VerifyError),
    /// The bundle is a stretch: what was before its first event is unknown.
    #[error("the bundle goes from event {first} to {last}, and what was before or in between is not in it")]
    Stretch {
        /// Its first event.
        first: u64,
        /// Its last event.
        last: u64,
    },
    /// The folder that is proved has changed meanwhile.
    #[error("the log changed while it was read")]
    Moved,
    /// The copy can't be written.
    #[error("{step} {} failed", path.display())]
    Write {
        /// What was being done.
        step: &'static str,
        /// With which file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl ReplicaError {
    /// A stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unproved(error) => error.code(),
            Self::Stretch { .. } => "BUNDLE_PARTIAL",
            Self::Moved => "LOG_IN_USE",
            Self::Write { .. } => "FILE",
        }
    }

    /// The next step for a person.
    pub fn advice(&self) -> String {
        match self {
            Self::Unproved(error) => error.advice(),
            Self::Stretch { .. } => {
                "export it from the first event to the end: `mediary log export FILE --from 1`".to_owned()
            }
            Self::Moved => "ask again, or replay an export: `mediary log export FILE`".to_owned(),
            Self::Write { .. } => "check the folder for temporary files and the room on its disk".to_owned(),
        }
    }
}

impl From<OpenError> for ReplicaError {
    fn from(error: OpenError) -> Self {
        Self::Unproved(error.into())
    }
}

impl From<RebuildError> for ReplicaError {
    fn from(RebuildError { step, path, source }: RebuildError) -> Self {
        Self::Write { step, path, source }
    }
}

/// Proves a record and copies it into a folder that has none; answers what the proof says. Of a folder that somebody has
/// nothing is copied.
pub fn replicate(original: Original<'_>, folder: &Path) -> Result<Report, ReplicaError> {
    match original {
        Original::Folder(directory) => of_folder(directory, folder),
        Original::Bundle(path) => of_bundle(path, folder),
    }
}

fn of_folder(directory: &Path, folder: &Path) -> Result<Report, ReplicaError> {
    let report = verify(directory, None)?;
    let offline = OfflineLog::open(directory)?;
    let mut copy = Rebuild::begin(folder)?;
    let unreadable = |source: ReadError| VerifyError::Read { path: directory.to_owned(), source };
    let (mut hash, mut epoch, mut next) = (chain::genesis(report.log_id), 0, 1);
    while next <= report.last_position {
        for (position, frame) in offline.store.frames(next, report.last_position).map_err(unreadable)? {
            let frame = read::parse(position, &frame).map_err(|damage| unreadable(damage.into()))?;
            hash = chain::link(&hash, frame.envelope_bytes(), frame.digest());
            copy.push(&frame, &hash)?;
            (epoch, next) = (frame.epoch(), position + 1);
        }
    }
    // Between the proof and the copy somebody may have had it.
    if hash != report.head_hash {
        return Err(ReplicaError::Moved);
    }
    finished(copy, report, epoch)
}

fn of_bundle(path: &Path, folder: &Path) -> Result<Report, ReplicaError> {
    let (mut copy, mut epoch) = (Rebuild::begin(folder)?, 0);
    let report = verify_bundle_with(path, None, |frame, hash| {
        epoch = frame.epoch();
        copy.push(frame, hash).map_err(ReplicaError::from)
    })?;
    if report.first_position > 1 || report.events_cut_after > 0 {
        return Err(ReplicaError::Stretch { first: report.first_position, last: report.last_position });
    }
    finished(copy, report, epoch)
}

fn finished(copy: Rebuild, report: Report, epoch: u64) -> Result<Report, ReplicaError> {
    copy.finish(&Meta { log_id: report.log_id, identity_key: [0; 32], epoch, is_restored: false })?;
    Ok(report)
}
