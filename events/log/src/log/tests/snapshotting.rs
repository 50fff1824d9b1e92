//! A snapshot is used only for the very history that it was made of.

use std::{collections::BTreeMap, fs};

use proptest::prelude::*;

use super::support::{Bench, append_one, stream};
use crate::log::{Kept, Log, Passed, Read, Schema, SnapshotError};

fn kept(position: u64, state: &[u8]) -> Kept {
    Kept { position, passed: Passed::default(), state: state.to_vec() }
}

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
    bench.log.snapshots().save("dispatcher", 3, &kept(7, b"seven")).unwrap();
    bench.log.snapshots().save("dispatcher", 3, &kept(9, b"nine")).unwrap();
    let bench = bench.reopen();
    assert_eq!(bench.log.snapshots().load("dispatcher", 3), Some(kept(9, b"nine")));
    assert_eq!(bench.log.snapshots().load("reaction.open-job", 3), None);
}

#[test]
fn snapshot_of_another_version_is_dropped() {
    let bench = bench(10);
    bench.log.snapshots().save("dispatcher", 3, &kept(7, b"seven")).unwrap();
    assert_eq!(bench.log.snapshots().load("dispatcher", 4), None);
    assert_eq!(bench.log.snapshots().load("dispatcher", 3), None, "it was dropped");
}

#[test]
fn snapshot_with_a_changed_byte_is_dropped() {
    let bench = bench(10);
    let path = bench.directory.path().join("snapshots/dispatcher.snapshot");
    bench.log.snapshots().save("dispatcher", 3, &kept(7, b"seven")).unwrap();
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

// core A28.
#[test]
fn snapshot_of_another_fold_is_dropped() {
    let bench = bench(10);
    bench.log.snapshots().save("dispatcher", 3, &kept(7, b"seven")).unwrap();
    let folder = bench.directory.path().join("snapshots");
    fs::rename(folder.join("dispatcher.snapshot"), folder.join("board.snapshot")).unwrap();
    assert_eq!(bench.log.snapshots().load("board", 3), None);
}

// core A4.
// invariant: L-15
#[test]
fn snapshot_that_passed_what_is_understood_by_now_is_dropped() {
    let bench = bench(3);
    let mut passed = Passed::default();
    let newest = &bench.all()[2].envelope;
    passed.take(newest, None);
    let kept = Kept { passed, ..kept(3, b"three") };
    let load = |known: Option<Schema>| {
        bench.log.snapshots().save("dispatcher", 3, &kept).unwrap();
        bench.log.snapshots().load_knowing("dispatcher", 3, |concern, name| {
            known.filter(|_| (concern, name) == ("job", "noted"))
        })
    };
    assert_eq!(load(None).as_ref(), Some(&kept), "who knows no more goes on");
    assert_eq!(load(Some(newest.schema)), None);
}

#[test]
fn snapshot_of_another_history_is_dropped() {
    let (long, other) = (bench(10), bench(10));
    long.log.snapshots().save("dispatcher", 3, &kept(7, b"seven")).unwrap();
    let name = "snapshots/dispatcher.snapshot";
    fs::create_dir_all(other.directory.path().join("snapshots")).unwrap();
    fs::copy(long.directory.path().join(name), other.directory.path().join(name)).unwrap();
    assert_eq!(other.log.snapshots().load("dispatcher", 3), None);
}

#[test]
fn snapshot_beyond_the_end_is_refused() {
    let bench = bench(3);
    let error = bench.log.snapshots().save("dispatcher", 1, &kept(5, b"five")).unwrap_err();
    assert!(matches!(error, SnapshotError::Beyond { position: 5 }));
    let error = bench.log.snapshots().save("../log", 1, &kept(3, b"three")).unwrap_err();
    assert!(matches!(error, SnapshotError::Name { .. }));
    bench.log.snapshots().save("dispatcher", 1, &kept(0, b"nothing yet")).unwrap();
    assert_eq!(bench.log.snapshots().load("dispatcher", 1), Some(kept(0, b"nothing yet")));
}

/// A fold: how many events each stream has, as JSON.
fn fold(log: &Log, mut state: BTreeMap<String, u64>, from: u64, to: u64) -> BTreeMap<String, u64> {
    let events = log.read(&Read::forward(from).limit((to + 1 - from) as usize)).unwrap();
    for event in events {
        *state.entry(event.envelope.stream.to_string()).or_default() += 1;
    }
    state
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

    // invariant: L-15
    #[test]
    fn fold_of_snapshot_and_tail_is_fold_of_all(
        streams in proptest::collection::vec(0..4_u128, 1..20),
        cut in 0..20_u64,
        reopen in any::<bool>(),
    ) {
        let mut bench = Bench::new();
        for (n, id) in streams.iter().enumerate() {
            bench.log.append_blocking(append_one(n as u128, &stream("job", *id), "a")).unwrap();
        }
        let end = streams.len() as u64;
        let cut = cut.min(end);
        let begun = fold(&bench.log, BTreeMap::new(), 1, cut);
        bench.log.snapshots().save("count", 1, &kept(cut, &serde_json::to_vec(&begun).unwrap())).unwrap();
        if reopen {
            bench = bench.reopen();
        }
        let Kept { position, state, .. } = bench.log.snapshots().load("count", 1).expect("it was just saved");
        let resumed = fold(&bench.log, serde_json::from_slice(&state).unwrap(), position + 1, end);
        prop_assert_eq!(resumed, fold(&bench.log, BTreeMap::new(), 1, end));
    }
}
