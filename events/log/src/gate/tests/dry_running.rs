//! What a dry run tells, and that it leaves nothing behind. That it tells the truth, a property of the actors holds.

use mediary_events::testing::samples;
use mediary_schema::account::Role;
use serde_json::{Value, json};

use super::owner;
use crate::{
    gate::{Answer, Caller, Options, Refusal},
    testing::{bench::Bench, person},
    work::REGISTRY,
};

fn ask(
    bench: &Bench,
    caller: Caller,
    name: &str,
    arguments: Value,
    dry_run: bool,
) -> Result<Answer<Value>, Refusal> {
    let command = REGISTRY.command(name, arguments).unwrap();
    Bench::wait(bench.gate.ask_command(caller, command, Options { dry_run, ..Options::default() }))
}

fn follow() -> Value {
    json!({ "url": samples::LIST_URL })
}

fn kinds(answer: &Answer<Value>) -> Vec<&str> {
    answer.dry_run.as_ref().unwrap().events.iter().map(|event| event.kind.as_str()).collect()
}

// invariant: G-9
#[test]
fn a_dry_run_tells_the_events_and_leaves_nothing_behind() {
    let bench = Bench::new();
    let start = bench.head();
    let dry = ask(&bench, owner(1), "playlist.follow", follow(), true).unwrap();
    assert_eq!(bench.head(), start);
    assert_eq!((dry.position, dry.story_id, dry.repeated), (start, None, false));
    let real = ask(&bench, owner(1), "playlist.follow", follow(), false).unwrap();
    assert!(!real.repeated, "the id of a dry run is not remembered");
    let mut recorded = bench.recorded();
    recorded.retain(|event| event.position() > start);
    let recorded_kinds: Vec<String> = recorded.iter().map(|event| event.envelope.kind()).collect();
    assert_eq!(kinds(&dry), recorded_kinds);
    let payloads: Vec<_> = recorded.iter().map(|event| event.payload_json().unwrap()).collect();
    let dry_run = dry.dry_run.unwrap();
    let told: Vec<_> = dry_run.events.iter().map(|event| event.payload.clone()).collect();
    assert_eq!(told, payloads, "the ids of what is new follow from the command");
    assert_eq!((dry_run.event_count, dry_run.is_whole), (3, true));
    assert_eq!((dry_run.effects.jobs, dry_run.effects.files, dry_run.effects.bytes), (1, 0, Some(0)));
    assert_eq!(
        (dry_run.effects.calls[0].host.as_str(), dry_run.effects.calls[0].jobs),
        ("www.youtube.com", 1)
    );
}

// invariant: G-9
#[test]
fn a_dry_run_of_what_needs_no_event_says_so_and_one_of_a_done_command_says_that() {
    let bench = Bench::new();
    let first = ask(&bench, owner(1), "playlist.follow", follow(), false).unwrap();
    let id = first.told["playlist_id"].clone();
    ask(&bench, owner(2), "playlist.unfollow", json!({ "playlist_id": id }), false).unwrap();
    let head = bench.head();
    let again = ask(&bench, owner(3), "playlist.unfollow", json!({ "playlist_id": id }), true).unwrap();
    assert_eq!(kinds(&again), ["command.accepted"]);
    let done = ask(&bench, owner(1), "playlist.follow", follow(), true).unwrap();
    assert_eq!((kinds(&done).len(), done.repeated, &done.told), (0, true, &first.told));
    let other = json!({ "url": "https://example.org/other" });
    let reused = ask(&bench, owner(1), "playlist.follow", other, true).unwrap_err();
    assert_eq!(reused.code(), "COMMAND_ID_REUSED");
    assert_eq!(bench.head(), head);
}

// invariant: S-1
#[test]
fn a_dry_run_tells_nothing_that_opens_something() {
    let bench = Bench::new();
    let url = "https://example.org/list?token=hidden";
    let dry = ask(&bench, owner(1), "playlist.follow", json!({ "url": url }), true).unwrap();
    let told = format!("{:?}", dry.dry_run.unwrap());
    assert!(told.contains("example.org/list") && !told.contains("hidden"), "{told}");
}

#[test]
fn a_dry_run_is_refused_as_its_command_is_and_shows_nobody_more_than_he_may_read() {
    let bench = Bench::new();
    let refused = ask(&bench, person(Role::Viewer, 1), "playlist.follow", follow(), true).unwrap_err();
    assert_eq!(refused.code(), "FORBIDDEN");
    ask(&bench, owner(1), "playlist.follow", follow(), false).unwrap();
    let id = ask(&bench, owner(1), "playlist.follow", follow(), false).unwrap().told["playlist_id"].clone();
    ask(&bench, owner(2), "playlist.unfollow", json!({ "playlist_id": id }), false).unwrap();
    let again = || json!({ "playlist_id": id });
    let payload = |role, command| {
        let answer = ask(&bench, person(role, command), "playlist.unfollow", again(), true).unwrap();
        answer.dry_run.unwrap().events[0].payload.clone()
    };
    assert_eq!(payload(Role::Editor, 3), None, "the record of commands is for the audit");
    assert!(payload(Role::Owner, 4).is_some());
}

// What others record while a dry run thinks is not there for it, and it sees its own.
#[test]
fn a_second_part_sees_what_the_first_one_would_have_done() {
    let bench = Bench::new();
    ask(&bench, owner(1), "playlist.follow", follow(), false).unwrap();
    let job = bench
        .recorded()
        .iter()
        .find(|event| event.envelope.kind() == "job.queued")
        .map(|event| event.envelope.stream.to_string())
        .unwrap();
    let dry = ask(&bench, owner(2), "job.cancel", json!({ "job_ids": [job] }), true).unwrap();
    assert_eq!(kinds(&dry), ["job.cancelled", "reservation.released"]);
    assert_eq!(dry.dry_run.unwrap().effects.ended_jobs, 1);
    let unknown = "job-01890a5d-ac96-774b-bcce-b302099a8057";
    let refused = ask(&bench, owner(3), "job.cancel", json!({ "job_ids": [unknown] }), true).unwrap();
    assert_eq!(refused.told["results"][0]["user_error"]["code"], "JOB_NOT_FOUND");
}
