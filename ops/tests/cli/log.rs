//! Reading, proving and exporting the log, with a server and without.

use std::fs;

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use super::harness::{Running, Served, run, within};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_shown_tailed_and_exported_is_the_same() {
    let served = Served::start().await;
    let id = served.add(&served.site.feed_url("talks")).await;
    let shown = served.json(&["log", "show", "--from", "1"]).await;
    let shown = shown.as_array().unwrap();
    let positions: Vec<u64> = shown.iter().map(|event| event["position"].as_u64().unwrap()).collect();
    assert_eq!(positions, (1..=shown.len() as u64).collect::<Vec<u64>>());

    let count = shown.len().to_string();
    let tail = ["log", "tail", "--after", "0", "--count", &count, "--format", "json"];
    let tailed = served.run(&tail).await.ends_with(0);
    let tailed: Vec<Value> = tailed.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(&tailed, shown);

    let of_stream = served.json(&["log", "show", "--stream", &id, "--types", "playlist.entry_added"]).await;
    assert_eq!(of_stream.as_array().unwrap().len(), 6);

    let exported = served.json(&["log", "export", "log.ndjson"]).await;
    assert_eq!(exported["lastPosition"], shown.last().unwrap()["position"]);
    let bundle = fs::read_to_string(served.folder.path().join("log.ndjson")).unwrap();
    assert_eq!(bundle.lines().count(), shown.len() + 1, "a header and a line for each event");
    assert!(!served.folder.path().join("log.ndjson.part").exists());
    served.run(&["log", "export", "log.ndjson"]).await.ends_with(2).says(&["already", "--force"]);
}

// PL-05: whoever follows the log by position misses nothing, whatever becomes of the server meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn a_tail_goes_on_after_a_restart_without_a_gap_or_a_repeat() {
    let mut served = Served::start().await;
    served.add(&served.site.feed_url("talks")).await;
    let before = served.json(&["log", "show", "--from", "1"]).await.as_array().unwrap().len();
    let count = (before + 1).to_string();
    let folder = served.folder.path().to_owned();
    let tail = ["log", "tail", "--after", "0", "--count", &count, "--server", &served.url];
    let mut tail = Running::start(&folder, &[&tail[..], &["--format", "json"]].concat());
    let mut tailed = tail.lines(before).await;
    served.stop().await;
    served.start_again().await;
    // The start itself is an event.
    tailed.extend(tail.lines(1).await);
    assert_eq!(tail.end().await, Some(0));
    let tailed: Vec<Value> = tailed.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    let shown = served.json(&["log", "show", "--from", "1", "--limit", &count]).await;
    assert_eq!(&tailed, shown.as_array().unwrap());
}

// edge C10: it asked four times a second, whether or not there was something to ask for.
#[tokio::test(flavor = "multi_thread")]
async fn a_tail_that_waits_is_rung_for() {
    let served = Served::start().await;
    let tail = ["log", "tail", "--types", "project.created", "--count", "1", "--format", "json"];
    let mut tail = Running::start(served.folder.path(), &tail);
    let listens = async { while !metrics(&served).await.contains("\nmediary_websocket_streams 1\n") {} };
    within(listens).await;
    served.json(&["project", "create", "shelf"]).await;
    let told: Value = serde_json::from_str(&tail.lines(1).await[0]).unwrap();
    assert_eq!(told["kind"], json!("project.created"));
    assert_eq!(tail.end().await, Some(0));
}

/// What the server says of itself.
#[expect(clippy::unwrap_used, reason = "only test functions may by themselves (rust-clippy issue 13981)")]
async fn metrics(served: &Served) -> String {
    let token = fs::read_to_string(served.data().join("local.token")).unwrap();
    let mut stream = TcpStream::connect(served.url.strip_prefix("http://").unwrap()).await.unwrap();
    let asked = format!(
        "GET /metrics HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {}\r\nconnection: close\r\n\r\n",
        token.trim()
    );
    stream.write_all(asked.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

// PL-82: the proof works with the server that has the folder, without it, and on a bundle alone.
#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_proved_with_a_server_and_without() {
    let mut served = Served::start().await;
    served.add(&served.site.feed_url("talks")).await;
    let verify = ["log", "verify", "--data", "data"];
    let live = served.json(&verify).await;
    assert_eq!((&live["isWhole"], &live["firstPosition"]), (&json!(true), &json!(1)));
    served.stop().await;

    let offline = served.json(&verify).await;
    assert!(offline["lastPosition"].as_u64() >= live["lastPosition"].as_u64());
    let checkpoint = format!("{}:{}", live["lastPosition"], live["headHash"].as_str().unwrap());
    served.json(&[&verify[..], &["--checkpoint", &checkpoint]].concat()).await;

    let exported = served.json(&["log", "export", "offline.ndjson", "--data", "data"]).await;
    assert_eq!(exported["headHash"], offline["headHash"]);
    let bundle = served.json(&["log", "verify", "--bundle", "offline.ndjson"]).await;
    assert_eq!(bundle["headHash"], offline["headHash"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn damage_ends_with_1_and_names_the_position() {
    let mut served = Served::start().await;
    served.add(&served.site.feed_url("talks")).await;
    served.stop().await;
    served.json(&["log", "export", "log.ndjson", "--data", "data"]).await;
    let bundle = served.folder.path().join("log.ndjson");
    let text = fs::read_to_string(&bundle).unwrap();

    // A line that is gone is a hole in the chain.
    let holed: Vec<&str> =
        text.lines().enumerate().filter(|(line, _)| *line != 3).map(|(_, text)| text).collect();
    fs::write(&bundle, holed.join("\n")).unwrap();
    let ran =
        run(served.folder.path(), &["--format", "json", "log", "verify", "--bundle", "log.ndjson"]).await;
    let ran = ran.ends_with(1);
    assert_eq!(ran.json()["isWhole"], json!(false));
    assert_eq!(ran.json()["badPosition"], json!(3));
    ran.says(&["first bad position 3", "help:"]);

    // So is another history than the one that a checkpoint was taken from.
    fs::write(&bundle, &text).unwrap();
    let checkpoint = format!("2:{}", "0".repeat(64));
    let arguments = ["log", "verify", "--bundle", "log.ndjson", "--checkpoint", &checkpoint];
    run(served.folder.path(), &arguments).await.ends_with(1).says(&["LOG_CHECKPOINT_MISSED"]);
}

// audit D9.
#[tokio::test(flavor = "multi_thread")]
async fn events_are_taken_out_of_a_file_that_can_no_longer_be_opened() {
    let mut served = Served::start().await;
    served.add(&served.site.feed_url("talks")).await;
    served.stop().await;
    let whole = served.json(&["log", "export", "whole.ndjson", "--data", "data"]).await;
    let file = served.folder.path().join("data/log/00000000000000000001.redb");
    let mut bytes = fs::read(&file).unwrap();
    // The storage's own trees, in both of its commit slots.
    for slot in [64, 192] {
        bytes[slot + 40..slot + 48].fill(0xff);
        bytes[slot + 112] ^= 1;
    }
    fs::write(&file, bytes).unwrap();

    let arguments = ["log", "export", "no.ndjson", "--data", "data"];
    run(served.folder.path(), &arguments).await.ends_with(1).says(&["--salvage"]);
    let saved = served.json(&["log", "export", "saved.ndjson", "--salvage", "--data", "data"]).await;
    assert_eq!((&saved["headHash"], &saved["lostCount"]), (&whole["headHash"], &json!(0)));
    let read = |name| fs::read(served.folder.path().join(name)).unwrap();
    assert!(read("saved.ndjson") == read("whole.ndjson"));
}
