//! A data folder of format 2 gives the answers that it gave when it was made, in every later version (PL-10).
//!
//! `tests/golden/format-2` holds the log of a small installation, the questions, and their answers.
//! `MEDIARY_GOLDEN=write` makes all of it anew, which may happen only for a format that was never released.
//! `state.json` has what each view shows of it, as one number: another build, and another machine, come to the same. It is
//! renewed by `MEDIARY_GOLDEN=state`, which a view needs that got another version, and which no view of the same version may.
//! `tests/golden/payloads-1` is the second: with it what events say is closed, as the format is with the first.

#![expect(clippy::unwrap_used, reason = "helpers of a test; the setting for tests does not reach them")]

mod payloads;

use std::{
    fs,
    path::{Path, PathBuf},
};

use mediary::environment;
use mediary_log::{
    Checkpoint, Log, Options, Original, Report, Source, export, replicate, verify, verify_bundle,
};
use mediary_projections::{Replay, State};
use mediary_tests::{Client, Platform};
use serde_json::{Value, json};

/// What is asked; a later version may answer more, but to these fields it says the same.
const QUESTIONS: [(&str, &str); 5] = [
    (
        "events",
        "{ events(first: 500) { events {
            id position stream version kind schema at project principal origin commandId storyId causationId payload
        } } }",
    ),
    (
        "playlists",
        "{ playlists(first: 5) { nodes { id url title kind extractor followed followedAt refreshedAt refreshOutcome entryCount changedAt
            entries(first: 20) { nodes {
                id playlistId itemId extractor sourceId url title durationMs availability liveStatus status addedAt changedAt
            } }
            removed: entries(first: 20, filter: { removed: true }) { nodes { id title status } }
        } } }",
    ),
    (
        "downloads",
        "{ downloads(first: 20) { nodes { id itemId extractor sourceId url title quality playlistId state requestedAt changedAt
            failure { class message } file { id path sizeBytes blake3 durationMs width height container recordedAt }
        } } }",
    ),
    (
        "jobs",
        "{ jobs(first: 50) { nodes { id kind title subjectIds state attempts storyId queuedAt startedAt endedAt cpuMs
            memoryPeakBytes changedAt failure { class message } } } }",
    ),
    ("limits", "{ limits { kinds { kind limit } total } }"),
];

fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/format-2")
}

/// What makes a data folder one: the record, and whose it is. All else is made from it.
const FILES: [&str; 2] = ["log/00000000000000000001.redb", "log.id"];

fn copy(from: &Path, to: &Path) {
    for file in FILES {
        fs::create_dir_all(to.join(file).parent().unwrap()).unwrap();
        fs::copy(from.join(file), to.join(file)).unwrap();
    }
}

/// A list that was followed, looked at twice and partly kept; another that nobody follows any more.
async fn make() {
    let platform = Platform::start().await;
    let client = &platform.client;
    let talks = client.follow(&platform.site.feed_url("talks")).await;
    let entries = client.entries(&talks).await;
    let kept = client.download_entry(entries[0]["id"].as_str().unwrap(), "best").await;
    assert_eq!(kept["succeededCount"], json!(1), "{kept}");
    client.look(&talks, true).await;
    let empty = client.follow(&platform.site.feed_url("lectures")).await;
    let unfollow = "mutation($id: ID!) { playlistUnfollow(input: { id: $id }) { userErrors { code } } }";
    client.ask(unfollow, json!({ "id": empty })).await;
    client.limit_downloads(3).await;
    let data = platform.data().to_owned();
    let _folder = platform.stop().await;
    let whole = verify(&data, None).unwrap();
    drop(fs::remove_dir_all(golden()));
    copy(&data, &golden());
    let mut bundle = fs::File::create(golden().join("bundle.ndjson")).unwrap();
    export(Source::Folder(&data), .., &mut bundle).unwrap();
    write(&golden().join("verification.json"), &proof(&whole));
}

/// What a server on the folder answers, to where the folder went when it was made.
async fn answers(client: &Client, last: u64) -> Value {
    let mut answers = serde_json::Map::new();
    for (name, question) in QUESTIONS {
        let mut answer = client.ask(question, json!({})).await;
        if name == "events" {
            let events = answer["events"]["events"].as_array_mut().unwrap();
            events.retain(|event| event["position"].as_u64().unwrap() <= last);
        }
        answers.insert(name.to_owned(), answer);
    }
    Value::Object(answers)
}

fn write(path: &Path, value: &Value) {
    fs::write(path, serde_json::to_string_pretty(value).unwrap() + "\n").unwrap();
}

fn read(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// Whether what is golden is made anew: all of it, or what the views come to.
fn is_writing(what: &str) -> bool {
    environment::variable("MEDIARY_GOLDEN").as_deref() == Some(what)
}

/// What a folder was proved to be.
fn proof(whole: &Report) -> Value {
    json!({
        "logId": whole.log_id.to_string(),
        "lastPosition": whole.last_position,
        "headHash": hex(whole.head_hash),
    })
}

/// The end of a folder, as it was kept when it was made.
fn kept(said: &Value) -> Checkpoint {
    let hash = *blake3::Hash::from_hex(said["headHash"].as_str().unwrap()).unwrap().as_bytes();
    Checkpoint { position: said["lastPosition"].as_u64().unwrap(), hash }
}

// invariant: L-17
#[tokio::test(flavor = "multi_thread")]
async fn a_folder_of_format_2_gives_the_answers_that_it_gave() {
    if is_writing("write") {
        make().await;
    }
    let said = read(&golden().join("verification.json"));
    let Checkpoint { position, hash } = kept(&said);
    let kept = Some(Checkpoint { position, hash });

    let alone = tempfile::tempdir().unwrap();
    copy(&golden(), alone.path());
    let offline = verify(alone.path(), kept).unwrap();
    assert_eq!(offline.log_id.to_string(), said["logId"].as_str().unwrap());
    assert_eq!((offline.last_position, offline.head_hash), (position, hash));
    let bundle = verify_bundle(&golden().join("bundle.ndjson"), kept).unwrap();
    assert_eq!((bundle.last_position, bundle.head_hash), (position, hash));

    let platform = Platform::start_with(Box::new(|configuration| copy(&golden(), &configuration.data))).await;
    let mut answers = answers(&platform.client, position).await;
    if is_writing("write") {
        write(&golden().join("answers.json"), &answers);
    }
    let expected = read(&golden().join("answers.json"));
    // Kinds of work that came later have limits, too, and change nothing of the others.
    let known = |kind: &Value| expected["limits"]["limits"]["kinds"].as_array().unwrap().contains(kind);
    answers["limits"]["limits"]["kinds"].as_array_mut().unwrap().retain(known);
    for (name, _) in QUESTIONS {
        assert_eq!(answers[name], expected[name], "{name}");
    }
    // What stands behind the old end is chained to it.
    let data = platform.data().to_owned();
    let _folder = platform.stop().await;
    assert!(verify(&data, kept).unwrap().last_position >= position);
}

/// What the views of this build show of the folder, or of its bundle.
async fn state(original: Original<'_>, last: u64) -> State {
    let folder = tempfile::tempdir().unwrap();
    let replica = folder.path().join("replica");
    replicate(original, &replica).unwrap();
    let log = Log::open(Options::new(&replica)).unwrap();
    let mut views = Replay::new(&log, &folder.path().join("views"), mediary_api::views());
    let state = tokio::task::spawn_blocking(move || views.build(last)).await.unwrap().unwrap();
    log.close().await;
    state
}

fn hex(hash: [u8; 32]) -> String {
    blake3::Hash::from_bytes(hash).to_hex().to_string()
}

// PL-16, must hold 6.
// invariant: V-9
#[tokio::test(flavor = "multi_thread")]
async fn another_build_comes_to_the_same_state_of_a_folder_of_format_2() {
    let last = read(&golden().join("verification.json"))["lastPosition"].as_u64().unwrap();
    let alone = tempfile::tempdir().unwrap();
    copy(&golden(), alone.path());
    let built = state(Original::Folder(alone.path()), last).await;
    assert_eq!(state(Original::Bundle(&golden().join("bundle.ndjson")), last).await, built);
    stands(&built, last, &golden().join("state.json"), is_writing("write"));
}

/// What the views come to is what they came to before; of a folder that is new it is written.
fn stands(built: &State, last: u64, golden: &Path, is_new: bool) {
    let view = |view: &mediary_projections::ViewState| json!({ "name": view.name, "version": view.version, "rowCount": view.rows, "hash": hex(view.hash) });
    let views: Vec<Value> = built.views.iter().map(view).collect();
    let now = json!({ "lastPosition": last, "stateHash": hex(built.hash), "views": views });
    if !is_new {
        // A fold that changed has another version: else a server would go on with rows that nobody builds any more.
        for view in read(golden)["views"].as_array().unwrap() {
            let same =
                |other: &&Value| (&other["name"], &other["version"]) == (&view["name"], &view["version"]);
            if let Some(other) = views.iter().find(same) {
                assert_eq!(other, view, "of the same version");
            }
        }
    }
    if is_new || is_writing("state") {
        write(golden, &now);
    }
    assert_eq!(now, read(golden), "a view has another version: `MEDIARY_GOLDEN=state` renews it");
}
