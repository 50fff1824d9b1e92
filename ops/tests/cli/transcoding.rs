//! Files that are made of files, and what folders are made of.

use std::fs;

use serde_json::{Value, json};

use super::harness::{Served, run};

/// A video of the sample site, once it is kept.
async fn kept_video(served: &Served) -> Value {
    let list = served.add(&served.site.list_url("videos")).await;
    let entries = served.json(&["playlist", "show", &list]).await["entries"].take();
    let entry = entries[0]["id"].as_str().expect("the list has entries");
    served.run(&["download", "start", "--entry", entry, "--wait"]).await.ends_with(0);
    served.json(&["file", "show", "@last"]).await
}

// TR-02, TR-03, TR-06, TR-10, TR-12.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_made_of_another_one_and_says_why_it_is_there() {
    let served = Served::start().await;
    let source = kept_video(&served).await;
    let (id, path) = (source["id"].as_str().unwrap(), source["path"].as_str().unwrap());
    let place = served.data().join("library").join(path);
    let before = fs::read(&place).unwrap();

    let refused = served.run(&["transcode", "start", id, "--profile", "nothing"]).await.ends_with(3);
    refused.says(&["web", "archive", "transcode profile list"]);
    let profiles = served.json(&["transcode", "profile", "list"]).await;
    assert_eq!(profiles.as_array().unwrap().len(), 6);
    let reports = served.json(&["transcode", "start", id, "--profile", "remux", "--wait"]).await;
    let report = &reports[0];
    assert_eq!((&report["state"], &report["proof"]["decoded"]), (&json!("MADE"), &json!(true)), "{reports}");
    assert_eq!(report["input"]["path"], json!(place), "whole paths");
    let job = served.json(&["job", "show", report["jobId"].as_str().unwrap()]).await;
    assert_eq!((&job["kind"], &job["state"]), (&json!("TRANSCODE"), &json!("SUCCEEDED")));
    let again = served.json(&["transcode", "report", report["jobId"].as_str().unwrap()]).await;
    assert_eq!(&again, report);

    let made = served.json(&["transcode", "show", "@last"]).await;
    assert_eq!((&made["state"], &made["profile"]), (&json!("MADE"), &json!("remux")), "{made}");
    assert_eq!(made["proof"]["isDecoded"], json!(true));
    assert_eq!(made["source"]["id"], json!(id));
    let result = made["result"]["path"].as_str().unwrap();
    let stem = path.rsplit_once('.').unwrap().0;
    assert_eq!(result, format!("{stem}.remux.mkv"));
    assert!(served.data().join("library").join(result).is_file());
    assert_eq!(fs::read(&place).unwrap(), before, "what it was made of is as it was");
    let arguments = made["arguments"].to_string();
    assert!(arguments.contains("\"IN\"") && !arguments.contains("/proc/"), "{arguments}");

    // It is one, asked for again; and the file says where it comes from.
    served.run(&["transcode", "start", id, "--profile", "remux"]).await.ends_with(3).says(&["--again"]);
    let why = served.run(&["why", made["result"]["id"].as_str().unwrap()]).await.ends_with(0);
    assert!(why.stdout.contains("remux"), "{}", why.stdout);
    let table = served.run(&["transcode", "list", "--state", "made"]).await.ends_with(0);
    assert!(table.stdout.contains("remux"), "{}", table.stdout);
    // Of the result nothing is to be made: it is as the profile would have it.
    let again = made["result"]["id"].as_str().unwrap();
    served.run(&["transcode", "start", again, "--profile", "remux", "--wait"]).await.ends_with(0);
    assert_eq!(served.json(&["transcode", "list", "--state", "fit"]).await.as_array().unwrap().len(), 1);
    // Pictures alone have no sound to keep.
    let shown = served.run(&["transcode", "show", "@last"]).await.ends_with(0);
    assert!(shown.stdout.contains("fit"), "{}", shown.stdout);
}

// TR-06, TR-07: the original is in the trash, and comes back.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_replaced_at_once_or_later_and_taken_back() {
    let served = Served::start().await;
    let source = kept_video(&served).await;
    let (id, path) = (source["id"].as_str().unwrap(), source["path"].as_str().unwrap());
    let library = served.data().join("library");
    let (place, stem) = (library.join(path), path.rsplit_once('.').unwrap().0);
    let before = fs::read(&place).unwrap();
    let modified = fs::metadata(&place).unwrap().modified().unwrap();
    let in_place = library.join(format!("{stem}.mkv"));

    served.run(&["transcode", "start", id, "--profile", "remux", "--allow-links"]).await.ends_with(2);
    // A second name of it would keep what it was.
    fs::hard_link(&place, library.join("seed")).unwrap();
    let start = ["transcode", "start", id, "--profile", "remux", "--replace", "--wait"];
    served.run(&start).await.ends_with(1).says(&["hard links"]);
    assert_eq!(fs::read(&place).unwrap(), before);
    let list = served.run(&["transcode", "show", "@last"]).await.ends_with(0);
    assert!(list.stdout.contains("beside it"), "{}", list.stdout);
    fs::remove_file(library.join("seed")).unwrap();

    // Two can't have one place.
    let made = served.json(&["transcode", "show", "@last"]).await["id"].take();
    let made = made.as_str().unwrap();
    served.run(&["transcode", "start", id, "--profile", "audio", "--wait"]).await.ends_with(0);
    let sound = served.json(&["transcode", "show", "@last"]).await["id"].take();
    let both = ["transcode", "replace", made, sound.as_str().unwrap()];
    served.run(&both).await.ends_with(3).says(&["one file"]);
    assert_eq!(fs::read(&place).unwrap(), before);

    let replaced = served.json(&["transcode", "replace", made]).await;
    let undo = replaced[0]["plan"]["undoId"].as_str().unwrap();
    assert!(!place.exists() && in_place.is_file(), "{replaced}");
    assert_eq!(fs::metadata(&in_place).unwrap().modified().unwrap(), modified);
    assert_eq!(served.json(&["file", "show", id]).await["state"], json!("TRASHED"));
    let shown = served.run(&["transcode", "show", made]).await.ends_with(0);
    assert!(shown.stdout.contains(undo), "{}", shown.stdout);
    served.run(&["undo", undo]).await.ends_with(0).says(&[]);
    assert_eq!((fs::read(&place).unwrap(), in_place.exists()), (before.clone(), false));
    assert_eq!(served.json(&["file", "show", id]).await["state"], json!("PRESENT"));
    served.run(&["transcode", "replace", made]).await.ends_with(3).says(&["transcode list"]);

    // What is gone is made anew, and replaces at once.
    let reports = served.json(&start).await;
    let report = &reports[0];
    assert_eq!(report["replaced"]["state"], json!("APPLIED"), "{reports}");
    assert_eq!((&report["replaced"]["isLeft"], &report["output"]["path"]), (&json!(false), &json!(in_place)));
    assert!(!place.exists() && in_place.is_file());
    let why = served.run(&["why", report["output"]["id"].as_str().unwrap()]).await.ends_with(0);
    assert!(why.stdout.contains("in its place") || why.stdout.contains("replace"), "{}", why.stdout);
    let undo = report["replaced"]["undoId"].as_str().unwrap();
    served.run(&["undo", undo]).await.ends_with(0).says(&[]);
    assert_eq!((fs::read(&place).unwrap(), in_place.exists()), (before, false));
}

// Issue 11: useful before any profile, and without a server.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_folder_is_made_of_is_said_without_a_server() {
    let served = Served::start().await;
    let file = kept_video(&served).await;
    let library = served.data().join("library");
    let place = library.join(file["path"].as_str().unwrap());
    let (folder, path) = (library.to_str().unwrap(), place.to_str().unwrap());
    let nowhere = tempfile::tempdir().unwrap();

    let probed =
        run(nowhere.path(), &["transcode", "probe", path, "--format", "json"]).await.ends_with(0).json();
    assert_eq!(probed["sizeBytes"], file["sizeBytes"], "{probed}");
    let stats = run(nowhere.path(), &["transcode", "stats", folder, "--format", "json"]).await.ends_with(0);
    let stats = stats.json();
    assert_eq!((&stats["total"]["fileCount"], &stats["unreadableCount"]), (&json!(1), &json!(0)), "{stats}");
    let table = run(nowhere.path(), &["transcode", "stats", folder]).await.ends_with(0);
    assert!(table.stdout.contains(file["videoCodec"].as_str().unwrap()), "{}", table.stdout);

    for options in [&[folder][..], &[folder, "--full"]] {
        let arguments = [&["transcode", "health"], options].concat();
        let whole = run(nowhere.path(), &arguments).await.ends_with(0);
        assert!(whole.stdout.starts_with("0 of 1 file bad | bad=0 files=1"), "{}", whole.stdout);
    }
    let bytes = fs::read(&place).unwrap();
    fs::write(library.join("cut.mp4"), &bytes[..bytes.len() / 2]).unwrap();
    fs::write(library.join("text.mkv"), "no film").unwrap();
    let bad = run(nowhere.path(), &["transcode", "health", folder]).await.ends_with(1);
    assert!(bad.stdout.starts_with("2 of 3 files bad"), "{}", bad.stdout);
    bad.says(&["TRANSCODE_DAMAGED"]);
    run(nowhere.path(), &["transcode", "health", "/nowhere"]).await.ends_with(74).says(&["/nowhere"]);
    let refused =
        run(nowhere.path(), &["transcode", "probe", library.join("text.mkv").to_str().unwrap()]).await;
    refused.ends_with(1).says(&["neither film nor sound"]);
}
