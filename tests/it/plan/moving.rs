//! What is seen of files while a plan moves them.

use std::fs;

use mediary_schema::FileId;
use mediary_tests::{Client, Platform, events_of, until};
use serde_json::json;

use super::{ask, make, state};

async fn verify(client: &Client) {
    let asked = client.ask("mutation { fileVerify(input: {}) { job { id } } }", json!({})).await;
    client.wait_job(asked["fileVerify"]["job"]["id"].as_str().unwrap()).await;
}

async fn delete(client: &Client, file: FileId, ticket: serde_json::Value) -> String {
    let made = make(client, json!({ "deleteFiles": [file.to_string()] })).await;
    let told =
        ask(client, "planApply", "PlanApplyInput", json!({ "id": made["plan"]["id"], "ticket": ticket }))
            .await;
    assert_eq!(told["userErrors"], json!([]), "{told}");
    told["job"]["id"].as_str().unwrap().to_owned()
}

// Between the rename of a file and the record of it, possibly for as long as nobody runs, it is neither gone nor another one: a look
// that fell there once recorded `file.replaced` of what was just taken back.
#[tokio::test(flavor = "multi_thread")]
async fn what_became_of_a_file_that_is_moved_its_mover_says_and_of_one_that_waits_any_look() {
    let platform = Platform::start_with(Box::new(|configuration| configuration.files.look_every_s = 0)).await;
    let client = &platform.client;
    let mut files = Vec::new();
    for number in 0..3_u8 {
        files.push(platform.put_file(&format!("{number}.bin"), &vec![number; 400]).await);
    }
    let limit = async |bytes: u64| {
        const SET: &str =
            "mutation($input: TrashSetInput!) { trashSet(input: $input) { userErrors { code } } }";
        client.ask(SET, json!({ "input": { "limit": { "bytes": bytes } } })).await;
    };
    // An attempt was at the second one, and waits for room; none was at the third one.
    limit(700).await;
    client.wait_job(&delete(client, files[0], json!({})).await).await;
    let begun = delete(client, files[1], json!({})).await;
    until("it was tried", || async {
        const JOB: &str = "query($id: ID!) { job(id: $id) { waitsFor { reason } } }";
        let job = client.ask(JOB, json!({ "id": begun })).await;
        (job["job"]["waitsFor"]["reason"] == json!("TRASH_FULL")).then_some(())
    })
    .await;
    delete(client, files[2], json!({ "at": "2099-01-01T00:00:00Z" })).await;

    let away = platform.configuration.data.join("away");
    fs::rename(platform.library("1.bin"), &away).unwrap();
    fs::remove_file(platform.library("2.bin")).unwrap();
    verify(client).await;
    let seen = async |file| state(client, file).await["state"].take();
    assert_eq!((seen(files[1]).await, seen(files[2]).await), (json!("PRESENT"), json!("LOST")));

    fs::rename(&away, platform.library("1.bin")).unwrap();
    limit(1_200).await;
    assert_eq!(client.wait_job(&begun).await["state"], json!("SUCCEEDED"));
    assert_eq!(seen(files[1]).await, json!("TRASHED"));
    let events = client.events_after(0).await;
    assert_eq!(events_of(&events, "file.lost").len(), 1, "{:?}", events_of(&events, "file.lost"));
    platform.stop().await;
}
