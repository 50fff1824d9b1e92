//! Snapshots of folds: a cache that is dropped at the first doubt (L-15).
//!
//! One file per fold. It names the log, the fold with its version and the position, holds the hash of the chain at
//! that position, what the fold has passed without understanding it, and a checksum of itself. A snapshot that
//! doesn't belong to this very history is gone, and so is one that a program made which knew less than this one.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use mediary_events::{Passed, Schema};

use super::{error::ReadError, store::Store};
use crate::{whole, work::REGISTRY};

const MAGIC: &[u8; 8] = b"mdysnap2";
/// Magic, log id, fold version, position, head hash.
const HEADER_BYTES: usize = 8 + 16 + 4 + 8 + 32;
const AT_POSITION: usize = 28;
const CHECKSUM_BYTES: usize = 32;

/// What was kept of a fold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Up to where it was folded.
    pub position: u64,
    /// What it passed on the way without understanding it.
    pub passed: Passed,
    /// What it came to.
    pub state: Vec<u8>,
}

/// Why a snapshot was not saved; the fold goes on without.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SnapshotError {
    /// There is no such position.
    #[error("position {position} is not in the log")]
    Beyond {
        /// The position.
        position: u64,
    },
    /// The name can't be that of a file.
    #[error("{fold:?} is not the name of a fold")]
    Name {
        /// The name.
        fold: String,
    },
    /// The log can't be read.
    #[error("reading the log failed")]
    Log(#[from] ReadError),
    /// The file can't be written.
    #[error("writing {} failed", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

/// Where snapshots of folds are kept.
#[derive(Debug)]
pub struct SnapshotStore {
    directory: PathBuf,
    store: Arc<Store>,
}

impl SnapshotStore {
    pub(super) fn new(directory: PathBuf, store: Arc<Store>) -> Self {
        Self { directory, store }
    }

    /// Keeps what a fold came to after a position, in place of what was kept of it before.
    ///
    /// A fold's name has lower-case letters, digits, `_`, `-` and `.`; it blocks for an fsync.
    pub fn save(&self, fold: &str, fold_version: u32, kept: &Kept) -> Result<(), SnapshotError> {
        let Kept { position, passed, state } = kept;
        let path = self.path(fold)?;
        if self.store.erasures().is_fresh() {
            // The fold may still say what was erased: the next start makes it anew.
            fs::remove_file(&path).ok();
            return Ok(());
        }
        let hash = self.store.hash_at(*position)?.ok_or(SnapshotError::Beyond { position: *position })?;
        let mut bytes = Vec::with_capacity(HEADER_BYTES + fold.len() + state.len() + CHECKSUM_BYTES);
        bytes.extend_from_slice(&header(&self.store, fold_version, *position, &hash));
        put_text(fold, &mut bytes);
        put_text(&passed.to_string(), &mut bytes);
        bytes.extend_from_slice(state);
        let checksum = blake3::hash(&bytes);
        bytes.extend_from_slice(checksum.as_bytes());
        self.write(&path, &bytes).map_err(|source| SnapshotError::Io { path, source })
    }

    /// What was kept of a fold; none if there is nothing that can be trusted.
    pub fn load(&self, fold: &str, fold_version: u32) -> Option<Kept> {
        self.load_knowing(fold, fold_version, |concern, name| REGISTRY.knows(concern, name))
    }

    /// [`Self::load`] for a program that knows these forms of events.
    pub(super) fn load_knowing(
        &self,
        fold: &str,
        fold_version: u32,
        knows: impl Fn(&str, &str) -> Option<Schema>,
    ) -> Option<Kept> {
        let path = self.path(fold).ok()?;
        let bytes = fs::read(&path).ok()?;
        let found = self.open(&bytes, fold, fold_version).filter(|kept| !kept.passed.is_overtaken(knows));
        if found.is_none() {
            tracing::info!(fold, fold_version, "log.snapshot_dropped");
            fs::remove_file(&path).ok();
        }
        found
    }

    fn open(&self, bytes: &[u8], fold: &str, fold_version: u32) -> Option<Kept> {
        let (content, checksum) = bytes.split_last_chunk::<CHECKSUM_BYTES>()?;
        if blake3::hash(content).as_bytes() != checksum {
            return None;
        }
        let (stored, mut rest) = content.split_at_checked(HEADER_BYTES)?;
        let position = u64::from_be_bytes(*stored[AT_POSITION..].first_chunk()?);
        let hash = self.store.hash_at(position).ok()??;
        if stored != header(&self.store, fold_version, position, &hash)
            || take_text(&mut rest)? != fold
            || self.store.erasures().reach_into(position)
        {
            return None;
        }
        let passed = take_text(&mut rest)?.parse().ok()?;
        Some(Kept { position, passed, state: rest.to_vec() })
    }

    fn path(&self, fold: &str) -> Result<PathBuf, SnapshotError> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-.".contains(&byte);
        if fold.is_empty() || fold.starts_with('.') || !fold.bytes().all(allowed) {
            return Err(SnapshotError::Name { fold: fold.to_owned() });
        }
        Ok(self.directory.join(format!("{fold}.snapshot")))
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        fs::create_dir_all(&self.directory)?;
        whole::write(path, bytes)
    }
}

fn header(store: &Store, fold_version: u32, position: u64, hash: &[u8; 32]) -> [u8; HEADER_BYTES] {
    let mut header = [0; HEADER_BYTES];
    header[..8].copy_from_slice(MAGIC);
    header[8..24].copy_from_slice(store.log_id().as_bytes());
    header[24..28].copy_from_slice(&fold_version.to_be_bytes());
    header[AT_POSITION..36].copy_from_slice(&position.to_be_bytes());
    header[36..].copy_from_slice(hash);
    header
}

/// A text with its length in front.
fn put_text(text: &str, out: &mut Vec<u8>) {
    let len = u32::try_from(text.len()).expect("a name, or a few lines of names");
    out.extend_from_slice(&len.to_be_bytes());
    out.extend_from_slice(text.as_bytes());
}

fn take_text<'a>(rest: &mut &'a [u8]) -> Option<&'a str> {
    let (len, after) = rest.split_first_chunk()?;
    let (text, after) = after.split_at_checked(u32::from_be_bytes(*len) as usize)?;
    *rest = after;
    std::str::from_utf8(text).ok()
}
