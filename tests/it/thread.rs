//! The main job from end to end: follow, list, download, change, list again.

use mediary_tests::{Platform, events_of};
use serde_json::json;

// Issue 2, step 3 and 4: a playlist arrives, its items are verified files, and every step is an event.
// invariant: F-1
#[tokio::test(flavor = "multi_thread")]
async fn a_playlist_is_listed_downloaded_and_verified() {
    let platform = Platform::start().await;
    let client = &platform.client;
    let id = client.follow(&platform.site.list_url("videos")).await;
    let story = client.download(&id, "best").await;
    assert_eq!(story["succeededCount"], json!(8), "{story}");
    let data = client
        .ask("{ files { totalCount nodes { path sizeBytes blake3 durationMs height } } }", json!({}))
        .await;
    assert_eq!(data["files"]["totalCount"], json!(8));
    for file in data["files"]["nodes"].as_array().unwrap() {
        let path = platform.configuration.library_folder().join(file["path"].as_str().unwrap());
        let bytes = std::fs::read(&path).unwrap();
        assert_eq!(json!(bytes.len()), file["sizeBytes"]);
        assert_eq!(json!(blake3::hash(&bytes).to_hex().as_str()), file["blake3"]);
    }
    let events = client.events_after(0).await;
    assert_eq!(events_of(&events, "playlist.entry_added").len(), 8);
    assert_eq!(events_of(&events, "file.recorded").len(), 8);
    platform.stop().await;
}

// LI-04, LI-05: the diff over time; must hold 2: an unchanged list is one playlist event.
// invariant: P-1, P-3
#[tokio::test(flavor = "multi_thread")]
async fn what_changed_between_two_looks_is_told_and_nothing_else() {
    let platform = Platform::start().await;
    let client = &platform.client;
    let id = client.follow(&platform.site.list_url("videos")).await;
    let before = platform.server.log().head().position;
    client.refresh(&id).await;
    let events = client.events_after(before).await;
    let of_playlist: Vec<_> = events.iter().filter(|event| event["stream"] == json!(id)).collect();
    assert_eq!(of_playlist.len(), 1, "{of_playlist:?}");
    assert_eq!(of_playlist[0]["kind"], "playlist.refresh_completed");

    let list = platform.site.list("videos");
    list.prepend(2);
    list.delete(4).unwrap();
    list.rename(5, "Another title").unwrap();
    list.make_private(6).unwrap();
    client.refresh(&id).await;
    let counts = refresh_counts(client, &id).await;
    let expected = json!({ "added": 2, "notSeen": 1, "removed": 0, "moved": 0, "renamed": 1, "unavailable": 1, "returned": 0 });
    assert_eq!(counts, expected);
    client.refresh(&id).await;
    assert_eq!(
        refresh_counts(client, &id).await["removed"],
        json!(1),
        "the second full refresh lacks it, too"
    );
    platform.stop().await;
}

async fn refresh_counts(client: &mediary_tests::Client, id: &str) -> serde_json::Value {
    const DOCUMENT: &str = "query($id: ID!) { playlist(id: $id) {
        refreshCounts { added notSeen removed moved renamed unavailable returned } } }";
    client.ask(DOCUMENT, json!({ "id": id })).await["playlist"]["refreshCounts"].take()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_at_a_single_item_fetches_none_of_it() {
    let platform = Platform::start().await;
    let id = platform.site.list("large").item(0).unwrap().id;
    platform.client.follow(&platform.site.item_url(&id)).await;
    let of_media = platform.site.requests().all().into_iter().filter(|seen| seen.path.starts_with("/media/"));
    let sent: u64 = of_media.map(|seen| seen.bytes_sent).sum();
    assert!(sent < 1 << 20, "{sent} bytes of media were fetched");
    platform.stop().await;
}
