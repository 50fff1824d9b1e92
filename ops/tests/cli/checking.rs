//! What is looked at again and again.

use std::fs;

use serde_json::json;

use super::harness::Served;

// Issue 10, the command line: an address and a file, and how a look ends.
#[tokio::test(flavor = "multi_thread")]
async fn a_script_has_things_checked_and_ends_by_what_is_found() {
    let served = Served::start().await;
    let added = served.json(&["check", "add", "--url", &served.site.url("/"), "--name", "site"]).await;
    assert_eq!((&added[0]["name"], &added[0]["kind"]), (&json!("site"), &json!("http")));
    let found = served.json(&["check", "run", "site", "--wait"]).await;
    for (field, value) in [
        ("state", json!("OK")),
        ("isPaused", json!(false)),
        ("isLate", json!(false)),
        ("inMaintenance", json!(false)),
        ("isAcknowledged", json!(false)),
    ] {
        assert_eq!(found[field], value, "{field}");
    }
    for field in ["id", "stateSinceAt", "lastRunAt", "nextRunAt", "message"] {
        assert!(found[field].is_string(), "{field}: {found}");
    }

    let file = served.data().join("checks.toml");
    let text = r#"
        [[check]]
        name = "nobody"
        kind = "tcp"
        host = "127.0.0.1"
        port = 1
        every = "1h"
        depends_on = ["site"]

        [[check]]
        name = "gone"
        kind = "command"
        argv = ["/nowhere/check-backup", "--days", "1"]
        every = "5m"
        timeout = "30s"
    "#;
    fs::write(&file, text).unwrap();
    let path = file.to_str().unwrap();
    assert_eq!(served.json(&["check", "add", path]).await.as_array().unwrap().len(), 2);
    served.run(&["check", "run", "nobody", "--wait"]).await.ends_with(1).says(&["refused", "check history"]);
    served.run(&["check", "run", "gone", "--wait"]).await.ends_with(6).says(&["/nowhere/check-backup"]);
    let unknown = served.json(&["check", "list", "--state", "unknown"]).await;
    assert_eq!((unknown.as_array().unwrap().len(), &unknown[0]["reason"]), (1, &json!("COULD_NOT_RUN")));
    assert_eq!(served.json(&["check", "list", "--search", "nowhere"]).await[0]["name"], json!("gone"));
    let turns = served.json(&["check", "history", "nobody", "--since", "1h"]).await;
    assert_eq!(turns[0]["state"], json!("FAILING"));

    let known = served.json(&["check", "acknowledge", "nobody", "--note", "on my way"]).await;
    assert_eq!(known["isAcknowledged"], json!(true));
    assert!(served.json(&["check", "snooze", "nobody", "--for", "2h"]).await["snoozedUntil"].is_string());
    assert!(served.json(&["check", "snooze", "nobody", "--end"]).await["snoozedUntil"].is_null());
    assert_eq!(served.json(&["check", "pause", "site"]).await["isPaused"], json!(true));
    served.run(&["check", "run", "site"]).await.ends_with(3).says(&["check resume"]);
    assert_eq!(served.json(&["check", "resume", "site"]).await["isPaused"], json!(false));
    served.json(&["check", "remove", "gone"]).await;
    served.run(&["check", "show", "gone"]).await.ends_with(5).says(&["mediary check list"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_checked_says_what_to_do() {
    let served = Served::start().await;
    served.run(&["check", "add", "--url", "example.org"]).await.ends_with(2).says(&["tcp://nas:22"]);
    served.run(&["check", "add"]).await.ends_with(2).says(&["FILE"]);
    let file = served.data().join("checks.toml");
    fs::write(&file, "[[check]]\nname = 'a'\nkind = 'pong'\n").unwrap();
    served
        .run(&["check", "add", file.to_str().unwrap()])
        .await
        .ends_with(2)
        .says(&["checks.toml", "one of command"]);
    served
        .run(&["check", "add", "--url", "https://me:secret@example.org/"])
        .await
        .ends_with(3)
        .says(&["secret"]);
    served.json(&["check", "add", "--url", "https://example.org/"]).await;
    let other = ["check", "add", "--url", "https://example.org/x"];
    served.run(&other).await.ends_with(3).says(&["takes the place"]);
    served.json(&[&other[..], &["--replace"]].concat()).await;

    // What reports by itself has an address, which whoever has it may use.
    fs::write(&file, "[[check]]\nname = 'backup'\nkind = 'push'\nevery = '1d'\ngrace = '1h'\n").unwrap();
    served.json(&["check", "add", file.to_str().unwrap()]).await;
    let url = served.json(&["check", "push-url", "backup"]).await["url"].take();
    assert!(url.as_str().unwrap().contains("/ping/"), "{url}");
    served.run(&["check", "push-url", "example.org"]).await.ends_with(5).says(&["kind `push`"]);
    served.run(&["check", "run", "backup"]).await.ends_with(3).says(&["check show"]);
}
