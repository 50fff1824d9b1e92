//! The SQLite file of one edition of a view, as whoever writes it has it: its tables, its checkpoint, its pace.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use mediary_log::{Hash, Log, Passed, ReadError};
use rusqlite::{Connection, ErrorCode, OptionalExtension as _, Transaction};

use crate::{
    descriptor,
    editions::last_erasure,
    readers,
    registry::StartError,
    search::{self, Texts},
    view::View,
    writing::{connect, is_in_a_hurry, pace, pay_later, prepare, write_ahead, write_in_place},
};

/// A view that lacks more events than these is behind.
pub(crate) const BEHIND_MIN: u64 = 2_048;

const CHECKPOINT_TABLE: &str = "
    CREATE TABLE checkpoint (
        only INTEGER PRIMARY KEY CHECK (only = 0),
        log_id BLOB NOT NULL,
        position INTEGER NOT NULL,
        hash BLOB NOT NULL,
        passed TEXT NOT NULL,
        begun INTEGER NOT NULL,
        built INTEGER NOT NULL,
        boot TEXT NOT NULL
    ) STRICT;";

/// The writing end.
pub(crate) struct Store {
    connection: Connection,
    path: PathBuf,
    /// What is indexed once it is built.
    texts: &'static [Texts],
    /// Whether it takes memory and disk for speed.
    in_hurry: bool,
    /// The head of the log when the file was made: what was erased by then is not in it.
    begun: u64,
    /// Whether it has been at the end of the log once, with all of its indexes.
    is_built: bool,
    /// Whether what it has is on the disk, and what is written is synced by itself; or never has to be.
    is_settled: bool,
}

impl Store {
    /// Opens the file of a view, or makes it anew if it is of another history, or no view at all.
    ///
    /// What else keeps a file from being opened (no room, no permission, too many open files) is no reason to
    /// throw hours of folding away.
    pub(crate) fn open<V: View>(path: &Path, log: &Log) -> Result<(Self, Place), StartError> {
        // Where there is little to fold, indexes cost as little first as last.
        Self::open_or_make::<V>(path, log, log.head().position <= BEHIND_MIN)
    }

    /// The same beside one that serves: a file that is made now counts as built only once it is at the end of the log.
    pub(crate) fn open_aside<V: View>(path: &Path, log: &Log) -> Result<(Self, Place), StartError> {
        Self::open_or_make::<V>(path, log, false)
    }

    /// The same for a file of this run alone, of which nothing is ever synced.
    pub(crate) fn open_scratch<V: View>(path: &Path, log: &Log) -> Result<(Self, Place), StartError> {
        let (mut store, place) = Self::open_or_make::<V>(path, log, false)?;
        // A copy of an earlier one, too, is read by nobody before it is where it is wanted.
        let prepared = pay_later(&store.connection).and_then(|()| write_in_place(&store.connection));
        prepared.map_err(|source| StartError::Open { view: V::NAME, source })?;
        store.is_settled = true;
        Ok((store, place))
    }

    fn open_or_make<V: View>(path: &Path, log: &Log, is_built: bool) -> Result<(Self, Place), StartError> {
        let failed = |source| StartError::Open { view: V::NAME, source };
        if path.exists() {
            match checkpoint_of(path) {
                Ok((connection, Some(checkpoint))) => {
                    let belongs = checkpoint.belongs_to(log);
                    let belongs = belongs.map_err(|source| StartError::Log { view: V::NAME, source })?;
                    match checkpoint.why_anew::<V>(belongs) {
                        None => {
                            let Checkpoint { place, begun, is_built, boot, .. } = checkpoint;
                            let (path, texts, in_hurry) = (path.to_owned(), V::TEXTS, false);
                            let is_settled = boot.is_empty();
                            prepare(&connection, is_built, is_settled).map_err(failed)?;
                            let store =
                                Self { connection, path, texts, in_hurry, begun, is_built, is_settled };
                            return Ok((store, place));
                        }
                        Some(why) => tracing::info!(view = V::NAME, why, "rebuilding"),
                    }
                }
                Ok((_, None)) => tracing::info!(view = V::NAME, "rebuilding: the view was never begun"),
                Err(error) if is_no_view(&error) => {
                    tracing::warn!(view = V::NAME, %error, "rebuilding: the view can't be read");
                }
                Err(error) => return Err(failed(error)),
            }
            remove(path);
        }
        Ok((Self::make::<V>(path, log, is_built).map_err(failed)?, Place::default()))
    }

    /// Makes the file of an edition in place of whatever has its name, with its indexes if it counts as built from the
    /// start.
    fn make<V: View>(path: &Path, log: &Log, is_built: bool) -> Result<Self, rusqlite::Error> {
        remove(path);
        let begun = log.head().position;
        let boot = if is_built { None } else { boot_id() };
        let connection = connect(path)?;
        let is_settled = boot.is_none();
        prepare(&connection, is_built, is_settled)?;
        connection.execute_batch(V::TABLES)?;
        connection.execute_batch(CHECKPOINT_TABLE)?;
        if is_built {
            connection.execute_batch(V::INDEXES)?;
            search::make(&connection, V::TEXTS)?;
        }
        let genesis = log.genesis();
        connection.execute(
            "INSERT INTO checkpoint VALUES (0, ?1, 0, ?2, '', ?3, ?4, ?5)",
            (log.id().as_bytes(), genesis.as_slice(), begun as i64, is_built, boot.unwrap_or_default()),
        )?;
        let (path, texts, in_hurry) = (path.to_owned(), V::TEXTS, false);
        Ok(Self { connection, path, texts, in_hurry, begun, is_built, is_settled })
    }

    /// Whether an event at this position that erased others may have left something here.
    pub(crate) const fn shows_what_is_erased_at(&self, position: u64) -> bool {
        position > self.begun
    }

    /// Whether what was recorded before the file was made stands before this position.
    pub(crate) const fn has_all_of_its_beginning(&self, position: u64) -> bool {
        position >= self.begun
    }

    /// The head of the log when the file was made.
    pub(crate) const fn begun(&self) -> u64 {
        self.begun
    }

    /// Whether it has been at the end of the log once, with all of its indexes.
    pub(crate) const fn is_built(&self) -> bool {
        self.is_built
    }

    /// Whether what it has is on the disk by now.
    pub(crate) const fn is_settled(&self) -> bool {
        self.is_settled
    }

    /// The file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Makes the indexes that only queries ask: from now on the file is a whole one that is read while it is written.
    pub(crate) fn complete<V: View>(&mut self) -> Result<(), rusqlite::Error> {
        let built = "SELECT built FROM checkpoint";
        let has_indexes: bool = self.connection.query_row(built, [], |row| row.get(0))?;
        if !has_indexes {
            let transaction = self.connection.transaction()?;
            transaction.execute_batch(V::INDEXES)?;
            search::make(&transaction, V::TEXTS)?;
            transaction.execute("UPDATE checkpoint SET built = 1", [])?;
            transaction.commit()?;
        }
        write_ahead(&self.connection)?;
        self.is_built = true;
        Ok(())
    }

    /// Pays what was put off: from now on the file is a whole one also after a power cut.
    pub(crate) fn settle(&mut self) -> Result<(), rusqlite::Error> {
        self.sync()?;
        self.connection.execute("UPDATE checkpoint SET boot = ''", [])?;
        self.connection.pragma_update(None, "synchronous", "normal")?;
        self.is_settled = true;
        Ok(())
    }

    /// Brings to the disk what was put off; what is written after that is synced by itself. Pages that wait to be moved into
    /// the file come to the disk with the next commit, which syncs all that stands before it.
    fn sync(&self) -> Result<(), rusqlite::Error> {
        self.connection.pragma_update(None, "synchronous", "full")?;
        let synced = descriptor::of(&self.path).and_then(|file| file.sync_all());
        synced.map_err(|error| {
            let failed = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_IOERR);
            rusqlite::Error::SqliteFailure(failed, Some(error.to_string()))
        })
    }

    /// Trades memory and disk for speed once a view lacks so many events, and gives both back once it isn't behind.
    pub(crate) fn keep_pace<V: View>(&mut self, lag: u64) {
        let in_hurry = is_in_a_hurry(self.in_hurry, lag);
        if in_hurry == self.in_hurry {
            return;
        }
        // Without either it is slow, or large, and right all the same.
        match pace(&self.connection, in_hurry) {
            Ok(()) => self.in_hurry = in_hurry,
            Err(error) => tracing::warn!(view = V::NAME, %error, in_hurry, "the view can't change its pace"),
        }
    }

    /// Removes the file and begins anew.
    pub(crate) fn begin_anew<V: View>(&mut self, log: &Log) -> Result<(), rusqlite::Error> {
        self.connection = Connection::open_in_memory()?;
        *self = Self::make::<V>(&self.path.clone(), log, false)?;
        Ok(())
    }

    /// Folds a batch: rows and checkpoint in one transaction. The hash is that of the log after the position.
    pub(crate) fn write<E: From<rusqlite::Error>>(
        &mut self,
        Place { position, passed }: &Place,
        hash: &Hash,
        fold: impl FnOnce(&Transaction<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let transaction = self.connection.transaction()?;
        let texts = if self.is_built { self.texts } else { &[] };
        search::keep(&transaction, texts, fold)?;
        transaction.execute(
            "UPDATE checkpoint SET position = ?1, hash = ?2, passed = ?3",
            (*position as i64, hash.as_slice(), passed.to_string()),
        )?;
        transaction.commit()?;
        Ok(())
    }
}

/// Up to where a file was folded, and what it passed on the way without understanding it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Place {
    pub(crate) position: u64,
    pub(crate) passed: Passed,
}

/// The place of a file, and of which history it is.
pub(crate) struct Checkpoint {
    log_id: [u8; 16],
    pub(crate) place: Place,
    hash: Hash,
    /// The head of the log when the file was made.
    pub(crate) begun: u64,
    /// Whether it has been at the end of the log once.
    pub(crate) is_built: bool,
    /// The start of the machine by which nothing was synced; empty if everything was.
    boot: String,
}

impl Checkpoint {
    /// Reads that of a file, changing nothing in it.
    pub(crate) fn look(path: &Path) -> Result<Option<Self>, rusqlite::Error> {
        match readers::connect(path).and_then(|connection| Self::of(&connection)) {
            // Whoever was killed while he wrote in place left what has to be taken back first.
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::ReadOnly) => Self::of(&connect(path)?),
            checkpoint => checkpoint,
        }
    }

    /// That of a whole file of the history that the log has now, in which nothing is that was erased; none of any other.
    pub(crate) fn look_if_fit(path: &Path, log: &Log) -> Option<Self> {
        let checkpoint = Self::look(path).ok().flatten()?;
        let belongs = checkpoint.belongs_to(log).unwrap_or(false);
        let is_clean = last_erasure(log).is_ok_and(|erasure| checkpoint.begun >= erasure);
        (belongs && is_clean && checkpoint.is_whole()).then_some(checkpoint)
    }

    /// Reads that of the snapshot that a connection has.
    pub(crate) fn of(connection: &Connection) -> Result<Option<Self>, rusqlite::Error> {
        let columns = "SELECT log_id, position, hash, passed, begun, built, boot FROM checkpoint";
        let read = |row: &rusqlite::Row<'_>| {
            let passed: String = row.get(3)?;
            let passed = passed.parse().map_err(|error| {
                rusqlite::Error::FromSqlConversionFailure(3, rusqlite::types::Type::Text, Box::new(error))
            })?;
            Ok(Self {
                log_id: row.get(0)?,
                place: Place { position: row.get::<_, i64>(1)? as u64, passed },
                hash: row.get(2)?,
                begun: row.get::<_, i64>(4)? as u64,
                is_built: row.get(5)?,
                boot: row.get(6)?,
            })
        };
        connection.query_row(columns, [], read).optional()
    }

    /// Whether it is of the history that a log has now.
    pub(crate) fn belongs_to(&self, log: &Log) -> Result<bool, ReadError> {
        Ok(self.log_id == *log.id().as_bytes() && log.hash_at(self.place.position)? == Some(self.hash))
    }

    /// Whether it has been at the end of the log once, and nothing of that is lost.
    pub(crate) fn is_whole(&self) -> bool {
        self.is_built && !self.is_lost()
    }

    /// Whether all of it is on the disk.
    pub(crate) fn is_settled(&self) -> bool {
        self.boot.is_empty()
    }

    /// Whether the machine went down before all of it was on the disk.
    fn is_lost(&self) -> bool {
        !self.is_settled() && boot_id() != Some(&self.boot)
    }

    /// Why a file can't be gone on with; none if it can.
    fn why_anew<V: View>(&self, belongs: bool) -> Option<&'static str> {
        if !belongs {
            Some("the view is of another history")
        } else if self.place.passed.is_overtaken(V::knows) {
            Some("the view passed what is understood by now")
        } else if self.is_lost() {
            Some("the machine went down before the view was on the disk")
        } else {
            None
        }
    }
}

fn checkpoint_of(path: &Path) -> Result<(Connection, Option<Checkpoint>), rusqlite::Error> {
    let connection = connect(path)?;
    let checkpoint = Checkpoint::of(&connection)?;
    Ok((connection, checkpoint))
}

/// Which start of the machine this is. As long as it is the same, what was written is there, synced or not: a process that
/// is killed takes nothing with it.
fn boot_id() -> Option<&'static str> {
    static BOOT: OnceLock<Option<String>> = OnceLock::new();
    let read = || fs::read_to_string("/proc/sys/kernel/random/boot_id").ok();
    let known = BOOT.get_or_init(|| read().map(|id| id.trim().to_owned()).filter(|id| !id.is_empty()));
    known.as_deref()
}

/// Whether an error says that the file is not what this program writes, rather than that it can't be had now.
fn is_no_view(error: &rusqlite::Error) -> bool {
    match error.sqlite_error_code() {
        // A table or a column is missing: SQLite calls this unknown. Without a code it is a value of another type.
        None | Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt | ErrorCode::Unknown) => true,
        Some(_) => false,
    }
}

/// The files that belong to a database.
fn parts_of(path: &Path) -> impl Iterator<Item = PathBuf> {
    ["", "-journal", "-wal", "-shm"].into_iter().map(|suffix| {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        name.into()
    })
}

/// What a file takes on the disk, with what was not moved into it yet.
pub(crate) fn size_bytes(path: &Path) -> u64 {
    parts_of(path).filter_map(|part| fs::metadata(part).ok()).map(|file| file.len()).sum()
}

/// Removes a file with what belongs to it; whoever reads it reads on.
pub(crate) fn remove(path: &Path) {
    for part in parts_of(path) {
        match fs::remove_file(&part) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => {
                tracing::warn!(path = %part.display(), %error, "can't remove an old view");
            }
        }
    }
    if !path.exists() {
        descriptor::forget(path);
    }
}
