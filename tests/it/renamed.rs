//! Files that somebody renames, links and puts into each other's places: what is known is followed, and read again only where
//! nobody could know it otherwise.

#![expect(clippy::unwrap_used, reason = "helpers of a test; the setting for tests does not reach them")]

use std::{
    fs,
    path::PathBuf,
    time::{Duration, SystemTime},
};

use mediary_schema::{
    FileId, RootId,
    file::{Inode, Stamp},
};
use mediary_tests::{Client, Platform, events_of, stamp_of, until};
use serde_json::json;

/// A platform that looks at its library every second.
async fn watchful() -> Platform {
    Platform::start_with(Box::new(|configuration| configuration.files.look_every_s = 1)).await
}

fn library(platform: &Platform, way: &str) -> PathBuf {
    platform.library(way)
}

/// Puts a file into the library, written so many hours before a moment, and records it as whoever puts one there does.
async fn put(platform: &Platform, way: &str, bytes: &[u8], hours_before: u64) -> FileId {
    let place = library(platform, way);
    fs::write(&place, bytes).unwrap();
    let moment = SystemTime::UNIX_EPOCH + Duration::from_hours(490_000 - hours_before);
    fs::File::options().write(true).open(&place).unwrap().set_modified(moment).unwrap();
    record(platform, way, bytes, stamp_of(&place)).await
}

async fn record(platform: &Platform, way: &str, bytes: &[u8], stamp: Stamp) -> FileId {
    platform.record_file(RootId::LIBRARY, way, bytes, Some(stamp)).await
}

/// Waits until these files are in these states under these paths.
async fn until_are(client: &Client, files: &[(FileId, &str, &str)]) {
    until(&format!("files are {files:?}"), || async {
        for (file_id, path, state) in files {
            let document = "query($id: ID!) { file(id: $id) { path state } }";
            let data = client.ask(document, json!({ "id": file_id.to_string() })).await;
            if data["file"] != json!({ "path": path, "state": state }) {
                return None;
            }
        }
        Some(())
    })
    .await;
}

async fn count(client: &Client, kind: &str) -> usize {
    events_of(&client.events_after(0).await, kind).len()
}

async fn reads(client: &Client) -> usize {
    client.jobs(json!({})).await.iter().filter(|job| job["kind"] == json!("VERIFY")).count()
}

// invariant: F-17
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_renamed_within_its_root_is_followed_and_not_read() {
    let platform = watchful().await;
    let client = &platform.client;
    let list = client.follow(&platform.site.list_url("talks")).await;
    let entry = client.entry_of(&list, "talks-1").await;
    assert_eq!(client.download_entry(&entry, "best").await["succeededCount"], json!(1));
    let kept = platform.library_files().pop().unwrap();
    let file = client.ask("{ files(first: 1) { nodes { id } } }", json!({})).await;
    let file_id: FileId = file["files"]["nodes"][0]["id"].as_str().unwrap().parse().unwrap();
    let near = put(&platform, "near.bin", b"one", 1).await;

    // One gets another name, one another folder, which then gets another name.
    fs::create_dir_all(library(&platform, "talks/of the year")).unwrap();
    fs::rename(&kept, library(&platform, "talks/of the year/the first.mp4")).unwrap();
    fs::rename(library(&platform, "near.bin"), library(&platform, "talks/near.bin")).unwrap();
    let present = "PRESENT";
    until_are(
        client,
        &[(file_id, "talks/of the year/the first.mp4", present), (near, "talks/near.bin", present)],
    )
    .await;
    fs::rename(library(&platform, "talks"), library(&platform, "Talks")).unwrap();
    until_are(
        client,
        &[(file_id, "Talks/of the year/the first.mp4", present), (near, "Talks/near.bin", present)],
    )
    .await;
    let state = client.entries(&list).await[0]["download"]["state"].take();
    assert_eq!((state, reads(client).await), (json!("KEPT"), 0));
    assert_eq!((count(client, "file.moved").await, count(client, "file.lost").await), (4, 0));

    platform.stop().await;
}

// invariant: F-17
#[tokio::test(flavor = "multi_thread")]
async fn what_is_renamed_while_nobody_looks_is_found_at_the_start_and_by_who_reads() {
    let platform = Platform::start_with(Box::new(|configuration| configuration.files.look_every_s = 0)).await;
    let file_id = put(&platform, "a.bin", b"nobody plays this", 1).await;
    fs::rename(library(&platform, "a.bin"), library(&platform, "b.bin")).unwrap();
    let platform = platform.restart().await;
    let client = &platform.client;
    until_are(client, &[(file_id, "b.bin", "PRESENT")]).await;

    // What lies in a bin is lost, and what was lost is looked for by whoever reads.
    fs::create_dir(library(&platform, ".Trash-1000")).unwrap();
    fs::rename(library(&platform, "b.bin"), library(&platform, ".Trash-1000/b.bin")).unwrap();
    assert_eq!(client.verify_files(json!({})).await["state"], json!("SUCCEEDED"));
    until_are(client, &[(file_id, "b.bin", "LOST")]).await;
    fs::rename(library(&platform, ".Trash-1000/b.bin"), library(&platform, "c.bin")).unwrap();
    assert_eq!(
        client.verify_files(json!({ "ids": [file_id.to_string()] })).await["state"],
        json!("SUCCEEDED")
    );
    until_are(client, &[(file_id, "c.bin", "PRESENT")]).await;

    // It reads what it finds: a bit that rotted is noticed under the other name too.
    let (place, other) = (library(&platform, "c.bin"), library(&platform, "d.bin"));
    let moment = fs::metadata(&place).unwrap().modified().unwrap();
    fs::write(&place, b"nobody plays that").unwrap();
    fs::File::options().write(true).open(&place).unwrap().set_modified(moment).unwrap();
    fs::rename(&place, &other).unwrap();
    assert_eq!(client.verify_files(json!({})).await["state"], json!("SUCCEEDED"));
    until_are(client, &[(file_id, "d.bin", "CHANGED")]).await;
    platform.stop().await;
}

// After a start of the machine a disk may have another number: then bytes are read before anybody says that they are there.
// invariant: F-17
#[tokio::test(flavor = "multi_thread")]
async fn a_renamed_file_on_a_disk_with_another_number_is_read_once() {
    let platform = watchful().await;
    let client = &platform.client;
    let bytes = b"nobody plays this";
    fs::write(library(&platform, "a.bin"), bytes).unwrap();
    let mut stamp = stamp_of(&library(&platform, "a.bin"));
    stamp.inode = stamp.inode.map(|inode| Inode { device: inode.device + 1, ..inode });
    let file_id = record(&platform, "a.bin", bytes, stamp).await;
    fs::rename(library(&platform, "a.bin"), library(&platform, "b.bin")).unwrap();
    until_are(client, &[(file_id, "b.bin", "PRESENT")]).await;
    until("it was read", || async {
        let jobs = client.jobs(json!({})).await;
        jobs.iter().all(|job| job["state"] == json!("SUCCEEDED")).then_some(())
    })
    .await;
    // From now on it is followed.
    fs::rename(library(&platform, "b.bin"), library(&platform, "c.bin")).unwrap();
    until_are(client, &[(file_id, "c.bin", "PRESENT")]).await;
    assert_eq!((reads(client).await, count(client, "file.lost").await), (1, 0));
    platform.stop().await;
}

// Whoever saves room by linking equal files has changed none of them.
// invariant: F-18
#[tokio::test(flavor = "multi_thread")]
async fn a_hard_link_is_known_as_the_same_bytes() {
    let platform = watchful().await;
    let client = &platform.client;
    let first = put(&platform, "a.bin", b"nobody plays this", 1).await;
    let equal = put(&platform, "b.bin", b"nobody plays this", 2).await;
    let other = put(&platform, "c.bin", b"somebody sees it.", 3).await;
    let link = |to: &str| {
        let (from, to) = (library(&platform, "a.bin"), library(&platform, to));
        // In one step, so that no look comes between.
        let aside = library(&platform, "aside");
        fs::hard_link(from, &aside).unwrap();
        fs::rename(aside, to).unwrap();
    };
    link("b.bin");
    link("c.bin");
    let [a, b] = [(first, "a.bin", "PRESENT"), (equal, "b.bin", "PRESENT")];
    until_are(client, &[a, b, (other, "c.bin", "REPLACED")]).await;
    until("the link is known", || async { (count(client, "file.found").await == 1).then_some(()) }).await;

    // Its first name is gone: it is where other bytes were, and not where the equal file is.
    fs::remove_file(library(&platform, "a.bin")).unwrap();
    until_are(client, &[(first, "c.bin", "PRESENT"), b, (other, "c.bin", "REPLACED")]).await;
    fs::remove_file(library(&platform, "c.bin")).unwrap();
    until_are(client, &[(first, "c.bin", "LOST"), b]).await;
    // A link that no other file is known by is the file, once its first name is gone.
    fs::hard_link(library(&platform, "b.bin"), library(&platform, "d.bin")).unwrap();
    fs::remove_file(library(&platform, "b.bin")).unwrap();
    until_are(client, &[(equal, "d.bin", "PRESENT")]).await;
    assert_eq!(reads(client).await, 0, "nothing was read for it");
    platform.stop().await;
}

// Somebody puts a file of his own where a kept one was: that is neither a change of its bytes nor a loss.
// invariant: F-18
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_a_person_puts_into_the_place_of_a_kept_one_has_replaced_it() {
    let platform = watchful().await;
    let client = &platform.client;
    let file_id = put(&platform, "a.bin", b"nobody plays this", 1).await;
    let (place, aside) = (library(&platform, "a.bin"), platform.data().join("aside"));
    // In one step, so that no look comes between; what was kept is somewhere where nobody looks.
    let swap = |bytes: &[u8]| {
        let own = platform.data().join("own");
        fs::write(&own, bytes).unwrap();
        fs::rename(own, &place).unwrap();
    };
    fs::hard_link(&place, &aside).unwrap();
    swap(b"somebody's own");
    until_are(client, &[(file_id, "a.bin", "REPLACED")]).await;
    assert_eq!(reads(client).await, 0, "its size says it");
    fs::rename(&aside, &place).unwrap();
    until_are(client, &[(file_id, "a.bin", "PRESENT")]).await;

    // As long as the kept one: only who reads it can tell.
    swap(b"somebody's own 17");
    until_are(client, &[(file_id, "a.bin", "REPLACED")]).await;
    assert_eq!(reads(client).await, 1);
    assert_eq!((count(client, "file.changed").await, count(client, "file.lost").await), (0, 0));
    // The same bytes in another file are the kept ones; written in their place they are changed.
    swap(b"nobody plays this");
    until_are(client, &[(file_id, "a.bin", "PRESENT")]).await;
    fs::write(&place, b"written").unwrap();
    until_are(client, &[(file_id, "a.bin", "CHANGED")]).await;
    platform.stop().await;
}

// invariant: F-18
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_comes_into_the_place_of_another_has_replaced_it() {
    let platform = watchful().await;
    let client = &platform.client;
    let first = put(&platform, "a.bin", b"nobody plays this", 1).await;
    let second = put(&platform, "b.bin", b"nor this", 2).await;
    // They change places: both are there.
    let swap = |one: &str, other: &str| {
        for (from, to) in [(one, "aside"), (other, one), ("aside", other)] {
            fs::rename(library(&platform, from), library(&platform, to)).unwrap();
        }
    };
    swap("a.bin", "b.bin");
    until_are(client, &[(first, "b.bin", "PRESENT"), (second, "a.bin", "PRESENT")]).await;
    // The first one is put over the second.
    fs::rename(library(&platform, "b.bin"), library(&platform, "a.bin")).unwrap();
    until_are(client, &[(first, "a.bin", "PRESENT"), (second, "a.bin", "REPLACED")]).await;
    // The next look finds it so.
    let third = put(&platform, "c.bin", b"a later one", 3).await;
    fs::remove_file(library(&platform, "c.bin")).unwrap();
    until_are(client, &[(third, "c.bin", "LOST"), (first, "a.bin", "PRESENT")]).await;
    assert_eq!((count(client, "file.replaced").await, reads(client).await), (1, 0));
    platform.stop().await;
}
