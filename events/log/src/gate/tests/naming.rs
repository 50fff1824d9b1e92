use std::collections::BTreeSet;

use mediary_events::{download, job, playlist, testing::samples};
use mediary_schema::{PrincipalId, ProjectId, account::Role};
use serde_json::Value;

use crate::{
    gate::{Caller, Story as _},
    log::{Source, export},
    testing::bench::Bench,
};

/// An installation in which an address is followed and a site's item is taken over; its commands are its own.
fn installation(commands: u128) -> (Bench, String) {
    let bench = Bench::new();
    let follow = playlist::Ask::Follow(Box::new(playlist::ask::Follow {
        url: samples::LIST_URL.to_owned(),
        keep: None,
        quality: None,
        filter: None,
        cookies: None,
        layout: None,
        transcode: None,
        refresh_timing: None,
        ticket: job::ask::Ticket::default(),
    }));
    bench.tell(caller(commands), |story| follow.tell(story)).unwrap();
    let text = "youtube aqz-KE-bpKQ".to_owned();
    let import = download::Ask::ImportArchive(download::ask::ImportArchive { text });
    bench.tell(caller(commands + 1), |story| import.tell(story)).unwrap();
    let mut bundle = Vec::new();
    export(Source::Live(bench.gate.log()), .., &mut bundle).unwrap();
    (bench, String::from_utf8(bundle).unwrap())
}

fn caller(command: u128) -> Caller {
    crate::testing::person(Role::Owner, command)
}

/// Every id in what stays of a bundle once its payloads are erased.
fn ids_without_payloads(bundle: &str) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    for line in bundle.lines() {
        let Ok(Value::Object(mut event)) = serde_json::from_str::<Value>(line) else { continue };
        event.retain(|field, _| !matches!(field.as_str(), "payload" | "salt" | "msgpack"));
        for value in event.values().filter_map(Value::as_str) {
            let tail = value.len().checked_sub(36).and_then(|start| value.get(start..));
            ids.extend(tail.filter(|tail| uuid::Uuid::parse_str(tail).is_ok()).map(str::to_owned));
        }
    }
    ids
}

// Must hold: an erased address is confirmed by nothing, not even to who guesses it right and runs a Mediary too.
// invariant: L-20
#[test]
fn two_installations_have_no_id_in_common() {
    let (one, first) = installation(100);
    let (other, second) = installation(200);
    let shared: BTreeSet<String> =
        ids_without_payloads(&first).intersection(&ids_without_payloads(&second)).cloned().collect();
    let constants = [
        ProjectId::HOME.uuid(),
        PrincipalId::OWNER.uuid(),
        PrincipalId::PLATFORM.uuid(),
        caller(1).principal.uuid(),
        caller(1).origin.id,
    ];
    let constants: BTreeSet<String> =
        constants.into_iter().chain([uuid::Uuid::nil()]).map(|id| id.to_string()).collect();
    let told: Vec<_> = shared.difference(&constants).collect();
    assert!(told.is_empty(), "these ids follow from what they stand for: {told:?}");
    let address = samples::LIST_URL.parse().unwrap();
    let id = |bench: &Bench| bench.gate.identities().playlist(ProjectId::HOME, &address);
    assert!(first.contains(&id(&one).uuid().to_string()) && second.contains(&id(&other).uuid().to_string()));
    assert_ne!(id(&one), id(&other));
}

// invariant: L-20
#[test]
fn the_key_of_the_ids_outlives_a_restart() {
    let bench = Bench::new();
    let id = |bench: &Bench| bench.gate.identities().reservation(ProjectId::HOME, "name");
    let before = id(&bench);
    assert_eq!(id(&bench.reopen(|_| ())), before);
}
