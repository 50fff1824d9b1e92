//! What was erased is confirmed by nothing that leaves the installation, and by nothing that stays in its record.

use std::fs;

use mediary_events::{Recorded, testing::samples};
use mediary_schema::{Address, Identities, IdentityKey, PlaylistId, ProjectId, account::Role};
use serde_json::json;

use super::super::message::Message;
use crate::{
    gate::{Answer, Options},
    log::{Read, Source, export, verify_bundle},
    testing::bench::Bench,
    work::REGISTRY,
};

const ADDRESS: &str = "https://Example.org:443/a-secret-list?v=1#top";

fn ask(bench: &Bench, command: u128, name: &str, arguments: serde_json::Value) -> Answer<serde_json::Value> {
    let command_of = REGISTRY.command(name, arguments).unwrap();
    let caller = crate::testing::person(Role::Owner, command);
    Bench::wait(bench.gate.ask_command(caller, command_of, Options::default())).unwrap()
}

fn everything(bench: &Bench) -> Vec<Recorded> {
    bench.gate.log().read(&Read::forward(1).limit(usize::MAX)).unwrap()
}

/// A log in which the address is followed, by the same command in each.
fn followed() -> Bench {
    let bench = Bench::new();
    ask(&bench, 7, "playlist.follow", json!({ "url": ADDRESS }));
    bench
}

fn list(bench: &Bench) -> PlaylistId {
    bench.gate.identities().playlist(ProjectId::HOME, &ADDRESS.parse().unwrap())
}

/// What somebody has who guesses the address and knows all of this program, but not the installation's key.
fn guesses() -> Vec<Vec<u8>> {
    let address: Address = ADDRESS.parse().unwrap();
    let mut guesses: Vec<Vec<u8>> = Vec::new();
    for text in [ADDRESS, address.as_str(), address.key()] {
        let project = ProjectId::HOME.uuid();
        let with_project = [project.as_bytes().as_slice(), text.as_bytes()].concat();
        let with_lengths = [
            16_u64.to_le_bytes().as_slice(),
            project.as_bytes(),
            (text.len() as u64).to_le_bytes().as_slice(),
            text.as_bytes(),
        ]
        .concat();
        for said in [text.as_bytes(), &with_project, &with_lengths] {
            let hashes = [
                blake3::hash(said),
                blake3::Hasher::new_derive_key("mediary 2 playlist").update(said).finalize(),
            ];
            for hash in hashes {
                guesses.push(hash.as_bytes()[..16].to_vec());
                let id = uuid::Builder::from_custom_bytes(*hash.as_bytes().first_chunk().unwrap());
                guesses.push(id.into_uuid().as_bytes().to_vec());
            }
        }
    }
    let keyless = Identities::new(IdentityKey::from_bytes([0; IdentityKey::BYTES]));
    let elsewhere = [keyless, samples::identities()];
    guesses.extend(elsewhere.map(|ids| ids.playlist(ProjectId::HOME, &address).uuid().as_bytes().to_vec()));
    guesses
}

/// Where something is said that confirms the address: as it is, or as what anybody can make of it.
fn confirmed_by(what: &str, bytes: &[u8]) -> Vec<String> {
    let digits = |bytes: &[u8]| bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
    let text = b"a-secret-list".as_slice();
    let mut needles =
        vec![("the address".to_owned(), text.to_vec()), ("its digits".to_owned(), digits(text).into_bytes())];
    for guess in guesses() {
        let hex = digits(&guess);
        let spelled = uuid::Uuid::from_slice(&guess).unwrap().to_string();
        needles.extend([
            (format!("bytes {hex}"), guess),
            (format!("digits {hex}"), hex.into_bytes()),
            (format!("id {spelled}"), spelled.into_bytes()),
        ]);
    }
    let found = needles.iter().filter(|(_, needle)| bytes.windows(needle.len()).any(|at| at == needle));
    found.map(|(name, _)| format!("{name} in {what}")).collect()
}

fn messages(bench: &Bench) -> Vec<u8> {
    let said = |event: &Recorded| {
        let Message { subject, headers, body } = Message::of_event(event);
        [subject.into_bytes(), format!("{headers:?}").into_bytes(), body.to_vec()].concat()
    };
    everything(bench).iter().flat_map(said).collect()
}

// The claim of the audit: the envelope is chained for ever, so an id in it must not say what was erased.
// invariant: L-20, L-24
#[test]
fn an_erased_address_is_confirmed_by_nothing() {
    let bench = followed();
    let says = |event: &Recorded| {
        event.payload.as_ref().is_some_and(|payload| payload.windows(13).any(|at| at == b"a-secret-list"))
    };
    let positions: Vec<u64> =
        everything(&bench).iter().filter(|event| says(event)).map(Recorded::position).collect();
    assert!(positions.len() > 1, "list and job say it");
    assert!(!confirmed_by("messages", &messages(&bench)).is_empty(), "before, it is there to be found");
    ask(&bench, 8, "log.erase", json!({ "positions": positions, "reason": "on request" }));

    let mut found = confirmed_by("messages", &messages(&bench));
    let mut bundle = Vec::new();
    export(Source::Live(bench.gate.log()), .., &mut bundle).unwrap();
    found.extend(confirmed_by("the bundle", &bundle));
    let folder = bench.close();
    let file = folder.path().join("bundle.ndjson");
    fs::write(&file, &bundle).unwrap();
    assert_eq!(verify_bundle(&file, None).unwrap().erased, positions.len() as u64);
    // A bundle is what the record says of every event. Beside it there is what was made of it.
    let index = fs::read(folder.path().join("index/00000000000000000001.redb")).unwrap();
    found.extend(confirmed_by("the index", &index));
    assert_eq!(found, Vec::<String>::new());
}

// invariant: L-20
#[test]
fn two_folders_have_nothing_in_common_that_says_what_was_followed() {
    let [one, other] = [followed(), followed()];
    assert_ne!(list(&one), list(&other));
    let facts = |bench: &Bench| -> Vec<_> {
        let events = everything(bench);
        let told = events.iter().filter(|event| event.envelope.stream.category != "log");
        told.map(|event| (event.envelope.stream.uuid, event.envelope.extensions.command.clone())).collect()
    };
    let (one, other) = (facts(&one), facts(&other));
    assert!(one.len() > 1 && one.len() == other.len());
    for (mine, theirs) in one.iter().zip(&other) {
        assert_ne!(mine.0, theirs.0, "the stream");
        let fingerprints = [&mine.1, &theirs.1].map(|tag| tag.as_ref().map(|tag| tag.fingerprint));
        assert!(fingerprints[0].is_some() && fingerprints[0] != fingerprints[1], "the command's fingerprint");
    }
}
