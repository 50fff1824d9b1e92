//! Files that are made of files, and what folders are made of.

#![expect(clippy::unwrap_used, reason = "helpers of a test; the setting for tests does not reach them")]

use std::{
    fs,
    path::{Path, PathBuf},
};

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

    let refused = served.run(&["transcode", "start", id, "--profile", "no-such"]).await.ends_with(5);
    refused.says(&["no profile called no-such", "transcode profile list"]);
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

// PL-34: after a download, by what is said of its list, a transcode; one chain of causes.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_list_keeps_is_made_smaller_as_long_as_it_is_said() {
    let served = Served::start().await;
    let url = served.site.list_url("videos");
    let refused = served.run(&["playlist", "follow", &url, "--transcode", "nothing-such"]).await.ends_with(5);
    refused.says(&["no profile called nothing-such", "transcode profile list"]);
    let list = served.json(&["playlist", "follow", &url, "--transcode", "remux", "--wait"]).await;
    assert_eq!(list["transcodeProfile"], json!("remux"), "{list}");
    let id = list["id"].as_str().unwrap();
    let entries = served.json(&["playlist", "show", id]).await["entries"].take();
    let entry = |place: usize| entries[place]["id"].as_str().expect("the list has three entries").to_owned();
    served.run(&["download", "start", "--entry", &entry(0), "--wait"]).await.ends_with(0);

    let all_made = |count| move |all: &Value| all.as_array().is_some_and(|all| all.len() == count);
    let list_made = ["transcode", "list", "--state", "made"];
    let made = served.until(&list_made, all_made(1)).await;
    assert_eq!(made[0]["profile"], json!("remux"), "{made}");
    let source = served.json(&["file", "show", made[0]["source"]["id"].as_str().unwrap()]).await;
    assert_eq!(source["state"], json!("PRESENT"), "what was kept stays");
    let why = served.run(&["why", made[0]["result"]["id"].as_str().unwrap()]).await.ends_with(0);
    assert!(why.stdout.contains("as remux, which 'Sample videos' has of each"), "{}", why.stdout);
    let history = served.run(&["playlist", "history", id]).await.ends_with(0);
    assert!(history.stdout.contains("a file is made of each that is kept"), "{}", history.stdout);

    // Said of what else, it stays; said no more, nothing is made.
    served.run(&["playlist", "follow", &url, "--keep", "new"]).await.ends_with(0);
    assert_eq!(served.json(&["playlist", "show", id]).await["transcodeProfile"], json!("remux"));
    let list = served.json(&["playlist", "follow", &url, "--no-transcode"]).await;
    assert_eq!(list["transcodeProfile"], Value::Null);
    served.run(&["download", "start", "--entry", &entry(1), "--wait"]).await.ends_with(0);
    // What is kept later is decided on later.
    served.run(&["playlist", "follow", &url, "--transcode", "audio"]).await.ends_with(0);
    served.run(&["download", "start", "--entry", &entry(2), "--wait"]).await.ends_with(0);
    served.until(&list_made, all_made(2)).await;
    let all = served.json(&["transcode", "list"]).await;
    let profiles: Vec<_> = all.as_array().unwrap().iter().map(|made| &made["profile"]).collect();
    assert_eq!(profiles, ["audio", "remux"], "of the second nothing was made: {all}");
}

/// Rules by which what is made comes out larger: nothing is thrown away.
const LARGER: &str = "container = \"mkv\"\n[video]\ncodec = \"h264\"\ncrf = 0\npreset = \"ultrafast\"\n[audio]\ncodec = \"flac\"\n";

/// Has one made of a file that is not in its place meanwhile, which comes to nothing.
async fn remux_while_away(served: &Served, id: &str, place: &Path) {
    let aside = place.with_extension("aside");
    fs::rename(place, &aside).unwrap();
    served.run(&["transcode", "start", id, "--profile", "remux", "--wait"]).await.ends_with(1);
    fs::rename(&aside, place).unwrap();
    served.run(&["file", "verify", id]).await.ends_with(0);
}

// CH-11: one word on each file, the last one.
#[tokio::test(flavor = "multi_thread")]
async fn what_becomes_of_a_transcode_is_told_and_taken_back() {
    let served = Served::start().await;
    let source = kept_video(&served).await;
    let (id, path) = (source["id"].as_str().unwrap(), source["path"].as_str().unwrap());
    let place = served.data().join("library").join(path);
    fs::write(served.folder.path().join("larger.toml"), LARGER).unwrap();
    served.run(&["transcode", "profile", "save", "larger", "larger.toml"]).await.ends_with(0);
    let notices = ["notification", "list"];
    let says = |words: &'static str| move |told: &Value| told.to_string().contains(words);

    served.run(&["transcode", "start", id, "--profile", "larger", "--wait"]).await.ends_with(0);
    served.until(&notices, says("would be larger and stays as it is")).await;

    // What failed and is made then, or needs nothing, has no other word.
    let failed = "could not be transcoded";
    remux_while_away(&served, id, &place).await;
    served.until(&notices, says(failed)).await;
    served.run(&["transcode", "start", id, "--profile", "remux", "--wait"]).await.ends_with(0);
    served.until(&notices, |told| says("is transcoded")(told) && !says(failed)(told)).await;
    let made = served.json(&["transcode", "show", "@last"]).await["result"].take();
    let (id, place) = (made["id"].as_str().unwrap(), made["path"].as_str().unwrap());
    remux_while_away(&served, id, &served.data().join("library").join(place)).await;
    served.until(&notices, says(failed)).await;
    served.run(&["transcode", "start", id, "--profile", "remux", "--wait"]).await.ends_with(0);
    served.until(&notices, |told| !says(failed)(told)).await;
    assert_eq!(served.json(&["transcode", "list", "--state", "fit"]).await.as_array().unwrap().len(), 1);
}

/// How it stands with the first video of the sample site, and which file it is.
async fn kept_by(served: &Served) -> (Value, Value) {
    let lists = served.json(&["playlist", "list"]).await;
    let list = lists[0]["id"].as_str().expect("a list is followed");
    let shown = served.json(&["playlist", "show", list]).await;
    let download = &shown["entries"][0]["download"];
    (download["state"].clone(), download["file"]["path"].clone())
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
    // Its list has it all the same, by the file that it is now, and nobody fetches it again.
    let kept = kept_by(&served).await;
    assert_eq!(kept, (json!("KEPT"), json!(format!("{stem}.mkv"))));
    served.run(&["download", "start", &served.site.list_url("videos"), "--wait"]).await;
    assert_eq!(kept_by(&served).await, kept);
    let shown = served.run(&["transcode", "show", made]).await.ends_with(0);
    assert!(shown.stdout.contains(undo), "{}", shown.stdout);
    served.run(&["undo", undo]).await.ends_with(0).says(&[]);
    assert_eq!((fs::read(&place).unwrap(), in_place.exists()), (before.clone(), false));
    assert_eq!(served.json(&["file", "show", id]).await["state"], json!("PRESENT"));
    assert_eq!(kept_by(&served).await, (json!("KEPT"), json!(path)));
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

// TR-03: one's own rules, by which a file is made; what was made by one version says so.
#[tokio::test(flavor = "multi_thread")]
async fn rules_of_ones_own_are_saved_followed_and_forgotten() {
    let served = Served::start().await;
    let source = kept_video(&served).await;
    let id = source["id"].as_str().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("small.toml");
    let path = file.to_str().unwrap();
    let shown = served.run(&["transcode", "profile", "show", "web", "--toml"]).await.ends_with(0);
    fs::write(&file, shown.stdout.replace("crf = 21", "crf = 40").replace("\"medium\"", "\"ultrafast\""))
        .unwrap();

    served.run(&["transcode", "profile", "save", "web", path]).await.ends_with(3).says(&["ships with"]);
    served.run(&["transcode", "profile", "save", "My own", path]).await.says(&["lower-case"]);
    served.run(&["transcode", "profile", "save", "small", path, "--dry-run"]).await.ends_with(0);
    assert_eq!(served.json(&["transcode", "profile", "list"]).await.as_array().unwrap().len(), 6);
    let saved = served.json(&["transcode", "profile", "save", "small", path]).await;
    assert_eq!((&saved[0]["version"], &saved[0]["isOwn"]), (&json!(1), &json!(true)), "{saved}");
    let again = served.run(&["transcode", "profile", "show", "small", "--toml"]).await.ends_with(0);
    assert_eq!(again.stdout, fs::read_to_string(&file).unwrap());

    served.run(&["transcode", "start", id, "--profile", "small", "--wait"]).await.ends_with(0);
    let made = served.json(&["transcode", "show", "@last"]).await;
    assert_eq!((&made["profile"], &made["state"]), (&json!("small"), &json!("MADE")), "{made}");
    assert!(made["arguments"].to_string().contains("\"40\""), "{made}");
    assert!(made["result"]["path"].as_str().unwrap().ends_with(".small.mp4"), "{made}");

    // The next version makes another file of it; what was made stays.
    fs::write(&file, again.stdout.replace("crf = 40", "crf = 45")).unwrap();
    let saved = served.json(&["transcode", "profile", "save", "small", path]).await;
    assert_eq!(saved[0]["version"], json!(2), "{saved}");
    served.run(&["transcode", "start", id, "--profile", "small", "--wait"]).await.ends_with(0);
    let anew = served.json(&["transcode", "show", "@last"]).await;
    assert_ne!(anew["id"], made["id"]);

    fs::write(&file, again.stdout.replace("crf = 40", "crf = 400")).unwrap();
    served.run(&["transcode", "profile", "save", "small", path]).await.ends_with(2).says(&["crf"]);
    fs::write(&file, again.stdout.replace("crf = 40", "crf = 52")).unwrap();
    served
        .run(&["transcode", "profile", "save", "small", path])
        .await
        .ends_with(3)
        .says(&["h264 takes 0 to 51"]);
    served.run(&["transcode", "profile", "remove", "small"]).await.ends_with(0);
    let refused = served.run(&["transcode", "start", id, "--profile", "small"]).await;
    refused.ends_with(5).says(&["no profile called small"]);
}

// Issue 11: what-if, with totals, for a folder.
#[tokio::test(flavor = "multi_thread")]
async fn what_files_would_become_is_said_before_anything_is_made() {
    let served = Served::start().await;
    kept_video(&served).await;
    let library = served.data().join("library");
    fs::write(library.join("text.mkv"), "no film").unwrap();
    let before: Vec<_> = walk(&library);
    let nowhere = tempfile::tempdir().unwrap();
    let folder = library.to_str().unwrap();
    let asked = ["transcode", "what-if", folder, "--profile", "archive"];
    let told = run(nowhere.path(), &asked).await.ends_with(0);
    assert!(
        told.stdout.contains("Of 2 files 1 would be made anew") || told.stdout.contains("larger"),
        "{}",
        told.stdout
    );
    assert!(told.stdout.contains("VMAF") && told.stdout.contains("nobody knows"), "{}", told.stdout);
    let rows = run(nowhere.path(), &[&asked[..], &["--no-quality", "--format", "json"]].concat()).await;
    let rows = rows.ends_with(0).json();
    let film = rows.as_array().unwrap().iter().find(|row| row["outcome"] != json!("UNKNOWN")).unwrap();
    assert!(film["resultBytes"].as_u64().unwrap() > 0 && film["quality"].is_null(), "{rows}");
    assert_eq!(walk(&library), before, "nothing was written");
    let unknown = run(nowhere.path(), &["transcode", "what-if", folder, "--profile", "small"]).await;
    unknown.ends_with(2).says(&["no profile that ships"]);
}

/// What lies below a folder.
fn walk(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("it is there").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path.clone());
            }
            found.push(path);
        }
    }
    found.sort();
    found
}
