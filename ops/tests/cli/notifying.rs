//! What one is told, and by which rules.

#![expect(clippy::unwrap_used, reason = "helpers of a test; the setting for tests does not reach them")]

use serde_json::{Value, json};

use crate::harness::Served;

const PATIENCE: std::time::Duration = std::time::Duration::from_secs(30);

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
