//! What sources and tools say is not what is believed: lists that lie, files that are not what they seem.

#![expect(clippy::unwrap_used, reason = "helpers of a test; the setting for tests does not reach them")]

mod keeping;

use mediary::demo::ListOptions;
use mediary_schema::PlaylistId;
use mediary_tests::{Client, Platform};
use reqwest::StatusCode;
use serde_json::{Value, json};

/// The events of the log behind a position that say what a list has.
async fn entry_events(client: &Client, after: u64) -> Vec<Value> {
    let events = client.events_after(after).await;
    let is_of_entry = |event: &Value| event["kind"].as_str().unwrap().starts_with("playlist.entry_");
    events.into_iter().filter(is_of_entry).collect()
}

// LI-02
#[tokio::test(flavor = "multi_thread")]
async fn a_single_video_is_kept_in_unlisted() {
    let platform = Platform::start().await;
    let client = &platform.client;
    let target = json!({ "url": platform.site.item_url("videos-2") });
    let story = client.start_download(target, "best").await;
    assert_eq!(client.wait_story(&story).await["succeededCount"], json!(2), "a refresh and a download");
    let unlisted = PlaylistId::UNLISTED.to_string();
    let entries = client.entries(&unlisted).await;
    let [entry] = entries.as_slice() else { panic!("{entries:?}") };
    assert_eq!(entry["sourceId"], json!("videos-2"));
    assert_eq!(entry["download"]["state"], json!("KEPT"));
    let path = entry["download"]["file"]["path"].as_str().unwrap();
    assert!(path.starts_with("Unlisted/"), "{path}");
    assert_eq!(client.playlist(&unlisted).await["title"], json!("Unlisted"));
    platform.stop().await;
}

// LI-03, LI-06: what was not seen to its end changes nothing, and says how far it came.
// invariant: P-2
#[tokio::test(flavor = "multi_thread")]
async fn a_look_that_breaks_off_changes_nothing_and_says_how_much_it_saw() {
    let platform = Platform::start().await;
    let client = &platform.client;
    let list = platform.site.add_list("paged", ListOptions::new("Paged", 130)).unwrap();
    let id = client.follow(&platform.site.list_url("paged")).await;
    assert_eq!(client.playlist(&id).await["entryCount"], json!(130));

    list.prepend(2);
    list.delete(60).unwrap();
    let fault = platform.site.faults().page_failure("paged", 3, StatusCode::INTERNAL_SERVER_ERROR, None);
    let before = platform.server.log().head().position;
    let job = client.look(&id, true).await;
    assert_eq!(job["state"], json!("FAILED"));
    assert_eq!((&job["failure"]["class"], &job["failure"]["partial"]), (&json!("network"), &json!(100)));
    assert_eq!(entry_events(client, before).await, Vec::<Value>::new());
    let playlist = client.playlist(&id).await;
    assert_eq!((&playlist["refreshOutcome"], &playlist["entryCount"]), (&json!("PARTIAL"), &json!(130)));
    assert_eq!(playlist["refreshFailure"]["partial"], json!(100));

    platform.site.faults().remove(fault);
    assert_eq!(client.look(&id, true).await["state"], json!("SUCCEEDED"));
    let counts = client.playlist(&id).await["refreshCounts"].take();
    assert_eq!((&counts["added"], &counts["notSeen"]), (&json!(2), &json!(1)), "{counts}");
    platform.stop().await;
}

// LI-03: a page that fails once costs a try, not the pages before it.
// invariant: P-7
#[tokio::test(flavor = "multi_thread")]
async fn a_look_goes_on_from_the_page_that_it_had() {
    let platform = Platform::start().await;
    let client = &platform.client;
    platform.site.add_list("paged", ListOptions::new("Paged", 330)).unwrap();
    platform.site.faults().page_failure("paged", 6, StatusCode::INTERNAL_SERVER_ERROR, Some(1));
    let id = client.follow(&platform.site.list_url("paged")).await;
    assert_eq!(client.playlist(&id).await["entryCount"], json!(330));
    let asked = |page: &str| {
        let requests = platform.site.requests().for_path("/api/lists/paged");
        let is_page =
            |query: Option<String>| query.is_some_and(|query| query.split('&').any(|part| part == page));
        requests.into_iter().filter(|request| is_page(request.query.clone())).count()
    };
    assert_eq!(asked("page=6"), 2);
    assert_eq!(asked("page=3"), 1, "pages that were kept are not asked for again");
    platform.stop().await;
}

// LI-04, LI-07
#[tokio::test(flavor = "multi_thread")]
async fn private_items_in_front_are_entries_that_are_not_fetched() {
    let platform = Platform::start().await;
    let client = &platform.client;
    let list = platform.site.list("videos");
    for index in 0..3 {
        list.make_private(index).unwrap();
    }
    let id = client.follow(&platform.site.list_url("videos")).await;
    let entries = client.entries(&id).await;
    assert_eq!(entries.len(), 8);
    for entry in &entries[..3] {
        assert_eq!((&entry["availability"], &entry["title"]), (&json!("PRIVATE"), &Value::Null), "{entry}");
    }
    let story = client.download(&id, "720p").await;
    assert_eq!((&story["jobCount"], &story["succeededCount"]), (&json!(5), &json!(5)));

    // One that becomes private later keeps the title that was known.
    let known = entries[5]["title"].clone();
    list.make_private(5).unwrap();
    list.make_public(0).unwrap();
    client.look(&id, true).await;
    let entries = client.entries(&id).await;
    assert_eq!((&entries[5]["availability"], &entries[5]["title"]), (&json!("PRIVATE"), &known));
    assert_eq!(entries[0]["availability"], json!("AVAILABLE"));
    platform.stop().await;
}

// invariant: P-4, F-7
#[tokio::test(flavor = "multi_thread")]
async fn the_same_video_twice_is_two_entries_and_one_file() {
    let platform = Platform::start().await;
    let client = &platform.client;
    let list = platform.site.add_list("twice", ListOptions::new("Twice", 3)).unwrap();
    list.duplicate(0).unwrap();
    let id = client.follow(&platform.site.list_url("twice")).await;
    let entries = client.entries(&id).await;
    let ids: Vec<_> = entries.iter().map(|entry| entry["sourceId"].as_str().unwrap()).collect();
    assert_eq!(ids, ["twice-1", "twice-2", "twice-3", "twice-1"]);
    assert_ne!(entries[0]["id"], entries[3]["id"]);
    assert_eq!(client.download(&id, "720p").await["jobCount"], json!(3));
    assert_eq!(platform.library_files().len(), 3);
    platform.stop().await;
}

// LI-06: newest-first lists are read as far as there is news; asked for, they are read to the end.
#[tokio::test(flavor = "multi_thread")]
async fn a_newest_first_list_is_read_until_a_page_that_is_known() {
    let platform = Platform::start().await;
    let client = &platform.client;
    let list = platform.site.list("long");
    list.set_len(2_000);
    let id = client.follow(&platform.site.list_url("long")).await;
    // What is new stands in front: that is learnt here.
    list.prepend(3);
    client.look(&id, false).await;

    list.prepend(120);
    platform.site.requests().clear();
    client.look(&id, false).await;
    let counts = client.playlist(&id).await["refreshCounts"].take();
    let expected = json!({
        "added": 120, "notSeen": 0, "removed": 0, "moved": 0, "renamed": 0, "described": 0, "unavailable": 0, "returned": 0,
    });
    assert_eq!(counts, expected);
    let pages = platform.site.requests().for_path("/api/lists/long").len();
    // Three pages with news, one that is known, and what yt-dlp asks for ahead of being stopped.
    assert!((4..=8).contains(&pages), "{pages} pages of 43 were asked for");

    platform.site.requests().clear();
    client.look(&id, true).await;
    assert_eq!(
        platform.site.requests().for_path("/api/lists/long").len(),
        43,
        "asked for, all of it is read"
    );
    assert_eq!(client.playlist(&id).await["entryCount"], json!(2_123));
    platform.stop().await;
}

// LI-06: an answer without entries is no news that all is gone.
// invariant: P-2
#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_answers_empty_changes_nothing() {
    let platform = Platform::start().await;
    let client = &platform.client;
    let id = client.follow(&platform.site.list_url("videos")).await;
    platform.site.list("videos").clear();
    let before = platform.server.log().head().position;
    let job = client.look(&id, true).await;
    assert_eq!(job["state"], json!("FAILED"));
    let message = job["failure"]["message"].as_str().unwrap();
    assert!(message.contains("empty list, though it had 8 entries"), "{message}");
    assert_eq!(entry_events(client, before).await, Vec::<Value>::new());
    assert_eq!(client.playlist(&id).await["entryCount"], json!(8));
    platform.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_was_always_empty_is_an_empty_list() {
    let platform = Platform::start().await;
    let client = &platform.client;
    let id = client.follow(&platform.site.list_url("empty")).await;
    let playlist = client.playlist(&id).await;
    assert_eq!((&playlist["entryCount"], &playlist["title"]), (&json!(0), &json!("An empty list")));
    assert_eq!(client.look(&id, true).await["state"], json!("SUCCEEDED"));
    platform.stop().await;
}
