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
                if !answers {
                    held.lock().unwrap().push('\n');
                    silent.push(connection);
                    continue;
                }
                let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
                connection.write_all(answer).await.unwrap();
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

/// What is told, once so much is.
async fn told(served: &Served, count: usize) -> Vec<Value> {
    let waiting = async {
        loop {
            let told = served.json(&["notification", "list"]).await;
            let told = told.as_array().unwrap().clone();
            if told.len() == count {
                return told;
            }
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.unwrap()
}

// Issue 8.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_told_is_listed_dismissed_and_ruled() {
    let served = Served::start().await;
    served.add(&served.site.list_url("talks")).await;
    let found = told(&served, 1).await;
    assert_eq!((&found[0]["title"], &found[0]["severity"]), (&json!("Sample talks: 6 new"), &json!("INFO")));
    let shown = served.run(&["notification", "list"]).await.ends_with(0).stdout;
    assert!(shown.contains("Sample talks: 6 new"), "{shown}");
    served.run(&["notification", "dismiss"]).await.ends_with(2);
    served.run(&["notification", "dismiss", "no such thing"]).await.ends_with(5);
    let planned = served.run(&["notification", "dismiss", "--all", "--dry-run", "--format", "json"]).await;
    assert_eq!(planned.ends_with(0).json()["events"][0]["kind"], "notification.all_dismissed");
    served.run(&["notification", "dismiss", "Sample talks: 6 new"]).await.ends_with(0);
    told(&served, 0).await;
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
        (&["--on", "playlist.unfollowed", "--title", "x", "--when", "x"], 2),
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
        "title": "[home] {{ title }}", "body": null }]);
    assert_eq!(added, expected);
    add(&[], &address).await.ends_with(3).says(&["NOTIFICATION_CHANNEL_EXISTS"]);
    assert_eq!(served.json(&["notification", "channel", "list"]).await, expected);

    let tested = served.json(&["notification", "channel", "test", "hook"]).await;
    assert_eq!((&tested[0]["state"], &tested[0]["tries"]), (&json!("SENT"), &json!(1)), "{tested}");
    served.add(&served.site.list_url("talks")).await;
    told(&served, 1).await;
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
