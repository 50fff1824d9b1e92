//! Whether what was kept is there, and what became of a list.

use std::{fs, time::Duration};

use mediary::demo::Target;
use serde_json::{Value, json};

use super::harness::{Served, run_with};

/// Keeps two of the talks, and answers the list.
async fn two_kept(served: &Served) -> String {
    let list = served.add(&served.site.list_url("talks")).await;
    let shown = served.json(&["playlist", "show", &list]).await;
    let ids: Vec<&str> = (0..2).filter_map(|index| shown["entries"][index]["id"].as_str()).collect();
    served.json(&["download", "start", "--entry", ids[0], ids[1], "--wait"]).await;
    list
}

// Issue 6, the command line: `file list | show ID | verify [ID…]`.
#[tokio::test(flavor = "multi_thread")]
async fn files_are_verified_one_by_one_and_all_together() {
    let served = Served::start().await;
    let list = two_kept(&served).await;
    let verified = served.json(&["file", "verify"]).await;
    let files = verified.as_array().unwrap();
    assert_eq!(files.len(), 2);
    assert!(files.iter().all(|file| file["state"] == json!("PRESENT")), "{verified}");

    let (first, second) = (files[0]["id"].as_str().unwrap(), files[1]["id"].as_str().unwrap());
    let path = served.data().join("library").join(files[0]["path"].as_str().unwrap());
    fs::remove_file(path).unwrap();
    served.run(&["file", "verify", second]).await.ends_with(0);
    let ran = served.run(&["file", "verify", first, "--format", "json"]).await.ends_with(1);
    assert_eq!((&ran.json()[0]["id"], &ran.json()[0]["state"]), (&json!(first), &json!("LOST")));
    ran.says(&["FILES_NOT_AS_KEPT", "1 lost", "download start"]);
    assert_eq!(served.json(&["file", "show", first]).await["state"], json!("LOST"));
    served.run(&["file", "verify"]).await.ends_with(1);
    served.run(&["file", "verify", "file-00000000-0000-0000-0000-000000000001"]).await.ends_with(5);

    let told = served.run(&["playlist", "account", &list]).await.ends_with(0);
    assert_eq!(told.stdout, "6 listed: 1 kept, 4 skipped (4 not wanted), 1 failed (1 lost)\n");
    let shown = served.json(&["playlist", "account", &list, "--show", "failed", "--reason", "lost"]).await;
    assert_eq!(shown["entries"].as_array().unwrap().len(), 1, "{shown}");
    let started = served.json(&["download", "start", "--playlist", &list, "--wait"]).await;
    assert_eq!(started["story"]["succeededCount"], json!(5), "what is lost is wanted again");
    served.run(&["file", "verify"]).await.ends_with(0);
    // What a kept one has in its place is well; what somebody puts there is not.
    let own = served.folder.path().join("own");
    fs::write(&own, "somebody's own").unwrap();
    fs::rename(own, served.data().join("library").join(files[1]["path"].as_str().unwrap())).unwrap();
    served.run(&["file", "verify", second]).await.ends_with(1).says(&["FILES_NOT_AS_KEPT", "1 replaced"]);
    let shown = served.json(&["file", "show", second]).await;
    assert_eq!((&shown["state"], &shown["replacedById"]), (&json!("REPLACED"), &Value::Null));

    let viewer = served.run(&["token", "create", "dash", "--role", "viewer"]).await.ends_with(0).stdout;
    let arguments = ["file", "verify", "--server", served.url.as_str()];
    let ran = run_with(served.folder.path(), &arguments, &[("MEDIARY_TOKEN", viewer.trim())]).await;
    ran.ends_with(4).says(&["FORBIDDEN"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_is_registered_as_a_root_and_read_by_itself() {
    let served = Served::start().await;
    two_kept(&served).await;
    fs::create_dir(served.folder.path().join("incoming")).unwrap();
    // Where it is typed, the folder is meant that lies there.
    let added = served.json(&["file", "root", "add", "incoming", "--watch", "--name", "In"]).await;
    assert_eq!((&added[0]["name"], &added[0]["kind"]), (&json!("In"), &json!("WATCH")));
    let planned = served.run(&["file", "root", "add", "incoming", "--name", "Other", "--dry-run"]).await;
    planned.ends_with(3).says(&["ROOT_FOLDER_TAKEN", "file root list"]);
    // Also one that is not there yet, as that of a disk to be mounted.
    let missing = served.json(&["file", "root", "add", "missing"]).await;
    assert!(missing[0]["folder"].as_str().unwrap().ends_with("/missing"), "{missing}");
    // Any folder is named with the local token alone, which lies on the server's own machine.
    let far = served.run(&["token", "create", "far", "--role", "owner"]).await.ends_with(0).stdout;
    fs::create_dir(served.folder.path().join("elsewhere")).unwrap();
    let arguments = ["file", "root", "add", "elsewhere", "--server", served.url.as_str()];
    let ran = run_with(served.folder.path(), &arguments, &[("MEDIARY_TOKEN", far.trim())]).await;
    ran.ends_with(3).says(&["ROOT_OUTSIDE", "on the server's own machine"]);
    let listed = served.run(&["file", "root", "list"]).await.ends_with(0).stdout;
    assert!(listed.contains("library") && listed.contains("In"), "{listed}");
    let files = served.run(&["file", "list"]).await.ends_with(0).stdout;
    assert!(files.lines().skip(1).all(|line| line.contains(" library ")), "{files}");
    let read = served.json(&["file", "verify", "--root", "library"]).await;
    assert_eq!(read.as_array().unwrap().len(), 2);
    assert_eq!(served.json(&["file", "verify", "--root", "In"]).await, json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_library_that_is_not_there_is_said_by_the_doctor() {
    let served = Served::start().await;
    two_kept(&served).await;
    let library = served.data().join("library");
    fs::rename(&library, served.folder.path().join("aside")).unwrap();
    fs::create_dir(&library).unwrap();
    let ran = served.run(&["file", "verify"]).await.ends_with(1);
    ran.says(&["the library is not there", "--accept-folder"]);
    let findings = served.run(&["doctor", "--data", "data", "--format", "json"]).await.json();
    let library = |finding: &&Value| finding["subject"] == json!("library");
    let finding = findings.as_array().unwrap().iter().find(library).unwrap();
    assert!(finding["advice"].as_str().unwrap().contains("mount its disk"), "{finding}");
    let ran = served.run(&["file", "verify", "--accept-folder"]).await.ends_with(1);
    ran.says(&["2 lost"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changed_between_two_moments_is_read_by_a_person() {
    let served = Served::start().await;
    let list = served.add(&served.site.list_url("videos")).await;
    let site = served.site.list("videos");
    site.prepend(1);
    site.rename(1, "Another title").unwrap();
    site.make_private(3).unwrap();
    served.json(&["playlist", "refresh", &list, "--full", "--wait"]).await;
    let ran = served.run(&["playlist", "diff", &list]).await.ends_with(0);
    for line in ["1 added, 1 renamed, 1 unavailable", "“Quiet orchard 1” to “Another title”", "(private)"]
    {
        assert!(ran.stdout.contains(line), "{line}: {}", ran.stdout);
    }
    let all = served.json(&["playlist", "diff", &list, "--from", "0"]).await;
    assert_eq!(all["totalCount"], json!(9), "{all}");
    let none = served.json(&["playlist", "diff", &list, "--from", "1h", "--to", "1h"]).await;
    assert_eq!(none["changes"], json!([]));
    served.run(&["playlist", "diff", &list, "--from", "whenever"]).await.ends_with(2).says(&["BAD_MOMENT"]);
    let gone = served.json(&["playlist", "gone", &list]).await;
    assert_eq!((&gone[0]["here"], gone.as_array().unwrap().len()), (&json!("NEVER_SAVED"), 1), "{gone}");
}

// Field 15.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_leaves_a_list_is_told_what_goes_on() {
    let served = Served::start().await;
    served.site.faults().throttle(Target::Path("/media/*".to_owned()), 50_000);
    let list = served.add(&served.site.list_url("talks")).await;
    served.json(&["download", "start", "--playlist", &list]).await;
    served.until(&["job", "list"], |jobs| jobs.as_array().unwrap().len() == 7).await;
    let ran = served.run(&["playlist", "unfollow", &list, "--dry-run"]).await.ends_with(0);
    ran.says(&["6 downloads of it would go on"]);
    let ran = served.run(&["playlist", "unfollow", &list, "--format", "json"]).await.ends_with(0);
    ran.says(&["6 downloads of it go on", "--cancel-downloads", "mediary job cancel"]);
    assert_eq!((&ran.json()["ongoingJobCount"], &ran.json()["followed"]), (&json!(6), &json!(false)));
    let ended = served.json(&["playlist", "unfollow", &list, "--cancel-downloads"]).await;
    assert_eq!(ended["cancelledJobIds"].as_array().unwrap().len(), 6, "{ended}");
    served.until(&["file", "list"], |files| files == &json!([])).await;
}

// Blackbox 12.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_to_do_says_why() {
    let served = Served::start().await;
    let nothing = served.site.empty_page_url();
    let ran = served.run(&["playlist", "follow", &nothing, "--wait", "--format", "json"]).await.ends_with(1);
    let list = ran.json()["id"].as_str().unwrap().to_owned();
    let ran = served.run(&["download", "start", "--playlist", &list, "--wait"]).await.ends_with(3);
    ran.says(&["PLAYLIST_NEVER_LISTED", "playlist refresh"]);

    let site = served.site.list("talks");
    for index in 0..6 {
        site.make_private(index).unwrap();
    }
    let list = served.add(&served.site.list_url("talks")).await;
    let ran = served.run(&["download", "start", "--playlist", &list, "--wait"]).await.ends_with(0);
    assert!(ran.stdout.contains("nothing to do: 6 listed: 6 skipped (6 private)"), "{}", ran.stdout);
    site.clear();
    served.run(&["playlist", "refresh", &list, "--full", "--wait"]).await.ends_with(1);
    let ran = served.run(&["download", "start", "--playlist", &list, "--wait"]).await.ends_with(0);
    assert!(ran.stdout.contains("its last refresh failed"), "{}", ran.stdout);
}

// Whoever waits for what is held is told what for: a wait that says nothing looks like one that ends.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_waits_is_told_what_for() {
    let served = Served::start().await;
    let list = served.add(&served.site.list_url("talks")).await;
    served.site.faults().too_many_requests("/api/items/talks-1", Duration::from_secs(1), 1);
    let shown = served.json(&["playlist", "show", &list]).await;
    let entry = shown["entries"][0]["id"].as_str().unwrap();
    let ran = served.run(&["download", "start", "--entry", entry, "--wait"]).await.ends_with(0);
    ran.says(&["download waits: held: 127.0.0.1: the source asked for a pause"]);
}
