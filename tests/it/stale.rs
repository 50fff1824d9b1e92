//! Answers while an older version of a view serves, over one view more than the server has: none of its own is read from an
//! older version now.

#![expect(clippy::unwrap_used, reason = "helpers of a test; the setting for tests does not reach them")]

use std::path::Path;

use futures::StreamExt as _;
use mediary_benches::subscription::Edge;
use mediary_events::{Concern as _, Recorded, project::Project};
use mediary_log::{
    NewEvent, Read, Schema, StreamId,
    gate::{Gate, Options},
    testing::{append_raw, gate, person},
    work::REGISTRY,
};
use mediary_projections::{
    ViewKind,
    view::{ApplyError, View},
};
use mediary_schema::account::Role;
use mediary_tests::{Platform, run_binary};
use rusqlite::Transaction;
use serde_json::{Value, json};
use uuid::Uuid;

/// How many projects were made, in the program of a year.
#[derive(Default)]
struct Made<const VERSION: u32>;

impl<const VERSION: u32> View for Made<VERSION> {
    const NAME: &'static str = "made";
    const VERSION: u32 = VERSION;
    const SERVES_FROM: u32 = 1;
    const TABLES: &'static str = "CREATE TABLE made (key INTEGER PRIMARY KEY, project BLOB NOT NULL, changed_at INTEGER NOT NULL) STRICT;";
    const INDEXES: &'static str = "CREATE INDEX made_changed ON made (project, changed_at);";
    const CONCERNS: &'static [&'static str] = &[Project::NAME];

    fn apply(&mut self, file: &Transaction<'_>, recorded: &Recorded) -> Result<(), ApplyError> {
        let (position, project) = (recorded.position() as i64, *recorded.envelope.project.uuid().as_bytes());
        file.execute("INSERT INTO made VALUES (?1, ?2, ?1)", (position, project))?;
        Ok(())
    }

    fn write(&mut self, _: &Transaction<'_>) -> Result<(), ApplyError> {
        Ok(())
    }
}

async fn make(gate: &Gate, number: u128) {
    let name = format!("number {number}");
    let command = REGISTRY.command("project.create", json!({ "name": name })).unwrap();
    gate.ask_command(person(Role::Owner, number), command, Options::default()).await.unwrap();
}

async fn edge<const VERSION: u32>(gate: &Gate, folder: &Path) -> Edge {
    Edge::start_with(gate, folder, [ViewKind::of::<Made<VERSION>>()]).await.unwrap()
}

async fn stop(edge: Edge) {
    tokio::task::spawn_blocking(move || edge.stop()).await.unwrap();
}

const USE: &str = "mutation { viewUse(input: { name: \"made\", version: \"1\" }) { userErrors { code } } }";

// invariant: V-7
#[tokio::test(flavor = "multi_thread")]
async fn every_answer_says_that_an_older_version_serves() {
    let folder = tempfile::tempdir().unwrap();
    let gate = gate(folder.path()).unwrap();
    make(&gate, 1).await;
    let before = edge::<1>(&gate, folder.path()).await;
    let stood_at = gate.log().head().position;
    stop(before).await;
    make(&gate, 2).await;

    let edge = edge::<2>(&gate, folder.path()).await;
    let query = "{ files { nodes { id } } }";
    assert!(edge.answer(query).await.extensions.is_empty(), "the new one is built and serves");
    assert_eq!(edge.ask(USE).await, json!({ "viewUse": { "userErrors": [] } }));
    let behind = gate.log().head().position - stood_at;
    let said = |answer: &async_graphql::Response| answer.extensions.get("staleViews").cloned();
    let expected = |said: Option<async_graphql::Value>| {
        let mut said = said.expect("it is said").into_json().unwrap();
        assert!(said[0]["secondsBehind"].take().is_u64(), "{said}");
        let one = json!({ "name": "made", "version": "1", "position": stood_at, "eventsBehind": behind, "secondsBehind": Value::Null });
        assert_eq!(said, json!([one]));
    };
    expected(said(&edge.answer(query).await));
    let mut items = edge.items("subscription { events(after: 0) { position } }");
    expected(said(&items.next().await.unwrap()));
    assert!(
        edge.answer_stranger(query).await.extensions.is_empty(),
        "whoever shows no token is told nothing"
    );
    drop(items);
    stop(edge).await;
}

// PL-16: what a newer program recorded, and a form that is lifted when it is read, are told before an upgrade.
// invariant: R-4
#[tokio::test(flavor = "multi_thread")]
async fn a_rehearsal_tells_kinds_that_are_unknown_and_forms_that_are_lifted() {
    const FOLLOW: &str =
        "mutation($input: PlaylistFollowInput!) { playlistFollow(input: $input) { userErrors { code } } }";
    let platform = Platform::start().await;
    let (client, log) = (&platform.client, platform.server.log());
    let url = platform.site.feed_url("talks");
    client.follow(&url).await;
    client.ask(FOLLOW, json!({ "input": { "url": url, "keep": "NEW" } })).await;
    let all = log.read(&Read::forward(1).limit(10_000)).unwrap();
    let written = all.iter().find(|event| event.envelope.kind() == "playlist.keeping_changed").unwrap();
    let payload = written.payload.clone().unwrap();
    // The same again, as a program wrote it that knew less; and something that no program of today knows.
    let (stream, older) = (written.envelope.stream.clone(), Schema::new(1, 0));
    assert!(older < written.envelope.schema, "it has an older form");
    let event = |stream, name: &str, schema| NewEvent::new(stream, name.to_owned(), schema, payload.clone());
    let music = StreamId::new("music", Uuid::from_u128(1));
    append_raw(log, vec![event(stream, "keeping_changed", older)]).await;
    let unknown = append_raw(log, vec![event(music, "played", Schema::new(2, 0))]).await;
    let data = platform.data().to_owned();
    let folder = platform.stop().await;

    let rehearsed = run_binary(&data, &["rehearse", "--format", "json"]).await;
    assert_eq!(rehearsed.status.code(), Some(7), "{}", String::from_utf8_lossy(&rehearsed.stderr));
    let rehearsed: Value = serde_json::from_slice(&rehearsed.stdout).unwrap();
    assert_eq!((&rehearsed["isSame"], &rehearsed["liftedCount"]), (&json!(false), &json!(1)), "{rehearsed}");
    let kinds = json!([{ "kind": "music.played 2.0", "count": 1, "firstPosition": unknown.first_position }]);
    assert_eq!(rehearsed["unknownKinds"], kinds);
    drop(folder);
}
