//! The SQLite file of one view: its tables, its checkpoint, its readers.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use mediary_log::{Hash, Log, Passed, ReadError};
use mediary_schema::{ProjectId, scope::Scope};
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension as _, Transaction};

use crate::{registry::StartError, scoped, view::View};

/// Idle connections for reading that are kept.
const READERS_IDLE_MAX: usize = 4;
/// Memory for pages of one connection, in KiB (negative for SQLite): reading is from the system's cache anyway.
const CACHE_KIB: i64 = -1_024;
/// The same for a view that is behind: the index of ids has no order, and what it touches next may be any page of it.
const CACHE_BEHIND_KIB: i64 = -65_536;
/// Pages of the write-ahead log that are moved into the file, with two syncs.
const CHECKPOINT_PAGES: i64 = 1_000;
/// The same for a view that is behind: a page that every batch writes is moved once, not each time.
const CHECKPOINT_BEHIND_PAGES: i64 = 16_384;
/// What is left of the write-ahead log's file when it begins again from its front.
const JOURNAL_BYTES_MAX: i64 = 8 << 20;
/// How long a reader waits for a checkpoint of the write-ahead log.
const BUSY_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(5);

const CHECKPOINT_TABLE: &str = "
    CREATE TABLE checkpoint (
        only INTEGER PRIMARY KEY CHECK (only = 0),
        log_id BLOB NOT NULL,
        position INTEGER NOT NULL,
        hash BLOB NOT NULL,
        passed TEXT NOT NULL,
        begun INTEGER NOT NULL
    ) STRICT;";

/// Why a query could not be answered.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// SQLite refused.
    #[error("the view {view} can't be read")]
    Sqlite {
        /// The view.
        view: &'static str,
        /// What it says.
        source: rusqlite::Error,
    },
    /// The view has not reached the position in time.
    #[error("the view {view} is at {at} and has not reached {wanted} yet")]
    Behind {
        /// The view.
        view: &'static str,
        /// Where it is.
        at: u64,
        /// Where it was wanted.
        wanted: u64,
    },
    /// The query itself is at fault.
    #[error("a query of the view {view} panicked")]
    Panicked {
        /// The view.
        view: &'static str,
    },
    /// The view stopped at an event that it can't fold or read.
    #[error("the view {view} has stopped: {reason}")]
    Stopped {
        /// The view.
        view: &'static str,
        /// A stable code: the log's, if it is the log that can't be read.
        code: &'static str,
        /// At which event, and why.
        reason: String,
    },
    /// The server stops.
    #[error("the server is stopping")]
    Stopping,
}

/// The writing end.
pub(crate) struct Store {
    connection: Connection,
    /// Whether it takes memory and disk for speed.
    in_hurry: bool,
    /// The head of the log when the file was made: what was erased by then is not in it.
    begun: u64,
}

impl Store {
    /// Opens the file of a view, or makes it anew if it is of another history, or no view at all.
    ///
    /// What else keeps a file from being opened (no room, no permission, too many open files) is no reason to
    /// throw hours of folding away.
    pub(crate) fn open<V: View>(directory: &Path, log: &Log) -> Result<(Self, Place), StartError> {
        let failed = |source| StartError::Open { view: V::NAME, source };
        let path = path_of::<V>(directory);
        if path.exists() {
            match checkpoint_of(&path) {
                Ok((connection, Some(checkpoint))) => {
                    let belongs = checkpoint.belongs_to(log);
                    let belongs = belongs.map_err(|source| StartError::Log { view: V::NAME, source })?;
                    let is_overtaken = checkpoint.place.passed.is_overtaken(V::knows);
                    if belongs && !is_overtaken {
                        let Checkpoint { place, begun, .. } = checkpoint;
                        return Ok((Self { connection, in_hurry: false, begun }, place));
                    }
                    let why = if belongs {
                        "the view passed what is understood by now"
                    } else {
                        "the view is of another history"
                    };
                    tracing::info!(view = V::NAME, why, "rebuilding");
                }
                Ok((_, None)) => tracing::info!(view = V::NAME, "rebuilding: the view was never begun"),
                Err(error) if is_no_view(&error) => {
                    tracing::warn!(view = V::NAME, %error, "rebuilding: the view can't be read");
                }
                Err(error) => return Err(failed(error)),
            }
            remove(&path);
        }
        Ok((Self::make::<V>(&path, log).map_err(failed)?, Place::default()))
    }

    fn make<V: View>(path: &Path, log: &Log) -> Result<Self, rusqlite::Error> {
        let begun = log.head().position;
        Ok(Self { connection: make::<V>(path, log, begun)?, in_hurry: false, begun })
    }

    /// Whether an event at this position that erased others may have left something here.
    pub(crate) const fn shows_what_is_erased_at(&self, position: u64) -> bool {
        position > self.begun
    }

    /// Trades memory and disk for speed while a view is behind, and gives both back once it isn't.
    pub(crate) fn hurry<V: View>(&mut self, in_hurry: bool) {
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
    pub(crate) fn begin_anew<V: View>(&mut self, directory: &Path, log: &Log) -> Result<(), rusqlite::Error> {
        let path = path_of::<V>(directory);
        self.connection = Connection::open_in_memory()?;
        remove(&path);
        *self = Self::make::<V>(&path, log)?;
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
        fold(&transaction)?;
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
struct Checkpoint {
    log_id: [u8; 16],
    place: Place,
    hash: Hash,
    begun: u64,
}

impl Checkpoint {
    fn belongs_to(&self, log: &Log) -> Result<bool, ReadError> {
        Ok(self.log_id == *log.id().as_bytes() && log.hash_at(self.place.position)? == Some(self.hash))
    }
}

fn checkpoint_of(path: &Path) -> Result<(Connection, Option<Checkpoint>), rusqlite::Error> {
    let connection = connect(path)?;
    let checkpoint = connection
        .query_row("SELECT log_id, position, hash, passed, begun FROM checkpoint", [], |row| {
            let passed: String = row.get(3)?;
            let passed = passed.parse().map_err(|error| {
                rusqlite::Error::FromSqlConversionFailure(3, rusqlite::types::Type::Text, Box::new(error))
            })?;
            let place = Place { position: row.get::<_, i64>(1)? as u64, passed };
            let begun = row.get::<_, i64>(4)? as u64;
            Ok(Checkpoint { log_id: row.get(0)?, place, hash: row.get(2)?, begun })
        })
        .optional()?;
    Ok((connection, checkpoint))
}

/// Whether an error says that the file is not what this program writes, rather than that it can't be had now.
fn is_no_view(error: &rusqlite::Error) -> bool {
    match error.sqlite_error_code() {
        // A table or a column is missing: SQLite calls this unknown. Without a code it is a value of another type.
        None | Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt | ErrorCode::Unknown) => true,
        Some(_) => false,
    }
}

fn make<V: View>(path: &Path, log: &Log, begun: u64) -> Result<Connection, rusqlite::Error> {
    let connection = connect(path)?;
    connection.execute_batch(V::TABLES)?;
    connection.execute_batch(CHECKPOINT_TABLE)?;
    let genesis = log.genesis();
    connection.execute(
        "INSERT INTO checkpoint VALUES (0, ?1, 0, ?2, '', ?3)",
        (log.id().as_bytes().as_slice(), genesis.as_slice(), begun as i64),
    )?;
    Ok(connection)
}

/// The reading end: a few connections, shared.
#[derive(Debug, Clone)]
pub(crate) struct Readers {
    view: &'static str,
    path: Arc<PathBuf>,
    idle: Arc<Mutex<Idle>>,
    #[cfg(feature = "testing")]
    pub(crate) statements: crate::testing::Statements,
}

/// Connections that wait for the next query.
#[derive(Debug, Default)]
struct Idle {
    /// How often the file was made anew.
    generation: u64,
    /// Those that see one project at a time.
    scoped: Vec<Connection>,
    /// Those that see all.
    whole: Vec<Connection>,
}

impl Idle {
    const fn of(&mut self, project: Option<ProjectId>) -> &mut Vec<Connection> {
        match project {
            Some(_) => &mut self.scoped,
            None => &mut self.whole,
        }
    }
}

impl Readers {
    pub(crate) fn new<V: View>(directory: &Path) -> Self {
        Self {
            view: V::NAME,
            path: Arc::new(path_of::<V>(directory)),
            idle: Arc::default(),
            #[cfg(feature = "testing")]
            statements: crate::testing::Statements::default(),
        }
    }

    /// Answers a query from one snapshot of what a scope may see, with the position that it shows. Blocks.
    pub(crate) fn read<T>(
        &self,
        scope: Scope,
        query: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<(T, u64), QueryError> {
        let failed = |source| QueryError::Sqlite { view: self.view, source };
        let project = scope.project();
        let (idle, generation) = {
            let mut waiting = self.lock();
            (waiting.of(project).pop(), waiting.generation)
        };
        let mut connection = match idle {
            Some(connection) => connection,
            None => self.connect(project).map_err(failed)?,
        };
        if let Some(project) = project {
            scoped::choose(&connection, project).map_err(failed)?;
        }
        let transaction = connection.transaction().map_err(failed)?;
        let answer = query(&transaction).map_err(failed)?;
        let position: i64 = transaction
            .prepare_cached("SELECT position FROM checkpoint")
            .and_then(|mut select| select.query_row([], |row| row.get(0)))
            .map_err(failed)?;
        drop(transaction);
        let mut waiting = self.lock();
        let is_current = waiting.generation == generation;
        let idle = waiting.of(project);
        if is_current && idle.len() < READERS_IDLE_MAX {
            idle.push(connection);
        }
        Ok((answer, position as u64))
    }

    /// Lets go of every connection that waits, and of those in use once they are free: the file was made anew.
    pub(crate) fn forget(&self) {
        let mut waiting = self.lock();
        *waiting = Idle { generation: waiting.generation + 1, ..Idle::default() };
    }

    /// How often the file was made anew.
    pub(crate) fn generation(&self) -> u64 {
        self.lock().generation
    }

    fn connect(&self, project: Option<ProjectId>) -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(self.path.as_ref(), flags)?;
        connection.pragma_update(None, "cache_size", CACHE_KIB)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        if project.is_some() {
            connection.pragma_update(None, "temp_store", "memory")?;
            scoped::hide(&connection)?;
        }
        #[cfg(feature = "testing")]
        let connection = self.statements.of(connection);
        Ok(connection)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Idle> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn path_of<V: View>(directory: &Path) -> PathBuf {
    directory.join(format!("{}-v{}.sqlite", V::NAME, V::VERSION))
}

fn pace(connection: &Connection, in_hurry: bool) -> rusqlite::Result<()> {
    let (cache, pages) =
        if in_hurry { (CACHE_BEHIND_KIB, CHECKPOINT_BEHIND_PAGES) } else { (CACHE_KIB, CHECKPOINT_PAGES) };
    connection.pragma_update(None, "cache_size", cache)?;
    connection.pragma_update(None, "wal_autocheckpoint", pages)?;
    if !in_hurry {
        connection.execute_batch("PRAGMA wal_checkpoint(PASSIVE); PRAGMA shrink_memory;")?;
    }
    Ok(())
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    // What a power cut takes is folded again from the log.
    connection.pragma_update(None, "synchronous", "normal")?;
    connection.pragma_update(None, "cache_size", CACHE_KIB)?;
    connection.pragma_update(None, "journal_size_limit", JOURNAL_BYTES_MAX)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

fn remove(path: &Path) {
    for suffix in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        match fs::remove_file(&name) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => {
                tracing::warn!(path = %PathBuf::from(name).display(), %error, "can't remove an old view");
            }
        }
    }
}

/// Removes files of other versions of a view, once this one has caught up.
pub(crate) fn remove_other_versions<V: View>(directory: &Path) {
    let (ours, prefix) = (path_of::<V>(directory), format!("{}-v", V::NAME));
    let Ok(entries) = fs::read_dir(directory) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let is_view = name.starts_with(&prefix) && path.extension().is_some_and(|kind| kind == "sqlite");
        if is_view && path != ours {
            remove(&path);
        }
    }
}
