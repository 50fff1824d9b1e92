//! What the log says, built again apart from the server.

use std::{collections::BTreeMap, fs, os::unix::fs::PermissionsExt as _, path::Path, time::SystemTime};

use rusqlite::Connection;
use serde_json::{Value, json};

use super::harness::{Served, run, run_with};

/// Every file below a folder: its bytes, and when it was written.
#[expect(clippy::unwrap_used, reason = "only test functions may by themselves (rust-clippy issue 13981)")]
fn files(folder: &Path) -> BTreeMap<String, (u64, SystemTime, blake3::Hash)> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            found.extend(files(&entry.path()));
        } else {
            let (bytes, about) = (fs::read(entry.path()).unwrap(), entry.metadata().unwrap());
            let what = (about.len(), about.modified().unwrap(), blake3::hash(&bytes));
            found.insert(entry.path().display().to_string(), what);
        }
    }
    found
}

// PL-16.
// invariant: V-9
#[tokio::test(flavor = "multi_thread")]
async fn two_replays_of_one_log_are_one_hash_wherever_it_comes_from() {
    let mut served = Served::start().await;
    served.add(&served.site.feed_url("talks")).await;
    let live = served.json(&["replay", "--data", "data"]).await;
    let until = live["lastPosition"].to_string();
    let same = |other: &Value| {
        for field in ["logId", "lastPosition", "headHash", "stateHash", "views"] {
            assert_eq!(other[field], live[field], "{field}");
        }
    };
    let views: Vec<&str> =
        live["views"].as_array().unwrap().iter().map(|view| view["name"].as_str().unwrap()).collect();
    let served_views = served.json(&["view", "list"]).await;
    let mut those_of_the_server: Vec<&str> =
        served_views.as_array().unwrap().iter().map(|view| view["name"].as_str().unwrap()).collect();
    those_of_the_server.sort_unstable();
    assert!(those_of_the_server.contains(&"playlist"), "{those_of_the_server:?}");
    assert_eq!(views, those_of_the_server, "every view of a server, by name");
    assert!(live["views"].as_array().unwrap().iter().all(|view| view["version"].is_u64()));
    // PL-16: a hash per checkpoint without being asked for, at round positions and at the end.
    let points = live["checkpoints"].as_array().unwrap();
    assert!((2..=11).contains(&points.len()), "{live}");
    let (first, last) = (&points[0], &points[points.len() - 1]);
    assert_eq!((&last["position"], &last["stateHash"]), (&live["lastPosition"], &live["stateHash"]));
    served.stop().await;

    // Without a server, where nothing is left of what is made anew, where nothing may be started, and without a trace.
    for derived in ["index", "views", "snapshots"] {
        fs::remove_dir_all(served.data().join(derived)).unwrap();
    }
    let before = files(&served.data());
    let arguments = ["replay", "--data", "data", "--until", &until, "--format", "json"];
    let ran = run_with(served.folder.path(), &arguments, &[("PATH", "/nowhere")]).await.ends_with(0);
    same(&ran.json());
    assert_eq!(ran.json()["checkpoints"], live["checkpoints"]);
    let until_first = first["position"].to_string();
    let arguments = ["replay", "--data", "data", "--until", &until_first];
    assert_eq!(served.json(&arguments).await["stateHash"], first["stateHash"]);
    assert_eq!(files(&served.data()), before);

    served.json(&["log", "export", "log.ndjson", "--data", "data", "--to", &until]).await;
    let steps = served.json(&["replay", "--bundle", "log.ndjson", "--every", "5"]).await;
    same(&steps);
    let checkpoints = steps["checkpoints"].as_array().unwrap();
    assert_eq!(checkpoints.len() as u64, live["lastPosition"].as_u64().unwrap().div_ceil(5));
    assert_eq!(checkpoints.last().unwrap()["stateHash"], live["stateHash"]);
    let fifth = served.json(&["replay", "--bundle", "log.ndjson", "--until", "5"]).await;
    assert_eq!(fifth["stateHash"], checkpoints[0]["stateHash"]);
    assert_ne!(fifth["stateHash"], live["stateHash"]);
    let nothing = served.json(&["replay", "--bundle", "log.ndjson", "--until", "2000-01-01"]).await;
    assert_eq!(nothing["lastPosition"], json!(0));
    assert!(nothing["views"].as_array().unwrap().iter().any(|view| view["rowCount"] == json!(0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_auditor_asks_in_sql() {
    let mut served = Served::start().await;
    let id = served.add(&served.site.feed_url("talks")).await;
    served.stop().await;
    let arguments = ["replay", "--data", "data", "--sqlite", "audit.sqlite"];
    let replayed = served.json(&arguments).await;
    let file = served.folder.path().join("audit.sqlite");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let asked = Connection::open(&file).unwrap();
    let one = |sql: &str| asked.query_row(sql, [], |row| row.get::<_, String>(0)).unwrap();
    assert_eq!(one("SELECT head_hash FROM record"), replayed["headHash"]);
    assert_eq!(one("SELECT state_hash FROM record"), replayed["stateHash"]);
    assert_eq!(one("SELECT CAST(count(*) AS TEXT) FROM events"), replayed["lastPosition"].to_string());
    let hex = id.strip_prefix("playlist-").unwrap().replace('-', "").to_uppercase();
    assert_eq!(one("SELECT hex(id) FROM playlist"), hex);
    let of_it =
        format!("SELECT payload ->> '$.url' FROM events WHERE stream = '{id}' ORDER BY position LIMIT 1");
    assert_eq!(one(&of_it), served.site.feed_url("talks"));
    let same = "SELECT (SELECT count(*) FROM playlist_entry) = (SELECT count(*) FROM events WHERE kind = 'playlist.entry_added')";
    assert!(asked.query_row(same, [], |row| row.get::<_, bool>(0)).unwrap());
    served.run(&arguments).await.ends_with(2).says(&["already", "--force"]);
    let again = served.json(&[&arguments[..], &["--force"]].concat()).await;
    assert_eq!(again["stateHash"], replayed["stateHash"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_t_be_replayed_says_why() {
    let mut served = Served::start().await;
    served.add(&served.site.feed_url("talks")).await;
    served.stop().await;
    let folder = served.folder.path();
    let ends = async |arguments: &[&str], code: i32, words: &[&str]| {
        run(folder, &[&["replay"], arguments].concat()).await.ends_with(code).says(words);
    };
    ends(&["--data", "data", "--until", "100000"], 3, &["POSITION_BEYOND_HEAD"]).await;
    ends(&["--data", "data", "--bundle", "log.ndjson"], 2, &["two logs"]).await;
    ends(&["--bundle", "none.ndjson"], 74, &["BUNDLE_UNREADABLE"]).await;
    ends(&["--data", "data", "--force"], 2, &["--sqlite"]).await;
    served.json(&["log", "export", "part.ndjson", "--data", "data", "--from", "3"]).await;
    ends(&["--bundle", "part.ndjson"], 3, &["BUNDLE_PARTIAL", "--from 1"]).await;
    served.json(&["log", "export", "log.ndjson", "--data", "data"]).await;
    let text = fs::read_to_string(folder.join("log.ndjson")).unwrap();
    let holed: Vec<&str> =
        text.lines().enumerate().filter(|(line, _)| *line != 3).map(|(_, text)| text).collect();
    fs::write(folder.join("holed.ndjson"), holed.join("\n")).unwrap();
    ends(&["--bundle", "holed.ndjson", "--sqlite", "audit.sqlite"], 1, &["help:"]).await;
    assert!(!folder.join("audit.sqlite").exists());
}
