//! The index file: opened, judged, caught up, made anew, and settled on the disk now and then.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{
        PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};

use redb::{Database, Durability, ReadTransaction, ReadableDatabase as _, WriteTransaction};
use tokio::time::Instant;
use uuid::Uuid;

use super::{
    fill::Tables,
    known::{Known, known},
    tables::{self, KEY_LAYOUT, KEY_LOG_ID, KEY_REACHED, LAYOUT, META},
};
use crate::log::{
    contain,
    error::{IndexFault, ReadError, StorageFault, Trouble},
    store::{self, Head, Store},
};

/// The folder of the index below the data folder.
const FOLDER: &str = "index";
/// The index of the record that begins with position 1.
const FILE_NAME: &str = "00000000000000000001.redb";
/// Events that one transaction of catching up adds.
const CHUNK: u64 = 8_192;
/// A file up to this size is checked page by page when it is opened, which takes a moment; a larger one is compared
/// with the events once the log is open.
const CHECKED_BYTES_MAX: u64 = 64 << 20;
/// An index is this far behind at most after a crash: catching up takes a tenth of a second.
const UNSETTLED_MAX: u64 = 32_768;
/// Pages that an event changes in the indices: its stream, its command, its id and a subject lie anywhere.
const EVENT_BYTES: u64 = 4 * 4_096;
/// The most that the storage keeps in memory of what is committed and not on the disk: its cache.
const UNWRITTEN_BYTES_MAX: u64 = 16 << 20;

/// How to open the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::log) enum Start {
    /// The one that is there.
    Existing,
    /// A new, empty one in its place.
    Anew,
}

/// Opens the file; it is asked for a new one whenever the old one is of no use.
pub(in crate::log) type Opener = Box<dyn Fn(Start) -> Result<Database, StorageFault> + Send + Sync>;

/// The indices of a log.
pub(in crate::log) struct Index {
    opener: Opener,
    /// None once closed. Held for writing while it is made anew.
    database: RwLock<Option<Database>>,
    log_id: Uuid,
    /// How often it was made anew since it was opened: what was read from the one before is stale.
    generation: AtomicU64,
    /// Events that a crash would take from it.
    unsettled: AtomicU64,
}

/// What a file that was there is good for.
enum State {
    Reached(u64),
    Unfit(&'static str),
}

/// An opener for the index of a data folder.
pub(in crate::log) fn in_folder(directory: &Path, cache_bytes: usize) -> Opener {
    let folder = directory.join(FOLDER);
    Box::new(move |start| {
        let path = folder.join(FILE_NAME);
        match start {
            Start::Existing if !is_file(&path) => Err(io::Error::from(io::ErrorKind::NotFound).into()),
            Start::Existing => open_checked(&path, cache_bytes),
            Start::Anew => make(&folder, &path, cache_bytes),
        }
    })
}

/// The storage looks at its checksums only when it is asked to: a flipped bit would change an answer in silence.
fn open_checked(path: &Path, cache_bytes: usize) -> Result<Database, StorageFault> {
    let bytes = fs::metadata(path)?.len();
    let mut database = Database::builder().set_cache_size(cache_bytes).open(path)?;
    if bytes <= CHECKED_BYTES_MAX && !database.check_integrity()? {
        let detail = "checksums of its pages don't match";
        return Err(io::Error::new(io::ErrorKind::InvalidData, detail).into());
    }
    Ok(database)
}

fn make(folder: &PathBuf, path: &Path, cache_bytes: usize) -> Result<Database, StorageFault> {
    fs::create_dir_all(folder)?;
    // An empty folder with its name goes; one that holds something is left, and said to be in the way.
    let remove = if path.is_dir() { fs::remove_dir } else { fs::remove_file };
    match remove(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
        Ok(()) | Err(_) => {}
    }
    Ok(Database::builder().set_cache_size(cache_bytes).create(path)?)
}

/// Whatever else has the name is no index, and a pipe would be waited for.
fn is_file(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|facts| facts.is_file())
}

impl Index {
    /// Opens the index of a log and brings it up to the log's end.
    pub(in crate::log) fn open(opener: Opener, store: &Store, head: Head) -> Result<Self, ReadError> {
        let index = Self {
            database: RwLock::new(None),
            log_id: store.log_id(),
            generation: AtomicU64::new(0),
            unsettled: AtomicU64::new(0),
            opener,
        };
        let database = match index.resume(store, head) {
            Ok(database) => database,
            Err(Trouble::Index(fault)) if fault.is_damage() => index.make_anew(store, head, &fault)?,
            Err(trouble) => return Err(trouble.into()),
        };
        *index.database.write().unwrap_or_else(PoisonError::into_inner) = Some(database);
        Ok(index)
    }

    fn resume(&self, store: &Store, head: Head) -> Result<Database, Trouble> {
        let opened = contain(|| {
            let database = (self.opener)(Start::Existing).map_err(IndexFault::from)?;
            let state = judge(&database, store, head)?;
            Ok((database, state))
        });
        match opened? {
            (database, State::Unfit(reason)) => {
                put_away(Some(database));
                Err(IndexFault::of(reason).into())
            }
            (database, State::Reached(position)) => {
                contain(|| catch_up(&database, store, position, head))?;
                Ok(database)
            }
        }
    }

    fn make_anew(&self, store: &Store, head: Head, because: &IndexFault) -> Result<Database, ReadError> {
        let began = Instant::now();
        let database = (self.opener)(Start::Anew)?;
        contain(|| {
            let transaction = database.begin_write().map_err(IndexFault::from)?;
            initialise(&transaction, self.log_id)?;
            transaction.commit().map_err(IndexFault::from)?;
            catch_up(&database, store, 0, head)
        })?;
        let millis = began.elapsed().as_millis() as u64;
        // A fresh log has no index either.
        if head.position > 0 {
            tracing::warn!(reason = %because, events = head.position, millis, "log.index_made_anew");
        }
        Ok(database)
    }

    /// Makes the index anew, unless somebody did since the one that is to blame was read.
    pub(in crate::log) fn remake(
        &self,
        store: &Store,
        blamed: u64,
        because: &IndexFault,
    ) -> Result<(), ReadError> {
        let mut database = self.database.write().unwrap_or_else(PoisonError::into_inner);
        if self.generation() != blamed {
            return Ok(());
        }
        // The old one is closed first: it has the file's lock.
        put_away(Some(database.take().ok_or(ReadError::Closed)?));
        *database = Some(self.make_anew(store, store.tail()?.head, because)?);
        self.generation.fetch_add(1, Ordering::SeqCst);
        self.unsettled.store(0, Ordering::Relaxed);
        Ok(())
    }

    /// The how-manyeth index this is.
    pub(in crate::log) fn generation(&self) -> u64 {
        self.generation.load(Ordering::SeqCst)
    }

    /// Runs a short read transaction.
    pub(in crate::log) fn read<T>(
        &self,
        run: impl FnOnce(&ReadTransaction) -> Result<T, Trouble>,
    ) -> Result<T, Trouble> {
        self.with_database(|database| run(&database.begin_read().map_err(IndexFault::from)?))
    }

    /// Lends the database. Whoever needs the record, too, takes the index first.
    pub(in crate::log) fn with_database<T>(
        &self,
        run: impl FnOnce(&Database) -> Result<T, Trouble>,
    ) -> Result<T, Trouble> {
        let guard = self.database.read().unwrap_or_else(PoisonError::into_inner);
        let database = guard.as_ref().ok_or(ReadError::Closed)?;
        contain(|| run(database))
    }

    /// Begins what follows a commit of the record: in memory, without a sync.
    pub(in crate::log) fn begin(database: &Database) -> Result<WriteTransaction, IndexFault> {
        let mut transaction = database.begin_write()?;
        transaction.set_durability(Durability::None).map_err(|error| IndexFault::of(error.to_string()))?;
        Ok(transaction)
    }

    /// Puts on the disk what follows so many more events, once it has become much.
    pub(in crate::log) fn settle(&self, events: u64) -> Result<(), Trouble> {
        let unsettled = self.unsettled.fetch_add(events, Ordering::Relaxed) + events;
        if unsettled < UNSETTLED_MAX { Ok(()) } else { self.settle_now() }
    }

    /// Puts all of it on the disk.
    pub(in crate::log) fn settle_now(&self) -> Result<(), Trouble> {
        self.with_database(|database| Ok(settle(database)?))?;
        self.unsettled.store(0, Ordering::Relaxed);
        Ok(())
    }

    /// What settling would write now, at most.
    pub(in crate::log) fn owed_bytes(&self) -> u64 {
        (self.unsettled.load(Ordering::Relaxed) * EVENT_BYTES).min(UNWRITTEN_BYTES_MAX)
    }

    /// Closes the file; what was not settled is written then.
    pub(in crate::log) fn close(&self) {
        let database = self.database.write().unwrap_or_else(PoisonError::into_inner).take();
        put_away(database);
    }
}

impl Drop for Index {
    fn drop(&mut self) {
        self.close();
    }
}

/// Closes a file; on damaged bytes even that may panic.
fn put_away(database: Option<Database>) {
    let closed = contain(move || {
        drop(database);
        Ok(())
    });
    if let Err(trouble) = closed {
        tracing::warn!(error = %ReadError::from(trouble), "log.index_not_closed_in_order");
    }
}

impl std::fmt::Debug for Index {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Index").field("generation", &self.generation()).finish_non_exhaustive()
    }
}

/// Runs something on the index; what panics there is its damage.
fn contain<T>(run: impl FnOnce() -> Result<T, Trouble>) -> Result<T, Trouble> {
    match contain::contain(|| Ok::<_, ReadError>(run())) {
        Ok(result) => result,
        Err(panicked) => Err(IndexFault::Unreadable(panicked).into()),
    }
}

fn initialise(transaction: &WriteTransaction, log_id: Uuid) -> Result<(), IndexFault> {
    let mut meta = transaction.open_table(META)?;
    meta.insert(KEY_LAYOUT, LAYOUT.to_be_bytes().as_slice())?;
    meta.insert(KEY_LOG_ID, log_id.as_bytes().as_slice())?;
    drop(meta);
    Tables::open(transaction)?;
    Ok(())
}

/// Makes what was committed durable, so that the file opens at once after a crash.
fn settle(database: &Database) -> Result<(), IndexFault> {
    let mut transaction = database.begin_write()?;
    transaction.set_quick_repair(true);
    transaction.commit()?;
    Ok(())
}

/// Up to where the file belongs to this very history.
fn judge(database: &Database, store: &Store, head: Head) -> Result<State, Trouble> {
    let transaction = database.begin_read().map_err(IndexFault::from)?;
    let stored = |key| -> Result<Option<Vec<u8>>, IndexFault> {
        Ok(transaction.open_table(META)?.get(key)?.map(|value| value.value().to_vec()))
    };
    if stored(KEY_LAYOUT)? != Some(LAYOUT.to_be_bytes().to_vec()) {
        return Ok(State::Unfit("it has another layout"));
    }
    if stored(KEY_LOG_ID)? != Some(store.log_id().as_bytes().to_vec()) {
        return Ok(State::Unfit("it is of another log"));
    }
    let Some(value) = stored(KEY_REACHED)? else { return Ok(State::Reached(0)) };
    let Some((position, hash)) = tables::reached(&value) else {
        return Ok(State::Unfit("it does not say how far it goes"));
    };
    if position > head.position {
        return Ok(State::Unfit("it is ahead of the log"));
    }
    if store.hash_at(position)? != Some(hash) {
        return Ok(State::Unfit("it is of another history of this log"));
    }
    Ok(State::Reached(position))
}

/// Adds what the log has behind a position, and puts it on the disk.
fn catch_up(database: &Database, store: &Store, from: u64, head: Head) -> Result<(), Trouble> {
    if from == head.position {
        return Ok(());
    }
    let began = Instant::now();
    let mut reached = from;
    while reached < head.position {
        let last = head.position.min(reached + CHUNK);
        let hash = store.hash_at(last)?.ok_or_else(|| store::missing(last))?;
        let events = known(store, reached + 1, last)?;
        let transaction = Index::begin(database)?;
        add(&transaction, events, Head { position: last, hash })?;
        transaction.commit().map_err(IndexFault::from)?;
        if last.is_multiple_of(UNSETTLED_MAX) {
            settle(database)?;
        }
        reached = last;
    }
    settle(database)?;
    let millis = began.elapsed().as_millis() as u64;
    tracing::info!(events = head.position - from, millis, "log.index_caught_up");
    Ok(())
}

fn add(transaction: &WriteTransaction, events: Vec<Known>, last: Head) -> Result<(), IndexFault> {
    let mut tables = Tables::open(transaction)?;
    let mut categories = tables.categories()?;
    for event in events {
        let position = event.facts.position;
        // Where an id stands twice the record is wrong, which is for `log verify` to say.
        tables.take_id(event.id.uuid(), position)?;
        tables.add(&mut categories, &event.stream, &event.subjects, event.facts)?;
        if event.append_index == 0 {
            tables.add_command(event.principal, event.command, position, event.append_len)?;
        }
    }
    tables.finish(&mut categories, last)
}
