//! What belongs to a person stands sealed in the file, opens for him alone who has the key, and as nothing else.

use std::{
    fs,
    path::{Path, PathBuf},
};

use mediary_events::{
    Concern as _, Extensions, SealTag, codec,
    log::{Event, Logs},
};
use mediary_schema::{DataKeyId, PrincipalId};
use tempfile::TempDir;
use uuid::Uuid;

use super::support::{Bench, append, append_one, erasing, event, stream};
use crate::{
    log::{
        Append, AppendError, Filter, Kept, Log, NewEvent, Options, Personal, Read, Recorded,
        STAND_IN_BYTES_MAX, Source, backup, export, frame, restore, sealing, store, verify, verify_bundle,
        verify_live,
    },
    vault::Vault,
};

/// A concern that is of a person, and one that is not.
const OWN: &str = "collection";
const OPEN: &str = "playlist";
const WORDS: &str = "a list of guilty pleasures";

const ANOTHER: PrincipalId = PrincipalId::from_uuid(Uuid::from_u128(0xA07));

fn own(command: u128, text: &str) -> Append {
    append_one(command, &stream(OWN, 1), text)
}

fn of(person: PrincipalId, mut append: Append) -> Append {
    append.header.principal = person;
    append
}

fn shredding(log: &Log, person: PrincipalId) -> NewEvent {
    let data_key_ids = log.person_keys().ids_of(person).unwrap();
    let shredded = Event::Shredded { principal_id: person, data_key_ids, reason: "on request".to_owned() };
    let encoded = codec::encode::<Logs>(&shredded);
    let name = encoded.kind.name;
    NewEvent { payload: encoded.payload.into(), ..event(&Logs::stream(log.id()), name, "") }
}

fn shred(log: &Log, command: u128, person: PrincipalId) {
    log.append_blocking(append(command, vec![shredding(log, person)])).unwrap();
}

/// What the events of persons say; none for each that says nothing.
fn said(log: &Log) -> Vec<Option<String>> {
    let events = log.read(&Read::forward(1).limit(usize::MAX)).unwrap();
    let own = events.iter().filter(|event| event.envelope.stream.category == OWN);
    own.map(|event| event.payload.as_ref().map(|payload| rmp_serde::from_slice(payload).unwrap())).collect()
}

/// Every file below a folder that has the words in it.
fn having_words(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(having_words(&path));
        } else if fs::read(&path).unwrap().windows(WORDS.len()).any(|window| window == WORDS.as_bytes()) {
            found.push(path);
        }
    }
    found
}

fn exported(log: &Log, into: &Path) -> PathBuf {
    let path = into.join("bundle.ndjson");
    export(Source::Live(log), .., &mut fs::File::create(&path).unwrap()).unwrap();
    path
}

fn header(bundle: &Path) -> String {
    fs::read_to_string(bundle).unwrap().lines().next().unwrap().to_owned()
}

// SE-10.
// invariant: L-26
#[test]
fn what_belongs_to_a_person_is_readable_here_and_nowhere_else() {
    let bench = Bench::new();
    bench.log.append_blocking(append_one(1, &stream(OPEN, 1), "for all")).unwrap();
    let outside = exported(&bench.log, bench.directory.path());
    assert!(header(&outside).contains(r#""formatVersion":2,"#), "nothing is sealed in it");
    bench.log.append_blocking(own(2, WORDS)).unwrap();
    // From memory, from the file, and after a start.
    assert_eq!(said(&bench.log), [Some(WORDS.to_owned())]);
    let recorded = bench.all().pop().unwrap();
    assert!(recorded.envelope.extensions.seal.is_some());
    let bench = bench.reopen();
    assert_eq!(said(&bench.log), [Some(WORDS.to_owned())]);
    assert_eq!(having_words(bench.directory.path()), Vec::<PathBuf>::new());
    let bundle = exported(&bench.log, bench.directory.path());
    assert!(header(&bundle).contains(r#""formatVersion":3,"#));
    assert_eq!(having_words(bench.directory.path()), Vec::<PathBuf>::new());
    let report = verify_live(&bench.log, None).unwrap();
    assert_eq!(verify_bundle(&bundle, None).unwrap(), report);
    let Bench { log, directory, .. } = bench;
    drop(log);
    assert_eq!(verify(directory.path(), None).unwrap(), report);
}

// Must hold 5.
// invariant: L-27
#[test]
fn a_shredded_person_says_nothing_any_more_and_the_chain_holds() {
    let bench = Bench::new();
    bench.log.append_blocking(own(1, WORDS)).unwrap();
    bench.log.append_blocking(of(ANOTHER, own(2, "another's"))).unwrap();
    let kept = Kept { position: 2, passed: mediary_events::Passed::default(), state: WORDS.into() };
    bench.log.snapshots().save("board", 1, &kept).unwrap();
    shred(&bench.log, 3, PrincipalId::OWNER);
    // At once, also where the vault has not destroyed the key's file yet.
    assert_eq!(said(&bench.log), [None, Some("another's".to_owned())]);
    bench.log.append_blocking(own(4, "a new beginning")).unwrap();
    assert_eq!(said(&bench.log), [None, Some("another's".to_owned()), Some("a new beginning".to_owned())]);
    verify_live(&bench.log, None).unwrap();
    // Nor after a kill before it could.
    let bench = bench.reopen();
    assert_eq!(said(&bench.log), [None, Some("another's".to_owned()), Some("a new beginning".to_owned())]);
    assert_eq!(bench.log.snapshots().load("board", 1), None);
    assert_eq!(having_words(bench.directory.path()), Vec::<PathBuf>::new());
    let report = verify_bundle(&exported(&bench.log, bench.directory.path()), None).unwrap();
    assert_eq!(report, verify_live(&bench.log, None).unwrap());
}

/// An event of a concern that all read, which says something of a person.
fn saying_of(person: PrincipalId, command: u128, text: &str) -> Append {
    let stand_in = Some(rmp_serde::to_vec_named("somebody").unwrap().into());
    let personal = Personal { person, stand_in };
    let event = NewEvent { personal: Some(personal), ..event(&stream(OPEN, 1), "noted", text) };
    append(command, vec![event])
}

/// What is read of each event that is not the log's own: what it says, or what stands in for it.
fn read(log: &Log) -> Vec<(bool, String)> {
    let events = log.read(&Read::forward(1).limit(usize::MAX)).unwrap();
    let noted = events.iter().filter(|event| event.envelope.stream.category == OPEN);
    noted
        .map(|event| {
            let bytes = event.payload.as_ref().or(event.replacement.as_ref()).unwrap();
            (event.payload.is_some(), rmp_serde::from_slice(bytes).unwrap())
        })
        .collect()
}

// SE-10: events about a person are sealed by his key, whoever records them; without it the rest of them is read.
// invariant: L-28
#[test]
fn what_is_said_of_a_person_goes_with_his_key_and_the_rest_of_it_stays() {
    let bench = Bench::new();
    bench.log.append_blocking(saying_of(ANOTHER, 1, WORDS)).unwrap();
    assert_eq!(read(&bench.log), [(true, WORDS.to_owned())]);
    let bench = bench.reopen();
    assert_eq!(read(&bench.log), [(true, WORDS.to_owned())]);
    assert!(bench.log.person_keys().has(ANOTHER) && !bench.log.person_keys().has(PrincipalId::OWNER));
    let bundle = exported(&bench.log, bench.directory.path());
    assert!(header(&bundle).contains(r#""formatVersion":3,"#));
    assert_eq!(having_words(bench.directory.path()), Vec::<PathBuf>::new());
    let mut report = verify_live(&bench.log, None).unwrap();
    assert_eq!(verify_bundle(&bundle, None).unwrap(), report);

    shred(&bench.log, 2, ANOTHER);
    assert_eq!(read(&bench.log), [(false, "somebody".to_owned())]);
    bench.log.append_blocking(saying_of(ANOTHER, 3, "somebody else")).unwrap();
    let both = [(false, "somebody".to_owned()), (true, "somebody else".to_owned())];
    assert_eq!(read(&bench.log), both);
    let bench = bench.reopen();
    assert_eq!(read(&bench.log), both);
    report = verify_live(&bench.log, None).unwrap();
    let bundle = exported(&bench.log, bench.directory.path());
    assert_eq!(verify_bundle(&bundle, None).unwrap(), report);
    // What erases it later says what stands in for it, or leaves that as it is.
    bench.log.append_blocking(append(4, vec![erasing(&bench.log, &[2])])).unwrap();
    assert_eq!(read(&bench.log), both);
}

// What is appended together is in memory together.
// invariant: L-27, L-28
#[tokio::test]
async fn what_was_said_beside_a_shredding_is_not_handed_out_after_it() {
    let bench = Bench::new();
    let log = bench.log.clone();
    tokio::task::spawn_blocking(move || {
        log.append_blocking(saying_of(ANOTHER, 1, WORDS)).unwrap();
        let mut both = saying_of(ANOTHER, 2, WORDS);
        both.events.push(shredding(&log, ANOTHER));
        log.append_blocking(both).unwrap();
    })
    .await
    .unwrap();
    let batch = bench.log.subscribe(3, Filter::all()).next_batch(1).await.unwrap();
    assert_eq!((batch.events[0].position(), &batch.events[0].payload), (3, &None));
}

// invariant: L-28
#[test]
fn what_stands_in_has_to_fit_into_an_envelope() {
    let bench = Bench::new();
    let stand_in = rmp_serde::to_vec_named(&"x".repeat(STAND_IN_BYTES_MAX)).unwrap();
    let personal = Some(Personal { person: ANOTHER, stand_in: Some(stand_in.into()) });
    let event = NewEvent { personal, ..event(&stream(OPEN, 1), "noted", WORDS) };
    let refused = bench.log.append_blocking(append(1, vec![event])).unwrap_err();
    assert!(matches!(refused, AppendError::PayloadTooLarge { .. }), "{refused:?}");
}

// invariant: L-27
#[tokio::test]
async fn the_vault_destroys_the_keys_of_who_was_shredded_and_no_other() {
    let bench = Bench::new();
    let directory = bench.directory.path().to_owned();
    let vault = Vault::start(&bench.log, &directory, None).unwrap();
    let log = bench.log.clone();
    tokio::task::spawn_blocking(move || {
        log.append_blocking(own(1, WORDS)).unwrap();
        log.append_blocking(of(ANOTHER, own(2, "another's"))).unwrap();
        shred(&log, 3, PrincipalId::OWNER);
    })
    .await
    .unwrap();
    vault.reached(bench.log.head().position).await;
    assert_eq!(vault.keys_of(PrincipalId::OWNER).unwrap(), []);
    assert_eq!(vault.keys_of(ANOTHER).unwrap().len(), 1);
    // A rotation wraps them with the others: they open with the new key alone.
    vault.rotate(&[7; 32]).unwrap();
    drop(vault);
    bench.log.clone().close().await;
    let Bench { log, directory, .. } = bench;
    drop(log);
    let log = Bench::on(directory);
    assert_eq!(said(&log.log), [None, Some("another's".to_owned())]);
}

// invariant: L-26
#[test]
fn a_log_whose_keys_can_not_be_opened_does_not_start_as_if_nothing_had_been_said() {
    let bench = Bench::new();
    bench.log.append_blocking(own(1, WORDS)).unwrap();
    let Bench { log, directory, .. } = bench;
    drop(log);
    let open = |options: Options| Log::open(options).map(|_| ()).map_err(|error| error.code());
    let options = || super::support::options(&directory).0;
    let key = directory.path().join(crate::vault::KEY_FILE);
    let bytes = fs::read(&key).unwrap();
    fs::remove_file(&key).unwrap();
    assert_eq!(open(options()), Err("VAULT_KEY_REFUSED"));
    let elsewhere = TempDir::new().unwrap();
    let elsewhere = elsewhere.path().join("master");
    crate::whole::write(&elsewhere, &bytes).unwrap();
    assert_eq!(open(Options { vault_key_file: Some(elsewhere), ..options() }), Ok(()));
    // Whoever moves the vault away goes on without what was sealed.
    fs::rename(directory.path().join("vault"), directory.path().join("vault.away")).unwrap();
    let bench = Bench::on(directory);
    assert_eq!(said(&bench.log), [None]);
}

// PL-14: a backup brings back what was recorded, also what belongs to a person.
#[test]
fn a_backup_brings_back_what_belongs_to_a_person_with_its_keys() {
    let bench = Bench::new();
    bench.log.append_blocking(own(1, WORDS)).unwrap();
    let keys = || {
        let folder = bench.directory.path();
        let vault = fs::read_dir(folder.join("vault")).unwrap().map(|entry| entry.unwrap().path());
        let files = vault.chain([folder.join(crate::vault::KEY_FILE)]);
        let named = files.map(|path| {
            let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
            (name, fs::read(&path).unwrap())
        });
        Ok(named.collect())
    };
    let file = bench.directory.path().join("mediary.backup");
    let mut bytes = Vec::new();
    backup(Source::Live(&bench.log), keys, &mut bytes).unwrap();
    fs::write(&file, bytes).unwrap();
    assert_eq!(having_words(bench.directory.path()), Vec::<PathBuf>::new());
    let other = TempDir::new().unwrap();
    restore(&file, other.path(), false).unwrap();
    let bench = Bench::on(other);
    assert_eq!(said(&bench.log), [Some(WORDS.to_owned())]);
}

// invariant: L-17, L-26
#[test]
fn what_a_ciphertext_is_bound_to_is_this_for_ever() {
    let kind = sealing::Kind {
        stream: &stream(OWN, 1),
        name: "created",
        schema: crate::log::Schema::new(2, 3),
        project: testing_project(),
    };
    let bound = kind.bound(DataKeyId::from_uuid(Uuid::from_u128(5)));
    let ids = [1_u128, 9, 5].map(u128::to_be_bytes).concat();
    let expected = [b"mediary log format 2: sealed\x12collection.created\x02\x03".as_slice(), &ids].concat();
    assert_eq!(bound.as_bytes(), expected);
}

// invariant: L-26
#[test]
fn a_ciphertext_stands_for_no_other_event() {
    let bench = Bench::new();
    bench.log.append_blocking(own(1, WORDS)).unwrap();
    let position = bench.log.head().position;
    let frames = bench.log.store().frames(position, position).unwrap();
    let stored = frame::Frame::parse(&frames[0].1).unwrap();
    let opener = bench.log.store().opener();
    let frame::Body::Inline { payload, .. } = stored.body() else { panic!("it is there") };
    let envelope = stored.envelope();
    let seal = envelope.extensions.seal.unwrap();
    assert!(opener.open(&envelope, &seal, payload).is_some());
    let other_key = DataKeyId::from_uuid(Uuid::from_u128(1));
    let altered = [
        crate::log::Envelope { stream: stream(OWN, 2), ..envelope.clone() },
        crate::log::Envelope { name: "renamed".into(), ..envelope.clone() },
        crate::log::Envelope { schema: crate::log::Schema::new(1, 1), ..envelope.clone() },
        crate::log::Envelope { project: testing_project(), ..envelope.clone() },
    ];
    for altered in altered {
        assert_eq!(opener.open(&altered, &seal, payload), None, "{altered:?}");
    }
    assert_eq!(opener.open(&envelope, &SealTag { data_key_id: other_key, ..seal }, payload), None);
    let seal = Extensions { seal: Some(SealTag { nonce: [0; 24], ..seal }), ..Extensions::default() };
    assert_eq!(opener.open(&envelope, &seal.seal.unwrap(), payload), None);
}

fn testing_project() -> mediary_schema::ProjectId {
    mediary_schema::ProjectId::from_uuid(Uuid::from_u128(9))
}

// What a log held before anything was sealed is read as it stands.
#[test]
fn events_of_before_are_read_as_they_stand() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/format-2/log");
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("log")).unwrap();
    for entry in fs::read_dir(golden).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, store::folder(folder.path()).join(path.file_name().unwrap())).unwrap();
    }
    let bench = Bench::on(folder);
    let events: Vec<Recorded> = bench.all();
    assert!(events.iter().all(|event| event.envelope.extensions.seal.is_none() && event.payload.is_some()));
}
