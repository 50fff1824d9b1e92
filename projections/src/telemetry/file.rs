//! The file of the store: what is in it, and what becomes of one that can't be read.

use std::{
    fs, io,
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::writing::BUSY_TIMEOUT;

/// The file of the store, by its path in the data folder.
pub const NAME: &str = "telemetry/samples.sqlite";
/// The form of what is in the file. Another one is moved aside, as if it could not be read.
pub(super) const FORMAT: i64 = 1;
/// Memory for pages of one connection, in KiB (negative for SQLite).
const CACHE_KIB: i64 = -2_048;
/// How the names of copies end, before what tells them apart.
const COPY: &str = "copy-";
/// What is left of the write-ahead log's file when it begins again from its front.
const JOURNAL_BYTES_MAX: i64 = 4 << 20;

/// `recent` has the order of coming, `block` one of its own, so that what is new is written to few pages.
const TABLES: &str = "
    CREATE TABLE series (
        id INTEGER PRIMARY KEY,
        project BLOB NOT NULL,
        metric TEXT NOT NULL,
        subject TEXT NOT NULL,
        unit TEXT NOT NULL,
        first_at INTEGER,
        last REAL,
        last_at INTEGER,
        UNIQUE (project, metric, subject)
    ) STRICT;
    CREATE TABLE recent (
        series INTEGER NOT NULL,
        at INTEGER NOT NULL,
        value REAL NOT NULL
    ) STRICT;
    CREATE TABLE block (
        id INTEGER PRIMARY KEY,
        series INTEGER NOT NULL,
        resolution INTEGER NOT NULL,
        start INTEGER NOT NULL,
        count INTEGER NOT NULL,
        body BLOB NOT NULL,
        UNIQUE (series, resolution, start)
    ) STRICT;";

/// Where the store of a data folder is.
pub(super) fn path(data: &Path) -> PathBuf {
    data.join(NAME)
}

/// Why a store can't be had.
#[derive(Debug, thiserror::Error)]
pub(super) enum OpenError {
    /// The folder can't be made, or the file not moved.
    #[error("failed to make room for {}", path.display())]
    Folder {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// SQLite refused, and not because the file is no store.
    #[error("failed to open {}", path.display())]
    Sqlite {
        /// Which.
        path: PathBuf,
        /// What it says.
        source: rusqlite::Error,
    },
}

/// Opens the store for writing, or makes it. One that is no store of this form is moved aside under another name, and told.
pub(super) fn open(path: &Path) -> Result<Connection, OpenError> {
    let failed = |source| OpenError::Sqlite { path: path.to_owned(), source };
    if let Some(folder) = path.parent() {
        let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
        made.map_err(|source| OpenError::Folder { path: folder.to_owned(), source })?;
    }
    remove_copies(path);
    match connect(path) {
        Ok(Some(connection)) => return Ok(connection),
        Err(error) if !is_no_store(&error) => return Err(failed(error)),
        Ok(None) | Err(_) => {}
    }
    let aside = move_aside(path)?;
    tracing::warn!(
        aside = %aside.display(),
        "the store of samples can't be read by this program: it is moved aside, and begun anew"
    );
    connect(path).map_err(failed)?.ok_or_else(|| failed(rusqlite::Error::InvalidQuery))
}

/// A connection to a store, which is made if there is no file; none if the file has another form.
fn connect(path: &Path) -> rusqlite::Result<Option<Connection>> {
    let mut connection = Connection::open(path)?;
    // Whole after a power cut, without the last batches.
    connection.pragma_update(None, "synchronous", "normal")?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "journal_size_limit", JOURNAL_BYTES_MAX)?;
    connection.pragma_update(None, "cache_size", CACHE_KIB)?;
    connection.pragma_update(None, "temp_store", "memory")?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(32);
    match form(&connection)? {
        FORMAT => Ok(Some(connection)),
        0 => {
            let making = connection.transaction()?;
            making.execute_batch(TABLES)?;
            making.pragma_update(None, "user_version", FORMAT)?;
            making.commit()?;
            Ok(Some(connection))
        }
        _ => Ok(None),
    }
}

/// The form of what a file has; 0 of one that has nothing yet.
pub(super) fn form(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// A connection to the store that changes nothing in it.
pub(super) fn read(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.pragma_update(None, "cache_size", CACHE_KIB)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    Ok(connection)
}

/// Whether the file itself is at fault, and not the disk, the permissions or another process.
pub(super) fn is_no_store(error: &rusqlite::Error) -> bool {
    match error.sqlite_error_code() {
        // A table or a column is missing or another: SQLite calls this unknown. Without a code it is a value of another type.
        None | Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt | ErrorCode::Unknown) => true,
        Some(_) => false,
    }
}

/// A name beside the store that no other copy has.
pub(super) fn copy_name(path: &Path) -> PathBuf {
    static COPIES: AtomicU64 = AtomicU64::new(0);
    let number = COPIES.fetch_add(1, Ordering::Relaxed);
    path.with_extension(format!("{COPY}{}-{number}", std::process::id()))
}

/// Removes copies that a kill left behind.
fn remove_copies(path: &Path) {
    let beside = path.parent().and_then(|folder| fs::read_dir(folder).ok());
    let begin = path.with_extension(COPY);
    for file in beside.into_iter().flatten().flatten().map(|file| file.path()) {
        if file.as_os_str().as_encoded_bytes().starts_with(begin.as_os_str().as_encoded_bytes())
            && let Err(error) = fs::remove_file(&file)
        {
            tracing::debug!(file = %file.display(), %error, "a copy of samples stays behind");
        }
    }
}

/// Moves a file with what belongs to it under a name that nobody has; answers that.
pub(super) fn move_aside(path: &Path) -> Result<PathBuf, OpenError> {
    let aside = (1_u32..).map(|number| path.with_extension(format!("unread-{number}")));
    let aside =
        aside.into_iter().find(|aside| !aside.exists()).unwrap_or_else(|| path.with_extension("unread"));
    for suffix in ["-wal", "-shm", ""] {
        let with = |path: &Path| {
            let mut name = path.as_os_str().to_owned();
            name.push(suffix);
            PathBuf::from(name)
        };
        match fs::rename(with(path), with(&aside)) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                return Err(OpenError::Folder { path: path.to_owned(), source });
            }
            Ok(()) | Err(_) => {}
        }
    }
    Ok(aside)
}
