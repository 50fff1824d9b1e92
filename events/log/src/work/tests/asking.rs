use mediary_events::{
    AskError, Asked, Rejection as _, account, codec, job,
    playlist::{self, Playlist},
    testing::samples,
};
use mediary_schema::{JobId, PrincipalId, Several, account::Role};
use serde_json::{Value, json};

use super::{cancelled_look, downloading, editor, finish_download, followed, job_id, refresh, start};
use crate::{
    gate::{self, Answer, Command, Refusal},
    testing::bench::Bench,
    work::{
        REGISTRY,
        job::{JobTold, Told},
    },
};

fn ask(bench: &Bench, command: u128, asked: impl Into<Command>) -> Result<Answer<Value>, Refusal> {
    let asked = asked.into();
    Bench::wait(bench.gate.ask_command(editor(command), asked, gate::Options::default()))
}

fn jobs(ids: impl IntoIterator<Item = u128>) -> Several<JobId> {
    Several::try_from(ids.into_iter().map(job_id).collect::<Vec<_>>()).unwrap()
}

#[test]
fn every_command_is_read_from_its_name_and_has_one_form() {
    let follow = json!({ "url": "https://example.org/list" });
    let command = REGISTRY.command("playlist.follow", follow.clone()).unwrap();
    assert_eq!((command.name(), command.arguments()), ("playlist.follow", &follow));
    let mut names: Vec<&str> = REGISTRY.commands().map(|kind| kind.name).collect();
    names.sort_unstable();
    let known = names.len();
    names.dedup();
    assert_eq!(names.len(), known, "a name is one command's");
}

#[test]
fn what_is_said_by_saying_nothing_is_left_out() {
    let id = job_id(1).to_string().replace("job", "playlist");
    let short = REGISTRY.command("playlist.refresh", json!({ "playlist_id": id })).unwrap();
    let long = REGISTRY.command("playlist.refresh", json!({ "playlist_id": id, "full": false })).unwrap();
    assert_eq!(short.arguments(), long.arguments());
    let bare = id.trim_start_matches("playlist-");
    let other = REGISTRY.command("playlist.refresh", json!({ "full": false, "playlist_id": bare })).unwrap();
    assert_eq!(short.arguments(), other.arguments());
}

#[test]
fn what_is_no_command_is_refused_in_words() {
    let refused = |name: &str, arguments: Value| REGISTRY.command(name, arguments).unwrap_err();
    assert_eq!(refused("playlist.burn", json!({})).code(), "UNKNOWN_COMMAND");
    let malformed = [
        ("playlist.follow", json!({})),
        ("playlist.follow", json!({ "url": 1 })),
        ("playlist.follow", json!({ "url": "u", "adress": "u" })),
        ("playlist.follow", json!(["u"])),
        ("job.cancel", json!({ "job_ids": [] })),
        ("job.cancel", json!({ "job_ids": ["playlist-x"] })),
    ];
    for (name, arguments) in malformed {
        let error = refused(name, arguments.clone());
        assert_eq!(error.code(), "BAD_COMMAND", "{name} {arguments}: {error}");
    }
}

#[test]
fn names_are_those_that_are_stored() {
    let asked = playlist::Ask::Unfollow(playlist::ask::Unfollow {
        playlist_id: mediary_schema::PlaylistId::from_uuid(job_id(1).uuid()),
        cancel_downloads: false,
    });
    assert_eq!(serde_json::to_value(&asked).unwrap()["command"], asked.name());
    for kind in REGISTRY.commands() {
        let unknown = REGISTRY.command(kind.name, json!({ "no such field": 1 })).unwrap_err();
        assert!(matches!(unknown, AskError::Malformed { .. }), "{}: {unknown}", kind.name);
    }
}

// edge A4: what is refused for one is done for the others, and nobody is left in doubt.
#[test]
fn each_of_several_jobs_has_an_answer_of_its_own() {
    let bench = downloading();
    let before = bench.head();
    let asked = job::Ask::Cancel(job::ask::Cancel { job_ids: jobs([7, 1]) });
    let answer = Bench::wait(bench.gate.ask(editor(1), asked, gate::Options::default())).unwrap();
    let Told { results } = answer.told;
    let [unknown, cancelled] = &results[..] else { panic!("{results:?}") };
    assert_eq!(unknown.user_error.as_ref().unwrap().code, "JOB_NOT_FOUND");
    assert_eq!(*cancelled, JobTold { id: job_id(1), job_id: Some(job_id(1)), user_error: None });
    assert_eq!(bench.appends_after(before).len(), 1, "all of it is one append");
}

// What a refused part had added is taken back: an item that is kept opens no job.
#[test]
fn a_part_that_is_refused_leaves_nothing_behind() {
    let bench = downloading();
    let attempt = start(&bench, 1);
    bench.told(|story| finish_download(story, attempt));
    bench.told(|story| {
        story.execute::<Playlist>(
            samples::playlist_id().uuid(),
            playlist::Command::Follow { url: samples::LIST_URL.to_owned() },
        )
    });
    bench.told(|story| refresh(story, job_id(2)));
    cancelled_look(&bench, job_id(2));
    let before = bench.head();
    let asked = job::Ask::Retry(job::ask::Retry { job_ids: jobs([1, 2]), ticket: None });
    let answer = ask(&bench, 1, asked).unwrap();
    let results = answer.told["results"].as_array().unwrap().clone();
    assert_eq!(results[0]["user_error"]["code"], "DOWNLOAD_ALREADY_KEPT", "{results:?}");
    assert!(results[1]["user_error"].is_null(), "{results:?}");
    assert_eq!(bench.appends_after(before), ["reservation.taken job.queued"]);
}

#[test]
fn a_command_needs_its_permission_at_every_door() {
    let bench = followed();
    let caller = crate::testing::person(Role::Viewer, 1);
    let command = REGISTRY.command("limit.set", json!({ "total": 3 })).unwrap();
    let refused = Bench::wait(bench.gate.ask_command(caller, command, gate::Options::default()));
    assert_eq!(refused.unwrap_err().code(), "FORBIDDEN");
}

#[test]
fn a_token_is_told_once() {
    let bench = Bench::new();
    let caller = crate::testing::person(Role::Owner, 1);
    let asked = account::Ask::Create(account::ask::Create {
        name: "laptop".to_owned(),
        role: Role::Viewer,
        expires_in_seconds: None,
        nats: false,
        project_id: None,
        networks: Vec::new(),
    });
    let tell = || Bench::wait(bench.gate.ask(caller, asked.clone(), gate::Options::default())).unwrap();
    let (first, second) = (tell(), tell());
    assert!(first.told.secret.is_some() && second.told.secret.is_none());
    assert_eq!((first.told.token_id, first.position), (second.told.token_id, second.position));
    assert_eq!(bench.head(), 2);
    assert_eq!(caller.principal, PrincipalId::OWNER);
}

// Field 08: whoever pasted a video that was opened from a list got the whole list.
#[test]
fn a_video_that_was_opened_from_a_list_is_asked_for_alone() {
    let bench = Bench::new();
    let target = json!({ "url": "https://www.youtube.com/watch?v=abc&list=PL1&index=4" });
    let start = REGISTRY.command("download.start", json!({ "target": target })).unwrap();
    ask(&bench, 1, start).unwrap();
    let recorded = bench.recorded();
    let of_playlists = recorded.iter().filter(|event| event.envelope.stream.category == "playlist");
    let events = of_playlists.flat_map(|event| codec::events_of::<Playlist>(event).unwrap());
    let followed: Vec<String> = events
        .filter_map(|event| match event {
            playlist::Event::FollowRequested { url } => Some(url),
            _ => None,
        })
        .collect();
    assert_eq!(followed, ["https://www.youtube.com/watch?v=abc"]);
}
