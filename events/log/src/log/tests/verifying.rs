//! What was changed is found; what is foreign or newer is refused (PL-06, PL-10).

use std::{
    fs, panic,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use redb::{Database, ReadableTable as _};
use tempfile::TempDir;

use super::support::{Bench, append, append_one, copy_of, event, flip_everywhere, options, stream};
use crate::log::{
    Checkpoint, Damage, Log, OpenError, Read, ReadError, Report, VerifyError, store, tables, verify,
    verify_live, verify_live_while,
};

/// A closed log of `appends` appends behind the event that opens it; the payload of event `n + 1` says `payload-n`.
fn closed_log(appends: u128) -> TempDir {
    let bench = Bench::new();
    for n in 1..=appends {
        bench
            .log
            .append_blocking(append_one(n, &stream("playlist", n % 3), &format!("payload-{n:04}.")))
            .unwrap();
    }
    let Bench { log, directory, .. } = bench;
    drop(log);
    directory
}

fn log_file(directory: &TempDir) -> PathBuf {
    store::file(directory.path())
}

fn damage_found(directory: &TempDir) -> Damage {
    verify(directory.path(), None).unwrap_err().damage().expect("it is damage").clone()
}

fn reopened(directory: &TempDir) -> Result<Log, OpenError> {
    Log::open(options(directory).0)
}

fn contents(path: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    for entry in fs::read_dir(path).unwrap() {
        let entry = entry.unwrap().path();
        if entry.is_dir() {
            files.extend(contents(&entry));
        } else {
            let bytes = fs::read(&entry).unwrap();
            files.push((entry, bytes));
        }
    }
    files.sort();
    files
}

#[test]
fn whole_log_is_proved_offline_and_alive_and_against_a_checkpoint() {
    let bench = Bench::new();
    for n in 1..=600 {
        bench.log.append_blocking(append_one(n, &stream("job", n % 7), "a")).unwrap();
    }
    let many = (0..700).map(|n| event(&stream("file", n % 5), "found", "b")).collect();
    bench.log.append_blocking(append(601, many)).unwrap();
    let head = bench.log.head();
    let kept = Checkpoint { position: 300, hash: bench.log.store().hash_at(300).unwrap().unwrap() };
    let live = verify_live(&bench.log, Some(kept)).unwrap();
    let id = bench.log.id();
    let Bench { log, directory, .. } = bench;
    drop(log);
    let before = contents(directory.path());
    let offline = verify(directory.path(), Some(kept)).unwrap();
    assert_eq!(contents(directory.path()), before, "verifying must not write");
    assert_eq!(live, offline);
    let expected = Report {
        log_id: id,
        first_position: 1,
        last_position: 1301,
        head_hash: head.hash,
        events: 1301,
        erased: 0,
        erasures: vec![],
        events_cut_before: 0,
        events_cut_after: 0,
        checkpoint: Some(300),
    };
    assert_eq!(offline, expected);
}

#[test]
fn log_that_was_only_opened_is_whole() {
    let directory = closed_log(0);
    let report = verify(directory.path(), None).unwrap();
    assert_eq!((report.events, report.last_position), (1, 1));
}

#[test]
fn checkpoint_of_another_history_is_missed() {
    let directory = closed_log(4);
    let foreign = Checkpoint { position: 3, hash: [7; 32] };
    assert!(matches!(
        verify(directory.path(), Some(foreign)),
        Err(VerifyError::Checkpoint { position: 3, expected, .. }) if expected == [7; 32]
    ));
    let ahead = Checkpoint { position: 6, hash: [7; 32] };
    let error = verify(directory.path(), Some(ahead)).unwrap_err();
    assert!(matches!(error, VerifyError::CheckpointOutside { position: 6, first: 1, last: 5, .. }));
    assert!(error.advice().contains("backup"), "{}", error.advice());
}

// invariant: L-5, L-14
#[test]
fn flipped_payload_bit_is_named_exactly_and_never_handed_out() {
    let directory = closed_log(400);
    assert!(flip_everywhere(&log_file(&directory), b"payload-0122.", 3) > 0);
    let before = contents(directory.path());
    let error = verify(directory.path(), None).unwrap_err();
    assert_eq!(error.damage(), Some(&Damage::Payload { position: 123 }), "{error}");
    assert_eq!((error.code(), error.position()), ("LOG_PAYLOAD_DAMAGED", Some(123)));
    assert_eq!(contents(directory.path()), before);
    let log = reopened(&directory).unwrap();
    let read = log.read(&Read::forward(100));
    assert!(matches!(read, Err(ReadError::Damaged(Damage::Payload { position: 123 }))), "{read:?}");
    assert_eq!(log.read(&Read::forward(124)).unwrap().len(), 278 + 1);
    assert_eq!(verify_live(&log, None).unwrap_err().position(), Some(123));
}

#[test]
fn flipped_envelope_bit_is_named_within_its_append() {
    let directory = closed_log(400);
    // The story of event 200 stands in its envelope only.
    let story = uuid::Uuid::from_u128(199);
    let mut needle = story.as_bytes().to_vec();
    needle.extend_from_slice(b"\x08playlist");
    assert!(flip_everywhere(&log_file(&directory), &needle, 4) > 0);
    match damage_found(&directory) {
        Damage::Envelope { first: 200, last: 200, .. } => {}
        other => panic!("{other}"),
    }
}

// invariant: L-5
#[test]
fn flipped_envelope_bit_in_a_long_append_is_named_within_256() {
    let bench = Bench::new();
    let many = (0..1000).map(|n| event(&stream("file", n), "found", &format!("text-{n:04}."))).collect();
    bench.log.append_blocking(append(1, many)).unwrap();
    let ids: Vec<_> = bench.all().iter().map(|event| event.envelope.stream.uuid).collect();
    let Bench { log, directory, .. } = bench;
    drop(log);
    let position = 600;
    // Id, stream and project stand one after the other in the envelope only.
    let mut needle = ids[position - 1].as_bytes().to_vec();
    needle.extend_from_slice(mediary_schema::ProjectId::HOME.uuid().as_bytes());
    assert!(flip_everywhere(&log_file(&directory), &needle, 20) > 0);
    match damage_found(&directory) {
        Damage::Envelope { first: 513, last: 768, .. } => {}
        other => panic!("{other}"),
    }
}

#[test]
fn flipped_digest_is_blamed_on_the_envelope() {
    let directory = closed_log(20);
    let digest = {
        let log = reopened(&directory).unwrap();
        log.read(&Read::forward(10)).unwrap()[0].envelope.digest
    };
    assert!(flip_everywhere(&log_file(&directory), &digest, 0) > 0);
    assert!(matches!(damage_found(&directory), Damage::Envelope { first: 10, last: 10, .. }));
}

#[test]
fn flipped_stored_hash_is_told_from_a_changed_event() {
    let directory = closed_log(20);
    let hash = {
        let log = reopened(&directory).unwrap();
        log.store().hash_at(10).unwrap().unwrap()
    };
    assert!(flip_everywhere(&log_file(&directory), &hash, 0) > 0);
    assert_eq!(damage_found(&directory), Damage::Index { index: "chain", position: 10 });
}

#[test]
fn changed_end_is_refused_when_opening() {
    let directory = closed_log(19);
    let mut needle = uuid::Uuid::from_u128(19).as_bytes().to_vec();
    needle.extend_from_slice(b"\x08playlist");
    assert!(flip_everywhere(&log_file(&directory), &needle, 4) > 0);
    match reopened(&directory).unwrap_err() {
        OpenError::Damaged { damage: Damage::Envelope { first: 20, last: 20, .. }, .. } => {}
        other => panic!("{other:?}"),
    }
}

#[test]
fn truncated_file_is_called_so() {
    for keep in [0, 5, 1000, 100_000] {
        let directory = closed_log(900);
        let file = fs::OpenOptions::new().write(true).open(log_file(&directory)).unwrap();
        assert!(file.metadata().unwrap().len() > 200_000);
        file.set_len(keep).unwrap();
        assert!(
            matches!(damage_found(&directory), Damage::Truncated { .. }),
            "{keep}: {}",
            damage_found(&directory)
        );
        let error = reopened(&directory).unwrap_err();
        assert_eq!(error.code(), "LOG_TRUNCATED");
        assert!(error.advice().contains("backup"));
        assert_eq!(fs::metadata(log_file(&directory)).unwrap().len(), keep, "nothing may be repaired away");
    }
}

#[test]
fn foreign_file_is_refused_and_left_alone() {
    let directory = closed_log(1);
    let path = log_file(&directory);
    fs::write(&path, "something else entirely".repeat(1000)).unwrap();
    let before = contents(directory.path());
    assert!(matches!(damage_found(&directory), Damage::Foreign { .. }));
    assert_eq!(contents(directory.path()), before);
    assert_eq!(reopened(&directory).unwrap_err().code(), "LOG_FOREIGN");

    fs::remove_file(&path).unwrap();
    let other = Database::create(&path).unwrap();
    let transaction = other.begin_write().unwrap();
    transaction.open_table(redb::TableDefinition::<u64, u64>::new("numbers")).unwrap();
    transaction.commit().unwrap();
    drop(other);
    assert!(matches!(damage_found(&directory), Damage::Foreign { .. }));
    let error = reopened(&directory).unwrap_err();
    assert_eq!(error.code(), "LOG_FOREIGN");
    assert!(error.advice().contains("--data"));
}

/// A log that says that it has another format.
fn with_format(format: u32) -> TempDir {
    let directory = closed_log(1);
    let database = Database::open(log_file(&directory)).unwrap();
    let transaction = database.begin_write().unwrap();
    let value = format.to_be_bytes();
    transaction.open_table(tables::META).unwrap().insert(tables::KEY_FORMAT, value.as_slice()).unwrap();
    transaction.commit().unwrap();
    directory
}

// invariant: L-17
#[test]
fn the_format_before_this_one_is_refused_with_the_next_step() {
    let directory = with_format(1);
    let error = reopened(&directory).unwrap_err();
    assert_eq!(error.code(), "LOG_OLDER_FORMAT");
    assert!(error.advice().contains("start with a new one"), "{}", error.advice());
    assert_eq!(damage_found(&directory), Damage::OlderFormat { found: 1, known: 2 });
}

// core A11.
// invariant: L-17
#[test]
fn a_mark_of_a_newer_program_is_not_called_damage() {
    let directory = closed_log(30);
    let database = Database::open(log_file(&directory)).unwrap();
    let transaction = database.begin_write().unwrap();
    {
        let mut events = transaction.open_table(tables::EVENTS).unwrap();
        let mut frame = events.get(17).unwrap().unwrap().value().to_vec();
        // A flag that this program doesn't know.
        frame[2] |= 1 << 6;
        events.insert(17, frame.as_slice()).unwrap();
    }
    transaction.commit().unwrap();
    drop(database);
    let damage = damage_found(&directory);
    assert!(matches!(&damage, Damage::NewerMark { position: 17, .. }), "{damage}");
    assert_eq!((damage.code(), damage.position()), ("LOG_NEWER_MARK", Some(17)));
    assert!(damage.advice().starts_with("install the version"), "{}", damage.advice());
}

// invariant: L-17
#[test]
fn newer_format_is_refused_with_both_numbers() {
    let directory = with_format(3);
    let newer = Damage::NewerFormat { found: 3, known: 2 };
    assert_eq!(damage_found(&directory), newer);
    match reopened(&directory).unwrap_err() {
        OpenError::Damaged { damage, .. } => {
            assert_eq!(damage, newer);
            assert_eq!(damage.to_string(), "the log has format 3, and this program knows formats up to 2");
        }
        other => panic!("{other:?}"),
    }
}

// invariant: L-16
#[test]
fn folder_in_use_names_its_holder() {
    let bench = Bench::new();
    bench.log.announce("127.0.0.1:8484").unwrap();
    let error = verify(bench.directory.path(), None).unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains(&format!("process {}", std::process::id())) && text.contains("127.0.0.1:8484"),
        "{text}"
    );
    let error = reopened(&bench.directory).unwrap_err();
    assert!(
        matches!(&error, OpenError::InUse { holder, .. } if holder.listen.as_deref() == Some("127.0.0.1:8484"))
    );
    bench.reopen();
}

// invariant: L-14
#[test]
fn copy_of_a_live_file_verifies_like_a_crashed_one() {
    let bench = Bench::new();
    for n in 1..=50 {
        bench.log.append_blocking(append_one(n, &stream("job", 1), "a")).unwrap();
    }
    let copy = copy_of(&bench.directory);
    let before = contents(copy.path());
    let report = verify(copy.path(), None).unwrap();
    assert_eq!((report.events, report.head_hash), (51, bench.log.head().hash));
    assert_eq!(contents(copy.path()), before, "repair must stay in memory");
}

#[test]
fn folder_without_a_log_is_called_so() {
    let directory = tempfile::tempdir().unwrap();
    let error = verify(directory.path(), None).unwrap_err();
    assert!(matches!(error, VerifyError::Open(OpenError::NoLog { .. })));
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
}

// invariant: L-5
#[test]
fn no_flipped_bit_anywhere_changes_history_unnoticed() {
    // What the storage says by panicking is said once, as damage, and not on stderr, too.
    let printed = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&printed);
    panic::set_hook(Box::new(move |_| {
        counter.fetch_add(1, Ordering::SeqCst);
    }));
    let directory = closed_log(150);
    let path = log_file(&directory);
    let whole = fs::read(&path).unwrap();
    let expected = verify(directory.path(), None).unwrap();
    let used = whole.iter().rposition(|byte| *byte != 0).unwrap();
    // A fixed stride over the used part; odd, so that it meets every kind of byte in a page.
    let stride = (used / 600) | 1;
    let (mut noticed, mut harmless) = (0, 0);
    for (round, at) in (0..used).step_by(stride).enumerate() {
        let mut flipped = whole.clone();
        flipped[at] ^= 1 << (round % 8);
        fs::write(&path, &flipped).unwrap();
        match verify(directory.path(), None) {
            Err(_) => noticed += 1,
            // Free pages and old copies may change; what was recorded may not.
            Ok(report) => {
                assert_eq!(report, expected, "bit {} of byte {at}", round % 8);
                harmless += 1;
            }
        }
    }
    drop(panic::take_hook());
    assert!(noticed > 50, "only {noticed} noticed, {harmless} harmless");
    assert_eq!(printed.load(Ordering::SeqCst), 0, "a panic was printed");
}

// edge A16: the proof of a log that nobody waits for any more is not gone on with.
#[test]
fn a_proof_that_nobody_waits_for_ends() {
    let bench = Bench::new();
    bench.log.append_blocking(append_one(1, &stream("job", 1), "a")).unwrap();
    let asked = std::cell::Cell::new(0);
    let goes_on = || {
        asked.set(asked.get() + 1);
        false
    };
    let ended = verify_live_while(&bench.log, None, goes_on).unwrap_err();
    assert!(matches!(ended, VerifyError::Read { source: ReadError::Closed, .. }), "{ended:?}");
    assert_eq!(asked.get(), 1);
}
