//! Backups: of a log that grows, whole or refused, and back without taking anything newer away.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use mediary_schema::ProjectId;
use tempfile::TempDir;

use super::support::{Bench, append_one, stream};
use crate::log::{
    Attached, BackupError, Log, Options, Source, backup, backup_with, prove_backup, restore, store, verify,
};

fn grow(log: &Log, commands: std::ops::Range<u128>) {
    for n in commands {
        log.append_blocking(append_one(n, &stream("playlist", n % 3), &format!("text {n} é"))).unwrap();
    }
}

fn bench() -> Bench {
    let bench = Bench::new();
    grow(&bench.log, 1..600);
    bench
}

const SETTING: (&str, &[u8]) = ("nats/access.json", b"{\"password\":\"x\"}");

fn settings() -> Vec<(String, Vec<u8>)> {
    vec![(SETTING.0.to_owned(), SETTING.1.to_vec())]
}

fn backed_up(bench: &Bench, into: &Path) -> PathBuf {
    let path = into.join("mediary.backup");
    let mut bytes = Vec::new();
    backup(Source::Live(&bench.log), || Ok(settings()), &mut bytes).unwrap();
    fs::write(&path, bytes).unwrap();
    path
}

fn open(directory: &Path) -> Log {
    Log::open(Options { reserve_bytes: 0, ..Options::new(directory) }).unwrap()
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn code(refused: Result<crate::log::Restored, BackupError>) -> &'static str {
    refused.unwrap_err().code()
}

/// Has the log grow between two pieces of what is written.
struct Growing<'a> {
    log: &'a Log,
    next: u128,
    bytes: Vec<u8>,
}

impl Write for Growing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() / 20_000 != (self.bytes.len() + bytes.len()) / 20_000 {
            grow(self.log, self.next..self.next + 1);
            self.next += 1;
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

// PL-09.
// invariant: L-23
#[test]
fn a_backup_of_a_log_that_grows_is_the_log_as_it_was_and_goes_back_whole() {
    let (bench, other) = (bench(), folder());
    let head = bench.log.head();
    let mut growing = Growing { log: &bench.log, next: 1_000, bytes: Vec::new() };
    let told = backup(Source::Live(&bench.log), || Ok(settings()), &mut growing).unwrap();
    assert!(bench.log.head().position > head.position, "it grew meanwhile");
    let file = other.path().join("mediary.backup");
    fs::write(&file, &growing.bytes).unwrap();
    assert_eq!(prove_backup(&file).unwrap(), told);
    assert_eq!((told.last_position, told.last_hash), (head.position, head.hash));

    let data = other.path().join("data");
    let restored = restore(&file, &data, false).unwrap();
    assert_eq!((restored.backed_up, restored.aside), (told, None));
    assert_eq!(fs::read(data.join(SETTING.0)).unwrap(), SETTING.1);
    let address = "https://example.org/".parse().unwrap();
    let playlist = |log: &Log| log.store().identities().playlist(ProjectId::HOME, &address);
    let log = open(&data);
    assert_eq!(playlist(&log), playlist(&bench.log), "ids are derived as before");
    let events = log.read(&crate::log::Read::forward(1).limit(head.position as usize)).unwrap();
    assert_eq!(events, bench.all()[..head.position as usize]);
    grow(&log, 2_000..2_003);
}

// PL-09: "a backup that fails verification".
// invariant: L-23
#[test]
fn a_backup_that_was_changed_anywhere_is_refused_and_changes_nothing() {
    let (bench, other) = (bench(), folder());
    let file = backed_up(&bench, other.path());
    let whole = fs::read(&file).unwrap();
    let data = other.path().join("data");
    let (mut changed, mut tried) = (whole.clone(), 0);
    for place in (0..whole.len()).step_by(whole.len() / 150) {
        changed[place] ^= 1;
        fs::write(&file, &changed).unwrap();
        prove_backup(&file).unwrap_err();
        changed[place] ^= 1;
        tried += 1;
    }
    assert!(tried > 100);
    for length in [0, 10, 100, whole.len() / 2, whole.len() - 1] {
        fs::write(&file, &whole[..length]).unwrap();
        let code = code(restore(&file, &data, true));
        assert!(matches!(code, "BACKUP_DAMAGED" | "BACKUP_FOREIGN"), "{length}: {code}");
        assert!(!store::file(&data).exists());
    }
    fs::write(&file, [whole.as_slice(), b"x"].concat()).unwrap();
    assert_eq!(code(restore(&file, &data, true)), "BACKUP_DAMAGED");
}

// invariant: L-23
#[test]
fn nothing_newer_is_taken_away_without_force_and_with_it_moved_aside() {
    let (bench, other) = (bench(), folder());
    let file = backed_up(&bench, other.path());
    let Bench { log, directory, .. } = bench;
    assert_eq!(code(restore(&file, directory.path(), true)), "DATA_FOLDER_IN_USE");
    grow(&log, 3_000..3_005);
    let newest = log.head();
    drop(log);
    let before = fs::read(store::file(directory.path())).unwrap();
    assert_eq!(code(restore(&file, directory.path(), false)), "BACKUP_OLDER");
    assert_eq!(fs::read(store::file(directory.path())).unwrap(), before);

    let restored = restore(&file, directory.path(), true).unwrap();
    let aside = other.path().join("aside");
    fs::create_dir(&aside).unwrap();
    fs::rename(restored.aside.unwrap(), store::folder(&aside)).unwrap();
    assert_eq!(verify(&aside, None).unwrap().last_position, newest.position);
    let report = verify(directory.path(), None).unwrap();
    assert_eq!(report.last_position, restored.backed_up.last_position);
    // The same once more takes nothing away.
    restore(&file, directory.path(), false).unwrap();

    let stranger = Bench::new();
    grow(&stranger.log, 1..3);
    let Bench { log, directory: strange, .. } = stranger;
    drop(log);
    assert_eq!(code(restore(&file, strange.path(), false)), "BACKUP_OLDER");
}

// A folder whose log went on otherwise has as many events, and others.
// invariant: L-23
#[test]
fn a_log_that_went_on_otherwise_is_not_taken_for_an_older_one() {
    let (bench, other) = (bench(), folder());
    let early = backed_up(&bench, other.path());
    let data = other.path().join("data");
    restore(&early, &data, false).unwrap();
    let fork = open(&data);
    grow(&fork, 4_000..4_002);
    drop(fork);
    grow(&bench.log, 5_000..5_010);
    let late = backed_up(&bench, other.path());
    assert_eq!(code(restore(&late, &data, false)), "BACKUP_OLDER");
    restore(&late, &data, true).unwrap();
    drop(open(&data));
}

// The steps of a restore after each of which it may be killed.
// invariant: L-23
#[test]
fn a_restore_that_was_killed_leaves_no_empty_log_and_is_done_again() {
    let (bench, other) = (bench(), folder());
    let file = backed_up(&bench, other.path());
    let refused = |data: &Path| Log::open(Options::new(data)).unwrap_err().code();

    let building = other.path().join("building");
    fs::create_dir_all(building.join("restore/log")).unwrap();
    fs::write(store::file(&building.join("restore")), "half a log").unwrap();
    assert_eq!(refused(&building), "LOG_MISSING");
    restore(&file, &building, false).unwrap();
    assert!(!building.join("restore").exists());
    drop(open(&building));

    // The old log is aside, the new one not yet in its place.
    let moving = other.path().join("moving");
    restore(&file, &moving, false).unwrap();
    fs::create_dir_all(moving.join("restore")).unwrap();
    fs::rename(store::folder(&moving), moving.join("restore/log")).unwrap();
    assert_eq!(refused(&moving), "LOG_MISSING");
    restore(&file, &moving, false).unwrap();
    // The opening of the epoch that it goes on in is one event more.
    assert_eq!(open(&moving).head().position, bench.log.head().position + 1);
}

// What belongs to a backup and can't be read is no reason for one that would be found wanting later.
#[test]
fn a_backup_without_what_belongs_to_it_is_refused() {
    let bench = Bench::new();
    let unreadable = || Err(io::Error::other("a key"));
    let error = backup(Source::Live(&bench.log), unreadable, &mut Vec::new()).unwrap_err();
    assert!(matches!(error, BackupError::Settings(_)), "{error}");
    assert_eq!(error.code(), "FILE");
}

// Samples: nothing depends on them, and they may be long.
#[test]
fn what_is_attached_comes_back_byte_by_byte_where_nothing_is() {
    let (bench, home) = (bench(), folder());
    let (path, name) = (home.path().join("mediary.backup"), "telemetry/samples.sqlite");
    let bytes: Vec<u8> = (0..300_000_u32).flat_map(u32::to_be_bytes).collect();
    let source = home.path().join("source");
    fs::write(&source, &bytes).unwrap();
    let attached = || vec![Attached { name: name.to_owned(), file: fs::File::open(&source).unwrap() }];
    let mut written = Vec::new();
    let told = backup_with(Source::Live(&bench.log), || Ok(settings()), attached(), &mut written).unwrap();
    assert_eq!(told.attached, [(name.to_owned(), bytes.len() as u64)]);
    fs::write(&path, &written).unwrap();
    assert_eq!(prove_backup(&path).unwrap(), told);

    let other = home.path().join("other");
    let restored = restore(&path, &other, false).unwrap();
    assert_eq!((restored.kept, fs::read(other.join(name)).unwrap()), (vec![], bytes));
    assert!(!other.join("restore").exists());
    // What is there stays, and is named.
    fs::write(other.join(name), b"newer").unwrap();
    assert_eq!(restore(&path, &other, false).unwrap().kept, [name]);
    assert_eq!(fs::read(other.join(name)).unwrap(), b"newer");

    for spoilt in [written.len() - 40, written.len() - 300_000, 40] {
        let mut damaged = written.clone();
        damaged[spoilt] ^= 1;
        fs::write(&path, damaged).unwrap();
        prove_backup(&path).unwrap_err();
    }
    fs::write(&path, &written[..written.len() - 50]).unwrap();
    assert_eq!(prove_backup(&path).unwrap_err().code(), "BACKUP_DAMAGED");
}
