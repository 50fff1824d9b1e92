//! How long what was deleted can be had back, and how much of it there may be.

use std::time::Duration;

use mediary_schema::{Clock, FileId, Timestamp};
use mediary_tests::{Client, Platform, until};
use serde_json::{Value, json};

use super::{apply, done, make, state, undo};

async fn set(client: &Client, input: Value) -> Value {
    const SET: &str = "mutation($input: TrashSetInput!) { trashSet(input: $input) {
        trash { keepDays limitBytes usedBytes } userErrors { code } } }";
    client.ask(SET, json!({ "input": input })).await["trashSet"].take()
}

async fn delete(client: &Client, file: FileId) -> Value {
    let made = make(client, json!({ "deleteFiles": [file.to_string()] })).await;
    apply(client, &made["plan"]).await
}

async fn kept_until(client: &Client, file: FileId) -> Timestamp {
    state(client, file).await["keptUntil"].as_str().unwrap().parse().unwrap()
}

/// Notices that hold, by their rules.
async fn told(client: &Client) -> Vec<String> {
    const NOTICES: &str =
        "{ notifications(first: 50, filter: { resolved: false }) { nodes { rule title } } }";
    let notices = client.ask(NOTICES, json!({})).await["notifications"]["nodes"].take();
    notices.as_array().unwrap().iter().map(|notice| notice["rule"].as_str().unwrap().to_owned()).collect()
}

// PL-14: a lease that was given is never shortened, whatever is set later.
// invariant: F-22
#[tokio::test(flavor = "multi_thread")]
async fn what_is_set_for_the_trash_holds_for_what_is_deleted_from_then_on() {
    let platform = Platform::start().await;
    let client = &platform.client;
    let first = platform.put_file("one.bin", b"one").await;
    let second = platform.put_file("two.bin", b"two").await;
    for wrong in [json!({ "keepDays": 0 }), json!({ "limit": { "bytes": 0 } })] {
        let refused = set(client, wrong).await;
        assert_eq!(refused["userErrors"][0]["code"], json!("SETTING_TRASH_OUT_OF_RANGE"), "{refused}");
    }
    let told = set(client, json!({ "keepDays": 30 })).await;
    assert_eq!(told["trash"], json!({ "keepDays": 30, "limitBytes": null, "usedBytes": 0 }), "{told}");
    done(client, &delete(client, first).await).await;
    let long = kept_until(client, first).await;
    let days = |count: u64| Duration::from_hours(24 * count);
    assert!(long.since(Clock::system().now()) > days(29));

    set(client, json!({ "keepDays": 1, "limit": { "bytes": 1_000 } })).await;
    done(client, &delete(client, second).await).await;
    let short = kept_until(client, second).await;
    assert!(short.since(Clock::system().now()) < days(2));
    for later in [json!({ "keepDays": 60 }), json!({ "keepDays": 1, "limit": { "bytes": 1 } })] {
        set(client, later).await;
        assert_eq!((kept_until(client, first).await, kept_until(client, second).await), (long, short));
    }
    let platform = platform.restart().await;
    let shown = platform.client.ask("{ trash { keepDays limitBytes usedBytes } }", json!({})).await;
    assert_eq!(shown["trash"], json!({ "keepDays": 1, "limitBytes": 1, "usedBytes": 6 }));
    platform.stop().await;
}

// PL-14: at its limit deleting pauses, says so, and goes on by itself.
// invariant: F-23
#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_into_the_trash_waits_for_room_and_goes_on_by_itself() {
    const JOB: &str = "query($id: ID!) { job(id: $id) { state failure { class message } waitsFor { reason lane message } } }";
    let platform = Platform::start_with(Box::new(|configuration| configuration.files.look_every_s = 0)).await;
    let client = &platform.client;
    let mut files = Vec::new();
    for number in 0..4_u8 {
        files.push(platform.put_file(&format!("{number}.bin"), &vec![number; 400]).await);
    }
    set(client, json!({ "limit": { "bytes": 1_000 } })).await;
    for file in &files[..2] {
        done(client, &delete(client, *file).await).await;
    }
    let waiting = delete(client, files[2]).await;
    let id = waiting["job"]["id"].as_str().unwrap().to_owned();
    let waits = async |client: &Client, id: &str| {
        let (client, id) = (client.clone(), id.to_owned());
        until("it waits for room", || async {
            let job = client.ask(JOB, json!({ "id": id })).await["job"].take();
            (job["waitsFor"]["reason"] == json!("TRASH_FULL")).then_some(job)
        })
        .await
    };
    let job = waits(client, &id).await;
    assert_eq!((&job["state"], &job["waitsFor"]["lane"]), (&json!("QUEUED"), &json!("file_trash")), "{job}");
    assert!(platform.library("2.bin").exists(), "nothing was touched");
    until("it is told", || async { told(client).await.contains(&"trash-full".to_owned()).then_some(()) })
        .await;

    let platform = platform.restart().await;
    let client = &platform.client;
    waits(client, &id).await;
    set(client, json!({ "limit": { "bytes": 1_200 } })).await;
    let job = client.wait_job(&id).await;
    assert_eq!(job["state"], json!("SUCCEEDED"), "{job}");
    until("it is over", || async { told(client).await.is_empty().then_some(()) }).await;

    // Taking back needs no room, and makes some.
    let next = delete(client, files[3]).await;
    let id = next["job"]["id"].as_str().unwrap().to_owned();
    waits(client, &id).await;
    let undo_id = json!(waiting["plan"]["id"].as_str().unwrap().replace("plan-", "undo-"));
    done(client, &undo(client, &undo_id).await).await;
    assert_eq!(client.wait_job(&id).await["state"], json!("SUCCEEDED"));
    assert!(platform.library("2.bin").exists() && !platform.library("3.bin").exists());

    // What is more than there ever can be is no wait.
    set(client, json!({ "limit": { "bytes": 100 } })).await;
    let refused = delete(client, files[2]).await;
    let job = client.wait_job(refused["job"]["id"].as_str().unwrap()).await;
    assert_eq!((&job["state"], &job["failure"]["class"]), (&json!("FAILED"), &json!("trash_full")), "{job}");
    assert!(platform.library("2.bin").exists());
    platform.stop().await;
}
