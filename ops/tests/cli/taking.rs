//! Files that are taken from folders into which others put them.

#![expect(clippy::unwrap_used, reason = "helpers of a test; the setting for tests does not reach them")]

use std::{
    fs::{self, File, FileTimes},
    io::Write as _,
    os::unix::fs::MetadataExt as _,
    path::Path,
    time::{Duration, SystemTime},
};

use mediary::demo::MediaLibrary;
use serde_json::{Value, json};

use super::harness::{Served, run_with};

/// A small film of the sample site.
async fn recording() -> Vec<u8> {
    let media = MediaLibrary::open_shared().await.unwrap();
    fs::read(media.folder().join("birch/180p.mp4")).unwrap()
}

/// Puts a file somewhere by one step that is years old.
fn move_in(to: &Path, bytes: &[u8]) {
    let half = to.with_extension("half");
    fs::write(&half, bytes).unwrap();
    let old = FileTimes::new().set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(1_600_000_000));
    File::options().write(true).open(&half).unwrap().set_times(old).unwrap();
    fs::rename(&half, to).unwrap();
}

async fn jobs(served: &Served, kind: &str) -> Vec<Value> {
    let jobs = served.json(&["job", "list", "--limit", "100"]).await;
    jobs.as_array().unwrap().iter().filter(|job| job["kind"] == kind).cloned().collect()
}

async fn until_made(served: &Served, count: usize) {
    let are_made = |made: &Value| made.as_array().is_some_and(|made| made.len() == count);
    served.until(&["transcode", "list", "--state", "made"], are_made).await;
}

// TR-02. Issue 11, must hold 5: what is copied into a folder is not taken early; what is moved there is, at once.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_put_into_a_watched_folder_is_taken_once_it_has_settled() {
    let mut served = Served::start().await;
    let incoming = tempfile::tempdir().unwrap();
    // As a whole path has it, without links.
    let folder = fs::canonicalize(incoming.path()).unwrap();
    let at = folder.to_str().unwrap();
    let bytes = recording().await;
    move_in(&folder.join("there already.mp4"), &bytes);
    fs::write(folder.join("notes.txt"), "none of its files").unwrap();

    let add = ["transcode", "watch", "add", at, "--profile", "remux", "--settle", "4"];
    served
        .run(&["transcode", "watch", "add", "/", "--profile", "remux"])
        .await
        .ends_with(3)
        .says(&["whole path"]);
    served
        .run(&["transcode", "watch", "add", at, "--profile", "no"])
        .await
        .ends_with(5)
        .says(&["profile list"]);
    let added = served.json(&add).await;
    let watch = &added[0];
    assert_eq!((&watch["profile"], &watch["settleSeconds"]), (&json!("remux"), &json!(4)), "{added}");
    assert_eq!((&watch["root"]["folder"], &watch["way"]), (&json!(at), &json!("")), "{added}");
    // Meanwhile somebody looked whether its root is there, which is told beside it.
    assert_eq!(served.json(&add).await[0]["id"], watch["id"], "it is the same");
    assert_eq!(served.json(&["transcode", "watch", "list"]).await.as_array().unwrap().len(), 1);
    let other = ["transcode", "watch", "add", at, "--profile", "web"];
    served.run(&other).await.ends_with(3).says(&["takes files from there already", "remove that one first"]);
    until_made(&served, 1).await;

    move_in(&folder.join("moved.mp4"), &bytes);
    until_made(&served, 2).await;
    let made = served.json(&["transcode", "show", "@last"]).await;
    assert_eq!(made["result"]["path"], json!("moved.remux.mkv"), "{made}");
    assert!(folder.join("moved.remux.mkv").is_file(), "it lies beside what it was made of");
    assert_eq!(fs::read(folder.join("moved.mp4")).unwrap(), bytes);
    let why = served.run(&["why", made["source"]["id"].as_str().unwrap()]).await.ends_with(0);
    assert!(why.stdout.contains("the taking of 'moved.mp4' from a watched folder"), "{}", why.stdout);

    // Somebody writes it, and rests for longer than it is to settle.
    let (first, second) = bytes.split_at(bytes.len() / 2);
    let mut written = File::create(folder.join("copied.mp4")).unwrap();
    written.write_all(first).unwrap();
    tokio::time::sleep(Duration::from_secs(8)).await;
    assert_eq!(jobs(&served, "ADOPT").await.len(), 2, "what is written is not taken");
    written.write_all(second).unwrap();
    let inode = written.metadata().unwrap().ino();
    drop(written);
    until_made(&served, 3).await;
    assert_eq!(fs::metadata(folder.join("copied.mp4")).unwrap().ino(), inode, "it stays what it is");

    // All of it is known: nothing is taken twice, nor what was made here.
    served.stop().await;
    served.start_again().await;
    fs::rename(folder.join("moved.mp4"), folder.join("renamed.mp4")).unwrap();
    move_in(&folder.join("last.mp4"), &bytes);
    until_made(&served, 4).await;
    let taken = jobs(&served, "ADOPT").await;
    assert_eq!(taken.len(), 4, "{taken:#?}");
    let left = fs::read_dir(folder.join(".mediary/staging")).map_or(0, |logs| {
        logs.flatten().filter_map(|log| fs::read_dir(log.path()).ok()).map(Iterator::count).sum()
    });
    assert_eq!(left, 0, "nothing unfinished is left there");

    let table = served.run(&["transcode", "watch", "list"]).await.ends_with(0);
    for word in [at, "remux", "watched"] {
        assert!(table.stdout.contains(word), "{}", table.stdout);
    }
    // It is of this machine, and no other one is told to watch it.
    served.run(&["export", "-"]).await.ends_with(0).says(&["left out: the watched folder", at]);
    served.run(&["transcode", "watch", "remove", "/nowhere"]).await.ends_with(5).says(&["watch list"]);
    let removed = served.run(&["transcode", "watch", "remove", at]).await.ends_with(0);
    assert!(removed.stdout.contains("nothing is taken from"), "{}", removed.stdout);
    assert_eq!(served.json(&["transcode", "watch", "list"]).await, json!([]));
    move_in(&folder.join("later.mp4"), &bytes);
    tokio::time::sleep(Duration::from_secs(4)).await;
    assert_eq!(jobs(&served, "ADOPT").await.len(), 4, "nothing is taken any more");
}

// TR-02, SE-03: in the name of whoever added it, as long as he may; and in the place of what it is made of, if he said so.
#[tokio::test(flavor = "multi_thread")]
async fn a_watched_folder_takes_with_the_rights_of_whoever_added_it() {
    let served = Served::start().await;
    let bytes = recording().await;
    let incoming = tempfile::tempdir().unwrap();
    let root = fs::canonicalize(incoming.path()).unwrap();
    let folder = root.join("in");
    fs::create_dir_all(&folder).unwrap();
    let at = folder.to_str().unwrap();
    served.run(&["file", "root", "add", root.to_str().unwrap(), "--watch"]).await.ends_with(0);
    let secret = served.run(&["token", "create", "recorder", "--role", "editor"]).await.ends_with(0).stdout;
    let id = served.json(&["token", "list"]).await;
    let id = id.as_array().unwrap().iter().find(|token| token["name"] == "recorder").unwrap()["id"].clone();
    let (variables, named) = ([("MEDIARY_TOKEN", secret.trim())], ["--server", served.url.as_str()]);
    let as_recorder = async |arguments: &[&str]| {
        run_with(served.folder.path(), &[arguments, &named].concat(), &variables).await
    };
    // A folder in no root would become one, which is not his to say.
    let outside = ["transcode", "watch", "add", "/srv/elsewhere", "--profile", "remux"];
    as_recorder(&outside).await.ends_with(4);
    // What lies where files are kept would be shown by it.
    let library = served.data().join("library");
    let kept = ["transcode", "watch", "add", library.to_str().unwrap(), "--profile", "remux"];
    as_recorder(&kept).await.ends_with(4);
    let add = ["transcode", "watch", "add", at, "--profile", "remux", "--settle", "0", "--replace"];
    as_recorder(&add).await.ends_with(0);
    move_in(&folder.join("first.mp4"), &bytes);
    until_made(&served, 1).await;
    // It has the place of what it was made of.
    let state = |files: &Value| {
        let find = |path: &str| {
            files.as_array()?.iter().find(|file| file["path"] == path).map(|file| file["state"].clone())
        };
        (find("in/first.mp4"), find("in/first.mkv"))
    };
    let is_replaced = |files: &Value| state(files) == (Some(json!("TRASHED")), Some(json!("PRESENT")));
    served.until(&["file", "list"], is_replaced).await;

    served.run(&["token", "revoke", id.as_str().unwrap(), "--yes"]).await.ends_with(0);
    move_in(&folder.join("second.mp4"), &bytes);
    let is_stopped = |watches: &Value| watches[0]["stopped"].is_string();
    let stopped = served.until(&["transcode", "watch", "list"], is_stopped).await;
    assert!(stopped[0]["stopped"].as_str().unwrap().contains("not valid any more"), "{stopped}");
    assert_eq!(jobs(&served, "ADOPT").await.len(), 1);
    let notices = ["notification", "list"];
    let says = |title: String| move |told: &Value| told.to_string().contains(&title);
    let called = root.file_name().unwrap().to_str().unwrap();
    served.until(&notices, says(format!("Nothing is taken from {called}/in"))).await;
    // Whoever adds it again takes them.
    served.run(&add).await.ends_with(0);
    until_made(&served, 2).await;
    let told = served.until(&notices, says("second.mp4 is transcoded".to_owned())).await;
    assert!(!told.to_string().contains("Nothing is taken"), "{told}");
    // What is no film is a failed job that somebody is told of, and stays what it is.
    move_in(&folder.join("broken.mp4"), b"no film at all");
    served.until(&notices, says("broken.mp4 could not be taken".to_owned())).await;
    assert_eq!(fs::read(folder.join("broken.mp4")).unwrap(), b"no film at all");
    let failed = jobs(&served, "ADOPT").await;
    let failed = failed.iter().find(|job| job["state"] == "FAILED").unwrap();
    assert_eq!(failed["attempts"], json!(1), "the same bytes are not read again: {failed}");
    assert_eq!(served.json(&["transcode", "watch", "list"]).await[0]["stopped"], Value::Null);
}
