//! A new program before it takes the place of one that serves.

use std::fs;

use rusqlite::Connection;
use serde_json::{Value, json};

use super::{
    auditing::{allow_writing, files},
    harness::Served,
};

const REHEARSE: [&str; 5] = ["rehearse", "--data", "data", "--format", "json"];

#[expect(clippy::unwrap_used, reason = "only test functions may by themselves (rust-clippy issue 13981)")]
fn view<'a>(rehearsed: &'a Value, name: &str) -> &'a Value {
    rehearsed["views"].as_array().unwrap().iter().find(|view| view["name"] == name).unwrap()
}

// PL-16.
// invariant: V-11
#[tokio::test(flavor = "multi_thread")]
async fn the_same_program_shows_and_does_the_same_while_the_other_serves() {
    let mut served = Served::start().await;
    let id = served.add(&served.site.feed_url("talks")).await;
    served.json(&["download", "start", "--playlist", &id, "--quality", "audio", "--wait"]).await;
    // What belongs to a person is sealed, and shown to him.
    served.json(&["collection", "create", "For the evening"]).await;
    let head = served.json(&["replay", "--data", "data"]).await["lastPosition"].clone();
    let rehearsed = served.run(&REHEARSE).await.ends_with(0).json();
    assert_eq!(rehearsed["isSame"], json!(true), "{rehearsed}");
    assert!(rehearsed["causeCount"].as_u64().unwrap() > 0, "{rehearsed}");
    for view in rehearsed["views"].as_array().unwrap() {
        assert_eq!((&view["shownHash"], &view["isSame"]), (&view["hash"], &json!(true)), "{view}");
    }
    for nothing in ["unknownKinds", "more", "fewer"] {
        assert_eq!(rehearsed[nothing], json!([]), "{nothing}");
    }
    assert_eq!((&rehearsed["cost"]["rebuiltBytes"], &rehearsed["liftedCount"]), (&json!(0), &json!(0)));
    assert!(rehearsed["cost"]["viewBytes"].as_u64().unwrap() > 0);
    // The server knows nothing of it.
    assert_eq!(served.json(&["replay", "--data", "data"]).await["lastPosition"], head);
    served.stop().await;

    // The same without a server, where nobody may write.
    allow_writing(&served.data(), false);
    let before = files(&served.data());
    let alone = served.run(&REHEARSE).await.ends_with(0).json();
    assert_eq!(alone["isSame"], json!(true), "{alone}");
    let ran = served.run(&REHEARSE[..3]).await.ends_with(0);
    assert!(ran.stdout.contains("the same"), "{}", ran.stdout);
    assert_eq!(files(&served.data()), before);
    allow_writing(&served.data(), true);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_server_was_configured_with_is_the_file_that_is_named() {
    let mut served = Served::start().await;
    served.add(&served.site.feed_url("talks")).await;
    served.stop().await;
    let usual = served.folder.path().join("mediary.toml");
    fs::rename(&usual, served.folder.path().join("server.toml")).unwrap();
    fs::write(&usual, "tries_mx = 1\n").unwrap();
    served.run(&REHEARSE).await.ends_with(78).says(&["mediary.toml"]);
    let named = |file| [&REHEARSE[..], &["--config", file]].concat();
    let rehearsed = served.run(&named("server.toml")).await.ends_with(0).json();
    assert_eq!(rehearsed["isSame"], json!(true), "{rehearsed}");
    served.run(&named("none.toml")).await.ends_with(78).says(&["none.toml"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_program_would_show_is_told_and_ends_with_7() {
    let mut served = Served::start().await;
    served.add(&served.site.feed_url("talks")).await;
    served.stop().await;
    let views = served.data().join("views");
    let file = |name: &str| {
        let files = fs::read_dir(&views).unwrap().map(|file| file.unwrap().path());
        let is_of = |path: &std::path::PathBuf| {
            let called = path.file_name().unwrap().to_str().unwrap();
            called.starts_with(&format!("{name}-v")) && called.ends_with(".sqlite")
        };
        files.filter(is_of).max().unwrap()
    };
    // As a program with another fold of the same version would have written it; another version; and none.
    let other = Connection::open(file("playlist")).unwrap();
    other.execute("UPDATE playlist SET title = 'as another program has it'", []).unwrap();
    drop(other);
    let job = file("job").to_str().unwrap().to_owned();
    for (of, to) in [("", ""), ("-wal", "-wal")] {
        fs::rename(format!("{job}{of}"), views.join(format!("job-v1.sqlite{to}"))).unwrap();
    }
    fs::remove_file(file("download")).unwrap();
    let ran = served.run(&REHEARSE).await.ends_with(7);
    ran.says(&["would not show or do the same"]);
    let rehearsed = ran.json();
    assert_eq!(rehearsed["isSame"], json!(false));
    let playlist = view(&rehearsed, "playlist");
    assert_eq!((&playlist["isSame"], &playlist["shownVersion"]), (&json!(false), &playlist["version"]));
    assert_ne!(playlist["shownHash"], playlist["hash"]);
    let job = view(&rehearsed, "job");
    assert_eq!((&job["isSame"], &job["shownVersion"]), (&json!(false), &json!(1)));
    let download = view(&rehearsed, "download");
    assert_eq!((&download["isSame"], &download["shownVersion"]), (&json!(false), &Value::Null));
    assert_eq!(view(&rehearsed, "file")["isSame"], json!(true));
    let rebuilt = job["sizeBytes"].as_u64().unwrap() + download["sizeBytes"].as_u64().unwrap();
    assert_eq!(rehearsed["cost"]["rebuiltBytes"], json!(rebuilt));
}
