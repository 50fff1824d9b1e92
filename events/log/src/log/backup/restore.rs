//! Puts a backup into a folder: built and proved beside what is there, then put in its place by one rename.
//!
//! Whatever kills it in between, the folder has the old log, the new one, or none and says so; nothing is deleted but
//! what is made anew from events.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
};

use super::{
    super::{
        chain::{self, Hash},
        create,
        lock::FolderLock,
        offline::OfflineLog,
        rebuild::{Meta, Rebuild, RebuildError},
        store,
        verify::verify,
    },
    BackedUp, BackupError,
    file::Reader,
};
use crate::whole;

/// Where a log is built before it is put in its place.
const SCRATCH: &str = create::RESTORE_FOLDER;
/// What is made from events, and is made anew from those that are there then.
const DERIVED: [&str; 3] = ["index", "views", "snapshots"];

/// What a restore did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// What the folder has now.
    pub backed_up: BackedUp,
    /// Where the log is that the folder had before, if it had one.
    pub aside: Option<PathBuf>,
    /// Settings that were there and are others than those of the backup; they were left as they were.
    pub kept: Vec<String>,
}

/// Puts a backup into a data folder that no server has. Without `force` only where it takes nothing away: the folder
/// has no log, or one that the backup continues.
pub fn restore(file: &Path, directory: &Path, force: bool) -> Result<Restored, BackupError> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)
        .map_err(failed("making", directory))?;
    let _lock = FolderLock::acquire(directory)?;
    let known = Known::of(directory);
    let (backed_up, hash_there) = prove(file, &known)?;
    if !force {
        known.refuse_if_newer(&backed_up, hash_there)?;
    }
    let scratch = directory.join(SCRATCH);
    remove(&scratch)?;
    let settings = build(file, &scratch)?;
    let report =
        verify(&scratch, None).map_err(|error| BackupError::Unproved { detail: error.to_string() })?;
    if (report.last_position, report.head_hash) != (backed_up.last_position, backed_up.last_hash) {
        return Err(BackupError::Unproved { detail: "it does not end where the backup does".to_owned() });
    }
    let aside = put_in_place(directory, &scratch, &backed_up)?;
    let mut kept = write_settings(directory, &settings)?;
    kept.extend(put_attached(directory, &scratch, &backed_up)?);
    remove(&scratch)?;
    Ok(Restored { backed_up, aside, kept })
}

/// What the folder has.
enum Known {
    Nothing,
    Unreadable(String),
    Log { log_id: uuid::Uuid, position: u64, hash: Hash },
}

impl Known {
    fn of(directory: &Path) -> Self {
        let path = store::file(directory);
        if !path.exists() {
            let unfinished = path.with_extension("redb.new");
            let is_log = unfinished.exists() && create::holds_events(&unfinished);
            return if is_log {
                Self::Unreadable(format!("{} holds events", unfinished.display()))
            } else {
                Self::Nothing
            };
        }
        let look = || {
            let log = OfflineLog::open_unlocked(directory).map_err(|error| error.to_string())?;
            let tail = log.store.tail().map_err(|error| error.to_string())?;
            Ok(Self::Log { log_id: log.store.log_id(), position: tail.head.position, hash: tail.head.hash })
        };
        look().unwrap_or_else(Self::Unreadable)
    }

    /// The last position that is there.
    const fn position(&self) -> Option<u64> {
        match self {
            Self::Nothing | Self::Unreadable(_) => None,
            Self::Log { position, .. } => Some(*position),
        }
    }

    fn refuse_if_newer(&self, backup: &BackedUp, hash_there: Option<Hash>) -> Result<(), BackupError> {
        let refuse = |why: String| Err(BackupError::Newer { why });
        match self {
            Self::Unreadable(detail) => refuse(format!(
                "the folder's log can't be read, so that nobody knows whether it is newer: {detail}"
            )),
            Self::Log { log_id, .. } if *log_id != backup.log_id => refuse(format!(
                "the folder has another log, {log_id}, and the backup is of {}",
                backup.log_id
            )),
            Self::Log { position, .. } if *position > backup.last_position => refuse(format!(
                "the folder's log goes to event {position}, and the backup only to event {}",
                backup.last_position
            )),
            Self::Log { hash, position, .. } if hash_there != Some(*hash) => {
                refuse(format!("the folder's log has other events than the backup, at {position} or before"))
            }
            Self::Nothing | Self::Log { .. } => Ok(()),
        }
    }
}

/// Proves the backup, and answers the hash of its chain where the folder's log ends.
fn prove(file: &Path, known: &Known) -> Result<(BackedUp, Option<Hash>), BackupError> {
    let mut reader = Reader::open(file)?;
    let mut there = (known.position() == Some(0)).then(|| chain::genesis(reader.header.log_id));
    while let Some((frame, hash)) = reader.next_frame()? {
        if known.position() == Some(frame.position()) {
            there = Some(hash);
        }
    }
    reader.read_attached(|_, _| Ok(()))?;
    Ok((reader.finish()?, there))
}

/// Builds the log of a backup in a folder of its own, with what is attached beside it; answers the settings.
fn build(file: &Path, scratch: &Path) -> Result<Vec<(String, Vec<u8>)>, BackupError> {
    let mut log = Rebuild::begin(scratch)?;
    let mut reader = Reader::open(file)?;
    let settings = std::mem::take(&mut reader.settings);
    while let Some((frame, hash)) = reader.next_frame()? {
        log.push(&frame, &hash)?;
    }
    let mut files = Vec::new();
    for n in 0..reader.header.attached.len() {
        let path = attached(scratch, n);
        files.push((File::create_new(&path).map_err(failed("making", &path))?, path));
    }
    reader.read_attached(|n, piece| {
        let (file, path) = &mut files[n];
        file.write_all(piece).map_err(failed("writing", path))
    })?;
    for (file, path) in files {
        file.sync_all().map_err(failed("writing", &path))?;
    }
    let meta = Meta {
        log_id: reader.header.log_id,
        identity_key: reader.identity_key,
        epoch: reader.epoch,
        is_restored: true,
    };
    reader.finish()?;
    log.finish(&meta)?;
    Ok(settings)
}

/// Moves aside what is there, and the new log into its place.
fn put_in_place(
    directory: &Path,
    scratch: &Path,
    backed_up: &BackedUp,
) -> Result<Option<PathBuf>, BackupError> {
    for name in DERIVED {
        remove(&directory.join(name))?;
    }
    let (log, new) = (store::folder(directory), store::folder(scratch));
    let aside = if log.exists() { Some(unused(directory)) } else { None };
    if let Some(aside) = &aside {
        fs::rename(&log, aside).map_err(failed("moving aside", &log))?;
    }
    fs::rename(&new, &log).map_err(failed("moving into its place", &new))?;
    create::remember(directory, backed_up.log_id).map_err(failed("writing into", directory))?;
    create::sync_folders(directory)?;
    Ok(aside)
}

/// Where the bytes of an attached file are until they are put in their place.
fn attached(scratch: &Path, n: usize) -> PathBuf {
    scratch.join(format!("attached-{n}"))
}

/// Puts attached files in their places, where nothing is: a file that belongs to one that is there would belong to another.
/// Answers the names of those that have no place.
fn put_attached(directory: &Path, scratch: &Path, backed_up: &BackedUp) -> Result<Vec<String>, BackupError> {
    let mut kept = Vec::new();
    for (n, (name, _)) in backed_up.attached.iter().enumerate() {
        let path = directory.join(name);
        let folder = path.parent().unwrap_or(directory);
        let is_empty = fs::read_dir(folder).map_or(true, |mut there| there.next().is_none());
        if !is_below(name) || !is_empty {
            kept.push(name.clone());
            continue;
        }
        let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
        made.map_err(failed("making", folder))?;
        fs::rename(attached(scratch, n), &path).map_err(failed("moving into its place", &path))?;
    }
    Ok(kept)
}

/// A name for the log that was there.
fn unused(directory: &Path) -> PathBuf {
    let mut number = 1_u32;
    loop {
        let path = directory.join(format!("log.replaced-{number}"));
        if !path.exists() {
            return path;
        }
        number += 1;
    }
}

/// Writes settings that are not there; answers the names of those that are there and differ.
fn write_settings(directory: &Path, settings: &[(String, Vec<u8>)]) -> Result<Vec<String>, BackupError> {
    let mut kept = Vec::new();
    for (name, bytes) in settings {
        if !is_below(name) {
            kept.push(name.clone());
            continue;
        }
        let path = directory.join(name);
        match fs::read(&path) {
            Ok(there) if there == *bytes => {}
            Ok(_) => kept.push(name.clone()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                write_setting(&path, bytes).map_err(failed("writing", &path))?;
            }
            Err(source) => return Err(BackupError::Folder { step: "reading", path, source }),
        }
    }
    Ok(kept)
}

/// Settings hold passwords: they are their owner's alone.
fn write_setting(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    whole::write(path, bytes)
}

/// Whether a name stays in the folder, whatever a backup says.
fn is_below(name: &str) -> bool {
    Path::new(name).components().all(|part| matches!(part, std::path::Component::Normal(_)))
}

fn remove(path: &Path) -> Result<(), BackupError> {
    match fs::remove_dir_all(path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            Err(BackupError::Folder { step: "removing", path: path.to_owned(), source })
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

fn failed(step: &'static str, path: &Path) -> impl FnOnce(io::Error) -> BackupError {
    let path = path.to_owned();
    move |source| BackupError::Folder { step, path, source }
}

impl From<RebuildError> for BackupError {
    fn from(RebuildError { step, path, source }: RebuildError) -> Self {
        Self::Folder { step, path, source }
    }
}
