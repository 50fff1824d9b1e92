//! A log file that is made of the events of another one, in a folder of its own: each frame as it was, byte for byte.

use std::{
    fs::{self, File},
    io,
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
};

use redb::{Database, Durability};
use uuid::Uuid;

use super::{
    chain::{self, Hash},
    error::StorageFault,
    frame::Frame,
    store,
    tables::{CHAIN, EVENTS, FORMAT, KEY_EPOCH, KEY_FORMAT, KEY_IDENTITY, KEY_LOG_ID, KEY_RESTORED, META},
};

/// Bytes of one transaction; only the last one is durable.
const BATCH_BYTES: usize = 8 << 20;
/// And its events.
const BATCH_EVENTS: usize = 4_096;

/// Why it can't be made.
#[derive(Debug)]
pub(super) struct RebuildError {
    /// What was being done.
    pub(super) step: &'static str,
    /// With which file or folder.
    pub(super) path: PathBuf,
    /// What the system says.
    pub(super) source: io::Error,
}

/// What a log says of itself.
#[derive(Debug)]
pub(super) struct Meta {
    pub(super) log_id: Uuid,
    pub(super) identity_key: [u8; 32],
    /// The epoch of its last event; 0 if there is none.
    pub(super) epoch: u64,
    /// Whether it comes from a backup, and takes the place of what was recorded since.
    pub(super) is_restored: bool,
}

/// An event as it is kept.
struct Row {
    position: u64,
    frame: Vec<u8>,
    /// The chain after it, where that is kept.
    hash: Option<Hash>,
}

/// A log that is being made. Whoever pushes has proved what he pushes, or proves the whole when it is there.
pub(super) struct Rebuild {
    path: PathBuf,
    database: Database,
    rows: Vec<Row>,
    bytes: usize,
}

impl Rebuild {
    /// Begins one in a folder that has none.
    pub(super) fn begin(directory: &Path) -> Result<Self, RebuildError> {
        let folder = store::folder(directory);
        let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder);
        made.map_err(|source| RebuildError { step: "making", path: folder, source })?;
        let path = store::file(directory);
        let database = Database::create(&path).map_err(|error| failed(&path, error.into()))?;
        Ok(Self { path, database, rows: Vec::new(), bytes: 0 })
    }

    /// Takes the next event, with the hash of the chain after it.
    pub(super) fn push(&mut self, frame: &Frame<'_>, hash: &Hash) -> Result<(), RebuildError> {
        let is_stored = chain::is_stored(frame.position(), frame.append_index(), frame.append_len());
        let bytes = frame.bytes();
        self.bytes += bytes.len();
        let hash = is_stored.then_some(*hash);
        self.rows.push(Row { position: frame.position(), frame: bytes.to_vec(), hash });
        if self.bytes < BATCH_BYTES && self.rows.len() < BATCH_EVENTS {
            return Ok(());
        }
        self.write(None)
    }

    /// Makes it a log, and durable.
    pub(super) fn finish(mut self, meta: &Meta) -> Result<(), RebuildError> {
        self.write(Some(meta))?;
        let Self { path, database, .. } = self;
        drop(database);
        let synced = File::open(&path).and_then(|file| file.sync_all());
        synced.map_err(|source| RebuildError { step: "syncing", path, source })
    }

    fn write(&mut self, meta: Option<&Meta>) -> Result<(), RebuildError> {
        let written = self.try_write(meta).map_err(|fault| failed(&self.path, fault));
        self.rows.clear();
        self.bytes = 0;
        written
    }

    fn try_write(&self, meta: Option<&Meta>) -> Result<(), StorageFault> {
        let mut transaction = self.database.begin_write()?;
        if meta.is_none() {
            transaction.set_durability(Durability::None).map_err(io::Error::other)?;
        }
        {
            let mut events = transaction.open_table(EVENTS)?;
            let mut hashes = transaction.open_table(CHAIN)?;
            for Row { position, frame, hash } in &self.rows {
                events.insert(position, frame.as_slice())?;
                if let Some(hash) = hash {
                    hashes.insert(position, hash)?;
                }
            }
        }
        if let Some(Meta { log_id, identity_key, epoch, is_restored }) = meta {
            let mut meta = transaction.open_table(META)?;
            meta.insert(KEY_FORMAT, FORMAT.to_be_bytes().as_slice())?;
            meta.insert(KEY_LOG_ID, log_id.as_bytes().as_slice())?;
            meta.insert(KEY_IDENTITY, identity_key.as_slice())?;
            meta.insert(KEY_EPOCH, epoch.to_be_bytes().as_slice())?;
            if *is_restored {
                meta.insert(KEY_RESTORED, b"".as_slice())?;
            }
        }
        Ok(transaction.commit()?)
    }
}

fn failed(path: &Path, fault: StorageFault) -> RebuildError {
    RebuildError { step: "writing", path: path.to_owned(), source: io::Error::other(fault) }
}
