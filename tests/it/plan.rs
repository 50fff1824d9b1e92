//! What would become of files is said, done as it was said, and taken back.

#![expect(clippy::unwrap_used, reason = "helpers of a test; the setting for tests does not reach them")]

mod moving;
mod trash;
mod unfollowing;

use std::{
    fs,
    time::{Duration, SystemTime},
};

use mediary_schema::FileId;
use mediary_tests::{Client, Platform, until};
use serde_json::{Value, json};

const PAYLOAD: &str =
    "plan { id state goal fileCount sizeBytes sparedCount leftCount undoId } job { id } position
    userErrors { code message advice }";

async fn ask(client: &Client, verb: &str, input_of: &str, input: Value) -> Value {
    let document = format!("mutation($input: {input_of}!) {{ {verb}(input: $input) {{ {PAYLOAD} }} }}");
    client.ask(&document, json!({ "input": input })).await[verb].take()
}

async fn make(client: &Client, goal: Value) -> Value {
    ask(client, "planMake", "PlanMakeInput", json!({ "goal": goal })).await
}

async fn apply(client: &Client, plan: &Value) -> Value {
    ask(client, "planApply", "PlanApplyInput", json!({ "id": plan["id"] })).await
}

async fn undo(client: &Client, id: &Value) -> Value {
    ask(client, "planUndo", "PlanUndoInput", json!({ "id": id })).await
}

/// Waits for the job of a payload, and answers the plan as it is then.
async fn done(client: &Client, payload: &Value) -> Value {
    assert_eq!(payload["userErrors"], json!([]), "{payload}");
    let job = client.wait_job(payload["job"]["id"].as_str().unwrap()).await;
    assert_eq!(job["state"], json!("SUCCEEDED"), "{job}");
    let id = payload["plan"]["id"].as_str().unwrap();
    until("the plan shows its end", || async {
        let plan = show(client, id).await;
        (plan["state"] == json!("APPLIED") || plan["state"] == json!("UNDONE")).then_some(plan)
    })
    .await
}

async fn show(client: &Client, id: &str) -> Value {
    const DOCUMENT: &str = "query($id: ID!) { plan(id: $id) { id state undoId leftCount failure { message }
        playlist { id }
        files(first: 100) { nodes { fileId touch reason path blake3 version rootId root { id } } } } }";
    client.ask(DOCUMENT, json!({ "id": id })).await["plan"].take()
}

async fn state(client: &Client, file: FileId) -> Value {
    let document =
        "query($id: ID!) { file(id: $id) { state keptUntil planId plan { id goal } replacedBy { id } } }";
    client.ask(document, json!({ "id": file.to_string() })).await["file"].take()
}

// PL-13, PL-14.
// invariant: F-19
#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_deleted_as_planned_and_comes_back_byte_for_byte() {
    let platform = Platform::start().await;
    let client = &platform.client;
    let film = platform.put_file("Films/one.bin", b"the first film").await;
    let other = platform.put_file("Films/two.bin", b"the second film").await;
    let planned = make(client, json!({ "deleteFiles": [film.to_string()] })).await;
    let plan = &planned["plan"];
    assert_eq!(
        (&plan["state"], &plan["fileCount"], &plan["sizeBytes"]),
        (&json!("READY"), &json!(1), &json!(14))
    );
    assert_eq!((&planned["job"], &plan["undoId"]), (&Value::Null, &Value::Null));
    let shown = show(client, plan["id"].as_str().unwrap()).await;
    let hash = blake3::hash(b"the first film").to_hex().to_string();
    let step = &shown["files"]["nodes"][0];
    assert_eq!((&step["root"]["id"], &shown["playlist"]), (&step["rootId"], &Value::Null));
    assert!(step["rootId"].is_string(), "{step}");
    assert_eq!((&step["path"], &step["blake3"]), (&json!("Films/one.bin"), &json!(hash)));
    assert_eq!((&step["touch"], &step["version"]), (&json!("PLANNED"), &json!(1)));
    assert!(platform.library("Films/one.bin").exists(), "nothing is touched by a plan");

    let applied = done(client, &apply(client, plan).await).await;
    assert_eq!((&applied["state"], &applied["leftCount"]), (&json!("APPLIED"), &json!(0)));
    assert!(!platform.library("Films/one.bin").exists() && platform.library("Films/two.bin").exists());
    let trashed = state(client, film).await;
    assert_eq!((&trashed["state"], &trashed["planId"]), (&json!("TRASHED"), &plan["id"]));
    let edge = json!({ "id": plan["id"], "goal": "DELETE_FILES" });
    assert_eq!((&trashed["plan"], &trashed["replacedBy"]), (&edge, &Value::Null));
    let until: mediary_schema::Timestamp = trashed["keptUntil"].as_str().unwrap().parse().unwrap();
    assert!(until.since(mediary_schema::Clock::system().now()) > Duration::from_hours(13 * 24));
    assert_eq!(state(client, other).await["state"], json!("PRESENT"));
    // Done once is done once.
    assert_eq!(done(client, &apply(client, plan).await).await["state"], json!("APPLIED"));

    let undone = done(client, &undo(client, &applied["undoId"]).await).await;
    assert_eq!(undone["state"], json!("UNDONE"));
    assert_eq!(fs::read(platform.library("Films/one.bin")).unwrap(), b"the first film");
    assert_eq!(state(client, film).await["state"], json!("PRESENT"));
    let refused = apply(client, plan).await;
    assert_eq!(refused["userErrors"][0]["code"], json!("PLAN_UNDONE"));
    let why =
        client.ask("query($id: ID!) { why(id: $id) { sentences } }", json!({ "id": film.to_string() })).await;
    let why = why["why"]["sentences"].to_string();
    assert!(why.contains("out of the trash") && why.contains("taken back"), "{why}");
    platform.stop().await;
}

// A plan whose world moved refuses, and says what moved: whether the log knows it already, or only the disk.
// invariant: F-19
#[tokio::test(flavor = "multi_thread")]
async fn a_plan_whose_world_moved_touches_nothing() {
    let platform = Platform::start_with(Box::new(|configuration| configuration.files.look_every_s = 0)).await;
    let client = &platform.client;
    let first = platform.put_file("a/one.bin", b"one").await;
    let second = platform.put_file("a/two.bin", b"two").await;
    let both = json!({ "deleteFiles": [first.to_string(), second.to_string()] });
    let early = make(client, both.clone()).await;
    let plan = early["plan"].clone();

    // On the disk alone.
    let place = platform.library("a/two.bin");
    fs::write(&place, b"two and more").unwrap();
    let payload = apply(client, &plan).await;
    let job = client.wait_job(payload["job"]["id"].as_str().unwrap()).await;
    assert_eq!(job["state"], json!("FAILED"), "{job}");
    let message = job["failure"]["message"].as_str().unwrap();
    assert!(message.contains("nothing was touched: 'a/two.bin' was written"), "{message}");
    assert!(platform.library("a/one.bin").exists());
    until("the plan is stopped", || async {
        let shown = show(client, plan["id"].as_str().unwrap()).await;
        (shown["state"] == json!("STOPPED")).then_some(())
    })
    .await;

    // And once the log knows it.
    client.verify_files(json!({ "ids": [second.to_string()] })).await;
    let refused = apply(client, &plan).await;
    assert_eq!(refused["userErrors"][0]["code"], json!("PLAN_OUTDATED"));
    let message = refused["userErrors"][0]["message"].as_str().unwrap();
    assert!(message.contains(&second.to_string()) && message.contains("changed now"), "{message}");

    // What was changed can be deleted, too, as what it is, and is given back as that.
    let anew = make(client, both).await;
    let applied = done(client, &apply(client, &anew["plan"]).await).await;
    assert_eq!(state(client, second).await["state"], json!("TRASHED"));
    done(client, &undo(client, &applied["undoId"]).await).await;
    assert_eq!(fs::read(&place).unwrap(), b"two and more");
    assert_eq!(state(client, first).await["state"], json!("PRESENT"));
    assert_eq!(state(client, second).await["state"], json!("CHANGED"));
    platform.stop().await;
}

// invariant: F-20
#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_files_are_taken_back_as_one() {
    let platform = Platform::start_with(Box::new(|configuration| configuration.files.look_every_s = 0)).await;
    let client = &platform.client;
    let mut files = Vec::new();
    for number in 0..1_000 {
        let way = format!("{}/{number}.bin", number % 7);
        files.push((platform.put_file(&way, format!("bytes of {number}").as_bytes()).await, way));
    }
    let ids: Vec<String> = files.iter().map(|(file, _)| file.to_string()).collect();
    let made = make(client, json!({ "deleteFiles": ids })).await;
    assert_eq!(made["plan"]["fileCount"], json!(1_000));
    let applied = done(client, &apply(client, &made["plan"]).await).await;
    assert!(platform.library_files().is_empty());
    // Something came into the place of one meanwhile, and another one was restored by hand.
    let (occupied, by_hand) = (&files[3], &files[4]);
    fs::write(platform.library(&occupied.1), b"newcomer").unwrap();
    let restored = make(client, json!({ "restoreFiles": [by_hand.0.to_string()] })).await;
    let restored = done(client, &apply(client, &restored["plan"]).await).await;
    assert_eq!(restored["undoId"], Value::Null);
    let undone = done(client, &undo(client, &applied["undoId"]).await).await;
    assert_eq!((&undone["state"], &undone["leftCount"]), (&json!("UNDONE"), &json!(1)));
    for (file, way) in &files {
        let bytes = fs::read(platform.library(way)).unwrap();
        if way == &occupied.1 {
            assert_eq!(bytes, b"newcomer", "nothing is overwritten");
            assert_eq!(state(client, *file).await["state"], json!("TRASHED"), "and nothing is lost");
        } else {
            let number = way.rsplit('/').next().unwrap().trim_end_matches(".bin");
            assert_eq!(bytes, format!("bytes of {number}").as_bytes());
        }
    }
    platform.stop().await;
}

// LI-12: what another list has stays; who deleted a file doesn't get it again with the next wish for all of a list.
// invariant: F-21
#[tokio::test(flavor = "multi_thread")]
async fn a_list_goes_with_the_files_that_are_kept_for_it_alone_and_comes_back_with_them() {
    let platform = Platform::start_with(Box::new(|configuration| configuration.files.look_every_s = 0)).await;
    let client = &platform.client;
    let list = client.follow(&platform.site.list_url("talks")).await;
    client.download(&list, "best").await;
    let single = client.follow(&platform.site.item_url("talks-1")).await;
    let before: Vec<(String, Vec<u8>)> = kept(&platform);
    let made = make(client, json!({ "unfollow": list })).await;
    let plan = &made["plan"];
    assert_eq!((&plan["goal"], &plan["sparedCount"]), (&json!("UNFOLLOW"), &json!(1)), "{made}");
    let shown = show(client, plan["id"].as_str().unwrap()).await;
    let spared =
        shown["files"]["nodes"].as_array().unwrap().iter().find(|file| file["touch"] == json!("SPARED"));
    assert_eq!(spared.unwrap()["reason"], json!(format!("kept for {single}, too")));
    let applied = done(client, &apply(client, plan).await).await;
    assert_eq!(kept(&platform).len(), 1, "what is kept for the single one stays");
    assert_eq!(followed(client).await, [""; 0], "single ones are in no list of lists");

    let undone = done(client, &undo(client, &applied["undoId"]).await).await;
    assert_eq!(undone["leftCount"], json!(0));
    assert_eq!(kept(&platform), before);
    assert_eq!(followed(client).await, std::slice::from_ref(&list));

    // One file of it is deleted by somebody: it is skipped for that, and fetched only if it is asked for again.
    let entries = client.entries(&list).await;
    let (entry, item) = entries.iter().map(|entry| (&entry["id"], &entry["itemId"])).next_back().unwrap();
    let files = client.files().await;
    let file = files.iter().find(|file| &file["itemId"] == item).unwrap()["id"].clone();
    let made = make(client, json!({ "deleteFiles": [file] })).await;
    done(client, &apply(client, &made["plan"]).await).await;
    assert_eq!(client.download(&list, "best").await["jobCount"], json!(0));
    let account = client
        .ask(
            "query($id: ID!) { playlist(id: $id) { account { reasons { standing reason count } } } }",
            json!({ "id": list }),
        )
        .await;
    assert!(account.to_string().contains("deleted"), "{account}");
    let document =
        "mutation($input: DownloadStartInput!) { downloadStart(input: $input) { storyId position } }";
    let again = json!({ "input": { "target": { "entryIds": [entry] }, "again": true } });
    let told = client.ask(document, again).await["downloadStart"].take();
    let story = (told["storyId"].as_str().unwrap().to_owned(), told["position"].as_u64().unwrap());
    assert_eq!(client.wait_story(&story).await["succeededCount"], json!(1));
    platform.stop().await;
}

/// What is in the library, with its bytes.
fn kept(platform: &Platform) -> Vec<(String, Vec<u8>)> {
    let files = platform.library_files().into_iter();
    let mut files: Vec<_> =
        files.map(|path| (path.display().to_string(), fs::read(&path).unwrap())).collect();
    files.sort();
    files
}

async fn followed(client: &Client) -> Vec<String> {
    let data = client.ask("{ playlists(first: 100) { nodes { id } } }", json!({})).await;
    let nodes = data["playlists"]["nodes"].as_array().unwrap().iter();
    nodes.map(|list| list["id"].as_str().unwrap().to_owned()).collect()
}

// What is in the trash is a stranger's to nobody: it is not found, not lost, and not in the way.
#[tokio::test(flavor = "multi_thread")]
async fn a_look_leaves_what_is_in_the_trash_alone() {
    let platform = Platform::start_with(Box::new(|configuration| configuration.files.look_every_s = 1)).await;
    let client = &platform.client;
    let film = platform.put_file("one.bin", b"the first film").await;
    let made = make(client, json!({ "deleteFiles": [film.to_string()] })).await;
    done(client, &apply(client, &made["plan"]).await).await;
    // Another one under its name is another one.
    let newcomer = platform.put_file("one.bin", b"the newcomer").await;
    let moment = SystemTime::UNIX_EPOCH + Duration::from_hours(490_000);
    fs::File::options().write(true).open(platform.library("one.bin")).unwrap().set_modified(moment).unwrap();
    let seen = until("it was looked at", || async {
        let history = client
            .ask("query($id: ID!) { history(id: $id) { kind } }", json!({ "id": newcomer.to_string() }));
        (history.await["history"].as_array().unwrap().len() > 1).then_some(())
    });
    seen.await;
    assert_eq!(state(client, film).await["state"], json!("TRASHED"));
    let platform = platform.restart().await;
    assert_eq!(state(&platform.client, film).await["state"], json!("TRASHED"));
    platform.stop().await;
}
