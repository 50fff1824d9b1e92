//! The log file: opened, and read in short transactions.
//!
//! One redb file is the record: events and their chain, nothing else.

use std::{
    fs::{self, File},
    io::Read as _,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    sync::{PoisonError, RwLock},
};

use mediary_events::Recorded;
use mediary_schema::{Identities, IdentityKey, Timestamp};
use rand::{RngCore as _, SeedableRng as _, rngs::StdRng};
use redb::{Database, ReadTransaction, ReadableDatabase, ReadableTable};
use uuid::Uuid;

use super::{
    chain::{self, Hash},
    contain::contain,
    erasure::Erasures,
    error::{Damage, OpenError, ReadError, StorageFault},
    proving::Breaks,
    read::{self, Scan, Scanned},
    sealing::Opener,
    tables::{CHAIN, EVENTS, FORMAT, KEY_EPOCH, KEY_FORMAT, KEY_IDENTITY, KEY_LOG_ID, META},
    tail,
};
use crate::vault::PersonKeys;

/// The folder of the log below the data folder.
const FOLDER: &str = "log";
/// The file that begins with position 1.
const FILE_NAME: &str = "00000000000000000001.redb";
/// How much is copied out of the record at once, but for the last event of it.
const FRAMES_BYTES_MAX: usize = 4 << 20;
/// What such a file begins with.
const MAGIC: [u8; 9] = [b'r', b'e', b'd', b'b', 0x1A, 0x0A, 0xA9, 0x0D, 0x0A];
/// The smallest page; a file below it has not even its header.
const HEADER_BYTES: u64 = 4096;

/// The end of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The position of the newest event; 0 if there is none.
    pub position: u64,
    /// The hash of the chain after it; without events, the hash before the first.
    pub hash: Hash,
}

/// What a writer has to know to go on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tail {
    pub(super) head: Head,
    pub(super) at: Timestamp,
    /// The epoch of the newest event; 0 if there is none.
    pub(super) epoch: u64,
}

/// An open log file.
#[derive(Debug)]
pub(super) struct Store {
    /// None once closed. The lock is only ever held for writing by [`Store::close`].
    database: RwLock<Option<Database>>,
    path: PathBuf,
    log_id: Uuid,
    identities: Identities,
    erasures: Erasures,
    keys: PersonKeys,
    breaks: Breaks,
}

/// The folder that holds the log of a data folder.
pub(super) fn folder(directory: &Path) -> PathBuf {
    directory.join(FOLDER)
}

/// The log file of a data folder.
pub(super) fn file(directory: &Path) -> PathBuf {
    folder(directory).join(FILE_NAME)
}

/// Writes what makes a file a log.
pub(super) fn initialise(database: &Database, log_id: Uuid) -> Result<(), StorageFault> {
    let transaction = database.begin_write()?;
    {
        let mut meta = transaction.open_table(META)?;
        meta.insert(KEY_FORMAT, FORMAT.to_be_bytes().as_slice())?;
        meta.insert(KEY_LOG_ID, log_id.as_bytes().as_slice())?;
        let mut identity_key = [0; IdentityKey::BYTES];
        StdRng::from_os_rng().fill_bytes(&mut identity_key);
        meta.insert(KEY_IDENTITY, identity_key.as_slice())?;
        meta.insert(KEY_EPOCH, 0_u64.to_be_bytes().as_slice())?;
        transaction.open_table(EVENTS)?;
        transaction.open_table(CHAIN)?;
    }
    transaction.commit()?;
    Ok(())
}

/// Looks at the beginning of a file before the storage does, for errors that say more.
pub(super) fn inspect(path: &Path) -> Result<(), OpenError> {
    let io = |step, source| OpenError::Io { step, path: path.to_owned(), source };
    let damaged = |damage| Err(OpenError::Damaged { path: path.to_owned(), damage });
    // Before it is opened: whoever opens a pipe waits for its other end.
    let facts = fs::metadata(path).map_err(|source| io("looking at", source))?;
    if !facts.is_file() {
        return damaged(Damage::Foreign { detail: "it is not a file".to_owned() });
    }
    let mut file = File::open(path).map_err(|source| io("opening", source))?;
    if facts.len() == 0 {
        return damaged(Damage::Truncated { detail: "the file is empty".to_owned() });
    }
    let mut magic = Vec::new();
    file.by_ref().take(MAGIC.len() as u64).read_to_end(&mut magic).map_err(|source| io("reading", source))?;
    if !MAGIC.starts_with(&magic) {
        return damaged(Damage::Foreign { detail: "it does not begin like one".to_owned() });
    }
    if facts.len() < HEADER_BYTES {
        let detail = format!("{} bytes are not even its header", facts.len());
        return damaged(Damage::Truncated { detail });
    }
    Ok(())
}

/// The error of opening for a fault of the storage.
pub(super) fn opening(path: &Path, fault: StorageFault) -> OpenError {
    match ReadError::from(fault) {
        ReadError::Damaged(damage) => OpenError::Damaged { path: path.to_owned(), damage },
        ReadError::Storage(fault) => OpenError::Storage { path: path.to_owned(), fault },
        ReadError::Closed => unreachable!("a fault of the storage is not a closed log"),
    }
}

impl Store {
    /// Opens the log file of a data folder.
    pub(super) fn open(directory: &Path, keys: PersonKeys, cache_bytes: usize) -> Result<Self, OpenError> {
        let path = file(directory);
        inspect(&path)?;
        Self::from_opened(&path, keys, || Ok(Database::builder().set_cache_size(cache_bytes).open(&path)?))
    }

    /// Wraps a database once it has proved to be a log that this version knows.
    pub(super) fn from_opened(
        path: &Path,
        keys: PersonKeys,
        open: impl FnOnce() -> Result<Database, StorageFault>,
    ) -> Result<Self, OpenError> {
        let opened = contain(|| {
            let database = open()?;
            let identity = identify(&database.begin_read()?)?;
            Ok((database, identity))
        });
        match opened {
            Ok((database, (log_id, identities))) => {
                let database = RwLock::new(Some(database));
                let (erasures, breaks) = (Erasures::default(), Breaks::default());
                Ok(Self { database, path: path.to_owned(), log_id, identities, erasures, keys, breaks })
            }
            Err(error) => Err(failed(path, error)),
        }
    }

    pub(super) fn log_id(&self) -> Uuid {
        self.log_id
    }

    pub(super) const fn identities(&self) -> Identities {
        self.identities
    }

    /// What was erased.
    pub(super) const fn erasures(&self) -> &Erasures {
        &self.erasures
    }

    /// The keys of persons.
    pub(super) const fn keys(&self) -> &PersonKeys {
        &self.keys
    }

    /// What opens sealed payloads.
    pub(super) const fn opener(&self) -> Opener<'_> {
        Opener { keys: &self.keys, erasures: &self.erasures }
    }

    /// What was found to be broken.
    pub(super) const fn breaks(&self) -> &Breaks {
        &self.breaks
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Runs a short read transaction.
    pub(super) fn read<T>(
        &self,
        run: impl FnOnce(&ReadTransaction) -> Result<T, ReadError>,
    ) -> Result<T, ReadError> {
        self.read_with(run)
    }

    /// Runs a short read transaction in which something else may go wrong, too.
    pub(super) fn read_with<T, E: From<ReadError>>(
        &self,
        run: impl FnOnce(&ReadTransaction) -> Result<T, E>,
    ) -> Result<T, E> {
        self.with_database(|database| run(&database.begin_read().map_err(ReadError::from)?))
    }

    /// Lends the database.
    pub(super) fn with_database<T, E: From<ReadError>>(
        &self,
        run: impl FnOnce(&Database) -> Result<T, E>,
    ) -> Result<T, E> {
        let guard = self.database.read().unwrap_or_else(PoisonError::into_inner);
        let database = guard.as_ref().ok_or(ReadError::Closed)?;
        contain(|| run(database))
    }

    /// Takes the database out, once nobody reads it.
    pub(super) fn take(&self) -> Option<Database> {
        self.database.write().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Closes the file, once nobody reads it.
    pub(super) fn close(&self) {
        let database = self.take();
        // On damaged bytes even this may panic.
        let closed = contain(move || {
            drop(database);
            Ok::<(), ReadError>(())
        });
        if let Err(error) = closed {
            tracing::warn!(%error, "log.not_closed_in_order");
        }
    }

    /// The end of the log, proved from the last stored hash before it on.
    pub(super) fn tail(&self) -> Result<Tail, ReadError> {
        self.read(|transaction| tail::tail(transaction, self.log_id))
    }

    /// Proves the first stored hash, which binds the log to its id.
    pub(super) fn prove_beginning(&self) -> Result<(), ReadError> {
        self.read(|transaction| {
            let hashes = transaction.open_table(CHAIN)?;
            let Some((first, hash)) = hashes.first()? else { return Ok(()) };
            let (last, stored) = (first.value(), *hash.value());
            let wrong = |detail: &str| Damage::Envelope { first: 1, last, detail: detail.to_owned() };
            if last > chain::STRIDE {
                return Err(wrong("the first hash of the chain is missing").into());
            }
            let (events, genesis) = (transaction.open_table(EVENTS)?, chain::genesis(self.log_id));
            if tail::walk(&events, 0, genesis, last)? != stored {
                return Err(wrong("the chain does not begin with the log's id").into());
            }
            Ok(())
        })
    }

    /// The hash of the chain after a position; none beyond the end.
    pub(super) fn hash_at(&self, position: u64) -> Result<Option<Hash>, ReadError> {
        self.read(|transaction| tail::hash_at(transaction, self.log_id, position))
    }

    /// Looks through a range in one transaction.
    pub(super) fn scan(&self, scan: &Scan<'_>) -> Result<Scanned, ReadError> {
        self.read(|transaction| read::scan(transaction, self.opener(), scan))
    }

    /// Frames from a position on with their positions, at most up to another: as many as make a few MiB, and at least one.
    ///
    /// They are copied, so that whoever is slow to write them out keeps no read transaction open.
    pub(super) fn frames(&self, first: u64, last: u64) -> Result<Vec<(u64, Vec<u8>)>, ReadError> {
        self.read(|transaction| {
            let (mut frames, mut bytes, mut next) = (Vec::new(), 0, first);
            for row in transaction.open_table(EVENTS)?.range(first..=last)? {
                let (position, value) = row?;
                if position.value() != next {
                    break;
                }
                let frame = value.value().to_vec();
                bytes += frame.len();
                frames.push((next, frame));
                next += 1;
                if bytes >= FRAMES_BYTES_MAX {
                    break;
                }
            }
            if frames.is_empty() { Err(missing(first)) } else { Ok(frames) }
        })
    }

    /// The event at a position.
    pub(super) fn event_at(&self, position: u64) -> Result<Option<Recorded>, ReadError> {
        self.read(|transaction| read::event_at(&transaction.open_table(EVENTS)?, self.opener(), position))
    }

    /// The space that the file takes on the disk; holes in it take none.
    pub(super) fn size_bytes(&self) -> u64 {
        const BLOCK: u64 = 512;
        fs::metadata(&self.path).map_or(0, |facts| facts.blocks() * BLOCK)
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.close();
    }
}

/// The error of opening for an error of reading.
pub(super) fn failed(path: &Path, error: ReadError) -> OpenError {
    match error {
        ReadError::Damaged(damage) => OpenError::Damaged { path: path.to_owned(), damage },
        ReadError::Storage(fault) => OpenError::Storage { path: path.to_owned(), fault },
        ReadError::Closed => unreachable!("a log that is being opened is not closed yet"),
    }
}

/// An event that must be there and isn't.
pub(super) fn missing(position: u64) -> ReadError {
    let detail = "it is missing".to_owned();
    Damage::Envelope { first: position, last: position, detail }.into()
}

/// Says which log this is and what derives its ids, if it is one that this version knows.
fn identify(transaction: &ReadTransaction) -> Result<(Uuid, Identities), ReadError> {
    let foreign = |detail: &str| ReadError::Damaged(Damage::Foreign { detail: detail.to_owned() });
    let meta = match transaction.open_table(META) {
        Ok(meta) => meta,
        Err(redb::TableError::TableDoesNotExist(_)) => {
            return Err(foreign("it is a database of another program"));
        }
        Err(error) => return Err(error.into()),
    };
    let format = match meta.get(KEY_FORMAT)? {
        Some(value) => value.value().try_into().map(u32::from_be_bytes).ok(),
        None => None,
    };
    match format {
        Some(FORMAT) => {}
        Some(found) if found > FORMAT => return Err(Damage::NewerFormat { found, known: FORMAT }.into()),
        Some(found @ 1..) => return Err(Damage::OlderFormat { found, known: FORMAT }.into()),
        _ => return Err(foreign("it does not say which format it has")),
    }
    let log_id = meta.get(KEY_LOG_ID)?.ok_or_else(|| foreign("it has no id"))?;
    let log_id = Uuid::from_slice(log_id.value()).map_err(|_| foreign("its id is malformed"))?;
    let key = meta.get(KEY_IDENTITY)?.ok_or_else(|| foreign("it has no identity key"))?;
    let key = key.value().try_into().map_err(|_| foreign("its identity key is malformed"))?;
    Ok((log_id, Identities::new(IdentityKey::from_bytes(key))))
}

/// A number of the log's own table.
pub(super) fn stored_u64(
    meta: &impl ReadableTable<&'static str, &'static [u8]>,
    key: &'static str,
) -> Result<u64, ReadError> {
    let value = meta.get(key)?;
    let bytes = value.as_ref().and_then(|value| value.value().try_into().ok());
    let missing = || Damage::Structure { detail: format!("the log does not know its {key}") };
    Ok(u64::from_be_bytes(bytes.ok_or_else(missing)?))
}
