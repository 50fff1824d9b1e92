use std::sync::Arc;

use mediary_events::{Concern as _, job, playlist, testing::note::Note};
use mediary_schema::{CommandId, PlaylistId, PrincipalId, ProjectId, account::Role};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{id, owner, write};
use crate::{
    gate::{Answer, Caller, Options, Refusal, fingerprint::Fingerprint},
    log::{OnlyIf, Recorded},
    testing::{bench::Bench, person},
    work::REGISTRY,
};

const ADDRESS: &str = "https://example.org/list";

fn ask(bench: &Bench, caller: Caller, name: &str, arguments: Value) -> Result<Answer<Value>, Refusal> {
    let command = REGISTRY.command(name, arguments).unwrap();
    Bench::wait(bench.gate.ask_command(caller, command, Options::default()))
}

fn only_if(bench: &Bench, only_if: OnlyIf, command: u128) -> Result<Answer<Value>, Refusal> {
    let options = Options { only_if: Some(only_if), ..Options::default() };
    let set = REGISTRY.command("limit.set", json!({ "total": 3 })).unwrap();
    Bench::wait(bench.gate.ask_command(owner(command), set, options))
}

fn boundary(types: &[&str], after: u64) -> OnlyIf {
    REGISTRY.only_if(Vec::new(), &[], types.iter().map(|kind| (*kind).to_owned()).collect(), after).unwrap()
}

fn boundary_about(subject: &str, after: u64) -> OnlyIf {
    REGISTRY.only_if(Vec::new(), &[subject.to_owned()], Vec::new(), after).unwrap()
}

/// Follows the list, and ends what that began.
fn followed(bench: &Bench) -> PlaylistId {
    let answer = ask(bench, owner(1), "playlist.follow", json!({ "url": ADDRESS })).unwrap();
    answer.told["playlist_id"].as_str().unwrap().parse().unwrap()
}

// core A2: the list is followed already, somebody unfollows it, and the command is sent again.
// invariant: L-8
#[test]
fn an_accepted_command_that_needed_no_event_is_remembered() {
    let bench = Bench::new();
    let list = followed(&bench);
    let limits = json!({ "total": 4 });
    let before = bench.head();
    let first = ask(&bench, owner(2), "limit.set", limits.clone()).unwrap();
    assert_eq!(bench.appends_after(before), ["command.accepted"]);
    ask(&bench, owner(3), "limit.set", json!({ "total": 5 })).unwrap();
    let head = bench.head();
    let again = ask(&bench, owner(2), "limit.set", limits).unwrap();
    assert_eq!(again, Answer { repeated: true, ..first });
    assert_eq!(bench.head(), head, "a repeat changes nothing");
    let refresh = json!({ "playlist_id": list });
    let joined = ask(&bench, owner(4), "playlist.refresh", refresh.clone()).unwrap();
    ask(&bench, owner(5), "job.cancel", json!({ "job_ids": [joined.told["job_id"]] })).unwrap();
    let again = ask(&bench, owner(4), "playlist.refresh", refresh).unwrap();
    assert_eq!(
        again,
        Answer { repeated: true, ..joined },
        "the refresh that was joined, though it has ended"
    );
}

// The log's id stands in every bundle: what follows from it alone would confirm a guess.
// invariant: L-20
#[test]
fn a_fingerprint_confirms_nothing_to_who_knows_the_log_s_id() {
    let bench = Bench::new();
    let arguments = json!({ "total": 4 });
    ask(&bench, owner(1), "limit.set", arguments).unwrap();
    let recorded = bench.recorded().remove(0).envelope.extensions.command.unwrap();
    let command = REGISTRY.command("limit.set", json!({ "total": 4 })).unwrap();
    let with = |key: &[u8; 32]| Fingerprint::new(key, command.name(), command.arguments()).bytes;
    assert_eq!(recorded.fingerprint, with(bench.gate.identities().key().as_bytes()));
    let mut guess = [0; 32];
    guess[..16].copy_from_slice(bench.gate.log().id().as_bytes());
    assert_ne!(recorded.fingerprint, with(&guess));
}

#[test]
fn two_principals_may_use_one_id_for_what_needs_no_event() {
    let bench = Bench::new();
    let other = Caller { principal: PrincipalId::from_uuid(id(9)), ..owner(1) };
    for caller in [owner(1), other, owner(1), other] {
        ask(&bench, caller, "limit.set", json!({ "total": 4 })).unwrap();
    }
    assert_eq!(bench.head(), 3);
}

// core A3, blackbox 16, field 18 (a).
// invariant: L-8
#[test]
fn an_id_is_one_command_s_for_ever() {
    let bench = Bench::new();
    let first = ask(&bench, owner(1), "playlist.follow", json!({ "url": ADDRESS })).unwrap();
    let other = json!({ "url": "https://example.org/other" });
    let head = bench.head();
    let refused = ask(&bench, owner(1), "playlist.follow", other.clone()).unwrap_err();
    assert_eq!(refused.code(), "COMMAND_ID_REUSED");
    let unfollow = json!({ "playlist_id": first.told["playlist_id"] });
    let refused = ask(&bench, owner(1), "playlist.unfollow", unfollow).unwrap_err();
    assert_eq!(refused.code(), "COMMAND_ID_REUSED", "another name is another content");
    ask(&bench, owner(2), "limit.set", json!({ "total": 4 })).unwrap();
    let refused = ask(&bench, owner(2), "limit.set", json!({ "total": 9 })).unwrap_err();
    assert_eq!(refused.code(), "COMMAND_ID_REUSED", "also if the first needed no event");
    let bench = bench.reopen(|_| ());
    let refused = ask(&bench, owner(1), "playlist.follow", other).unwrap_err();
    assert_eq!(refused.code(), "COMMAND_ID_REUSED", "also after a restart");
    assert_eq!(bench.head(), head + 1 + 1, "and the second opening");
}

#[test]
fn a_rejected_command_leaves_its_id_free() {
    let bench = Bench::new();
    let nowhere = json!({ "playlist_id": PlaylistId::from_uuid(id(7)) });
    assert!(ask(&bench, owner(1), "playlist.refresh", nowhere).is_err());
    assert!(!ask(&bench, owner(1), "playlist.follow", json!({ "url": ADDRESS })).unwrap().repeated);
}

// Must hold 5, as far as the gate: with and without events.
#[test]
fn one_command_sent_a_hundred_times_at_once_has_one_effect_and_one_answer() {
    let bench = Arc::new(Bench::new());
    for (command, arguments) in [(1, json!({ "total": 9 })), (2, json!({ "total": 9 }))] {
        let before = bench.head();
        let threads: Vec<_> = (0..100)
            .map(|_| {
                let (bench, arguments) = (Arc::clone(&bench), arguments.clone());
                std::thread::spawn(move || ask(&bench, owner(command), "limit.set", arguments).unwrap())
            })
            .collect();
        let answers: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
        assert_eq!(bench.head(), before + 1);
        assert_eq!(answers.iter().filter(|answer| !answer.repeated).count(), 1);
        let one = Answer { repeated: true, ..answers[0].clone() };
        assert!(answers.into_iter().all(|answer| Answer { repeated: true, ..answer } == one));
    }
}

#[test]
fn what_moved_is_named() {
    let bench = Bench::new();
    followed(&bench);
    let head = bench.head();
    assert_eq!(only_if(&bench, boundary(&["playlist"], 0), 2).unwrap_err().code(), "MOVED");
    let refused = only_if(&bench, boundary(&["playlist.follow_requested", "job"], 0), 2).unwrap_err();
    let moved: Vec<u64> = bench
        .recorded()
        .iter()
        .filter(|event| ["playlist", "job"].contains(&event.envelope.stream.category.as_ref()))
        .map(|event| event.envelope.position)
        .collect();
    assert_eq!(refused.moved(), moved);
    assert_eq!(bench.head(), head, "nothing was done");
    only_if(&bench, boundary(&["playlist"], head), 2).unwrap();
}

// A boundary about a thing is crossed by what any concern records of it.
#[test]
fn a_boundary_about_a_thing_sees_every_stream_that_names_it() {
    let bench = Bench::new();
    let list = followed(&bench).to_string();
    let refused = only_if(&bench, boundary_about(&list, 0), 2).unwrap_err();
    let named = |recorded: &Recorded| {
        let envelope = &recorded.envelope;
        envelope.stream.to_string() == list || envelope.extensions.subjects.contains(&list.parse().unwrap())
    };
    let moved: Vec<u64> =
        bench.recorded().iter().filter(|event| named(event)).map(Recorded::position).collect();
    let of_jobs = |event: &Recorded| named(event) && event.envelope.stream.category == "job";
    assert!(bench.recorded().iter().any(of_jobs), "the job of its refresh names it");
    assert_eq!((refused.code(), refused.moved()), ("MOVED", moved.as_slice()));
    only_if(&bench, boundary_about("item-01890a5d-ac96-774b-bcce-b302099a8057", 0), 3).unwrap();
    let unknown = REGISTRY.only_if(
        Vec::new(),
        &["bogus-01890a5d-ac96-774b-bcce-b302099a8057".to_owned()],
        Vec::new(),
        0,
    );
    assert!(unknown.unwrap_err().to_string().contains("is no id of a thing"));
}

// invariant: S-3
#[test]
fn a_boundary_sees_no_more_than_who_draws_it() {
    let bench = Bench::new();
    ask(&bench, owner(1), "playlist.follow", json!({ "url": ADDRESS })).unwrap();
    ask(&bench, owner(2), "token.create", json!({ "name": "laptop" })).unwrap();
    let follow = |caller: Caller, types: &[&str]| {
        let command = REGISTRY.command("playlist.follow", json!({ "url": ADDRESS })).unwrap();
        let options = Options { only_if: Some(boundary(types, 1)), ..Options::default() };
        Bench::wait(bench.gate.ask_command(caller, command, options))
    };
    assert_eq!(follow(owner(3), &["playlist"]).unwrap_err().code(), "MOVED");
    let elsewhere = owner(4).within(ProjectId::from_uuid(id(9)));
    follow(elsewhere, &["playlist", "job"]).unwrap();
    let viewer = |types| follow(person(Role::Viewer, 5), types).unwrap_err();
    assert_eq!(viewer(&["account"]).code(), "FORBIDDEN", "it is not said that there is a new token");
}

#[test]
fn a_boundary_is_held_in_the_moment_of_recording() {
    let bench = Bench::new();
    let filter = crate::log::Filter::stream(&Note::stream(id(1)));
    let boundary = OnlyIf { filter, after: 1 };
    // Told for the first time it sees nothing; what comes in between is seen by the writer.
    let told = std::cell::Cell::new(false);
    let terms = crate::gate::Terms::only_if(boundary);
    let outcome = bench.gate.transact_on_terms(&owner(1), &terms, &|story| {
        if !told.replace(true) {
            bench.tell(owner(2), |story| write(story, 1, "in between"))?;
        }
        write(story, 2, "mine")
    });
    assert_eq!(outcome.unwrap_err().moved(), [2]);
    assert_eq!(bench.head(), 2);
}

#[test]
fn a_condition_that_can_t_be_understood_is_refused_in_words() {
    let bad = |streams: &[&str], types: &[&str]| {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        REGISTRY.only_if(owned(streams), &[], owned(types), 0).unwrap_err().to_string()
    };
    assert!(bad(&[], &[]).contains("neither streams nor subjects nor types"));
    assert!(bad(&[], &["playlist.bogus"]).contains("no type of an event"));
    assert!(bad(&["bogus-1"], &[]).contains("no stream"));
}

#[test]
fn a_position_beyond_the_head_is_no_boundary() {
    let bench = Bench::new();
    assert_eq!(only_if(&bench, boundary(&["job"], 7), 1).unwrap_err().code(), "POSITION_BEYOND_HEAD");
}

#[test]
fn an_ask_is_the_same_whoever_reads_it() {
    let asked = playlist::Ask::Follow(Box::new(playlist::ask::Follow {
        url: ADDRESS.to_owned(),
        keep: None,
        quality: None,
        filter: None,
        cookies: None,
        layout: None,
        transcode: None,
        refresh_timing: None,
        ticket: job::ask::Ticket::default(),
    }));
    let bench = Bench::new();
    let caller = Caller { command_id: CommandId::from_uuid(Uuid::from_u128(5)), ..owner(5) };
    let typed = Bench::wait(bench.gate.ask(caller, asked, Options::default())).unwrap();
    let read = ask(&bench, caller, "playlist.follow", json!({ "url": ADDRESS })).unwrap();
    assert_eq!((typed.position, true), (read.position, read.repeated));
}
