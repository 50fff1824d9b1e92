//! Follow, download, look again, explain.

use std::fs;

use mediary::demo::Target;
use serde_json::{Value, json};

use super::{
    auditing::{allow_writing, files},
    harness::{Running, Served, run, run_with},
};

// Issue 2, the command line: each verb of the main job, with JSON in the names of the schema.
#[tokio::test(flavor = "multi_thread")]
async fn a_script_follows_downloads_and_finds_the_files() {
    let served = Served::start().await;
    let playlist = served.json(&["playlist", "follow", &served.site.list_url("videos"), "--wait"]).await;
    assert_eq!(playlist["entryCount"], json!(8));
    assert_eq!(playlist["refreshOutcome"], json!("CHANGED"));
    assert_eq!(playlist["job"]["state"], json!("SUCCEEDED"));
    let id = playlist["id"].as_str().unwrap();

    let listed = served.json(&["playlist", "list"]).await;
    assert_eq!(listed[0]["id"], playlist["id"]);

    let shown = served.json(&["playlist", "show", id]).await;
    let entry = shown["entries"][0]["id"].as_str().unwrap();
    assert_eq!(shown["entries"][0]["download"], Value::Null);
    let started = served.json(&["download", "start", "--entry", entry, "--quality", "720p", "--wait"]).await;
    assert_eq!(started["story"]["succeededCount"], json!(1));
    assert_eq!(started["jobs"][0]["state"], json!("SUCCEEDED"));

    let shown = served.json(&["playlist", "show", id]).await;
    let file = &shown["entries"][0]["download"]["file"];
    let bytes = fs::read(served.data().join("library").join(file["path"].as_str().unwrap())).unwrap();
    assert_eq!(file["sizeBytes"], json!(bytes.len()));
    assert_eq!(file["blake3"], json!(blake3::hash(&bytes).to_hex().as_str()));

    let why = served.json(&["why", file["id"].as_str().unwrap()]).await;
    assert_eq!(why["startedFrom"], json!("CLI"));
    assert!(why["chain"].as_array().unwrap().len() > 1, "{why}");

    let jobs = served.json(&["job", "list", "--state", "succeeded"]).await;
    assert_eq!(jobs.as_array().unwrap().len(), 2);
    let downloads = served.json(&["download", "list"]).await;
    assert_eq!(downloads[0]["state"], json!("KEPT"));
    let start = ["download", "start", "--entry", entry, "--wait", "--quality"];
    let again = served.json(&[&start[..], &["720p"]].concat()).await;
    assert_eq!(again["story"]["jobCount"], json!(0), "what is kept is not fetched twice");
    let sound = served.json(&[&start[..], &["audio"]].concat()).await;
    assert_eq!(sound["story"]["succeededCount"], json!(1), "another wish is not lost (core A29)");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_reads_what_changed() {
    let served = Served::start().await;
    let id = served.add(&served.site.list_url("videos")).await;
    let list = served.site.list("videos");
    list.prepend(1);
    list.rename(1, "Another title").unwrap();
    let ran = served.run(&["playlist", "refresh", &id, "--full", "--wait"]).await.ends_with(0);
    assert!(ran.stdout.contains("1 added, 1 renamed"), "{}", ran.stdout);
    let ran = served.run(&["playlist", "history", &id]).await.ends_with(0);
    for line in ["8 added", "“Quiet orchard 1” to “Another title”", "9 entries seen: 1 added, 1 renamed"]
    {
        assert!(ran.stdout.contains(line), "{line}: {}", ran.stdout);
    }
    let ran = served.run(&["playlist", "show", &id]).await.ends_with(0);
    assert!(ran.stdout.contains("Another title"), "{}", ran.stdout);
    let removed = served.json(&["playlist", "unfollow", &id]).await;
    assert_eq!(removed["followed"], json!(false));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_tools_archive_is_taken_over() {
    let served = Served::start().await;
    let id = served.add(&served.site.list_url("videos")).await;
    let shown = served.json(&["playlist", "show", &id]).await;
    let entry = &shown["entries"][0];
    let line = format!("{} {}", entry["extractor"].as_str().unwrap(), entry["sourceId"].as_str().unwrap());
    let file = served.folder.path().join("archive.txt");
    // blackbox 28: a file that is something else is refused whole, since what is taken over can't be taken back.
    fs::write(&file, format!("{line}\nnonsense\n")).unwrap();
    let refused = served.run(&["download", "archive", "import", "archive.txt"]).await.ends_with(2);
    assert!(refused.stderr.contains("line 2"), "{}", refused.stderr);
    fs::write(&file, format!("{line}\n")).unwrap();
    let imported = served.json(&["download", "archive", "import", "archive.txt"]).await;
    assert_eq!(imported, json!({ "itemCount": 1 }));
    let exported = served.run(&["download", "archive", "export"]).await.ends_with(0);
    assert_eq!(exported.stdout, format!("{line}\n"));
}

// PL-27, as whoever waits sees it: the download goes on after the restart, and so does the waiting.
#[tokio::test(flavor = "multi_thread")]
async fn waiting_outlasts_a_restart_of_the_server() {
    let mut served = Served::start().await;
    let id = served.add(&served.site.list_url("videos")).await;
    let shown = served.json(&["playlist", "show", &id]).await;
    let entry = shown["entries"][0]["id"].as_str().unwrap();
    let item = shown["entries"][0]["sourceId"].as_str().unwrap();
    served.site.faults().stall(Target::Media(item.to_owned()), 100_000);

    let folder = served.folder.path().to_owned();
    let start =
        ["download", "start", "--entry", entry, "--wait", "--format", "json", "--server", &served.url];
    let mut waiting = Running::start(&folder, &start);
    served.until(&["job", "list", "--state", "running"], |jobs| !jobs.as_array().unwrap().is_empty()).await;
    served.stop().await;
    served.site.faults().clear();
    served.start_again().await;
    let started: Value = serde_json::from_str(&waiting.lines(1).await[0]).unwrap();
    assert_eq!(waiting.end().await, Some(0));
    assert_eq!(started["story"]["succeededCount"], json!(1));
    assert_eq!(started["jobs"][0]["attempts"], json!(2), "{started}");
}

// Must hold 1: it ends with verified files on disk, the printed changes, and the log proved.
#[tokio::test(flavor = "multi_thread")]
async fn the_demo_shows_the_main_job_and_ends_with_0() {
    let folder = tempfile::tempdir().unwrap();
    let ran = run(folder.path(), &["demo", "--exit", "--nats", "off", "--format", "json"]).await.ends_with(0);
    let summary = ran.json();
    let counts = |playlist: usize| summary["playlists"][playlist]["files"].as_array().unwrap().len();
    assert_eq!((counts(0), counts(1)), (8, 6));
    assert_eq!(summary["looks"][0]["refreshCounts"]["added"], json!(2));
    assert_eq!(summary["looks"][1]["refreshCounts"]["removed"], json!(1));
    assert_eq!(summary["logVerification"]["isWhole"], json!(true));
    ran.says(&["downloading all of “Sample videos”", "everything is as the log says"]);
    run(folder.path(), &["log", "verify", "--data", "mediary-demo"]).await.ends_with(0);

    // Whoever shows it again has a record of videos that the site, which began anew, brings only later.
    let again =
        run(folder.path(), &["demo", "--exit", "--nats", "off", "--format", "json"]).await.ends_with(0);
    again.says(&["it lacks what an earlier run of the demo added", "everything is as the log says"]);

    // PL-16, must hold 6: its log in a folder where nobody may write comes to one number, as often as it is replayed.
    let data = folder.path().join("mediary-demo");
    allow_writing(&data, false);
    let before = files(&data);
    let replay = ["replay", "--data", "mediary-demo", "--format", "json"];
    let first = run_with(folder.path(), &replay, &[("PATH", "/nowhere")]).await.ends_with(0).json();
    assert_eq!(run(folder.path(), &replay).await.ends_with(0).json(), first);
    assert_eq!(files(&data), before);
    allow_writing(&data, true);
}
