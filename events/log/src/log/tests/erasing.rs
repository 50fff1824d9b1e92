//! What is erased is gone, accounted for, and nothing else changes.

use std::fs;

use mediary_events::Passed;
use redb::Database;

use super::{
    forger::forge,
    support::{Bench, append, append_one, erasing, options, stream},
};
use crate::log::{
    Damage, Erasure, Filter, Kept, Log, Read, Recorded, Source, export, frame::Frame, store, tables, verify,
    verify_bundle, verify_live,
};

/// A log whose event `n + 1` says `payload-n`, five of them.
fn bench() -> Bench {
    let bench = Bench::new();
    for n in 1..=5 {
        bench
            .log
            .append_blocking(append_one(n, &stream("playlist", n % 2), &format!("payload-{n}")))
            .unwrap();
    }
    bench
}

fn erase(bench: &Bench, command: u128, positions: &[u64]) {
    bench.log.append_blocking(append(command, vec![erasing(&bench.log, positions)])).unwrap();
}

fn kept(position: u64, state: &[u8]) -> Kept {
    Kept { position, passed: Passed::default(), state: state.to_vec() }
}

fn without_payload(log: &Log) -> Vec<u64> {
    let events = log.read(&Read::forward(1).limit(usize::MAX)).unwrap();
    events.iter().filter(|event| event.payload.is_none()).map(Recorded::position).collect()
}

// Core A21 (a), B14; audit open 13.
// invariant: L-5, L-24
#[test]
fn what_is_erased_is_gone_at_once_and_the_proof_says_by_whom() {
    let bench = bench();
    let before = bench.log.head().hash;
    let mut follower = bench.log.subscribe(2, Filter::all());
    erase(&bench, 9, &[3, 5]);
    let report = verify_live(&bench.log, None).unwrap();
    let event = bench.all().pop().unwrap();
    let erasure = Erasure {
        position: 7,
        at: event.envelope.at,
        principal: event.envelope.principal,
        reason: "on request".to_owned(),
        positions: vec![3, 5],
    };
    assert_eq!((report.erased, &report.erasures), (2, &vec![erasure]));
    assert_eq!(without_payload(&bench.log), [3, 5]);
    // Also for who was following and reads from memory.
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let batch = runtime.block_on(follower.next_batch(9)).unwrap();
    assert!(batch.events[1].payload.is_none() && batch.events[0].payload.is_some());
    // The chain is what it was: a checkpoint of before still holds.
    assert_eq!(bench.log.hash_at(6).unwrap(), Some(before));
    let bundle = bench.directory.path().join("bundle.ndjson");
    export(Source::Live(&bench.log), .., &mut fs::File::create(&bundle).unwrap()).unwrap();
    assert_eq!(verify_bundle(&bundle, None).unwrap(), report);
    drop(follower);
    let bench = bench.reopen();
    assert_eq!(without_payload(&bench.log), [3, 5]);
}

// invariant: L-24
#[test]
fn payload_that_is_missing_without_an_event_is_named() {
    let damaged = |change: fn(&mut Vec<super::forger::Piece>)| {
        let bench = bench();
        erase(&bench, 9, &[3]);
        let Bench { log, directory, .. } = bench;
        drop(log);
        verify(directory.path(), None).unwrap();
        forge(&directory, change);
        let error = verify(directory.path(), None).unwrap_err();
        assert!(Log::open(options(&directory).0).is_ok(), "what is left can be read");
        error.damage().unwrap().clone()
    };
    assert_eq!(damaged(|events| events[3].body = None), Damage::Missing { position: 4 });
    assert_eq!(damaged(|events| drop(events.pop())), Damage::Missing { position: 3 });
    let strange = damaged(|events| events[0].body = None);
    assert!(matches!(strange, Damage::Envelope { first: 1, .. }), "{strange}");
}

// invariant: L-24
#[test]
fn what_an_event_erases_is_taken_from_the_file_in_the_same_transaction() {
    let bench = bench();
    erase(&bench, 9, &[3]);
    let Bench { log, directory, .. } = bench;
    drop(log);
    let database = Database::open(store::file(directory.path())).unwrap();
    let transaction = redb::ReadableDatabase::begin_read(&database).unwrap();
    let events = transaction.open_table(tables::EVENTS).unwrap();
    let stored = events.get(3).unwrap().unwrap().value().to_vec();
    assert!(Frame::parse(&stored).unwrap().payload_matches());
    assert!(!stored.windows(9).any(|bytes| bytes == b"payload-2"));
}

// invariant: L-15, L-24
#[test]
fn snapshot_that_may_say_what_was_erased_is_dropped() {
    let bench = bench();
    bench.log.snapshots().save("board", 1, &kept(4, b"payload-2")).unwrap();
    bench.log.snapshots().save("other", 1, &kept(2, b"payload-1")).unwrap();
    erase(&bench, 9, &[3]);
    // What is in memory may still say it, so nothing is kept until the next start.
    bench.log.snapshots().save("board", 1, &kept(7, b"payload-2")).unwrap();
    assert!(!bench.directory.path().join("snapshots/board.snapshot").exists());
    let bench = bench.reopen();
    assert_eq!(bench.log.snapshots().load("board", 1), None);
    assert_eq!(bench.log.snapshots().load("other", 1), Some(kept(2, b"payload-1")));
    bench.log.snapshots().save("board", 1, &kept(7, b"nothing")).unwrap();
    assert_eq!(bench.log.snapshots().load("board", 1), Some(kept(7, b"nothing")));
}
