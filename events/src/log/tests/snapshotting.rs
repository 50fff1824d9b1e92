//! L-10: a snapshot is used only for the very history that it was made of.

use std::fs;

use super::support::{Bench, append_one, stream};
use crate::log::SnapshotError;

fn bench(events: u128) -> Bench {
    let bench = Bench::new();
    for n in 1..=events {
        bench.log.append_blocking(append_one(n, &stream("job", n), "a")).unwrap();
    }
    bench
}

#[test]
fn snapshot_comes_back_after_a_restart() {
    let bench = bench(10);
    bench.log.snapshots().save("dispatcher", 3, 7, b"seven").unwrap();
    bench.log.snapshots().save("dispatcher", 3, 9, b"nine").unwrap();
    let bench = bench.reopen();
    assert_eq!(bench.log.snapshots().load("dispatcher", 3), Some((9, b"nine".to_vec())));
    assert_eq!(bench.log.snapshots().load("reaction.open-job", 3), None);
}

#[test]
fn snapshot_of_another_version_is_dropped() {
    let bench = bench(10);
    bench.log.snapshots().save("dispatcher", 3, 7, b"seven").unwrap();
    assert_eq!(bench.log.snapshots().load("dispatcher", 4), None);
    assert_eq!(bench.log.snapshots().load("dispatcher", 3), None, "it was dropped");
}

#[test]
fn snapshot_with_a_changed_byte_is_dropped() {
    let bench = bench(10);
    let path = bench.directory.path().join("snapshots/dispatcher.snapshot");
    bench.log.snapshots().save("dispatcher", 3, 7, b"seven").unwrap();
    let whole = fs::read(&path).unwrap();
    for at in 0..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        fs::write(&path, changed).unwrap();
        assert_eq!(bench.log.snapshots().load("dispatcher", 3), None, "byte {at}");
        assert!(!path.exists());
    }
    fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    assert_eq!(bench.log.snapshots().load("dispatcher", 3), None);
}

#[test]
fn snapshot_of_another_history_is_dropped() {
    let (long, other) = (bench(10), bench(10));
    long.log.snapshots().save("dispatcher", 3, 7, b"seven").unwrap();
    let name = "snapshots/dispatcher.snapshot";
    fs::create_dir_all(other.directory.path().join("snapshots")).unwrap();
    fs::copy(long.directory.path().join(name), other.directory.path().join(name)).unwrap();
    assert_eq!(other.log.snapshots().load("dispatcher", 3), None);
}

#[test]
fn snapshot_beyond_the_end_is_refused() {
    let bench = bench(3);
    let error = bench.log.snapshots().save("dispatcher", 1, 4, b"four").unwrap_err();
    assert!(matches!(error, SnapshotError::Beyond { position: 4 }));
    let error = bench.log.snapshots().save("../log", 1, 3, b"three").unwrap_err();
    assert!(matches!(error, SnapshotError::Name { .. }));
    bench.log.snapshots().save("dispatcher", 1, 0, b"nothing yet").unwrap();
    assert_eq!(bench.log.snapshots().load("dispatcher", 1), Some((0, b"nothing yet".to_vec())));
}
