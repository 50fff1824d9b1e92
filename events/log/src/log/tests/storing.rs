//! On a full disk new work is refused, cancels and ends still fit, nothing is lost.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::support::{append_one, options, stream};
use crate::log::{
    Append, AppendError, Log, Options, Urgency,
    space::{BATCH_BYTES, Shortage, Space},
    verify, verify_live,
};

fn essential(mut append: Append) -> Append {
    append.urgency = Urgency::Essential;
    append
}

// invariant: L-12
#[test]
fn below_the_reserve_only_what_ends_work_goes_on() {
    let directory = tempfile::tempdir().unwrap();
    let (mut options, _) = options(&directory);
    // No disk has so much room: this one is always below its reserve.
    options.reserve_bytes = u64::MAX;
    let log = Log::open(options).unwrap();
    let refused = log.append_blocking(append_one(1, &stream("job", 1), "a")).unwrap_err();
    match refused {
        AppendError::StorageFull { free_bytes, needed_bytes } => {
            assert!(free_bytes < needed_bytes && needed_bytes == u64::MAX);
        }
        other => panic!("{other}"),
    }
    log.append_blocking(essential(append_one(1, &stream("job", 1), "a"))).unwrap();
    assert_eq!(log.head().position, 2);
}

#[test]
fn whoever_is_let_in_takes_his_part_of_the_room() {
    let directory = tempfile::tempdir().unwrap();
    let free =
        |bytes: u64| Space::measured(directory.path(), 1000, Box::new(move || Ok(BATCH_BYTES + bytes)));
    // 1500 are free, of which 300 are the essential part's and 1000 the reserve's.
    let mut room = free(1500).room(300, 0);
    room.take(Urgency::Normal, 150).unwrap();
    let shortage = room.take(Urgency::Normal, 100).unwrap_err();
    let needed_bytes = BATCH_BYTES + 1000 + 100;
    assert_eq!(shortage, Shortage { free_bytes: BATCH_BYTES + 1500, needed_bytes });
    room.take(Urgency::Normal, 50).unwrap();
    room.take(Urgency::Essential, 300).unwrap();
    // What the index owes is nobody's.
    let mut room = free(1500).room(0, 400);
    room.take(Urgency::Normal, 101).unwrap_err();
    room.take(Urgency::Normal, 100).unwrap();
    // Of two ends that don't fit together the first is recorded.
    let mut room = free(500).room(800, 0);
    room.take(Urgency::Normal, 1).unwrap_err();
    room.take(Urgency::Essential, 400).unwrap();
    room.take(Urgency::Essential, 400).unwrap_err();
}

#[test]
fn a_ballast_that_holds_nothing_is_made_anew() {
    let directory = tempfile::tempdir().unwrap();
    let ballast = directory.path().join("ballast");
    // What a power cut leaves of a file whose content was not on the disk yet.
    fs::write(&ballast, "").unwrap();
    let _space = Space::open(directory.path(), 64 << 10);
    assert_eq!(fs::metadata(&ballast).unwrap().len(), 16 << 10);
    // And where there is no room for one now, none is counted on.
    fs::write(&ballast, "").unwrap();
    let _space = Space::measured(directory.path(), 64 << 10, Box::new(|| Ok(70 << 10)));
    assert!(!ballast.exists());
}

/// A small file system of its own; gone when dropped.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// Mounts one; none if `ops/test` left out what needs one, and said so. Those of a disk in memory (`filling`) have to do
    /// then.
    fn mount(path: &Path, size: &str) -> Option<Self> {
        let size = format!("size={size}");
        if run("mount", &["-t", "tmpfs", "-o", &size, "tmpfs", path.to_str().unwrap()]) {
            return Some(Self(path.to_owned()));
        }
        assert!(
            mediary_tools::is_left_out("small-disk"),
            "only root may mount a small disk; `ops/test` leaves such tests out and says so"
        );
        None
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        assert!(run("umount", &[self.0.to_str().unwrap()]));
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the process runner belongs to another crate; a test may mount"
)]
fn run(program: &str, arguments: &[&str]) -> bool {
    std::process::Command::new(program).args(arguments).status().unwrap().success()
}

fn small_options(directory: &tempfile::TempDir) -> Options {
    let (mut options, _) = options(directory);
    options.reserve_bytes = 8 << 20;
    options
}

fn free(path: &Path) -> u64 {
    let facts = rustix::fs::statvfs(path).unwrap();
    facts.f_bavail * facts.f_frsize
}

fn fill(path: &Path, leave_bytes: u64) {
    let filler = path.join("filler");
    let mut bytes = fs::metadata(&filler).map_or(0, |facts| facts.len());
    bytes += free(path) - leave_bytes;
    fs::write(&filler, vec![1; bytes as usize]).unwrap();
}

// invariant: L-12
#[test]
fn full_disk_refuses_politely_and_recovers() {
    let directory = tempfile::tempdir().unwrap();
    let Some(_disk) = SmallDisk::mount(directory.path(), "32m") else { return };
    let log = Log::open(small_options(&directory)).unwrap();
    let ballast = directory.path().join("log/ballast");
    assert_eq!(fs::metadata(&ballast).unwrap().len(), 2 << 20);
    let mut command = 0;
    let mut next = |text: &str| {
        command += 1;
        append_one(command, &stream("job", command % 9), text)
    };
    log.append_blocking(next("a")).unwrap();

    // Below the reserve: new work is refused, the end of work is not.
    fill(directory.path(), 6 << 20);
    assert!(matches!(log.append_blocking(next("b")), Err(AppendError::StorageFull { .. })));
    log.append_blocking(essential(next("c"))).unwrap();

    // Others have eaten the reserve, too: the ballast is given back, and ends still fit.
    fill(directory.path(), 0);
    assert_eq!(free(directory.path()), 0);
    for _ in 0..20 {
        log.append_blocking(essential(next("d"))).unwrap();
    }
    assert!(!ballast.exists());

    // Nothing is left at all: refused before anything is torn; the log lives on.
    fill(directory.path(), 0);
    let refused = log.append_blocking(essential(next("e"))).unwrap_err();
    assert!(matches!(refused, AppendError::StorageFull { free_bytes: 0, .. }), "{refused}");
    let acknowledged = log.head();

    // Room again: everything as before.
    fs::remove_file(directory.path().join("filler")).unwrap();
    log.append_blocking(next("f")).unwrap();
    assert!(ballast.exists());
    assert!(log.head().position > acknowledged.position);
    verify_live(&log, None).unwrap();
    drop(log);
    verify(directory.path(), None).unwrap();
}

#[test]
fn full_disk_does_not_keep_the_log_from_opening() {
    let directory = tempfile::tempdir().unwrap();
    let Some(_disk) = SmallDisk::mount(directory.path(), "32m") else { return };
    let log = Log::open(small_options(&directory)).unwrap();
    for n in 0..50 {
        log.append_blocking(append_one(n, &stream("job", n), "a")).unwrap();
    }
    drop(log);
    fill(directory.path(), 0);
    let log = Log::open(small_options(&directory)).unwrap();
    log.append_blocking(essential(append_one(100, &stream("job", 1), "b"))).unwrap();
    assert_eq!(verify_live(&log, None).unwrap().events, 51 + 2);
}
