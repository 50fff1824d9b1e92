//! What one is told, and by which rules.

#![expect(clippy::unwrap_used, reason = "helpers of a test; the setting for tests does not reach them")]

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
    task::JoinSet,
};

use crate::harness::{Served, run, run_reading};

const PATIENCE: std::time::Duration = std::time::Duration::from_secs(30);

/// Takes whatever comes, and says that it did.
pub(crate) struct Sink {
    pub(crate) address: SocketAddr,
    taken: Arc<Mutex<String>>,
    serving: JoinSet<()>,
}

impl Sink {
    pub(crate) async fn start() -> Self {
        Self::start_with(true).await
    }

    /// One that may take it, and say nothing.
    async fn start_with(answers: bool) -> Self {
        Self::answering(answers.then_some("200 OK")).await
    }

    /// One that answers so, or nothing.
    async fn answering(status: Option<&'static str>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, taken) = (listener.local_addr().unwrap(), Arc::new(Mutex::new(String::new())));
        let held = Arc::clone(&taken);
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            let mut silent = Vec::new();
            while let Ok((mut connection, _)) = listener.accept().await {
                let mut bytes = vec![0; 64 << 10];
                let count = connection.read(&mut bytes).await.unwrap();
                held.lock().unwrap().push_str(&String::from_utf8_lossy(&bytes[..count]));
                let Some(status) = status else {
                    held.lock().unwrap().push('\n');
                    silent.push(connection);
                    continue;
                };
                let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                connection.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        Self { address, taken, serving }
    }

    /// All that came.
    pub(crate) fn taken(&self) -> String {
        self.taken.lock().unwrap().clone()
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.serving.abort_all();
    }
}

/// What is told, once it is exactly this, what was said last first.
async fn told(served: &Served, titles: &[&str]) -> Vec<Value> {
    let waiting = async {
        loop {
            let told = served.json(&["notification", "list"]).await;
            let told = told.as_array().unwrap().clone();
            if told.iter().map(|notice| notice["title"].as_str().unwrap()).eq(titles.iter().copied()) {
                return told;
            }
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.unwrap_or_else(|_| panic!("{titles:?} is not told"))
}

/// The titles of all that was ever told, in order.
async fn raised(served: &Served) -> Vec<String> {
    let raised = served.json(&["log", "show", "--from", "1", "--types", "notification.raised"]).await;
    let title = |event: &Value| event["payload"]["notice"]["title"].as_str().unwrap().to_owned();
    raised.as_array().unwrap().iter().map(title).collect()
}

async fn add_channel(served: &Served, name: &str, address: &str, flags: &[&str]) {
    let verb = ["notification", "channel", "add", name, "--stdin", "--format", "json"];
    run_reading(served.folder.path(), &[&verb, flags].concat(), address).await.ends_with(0);
}

// Issue 8.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_told_is_listed_dismissed_and_ruled() {
    let served = Served::start().await;
    served.add(&served.site.list_url("talks")).await;
    let found = told(&served, &["Sample talks: 6 new"]).await;
    assert_eq!((&found[0]["severity"], &found[0]["isRead"]), (&json!("INFO"), &json!(false)));
    // UI-06: that it began was told, too, in the same place.
    let [began, ended] = &raised(&served).await[..] else { panic!("{:?}", raised(&served).await) };
    assert!(began.ends_with(" is being listed") && ended == "Sample talks: 6 new", "{began}, {ended}");
    let groups = served.json(&["notification", "groups"]).await;
    assert_eq!((&groups[0]["rule"], &groups[0]["count"]), (&json!("listing-new"), &json!(1)), "{groups}");
    served.run(&["notification", "read", "Sample talks: 6 new"]).await.ends_with(0);
    let read = served.json(&["notification", "list"]).await;
    assert_eq!(read[0]["isRead"], json!(true), "{read}");
    let shown = served.run(&["notification", "list"]).await.ends_with(0).stdout;
    assert!(shown.contains("Sample talks: 6 new"), "{shown}");
    served.run(&["notification", "dismiss"]).await.ends_with(2);
    served.run(&["notification", "dismiss", "no such thing"]).await.ends_with(5);
    let planned = served.run(&["notification", "dismiss", "--all", "--dry-run", "--format", "json"]).await;
    assert_eq!(planned.ends_with(0).json()["events"][0]["kind"], "notification.all_dismissed");
    served.run(&["notification", "dismiss", "Sample talks: 6 new"]).await.ends_with(0);
    told(&served, &[]).await;
    assert_eq!(served.json(&["notification", "list", "--all"]).await.as_array().unwrap().len(), 1);

    let tested = ["notification", "rule", "backtest", "listing-new", "--format", "json"];
    let tested = served.run(&tested).await.ends_with(0).json();
    assert_eq!((&tested["eventCount"], &tested["raisedCount"]), (&json!(1), &json!(1)), "{tested}");
    let add = [
        "notification",
        "rule",
        "add",
        "many",
        "--on",
        "playlist.refresh_completed",
        "--when",
        "counts.added>5",
        "--title",
        "{{ it }}",
        "--topic",
        "many",
        "--severity",
        "warning",
    ];
    let added = served.run(&add).await.ends_with(0).stdout;
    assert!(added.contains("counts.added>5"), "{added}");
    let tested = [
        "notification",
        "rule",
        "backtest",
        "--on",
        "playlist.refresh_completed",
        "--when",
        "counts.added>6",
        "--format",
        "json",
    ];
    let tested = served.run(&tested).await.ends_with(0).json();
    assert_eq!((&tested["eventCount"], &tested["raisedCount"]), (&json!(1), &json!(0)), "{tested}");
    let wrong: [(&[&str], i32); 4] = [
        (&["--on", "playlist.refresh_completed"], 2),
        (&["--on", "playlist.exploded", "--resolve"], 3),
        (&["--on", "playlist.unfollowed", "--title", "{{ it"], 3),
        (&["--on", "playlist.unfollowed", "--title", "x", "--when", "x y"], 2),
    ];
    for (rest, code) in wrong {
        served.run(&[&["notification", "rule", "add", "x"], rest].concat()).await.ends_with(code);
    }
    served.run(&["notification", "rule", "remove", "many"]).await.ends_with(0);
    served.run(&["notification", "rule", "remove", "download-done"]).await.ends_with(0);
    let rules = served.json(&["notification", "rule", "list"]).await;
    let names: Vec<&str> =
        rules.as_array().unwrap().iter().map(|rule| rule["name"].as_str().unwrap()).collect();
    assert!(!names.contains(&"many") && !names.contains(&"download-done"), "{names:?}");
    served.run(&["notification", "rule", "remove", "nothing"]).await.ends_with(5);
}

// Issue 8: a channel with its test button, and what a notice becomes there.
#[tokio::test(flavor = "multi_thread")]
async fn a_channel_is_added_tested_used_and_removed() {
    let served = Served::start().await;
    let sink = Sink::start().await;
    let address = format!("json://{}/in?secret=key", sink.address);
    let add = async |flags: &[&str], address: &str| {
        let verb = ["notification", "channel", "add", "hook", "--stdin", "--format", "json"];
        run_reading(served.folder.path(), &[&verb, flags].concat(), address).await
    };
    add(&["--quiet", "22-7"], &address).await.ends_with(2);
    add(&["--title", "{{ title"], &address).await.ends_with(3).says(&["NOTIFICATION_BAD_CHANNEL"]);
    add(&[], "ftp://a.example/x").await.ends_with(3).says(&["NOTIFICATION_BAD_CHANNEL"]);
    let planned = add(&["--dry-run"], &address).await.ends_with(0).json();
    assert_eq!(planned["events"][0]["kind"], "notification.channel_added", "{planned}");
    assert_eq!(served.json(&["notification", "channel", "list"]).await, json!([]));
    let added = add(&["--from", "info", "--title", "[home] {{ title }}"], &format!("{address}\n"))
        .await
        .ends_with(0)
        .json();
    let expected = json!([{ "name": "hook", "service": "WEBHOOK", "host": "127.0.0.1", "from": "INFO", "quiet": null,
        "title": "[home] {{ title }}", "body": null, "isPaused": false }]);
    assert_eq!(added, expected);
    add(&[], &address).await.ends_with(3).says(&["NOTIFICATION_CHANNEL_EXISTS"]);
    // A program that was to say the address and failed says nothing, and the channel is not taken for changed.
    add(&["--replace"], "").await.ends_with(3).says(&["NOTIFICATION_BAD_CHANNEL"]);
    assert_eq!(served.json(&["notification", "channel", "list"]).await, expected);

    let paused = served.json(&["notification", "channel", "pause", "hook"]).await;
    assert_eq!(paused[0]["isPaused"], true, "{paused}");
    let refused = served.run(&["notification", "channel", "test", "hook"]).await;
    refused.ends_with(3).says(&["NOTIFICATION_CHANNEL_PAUSED", "resume"]);
    let resumed = served.json(&["notification", "channel", "resume", "hook"]).await;
    assert_eq!(resumed, expected);

    let tested = served.json(&["notification", "channel", "test", "hook"]).await;
    assert_eq!((&tested[0]["state"], &tested[0]["tries"]), (&json!("SENT"), &json!(1)), "{tested}");
    served.add(&served.site.list_url("talks")).await;
    told(&served, &["Sample talks: 6 new"]).await;
    let waiting = async {
        while !sink.taken().contains("[home] Sample talks: 6 new") {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.unwrap();

    // Where nobody is, it says so, and loses nothing.
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    add(&["--replace"], &format!("json://{nobody}/in")).await.ends_with(0);
    served.run(&["notification", "channel", "test", "hook"]).await.ends_with(1).says(&["refused"]);
    let waiting = served.json(&["notification", "outbox", "list", "--state", "queued"]).await;
    let id = waiting[0]["id"].as_str().unwrap();
    served.run(&["notification", "outbox", "retry", id]).await.ends_with(0);
    served.run(&["notification", "channel", "remove", "hook"]).await.ends_with(0);
    assert_eq!(served.json(&["secret", "list"]).await, json!([]), "its address is destroyed");
    served.run(&["notification", "channel", "test", "hook"]).await.ends_with(5);
}

// Issue 8, must hold 4: killed between sending and recording, it is unsure, and never silently sent twice.
// invariant: N-5
#[tokio::test(flavor = "multi_thread")]
async fn what_was_being_sent_when_the_server_was_killed_is_unsure() {
    let mut served = Served::start().await;
    let sink = Sink::start_with(false).await;
    let address = format!("json://{}/in", sink.address);
    let add = ["notification", "channel", "add", "hook", "--stdin"];
    run_reading(served.folder.path(), &add, &address).await.ends_with(0);
    let data = served.folder.path().to_owned();
    let mut testing = JoinSet::new();
    testing.spawn(async move { run(&data, &["notification", "channel", "test", "hook"]).await });
    let waiting = async {
        while sink.taken().is_empty() {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.unwrap();
    served.kill().await;
    testing.abort_all();
    served.start_again().await;
    let unsure = ["notification", "outbox", "list", "--state", "unsure"];
    served.until(&unsure, |found| found.as_array().unwrap().len() == 1).await;
    served.stop().await;
    served.start_again().await;
    assert_eq!(served.json(&unsure).await.as_array().unwrap().len(), 1);
    assert_eq!(sink.taken().matches("POST /in").count(), 1, "it was sent once: {}", sink.taken());
}

// CH-11: a channel that takes nothing is told by the others, once, and never by messages about messages; and that it is over.
// invariant: N-7
#[tokio::test(flavor = "multi_thread")]
async fn a_dead_channel_is_told_by_the_others_and_has_no_end_without_one() {
    let served = Served::start().await;
    let (dead, other) =
        (Sink::answering(Some("400 Bad Request")).await, Sink::answering(Some("404 Not Found")).await);
    add_channel(&served, "dead", &format!("json://{}/in", dead.address), &[]).await;
    add_channel(&served, "other", &format!("json://{}/in", other.address), &[]).await;
    served.run(&["notification", "channel", "test", "dead"]).await.ends_with(1);
    told(&served, &["The channel dead does not take what is sent"]).await;
    let failed = ["notification", "outbox", "list", "--state", "failed"];
    let found = served.until(&failed, |found| found.as_array().unwrap().len() == 2).await;
    assert_eq!((&found[0]["channel"], &found[1]["channel"]), (&json!("other"), &json!("dead")), "{found}");
    // The other one is as dead, and nothing more follows from that, nor from the next message that is not taken.
    served.run(&["notification", "channel", "test", "dead"]).await.ends_with(1);
    served.until(&failed, |found| found.as_array().unwrap().len() == 3).await;
    told(&served, &["The channel dead does not take what is sent"]).await;

    // It takes again what it did not take, and the notice is over.
    let alive = Sink::start().await;
    add_channel(&served, "dead", &format!("json://{}/in", alive.address), &["--replace"]).await;
    served.run(&["notification", "outbox", "retry", "--all", "--channel", "dead"]).await.ends_with(0);
    told(&served, &[]).await;
    served.until(&failed, |found| found.as_array().unwrap().len() == 1).await;
    assert_eq!(alive.taken().matches("POST").count(), 2, "{}", alive.taken());
    // What was heard by now came after both failures.
    let counts = (dead.taken().matches("POST").count(), other.taken().matches("POST").count());
    assert_eq!(counts, (2, 1));
}

// CH-11: what not everybody may read has rules by those who may, and what is told of it has no names in it.
// invariant: N-8
#[tokio::test(flavor = "multi_thread")]
async fn a_rule_about_what_not_everybody_may_read_is_for_whoever_may_and_tells_no_names() {
    let served = Served::start().await;
    let made = served.json(&["token", "create", "robot-hunter2", "--role", "editor"]).await;
    let file = served.folder.path().join("robot.token");
    std::fs::write(&file, made["secret"].as_str().unwrap()).unwrap();
    let add = [
        "notification",
        "rule",
        "add",
        "keys",
        "--on",
        "account.token_issued",
        "--title",
        "{{ event }}: {{ name }}",
    ];
    let as_editor = ["--token-file", file.to_str().unwrap()];
    served.run(&[&add[..], &as_editor].concat()).await.ends_with(4);
    served.run(&add).await.ends_with(0);
    served.json(&["token", "create", "other-hunter2", "--role", "viewer"]).await;
    let found = told(&served, &["account.token_issued:"]).await;
    assert!(!found[0].to_string().contains("hunter2"), "{found:?}");
    let add = ["notification", "rule", "add", "mine", "--on", "collection.created", "--title", "x"];
    served.run(&add).await.ends_with(3).says(&["NOTIFICATION_BAD_RULE"]);
}
