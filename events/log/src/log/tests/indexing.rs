//! An index that is missing, behind, foreign or wrong is made anew, and says nothing wrong meanwhile.

use std::{fs, iter};

use futures::future;
use redb::{Database, ReadableTable as _, TableDefinition};
use tempfile::TempDir;
use tokio::runtime::Builder;

use super::support::{Bench, append, append_one, copy_of, event, index_file, options, stream};
use uuid::Uuid;

use crate::log::{
    Append, AppendError, Appended, Expected, Filter, Log, NewEvent, Options, Read, Recorded, Subject,
    Subjects, tests::support::expecting,
};

const STREAMS: TableDefinition<'static, &[u8; 26], u64> = TableDefinition::new("streams");
const IDS: TableDefinition<'static, &[u8; 16], u64> = TableDefinition::new("ids");
const PLACES: TableDefinition<'static, &[u8; 10], ()> = TableDefinition::new("places");
const SUBJECTS: TableDefinition<'static, &[u8; 24], ()> = TableDefinition::new("subjects");
const COMMANDS: TableDefinition<'static, &[u8; 32], &[u8; 12]> = TableDefinition::new("commands");
const META: TableDefinition<'static, &str, &[u8]> = TableDefinition::new("meta");

/// A closed log of so many appends, to five streams in turn, about three items in turn.
fn closed(appends: u128) -> TempDir {
    let bench = Bench::new();
    for n in 1..=appends {
        let subjects = Subjects::of([Some(Subject::new("item", Uuid::from_u128(n % 3)))]);
        let event = NewEvent { subjects, ..event(&stream("job", n % 5), "noted", "a") };
        bench.log.append_blocking(append(n, vec![event])).unwrap();
    }
    let Bench { log, directory, .. } = bench;
    drop(log);
    directory
}

/// Changes the index of a closed log.
fn change(directory: &TempDir, change: impl FnOnce(&redb::WriteTransaction)) {
    let database = Database::open(index_file(directory.path())).unwrap();
    let transaction = database.begin_write().unwrap();
    change(&transaction);
    transaction.commit().unwrap();
}

fn is_right(log: &Log) -> bool {
    log.prove_index(log.head().position, |_| true).unwrap()
}

/// Another command of the append that is refused if the version of its stream is read wrong.
fn goes_on(log: &Log, version: u64) {
    let one = stream("job", 1);
    let request = expecting(append_one(1_000, &one, "b"), &one, Expected::Exact(version));
    assert_eq!(log.append_blocking(request).unwrap().versions, [(one, version + 1)]);
}

// invariant: L-18
#[test]
fn index_of_another_log_is_made_anew() {
    let (one, other) = (closed(20), closed(50));
    fs::copy(index_file(other.path()), index_file(one.path())).unwrap();
    let bench = Bench::on(one);
    assert!(is_right(&bench.log));
    goes_on(&bench.log, 4);
}

// invariant: L-18
#[test]
fn index_ahead_of_the_record_is_made_anew() {
    let directory = closed(10);
    let longer = copy_of(&directory);
    let bench = Bench::on(longer);
    for n in 11..=20 {
        bench.log.append_blocking(append_one(n, &stream("job", 1), "a")).unwrap();
    }
    let Bench { log, directory: longer, .. } = bench;
    drop(log);
    fs::copy(index_file(longer.path()), index_file(directory.path())).unwrap();
    let bench = Bench::on(directory);
    assert!(is_right(&bench.log));
    goes_on(&bench.log, 2);
}

// invariant: L-18
#[test]
fn index_of_another_history_with_the_same_id_is_made_anew() {
    let directory = closed(10);
    let fork = copy_of(&directory);
    for (folder, text) in [(&directory, "one"), (&fork, "other")] {
        let log = Log::open(options(folder).0).unwrap();
        let command = if text == "one" { 100 } else { 200 };
        log.append_blocking(append_one(command, &stream("job", 1), text)).unwrap();
    }
    fs::copy(index_file(fork.path()), index_file(directory.path())).unwrap();
    let bench = Bench::on(directory);
    assert!(is_right(&bench.log));
    let (principal, command) =
        (mediary_schema::PrincipalId::OWNER, |n| mediary_schema::CommandId::from_uuid(Uuid::from_u128(n)));
    assert!(bench.log.command(principal, command(100)).unwrap().is_some());
    assert!(bench.log.command(principal, command(200)).unwrap().is_none());
}

// invariant: L-18
#[test]
fn index_of_another_layout_is_made_anew() {
    let directory = closed(10);
    change(&directory, |transaction| {
        let mut meta = transaction.open_table(META).unwrap();
        meta.insert("layout", 999_u32.to_be_bytes().as_slice()).unwrap();
    });
    let bench = Bench::on(directory);
    assert!(is_right(&bench.log));
    goes_on(&bench.log, 2);
}

// invariant: L-18
#[test]
fn index_that_is_behind_catches_up() {
    let directory = closed(10);
    let behind = fs::read(index_file(directory.path())).unwrap();
    let bench = Bench::on(directory);
    for n in 11..=30 {
        bench.log.append_blocking(append_one(n, &stream("job", 1), "a")).unwrap();
    }
    let Bench { log, directory, .. } = bench;
    drop(log);
    fs::write(index_file(directory.path()), behind).unwrap();
    let bench = Bench::on(directory);
    assert!(is_right(&bench.log));
    goes_on(&bench.log, 22);
}

// invariant: L-18
#[test]
fn index_that_names_another_event_is_noticed_by_who_asks_and_repaired() {
    let directory = closed(20);
    change(&directory, |transaction| {
        let mut ids = transaction.open_table(IDS).unwrap();
        let keys: Vec<[u8; 16]> = ids.iter().unwrap().map(|row| *row.unwrap().0.value()).collect();
        for key in keys {
            ids.insert(&key, 7).unwrap();
        }
    });
    let bench = Bench::on(directory);
    for expected in bench.all() {
        let found = bench.log.event(expected.envelope.id).unwrap();
        assert_eq!(found.map(|event| event.position()), Some(expected.position()));
    }
    assert!(is_right(&bench.log));
    goes_on(&bench.log, 4);
}

// What the writer had counted before it met the fault was counted in vain.
// invariant: L-18
#[test]
fn index_that_is_found_wrong_within_a_commit_leaves_no_gap_in_a_stream() {
    let directory = closed(20);
    change(&directory, |transaction| {
        let mut commands = transaction.open_table(COMMANDS).unwrap();
        let keys: Vec<[u8; 32]> = commands.iter().unwrap().map(|row| *row.unwrap().0.value()).collect();
        for key in keys {
            // The first event, which is of no command of these.
            commands.insert(&key, &[0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1]).unwrap();
        }
    });
    let bench = Bench::on(directory);
    let one = stream("job", 1);
    // While the first one is written, the others come together; the last one was answered long ago.
    let busy = many(500, 2_000);
    let new = (0..20).map(|n| append_one(501 + n, &one, "b"));
    let requests: Vec<Append> =
        iter::once(busy).chain(new).chain([append_one(3, &stream("job", 3), "a")]).collect();
    let asking = future::join_all(requests.into_iter().map(|request| bench.log.append(request)));
    let answers = Builder::new_current_thread().build().unwrap().block_on(asking);
    let answers: Vec<Appended> = answers.into_iter().map(Result::unwrap).collect();
    let [_, new @ .., again] = answers.as_slice() else { panic!("no answers") };
    assert!(new.iter().map(|answer| answer.versions[0].1).eq(5..25));
    assert!(again.repeated);
    assert!(is_right(&bench.log));
    goes_on(&bench.log, 24);
}

// invariant: L-18
#[test]
fn index_without_an_event_is_found_by_the_proof_and_made_anew_while_the_log_is_open() {
    for table in ["streams", "places", "subjects"] {
        let directory = closed(20);
        change(&directory, |transaction| match table {
            "streams" => drop(transaction.open_table(STREAMS).unwrap().pop_last().unwrap()),
            "subjects" => drop(transaction.open_table(SUBJECTS).unwrap().pop_last().unwrap()),
            _ => drop(transaction.open_table(PLACES).unwrap().pop_last().unwrap()),
        });
        let bench = Bench::on(directory);
        assert!(!is_right(&bench.log), "{table}");
        assert!(is_right(&bench.log), "{table}");
        goes_on(&bench.log, 4);
        assert!(is_right(&bench.log), "{table}");
    }
}

// invariant: L-8, L-18
#[test]
fn command_is_remembered_although_its_index_is_gone() {
    let directory = closed(20);
    fs::remove_dir_all(directory.path().join("index")).unwrap();
    let bench = Bench::on(directory);
    let repeated = bench.log.append_blocking(append_one(13, &stream("job", 3), "other")).unwrap();
    assert!(repeated.repeated);
    assert_eq!((repeated.first_position, bench.log.head().position), (14, 22));
}

// invariant: G-8, L-18
#[test]
fn what_an_event_is_about_is_found_after_the_index_was_lost() {
    let directory = closed(20);
    fs::remove_dir_all(directory.path().join("index")).unwrap();
    let bench = Bench::on(directory);
    let about = Filter::about(Subject::new("item", Uuid::from_u128(1)));
    let found = bench.log.read(&Read::forward(1).filter(about)).unwrap();
    assert_eq!(found.iter().map(Recorded::position).collect::<Vec<_>>(), [2, 5, 8, 11, 14, 17, 20]);
}

/// An append of many events, to many streams.
fn many(command: u128, events: u128) -> Append {
    let events = (0..events).map(|n| event(&stream("file", n % 700), "found", "a")).collect();
    append(command, events)
}

// invariant: L-2, L-18
#[test]
fn index_of_a_killed_process_is_behind_by_a_bounded_number_of_events() {
    let bench = Bench::with(|options: &mut Options| options.cache_bytes = 4 << 20);
    for n in 0..8 {
        bench.log.append_blocking(many(n, 10_000)).unwrap();
    }
    let crashed = copy_of(&bench.directory);
    let bench = Bench::on(crashed);
    assert_eq!(bench.log.head().position, 80_002);
    assert!(is_right(&bench.log));
    assert_eq!(bench.log.stream_version(&stream("file", 1)).unwrap(), 8 * 15);
    let refused = expecting(many(100, 1), &stream("file", 1), Expected::NoStream);
    assert!(matches!(bench.log.append_blocking(refused), Err(AppendError::Conflict { actual: 120, .. })));
}
