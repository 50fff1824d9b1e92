//! A data folder without a server: read as it is, without a byte being written to it.

use std::{
    fs::{self, File},
    io,
    path::Path,
};

use redb::Database;

use super::{
    backend::Overlay,
    create,
    error::{Holder, OpenError, StorageFault},
    lock::FolderLock,
    store::{self, Store},
};
use crate::vault::PersonKeys;

/// Pages of the file in memory; a verifier reads each page about once.
const CACHE_BYTES: usize = 16 << 20;

/// A log that is only read; as long as it is open no server can start on it.
#[derive(Debug)]
pub(super) struct OfflineLog {
    pub(super) store: Store,
    _lock: Option<FolderLock>,
}

impl OfflineLog {
    /// Opens the log of a data folder, also one that a crash left behind.
    pub(super) fn open(directory: &Path) -> Result<Self, OpenError> {
        let path = store::file(directory);
        if let Err(source) = fs::metadata(&path) {
            if source.kind() != io::ErrorKind::NotFound {
                return Err(OpenError::Io { step: "looking at", path, source });
            }
            create::refuse_other(directory)?;
            create::refuse_if_lost(directory)?;
            return Err(OpenError::NoLog { directory: directory.to_owned() });
        }
        create::refuse_other(directory)?;
        let lock = FolderLock::share(directory)?;
        Ok(Self { _lock: lock, ..Self::open_unlocked(directory)? })
    }

    /// The same for who has the folder's lock.
    pub(super) fn open_unlocked(directory: &Path) -> Result<Self, OpenError> {
        let path = store::file(directory);
        store::inspect(&path)?;
        let file = File::open(&path).map_err(|source: io::Error| OpenError::Io {
            step: "opening",
            path: path.clone(),
            source,
        })?;
        let opened = Store::from_opened(&path, PersonKeys::default(), || {
            let overlay = Overlay::try_new(file).map_err(StorageFault::from)?;
            Ok(Database::builder().set_cache_size(CACHE_BYTES).create_with_backend(overlay)?)
        });
        match opened {
            Ok(store) => Ok(Self { store, _lock: None }),
            Err(OpenError::Storage { fault, .. }) if fault.is_lock() => {
                Err(OpenError::InUse { directory: directory.to_owned(), holder: Holder::default() })
            }
            Err(error) => Err(error),
        }
    }
}
