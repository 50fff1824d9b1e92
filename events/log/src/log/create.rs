//! A log is made once, in a folder that never had one.
//!
//! A file that is missing, renamed or of another log must never be replaced by an empty one: what stands around it
//! says that the folder had a log. A new file is made under another name and renamed when whole; one that was left
//! under that name and holds events is adopted.

use std::{
    ffi::OsStr,
    fs::{self, File},
    io,
    path::Path,
};

use redb::{Database, ReadableDatabase as _, ReadableTable as _};
use uuid::Uuid;

use super::{
    contain::contain,
    error::{OpenError, ReadError, StorageFault},
    store,
    tables::EVENTS,
};
use crate::whole;

/// Remembers the log's id outside of the log's file, so that another one in its place is noticed.
const ID_FILE: &str = "log.id";
/// What a server makes once it has a log. An empty folder says nothing: it may be made before the log is.
const TRACES: [&str; 10] = [
    "library",
    "views",
    "snapshots",
    "output",
    "index",
    "staging",
    "telemetry",
    "local.token",
    ID_FILE,
    RESTORE_FOLDER,
];
/// Where a log is built that is restored: one that was killed in between must not begin an empty log.
pub(super) const RESTORE_FOLDER: &str = "restore";

/// Makes an empty log in a folder that never had one; what looks wrong is refused by name.
pub(super) fn create_if_missing(directory: &Path, log_id: Uuid) -> Result<(), OpenError> {
    let path = store::file(directory);
    let unfinished = path.with_extension("redb.new");
    refuse_other(directory)?;
    if exists(&path)? {
        return sync_folders(directory);
    }
    if holds_events(&unfinished) {
        tracing::warn!(path = %unfinished.display(), "log.adopted");
        rename(&unfinished, &path)?;
        return sync_folders(directory);
    }
    refuse_if_lost(directory)?;
    make(&unfinished, &path, log_id)?;
    sync_folders(directory)?;
    sync_parent(directory);
    Ok(())
}

/// Refuses a folder without a log that had one.
pub(super) fn refuse_if_lost(directory: &Path) -> Result<(), OpenError> {
    let traces: Vec<&str> = TRACES.into_iter().filter(|name| is_trace(&directory.join(name))).collect();
    if traces.is_empty() {
        return Ok(());
    }
    Err(OpenError::Lost { path: store::file(directory), traces: traces.join(", ") })
}

fn is_trace(path: &Path) -> bool {
    match fs::read_dir(path) {
        Ok(mut entries) => entries.next().is_some(),
        Err(_) => path.is_file(),
    }
}

/// Compares the log's id with the one that the folder had, and remembers it.
pub(super) fn recognise(directory: &Path, log_id: Uuid) -> Result<(), OpenError> {
    let path = directory.join(ID_FILE);
    let io = |step| {
        let path = path.clone();
        move |source| OpenError::Io { step, path, source }
    };
    match fs::read_to_string(&path) {
        Ok(text) => match text.trim().parse::<Uuid>() {
            Ok(known) if known == log_id => return Ok(()),
            Ok(expected) => {
                return Err(OpenError::Exchanged {
                    path: store::file(directory),
                    expected,
                    found: log_id,
                    reminder: path,
                });
            }
            Err(_) => tracing::warn!(path = %path.display(), "log.id_unreadable"),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) if error.kind() == io::ErrorKind::InvalidData => {}
        Err(error) => return Err(io("reading")(error)),
    }
    remember(directory, log_id).map_err(io("writing"))
}

/// The log that a folder had, if it still says so.
pub(super) fn remembered(directory: &Path) -> Option<Uuid> {
    fs::read_to_string(directory.join(ID_FILE)).ok()?.trim().parse().ok()
}

/// Remembers whose folder this is.
pub(super) fn remember(directory: &Path, log_id: Uuid) -> io::Result<()> {
    whole::write(&directory.join(ID_FILE), format!("{log_id}\n").as_bytes())
}

/// Refuses another log file than the one that is expected: it would be passed over in silence.
pub(super) fn refuse_other(directory: &Path) -> Result<(), OpenError> {
    let (folder, expected) = (store::folder(directory), store::file(directory));
    let io = |source| OpenError::Io { step: "looking into", path: folder.clone(), source };
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(source) => return Err(io(source)),
    };
    for entry in entries {
        let found = entry.map_err(io)?.path();
        if found.extension() == Some(OsStr::new("redb")) && found != expected {
            return Err(OpenError::OtherFile { expected, found });
        }
    }
    Ok(())
}

fn exists(path: &Path) -> Result<bool, OpenError> {
    match fs::symlink_metadata(path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(source) => Err(OpenError::Io { step: "looking at", path: path.to_owned(), source }),
    }
}

/// Whether a file that was being made is more than that.
pub(super) fn holds_events(unfinished: &Path) -> bool {
    if store::inspect(unfinished).is_err() {
        return false;
    }
    let found = contain(|| {
        let database = Database::open(unfinished)?;
        let transaction = database.begin_read()?;
        let events = transaction.open_table(EVENTS)?;
        Ok::<_, ReadError>(events.last()?.is_some())
    });
    found.unwrap_or(false)
}

fn make(unfinished: &Path, path: &Path, log_id: Uuid) -> Result<(), OpenError> {
    if let Err(source) = fs::remove_file(unfinished)
        && source.kind() != io::ErrorKind::NotFound
    {
        return Err(OpenError::Io { step: "removing", path: unfinished.to_owned(), source });
    }
    let database = Database::create(unfinished)
        .map_err(|error| store::opening(unfinished, StorageFault::from(error)))?;
    store::initialise(&database, log_id).map_err(|fault| store::opening(unfinished, fault))?;
    drop(database);
    rename(unfinished, path)
}

fn rename(unfinished: &Path, path: &Path) -> Result<(), OpenError> {
    fs::rename(unfinished, path).map_err(|source| OpenError::Io {
        step: "renaming",
        path: unfinished.to_owned(),
        source,
    })
}

/// Makes the names durable: a synced file whose folder forgot it is lost all the same. At every opening, since the
/// one that made them may have been killed before it did.
pub(super) fn sync_folders(directory: &Path) -> Result<(), OpenError> {
    for folder in [store::folder(directory), directory.to_owned()] {
        let synced = File::open(&folder).and_then(|folder| folder.sync_all());
        synced.map_err(|source| OpenError::Io { step: "syncing", path: folder, source })?;
    }
    Ok(())
}

/// The name of the data folder itself; the folder around it may be somebody else's.
fn sync_parent(directory: &Path) {
    let parent = directory.parent().filter(|parent| !parent.as_os_str().is_empty());
    let synced = File::open(parent.unwrap_or_else(|| Path::new("."))).and_then(|parent| parent.sync_all());
    if let Err(error) = synced {
        tracing::debug!(%error, "log.parent_not_synced");
    }
}
