//! What is damaged is noticed after the start, and nothing is put on top of it.

use std::fs;

use tempfile::TempDir;

use super::support::{Bench, append_one, flip_everywhere, stream};
use crate::log::{AppendError, Damage, Log, Proof, store};

fn closed() -> TempDir {
    let bench = Bench::new();
    for n in 1..=400 {
        let text = format!("payload-{n:04}.");
        bench.log.append_blocking(append_one(n, &stream("playlist", n % 3), &text)).unwrap();
    }
    let Bench { log, directory, .. } = bench;
    drop(log);
    directory
}

/// What the proof comes to.
fn proved(log: &Log) -> Proof {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let mut proof = log.prove_in_background();
    let ended = runtime.block_on(proof.wait_for(|proof| !matches!(proof, Proof::Running { .. })));
    ended.unwrap().clone()
}

// Audit D5.
// invariant: L-25
#[test]
fn whole_log_is_proved_after_the_start() {
    let bench = Bench::on(closed());
    assert_eq!(proved(&bench.log), Proof::Whole { position: 402 });
    bench.log.append_blocking(append_one(1000, &stream("job", 1), "a")).unwrap();
}

// Audit D5.
// invariant: L-25
#[test]
fn damaged_envelope_is_noticed_and_nothing_is_appended_on_top_of_it() {
    let directory = closed();
    let mut needle = uuid::Uuid::from_u128(199).as_bytes().to_vec();
    needle.extend_from_slice(b"\x08playlist");
    assert!(flip_everywhere(&store::file(directory.path()), &needle, 4) > 0);
    let bench = Bench::on(directory);
    let Proof::Damaged { damage } = proved(&bench.log) else { panic!("it is damaged") };
    assert!(matches!(damage, Damage::Envelope { first: 200, last: 200, .. }), "{damage}");
    let before = bench.log.head();
    let refused = bench.log.append_blocking(append_one(1000, &stream("job", 1), "a")).unwrap_err();
    assert!(matches!(refused, AppendError::Broken(ref found) if **found == damage), "{refused}");
    assert_eq!(bench.log.head(), before);
}

// invariant: L-25
#[test]
fn damaged_payload_is_noticed_and_stops_nothing_else() {
    let directory = closed();
    assert!(flip_everywhere(&store::file(directory.path()), b"payload-0122.", 3) > 0);
    let bench = Bench::on(directory);
    assert_eq!(proved(&bench.log), Proof::Damaged { damage: Damage::Payload { position: 123 } });
    bench.log.append_blocking(append_one(1000, &stream("job", 1), "a")).unwrap();
}

// invariant: L-25
#[test]
fn proof_ends_with_the_log() {
    let bench = Bench::on(closed());
    let mut proof = bench.log.prove_in_background();
    let Bench { log, directory, .. } = bench;
    drop(log);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    // Its sender goes away, whether it came to its end before or not.
    runtime.block_on(async { while proof.changed().await.is_ok() {} });
    fs::remove_dir_all(directory.path()).unwrap();
}
