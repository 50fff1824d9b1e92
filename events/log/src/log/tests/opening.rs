//! What is opened, what is made, and what is refused by name.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use redb::{Database, ReadableTable as _};
use tempfile::TempDir;

use super::support::{Bench, append_one, options, stream};
use crate::log::{Log, OpenError, store, tables, verify};

fn closed(appends: u128) -> TempDir {
    let bench = Bench::new();
    for n in 1..=appends {
        bench.log.append_blocking(append_one(n, &stream("job", n), "a")).unwrap();
    }
    let Bench { log, directory, .. } = bench;
    drop(log);
    directory
}

fn file(directory: &TempDir) -> PathBuf {
    store::file(directory.path())
}

fn reopened(directory: &TempDir) -> Result<Log, OpenError> {
    Log::open(options(directory).0)
}

/// What is said of a folder, by who serves it and by who verifies it.
fn refused(directory: &TempDir) -> OpenError {
    let error = reopened(directory).unwrap_err();
    assert_eq!(verify(directory.path(), None).unwrap_err().code(), error.code(), "{error}");
    assert!(!error.advice().contains("serve"), "{}", error.advice());
    error
}

fn log_files(directory: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(store::folder(directory))
        .map(|entries| entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect())
        .unwrap_or_default();
    names.sort();
    names
}

// invariant: L-19
#[test]
fn missing_log_is_not_replaced_where_anything_says_that_there_was_one() {
    for trace in ["library/a.mp4", "views/job.sqlite", "snapshots/x", "output/y", "local.token", "log.id"] {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(trace);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "x").unwrap();
        let error = refused(&directory);
        let name = trace.split('/').next().unwrap();
        assert!(matches!(&error, OpenError::Lost { traces, .. } if traces.contains(name)), "{error}");
        assert_eq!(log_files(directory.path()), [""; 0]);
    }
    // Folders that are made before the log is say nothing.
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir_all(directory.path().join("library")).unwrap();
    reopened(&directory).unwrap();
}

// invariant: L-19
#[test]
fn removed_log_is_missed() {
    let directory = closed(3);
    fs::remove_dir_all(store::folder(directory.path())).unwrap();
    assert_eq!(refused(&directory).code(), "LOG_MISSING");
}

// invariant: L-19
#[test]
fn renamed_log_is_named() {
    let directory = closed(3);
    let other = file(&directory).with_file_name("00000000000000000002.redb");
    fs::rename(file(&directory), &other).unwrap();
    let error = reopened(&directory).unwrap_err();
    assert!(matches!(&error, OpenError::OtherFile { found, .. } if *found == other), "{error}");
    assert_eq!(log_files(directory.path()), ["00000000000000000002.redb"]);
}

// invariant: L-19
#[test]
fn second_log_file_is_noticed() {
    let directory = closed(3);
    fs::copy(file(&directory), file(&directory).with_file_name("00000000000000000185.redb")).unwrap();
    assert_eq!(reopened(&directory).unwrap_err().code(), "LOG_FILE_UNEXPECTED");
    assert_eq!(verify(directory.path(), None).unwrap_err().code(), "LOG_FILE_UNEXPECTED");
}

// invariant: L-19
#[test]
fn unfinished_file_that_holds_events_is_adopted() {
    let directory = closed(3);
    fs::rename(file(&directory), file(&directory).with_extension("redb.new")).unwrap();
    let log = reopened(&directory).unwrap();
    assert_eq!(log.head().position, 1 + 3 + 1, "with what opened it twice");
    assert_eq!(log_files(directory.path()), ["00000000000000000001.redb"]);
}

#[test]
fn unfinished_file_without_events_is_made_anew() {
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir_all(store::folder(directory.path())).unwrap();
    fs::write(file(&directory).with_extension("redb.new"), "half").unwrap();
    assert_eq!(reopened(&directory).unwrap().head().position, 1);
    assert_eq!(log_files(directory.path()), ["00000000000000000001.redb"]);
}

// invariant: L-19
#[test]
fn log_of_another_folder_is_refused_with_both_ids() {
    let (one, other) = (closed(3), closed(5));
    fs::copy(file(&other), file(&one)).unwrap();
    let error = reopened(&one).unwrap_err();
    let OpenError::Exchanged { expected, found, ref reminder, .. } = error else { panic!("{error}") };
    assert_ne!(expected, found);
    assert_eq!(error.code(), "LOG_EXCHANGED");
    fs::remove_file(reminder).unwrap();
    assert_eq!(reopened(&one).unwrap().id(), found);
}

fn set_epoch(directory: &TempDir, epoch: u64) {
    let database = Database::open(file(directory)).unwrap();
    let transaction = database.begin_write().unwrap();
    let mut meta = transaction.open_table(tables::META).unwrap();
    meta.insert(tables::KEY_EPOCH, epoch.to_be_bytes().as_slice()).unwrap();
    drop(meta);
    transaction.commit().unwrap();
}

// invariant: L-4
#[test]
fn epoch_that_is_not_that_of_the_newest_event_is_refused() {
    for epoch in [0, 2, u64::MAX] {
        let directory = closed(3);
        set_epoch(&directory, epoch);
        assert_eq!(refused(&directory).code(), "LOG_STRUCTURE_DAMAGED", "{epoch}");
    }
}

// invariant: L-5
#[test]
fn log_whose_id_was_changed_is_refused() {
    let directory = closed(300);
    let database = Database::open(file(&directory)).unwrap();
    let transaction = database.begin_write().unwrap();
    {
        let mut meta = transaction.open_table(tables::META).unwrap();
        let mut id = meta.get(tables::KEY_LOG_ID).unwrap().unwrap().value().to_vec();
        id[3] ^= 1;
        meta.insert(tables::KEY_LOG_ID, id.as_slice()).unwrap();
    }
    transaction.commit().unwrap();
    drop(database);
    fs::remove_file(directory.path().join("log.id")).unwrap();
    let error = reopened(&directory).unwrap_err();
    assert_eq!(error.code(), "LOG_ENVELOPE_DAMAGED", "{error}");
}

#[test]
fn pipe_and_folder_in_place_of_the_log_are_refused_at_once() {
    for make in [make_pipe as fn(&Path), |path: &Path| fs::create_dir(path).unwrap()] {
        let directory = closed(1);
        fs::remove_file(file(&directory)).unwrap();
        make(&file(&directory));
        assert_eq!(refused(&directory).code(), "LOG_FOREIGN");
    }
}

fn make_pipe(path: &Path) {
    rustix::fs::mknodat(rustix::fs::CWD, path, rustix::fs::FileType::Fifo, rustix::fs::Mode::RWXU, 0)
        .unwrap();
}

#[test]
fn folder_that_may_not_be_read_is_not_called_empty() {
    // The owner of everything may read everything.
    if rustix::process::geteuid().is_root() {
        return;
    }
    let directory = closed(1);
    let folder = store::folder(directory.path());
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o000)).unwrap();
    assert_eq!(verify(directory.path(), None).unwrap_err().code(), "DATA_FOLDER_UNUSABLE");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).unwrap();
}
