//! The folders below which files lie: who may name one, and what it means that one is away.

#![expect(clippy::unwrap_used, reason = "helpers of a test; the setting for tests does not reach them")]

use std::{fs, path::Path};

use async_nats::HeaderMap;
use mediary_schema::{FileId, RootId};
use mediary_tests::{Client, Platform, until};
use serde_json::{Value, json};

use crate::nats_command;

async fn add(client: &Client, folder: &Path) -> Value {
    const DOCUMENT: &str = "mutation($input: RootAddInput!) { rootAdd(input: $input) {
        root { id kind name folder standing } userErrors { code } } }";
    let input = json!({ "folder": folder, "kind": "WATCH" });
    client.ask(DOCUMENT, json!({ "input": input })).await["rootAdd"].take()
}

async fn roots(client: &Client) -> Vec<Value> {
    let mut data = client.ask("{ roots { id kind name folder standing } }", json!({})).await;
    data["roots"].take().as_array().unwrap().clone()
}

/// Waits until the roots stand so, in the order in which they were registered.
async fn until_standings(client: &Client, standings: &[&str]) {
    until(&format!("roots are {standings:?}"), || async {
        let found = roots(client).await;
        let found: Vec<&str> = found.iter().map(|root| root["standing"].as_str().unwrap()).collect();
        (found == standings).then_some(())
    })
    .await;
}

/// Waits until exactly this is told of roots.
async fn until_told(client: &Client, titles: &[&str]) {
    let document = "{ notifications(filter: { rule: \"root-away\" }) { nodes { title } } }";
    let expected: Vec<Value> = titles.iter().map(|title| json!({ "title": title })).collect();
    until(&format!("{titles:?} is told"), || async {
        let told = client.ask(document, json!({})).await;
        (told["notifications"]["nodes"] == json!(expected)).then_some(())
    })
    .await;
}

async fn until_state(client: &Client, file_id: FileId, state: &str) {
    until(state, || async {
        let document = "query($id: ID!) { file(id: $id) { state rootId root { id } } }";
        let data = client.ask(document, json!({ "id": file_id.to_string() })).await;
        assert_eq!(data["file"]["root"]["id"], data["file"]["rootId"], "{data}");
        (data["file"]["state"] == json!(state)).then_some(())
    })
    .await;
}

async fn token(owner: &Client, role: &str) -> Client {
    let document = "mutation($input: TokenCreateInput!) { tokenCreate(input: $input) { secret } }";
    let made = owner.ask(document, json!({ "input": { "name": role, "role": role } })).await;
    owner.with_token(made["tokenCreate"]["secret"].as_str().unwrap())
}

// invariant: F-16
#[tokio::test(flavor = "multi_thread")]
async fn a_folder_is_registered_on_the_servers_own_machine_or_within_a_root() {
    let platform = Platform::start().await;
    let client = &platform.client;
    let incoming = platform.data().join("incoming");
    fs::create_dir(&incoming).unwrap();
    let owner = token(client, "OWNER").await;
    let refused = add(&owner, &incoming).await;
    assert_eq!(refused["userErrors"][0]["code"], json!("ROOT_OUTSIDE"), "{refused}");

    let added = add(client, &incoming).await;
    assert_eq!(added["userErrors"], json!([]), "{added}");
    assert_eq!(added["root"]["name"], json!("incoming"));
    assert_eq!(add(client, &incoming).await["root"]["id"], added["root"]["id"], "it is one root");
    until_standings(client, &["THERE", "THERE"]).await;
    let mark = incoming.join(".mediary/known").join(platform.server.log().id().to_string());
    assert!(mark.is_file(), "it is known as a root of this log");

    // Within a root any owner may, but over no link.
    let (inner, link) = (incoming.join("inner"), incoming.join("link"));
    fs::create_dir(&inner).unwrap();
    let elsewhere = platform.data().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, &link).unwrap();
    for folder in [&inner, &link] {
        assert_eq!(add(&owner, folder).await["userErrors"], json!([]));
    }
    let up = add(&owner, &incoming.join("../nats")).await;
    assert_eq!(up["userErrors"][0]["code"], json!("ROOT_BAD_FOLDER"), "{up}");
    until_standings(client, &["THERE", "THERE", "THERE", "AWAY"]).await;

    // Whoever says that a folder is the root is not led over it either.
    let linked = roots(client).await[3]["id"].take();
    let job = client.verify_files(json!({ "rootId": linked, "acceptFolder": true })).await;
    assert_eq!(job["state"], json!("FAILED"), "{job}");
    assert_eq!(fs::read_dir(&elsewhere).unwrap().count(), 0, "nothing is written behind the link");

    let viewer = token(client, "VIEWER").await;
    let seen = roots(&viewer).await;
    assert_eq!(seen[0]["name"], json!("library"));
    assert!(seen.iter().all(|root| root["folder"].is_null()), "paths are the owner's to know: {seen:?}");
    let document = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename ... on Root { name folder } } }";
    let ids: Vec<&Value> = seen.iter().take(2).map(|root| &root["id"]).collect();
    let by_ids = viewer.ask(document, json!({ "ids": ids })).await;
    let shown = |name: &str| json!({ "__typename": "Root", "name": name, "folder": null });
    assert_eq!(by_ids["nodes"], json!([shown("library"), shown("incoming")]));
    // The next start finds all of it as it was.
    let before = platform.server.log().head().position;
    let platform = platform.restart().await;
    until_standings(&platform.client, &["THERE", "THERE", "THERE", "AWAY"]).await;
    let events = platform.client.events_after(before).await;
    assert!(!events.iter().any(|event| event["kind"].as_str().unwrap().starts_with("root.")), "{events:?}");
    platform.stop().await;
}

// Each way in, as an owner who is somewhere else; and a schedule, which would do it as whoever added it.
// invariant: F-16
#[tokio::test(flavor = "multi_thread")]
async fn by_no_way_in_a_folder_outside_the_roots_is_registered_from_elsewhere() {
    const SCHEDULE: &str =
        "mutation($input: ScheduleAddInput!) { scheduleAdd(input: $input) { userErrors { code } } }";
    let platform = nats_command::platform().await;
    let outside = platform.data().join("outside");
    let inside = platform.configuration.library_folder().join("inside");
    for folder in [&outside, &inside] {
        fs::create_dir(folder).unwrap();
    }
    let owner = token(&platform.client, "OWNER").await;
    let refused = add(&owner, &outside).await;
    assert_eq!(refused["userErrors"][0]["code"], json!("ROOT_OUTSIDE"), "{refused}");

    let automation = nats_command::credential(&platform, "automation", "OWNER").await;
    let nats = automation.connect(&platform).await;
    let named = |folder: &Path| json!({ "folder": folder, "kind": "watch" });
    let refused = automation.ask(&nats, "root.add", &named(&outside), HeaderMap::new()).await;
    assert_eq!(refused["user_errors"][0]["code"], json!("ROOT_OUTSIDE"), "{refused}");

    for client in [&owner, &platform.client] {
        let command = json!({ "name": "root.add", "arguments": named(&outside) });
        let input = json!({ "name": "roots", "timing": { "everySeconds": 3600 }, "command": command });
        let refused = client.ask(SCHEDULE, json!({ "input": input })).await;
        assert_eq!(
            refused["scheduleAdd"]["userErrors"][0]["code"],
            json!("SCHEDULE_NOT_ALLOWED"),
            "{refused}"
        );
    }
    assert_eq!(roots(&platform.client).await.len(), 1, "none was registered");

    // Within a root it may be named from anywhere.
    let added = automation.ask(&nats, "root.add", &named(&inside), HeaderMap::new()).await;
    assert_eq!(added["user_errors"], json!([]), "{added}");
    platform.stop().await;
}

/// Records a file of a root, as whoever puts one there will.
async fn record(platform: &Platform, root: RootId, folder: &Path) -> FileId {
    let bytes = b"nobody plays this";
    fs::write(folder.join("a.bin"), bytes).unwrap();
    platform.record_file(root, "a.bin", bytes, None).await
}

// One disk of two is away: what lies on the other is looked at and read, and nothing of the first is lost.
// invariant: F-15
#[tokio::test(flavor = "multi_thread")]
async fn a_root_that_is_away_loses_nothing_and_holds_up_no_other() {
    let platform = Platform::start_with(Box::new(|configuration| configuration.files.look_every_s = 1)).await;
    let client = &platform.client;
    let (folder, aside) = (platform.data().join("second"), platform.data().join("aside"));
    fs::create_dir(&folder).unwrap();
    let added = add(client, &folder).await["root"]["id"].as_str().unwrap().to_owned();
    let root: RootId = added.parse().unwrap();
    until_standings(client, &["THERE", "THERE"]).await;
    let library = platform.configuration.library_folder();
    let (kept, near) =
        (record(&platform, root, &folder).await, record(&platform, RootId::LIBRARY, &library).await);
    until_state(client, kept, "PRESENT").await;

    // As an unmounted disk leaves it.
    fs::rename(&folder, &aside).unwrap();
    fs::create_dir(&folder).unwrap();
    until_standings(client, &["THERE", "AWAY"]).await;
    until_told(client, &["second is not there"]).await;
    fs::remove_file(library.join("a.bin")).unwrap();
    until_state(client, near, "LOST").await;
    let job = client.verify_files(json!({})).await;
    assert!(
        job["failure"]["message"].as_str().unwrap().contains("the root \"second\" is not there"),
        "{job}"
    );
    let job = client.verify_files(json!({ "rootId": RootId::LIBRARY.to_string() })).await;
    assert_eq!(job["state"], json!("SUCCEEDED"), "each root is read by itself: {job}");
    until_state(client, kept, "PRESENT").await;

    fs::remove_dir(&folder).unwrap();
    fs::rename(&aside, &folder).unwrap();
    until_standings(client, &["THERE", "THERE"]).await;
    until_told(client, &[]).await;
    assert_eq!(client.verify_files(json!({ "rootId": added })).await["state"], json!("SUCCEEDED"));
    fs::remove_file(folder.join("a.bin")).unwrap();
    until_state(client, kept, "LOST").await;
    platform.stop().await;
}

// Of two folders one can't be marked, as on a disk that is mounted for reading: what is missed there says nothing, and the other is
// looked at and read as ever.
// invariant: F-15
#[tokio::test(flavor = "multi_thread")]
async fn a_root_that_nobody_may_mark_loses_nothing_and_holds_up_no_other() {
    let platform = Platform::start_with(Box::new(|configuration| configuration.files.look_every_s = 1)).await;
    let client = &platform.client;
    let folder = platform.data().join("second");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join(".mediary"), "in the way").unwrap();
    let root: RootId = add(client, &folder).await["root"]["id"].as_str().unwrap().parse().unwrap();
    until_standings(client, &["THERE", "THERE"]).await;
    let library = platform.configuration.library_folder();
    let (near, far) =
        (record(&platform, RootId::LIBRARY, &library).await, record(&platform, root, &folder).await);
    until_state(client, far, "PRESENT").await;
    let job = client.verify_files(json!({})).await;
    assert_eq!(job["state"], json!("SUCCEEDED"), "{job}");

    // The newest is looked at first: the other one lies behind it.
    for folder in [&folder, &library] {
        fs::remove_file(folder.join("a.bin")).unwrap();
    }
    until_state(client, near, "LOST").await;
    until_state(client, far, "PRESENT").await;
    platform.stop().await;
}
