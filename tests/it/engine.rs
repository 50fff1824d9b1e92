//! Lists and broadcasts as the world has them: lists of lists, rows that can't be read, what is not there yet.

#![expect(clippy::unwrap_used, reason = "helpers of a test; the setting for tests does not reach them")]

use mediary::demo::{ListOptions, Nesting, Oddity};
use mediary_schema::playlist::LiveStatus;
use mediary_tests::{Client, Platform, until};
use serde_json::{Value, json};

const TABS: [(&str, u32); 3] = [("tab-videos", 2), ("tab-shorts", 3), ("tab-live", 1)];

// invariant: P-11
// Field 05: whole tabs of a channel were in no row, no count, no failure.
#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_lists_is_read_and_kept_whole() {
    let platform = Platform::start().await;
    let (client, site) = (&platform.client, &platform.site);
    for (name, len) in TABS {
        site.add_list(name, ListOptions::new(name, len)).unwrap();
    }
    let tabs = TABS.map(|(name, _)| name);
    site.list("channel").hold(&tabs, Nesting::WithRows);
    site.list("home").hold(&tabs, Nesting::ByAddress);
    let of_tabs = || -> Vec<String> { tabs.iter().flat_map(|name| site.list(name).ids(0..9)).collect() };

    let channel = client.follow(&site.list_url("channel")).await;
    assert_eq!(client.playlist(&channel).await["refreshOutcome"], json!("CHANGED"));
    assert_eq!(ids(&client.entries(&channel).await), of_tabs());
    let story = client.start_download(json!({ "playlistId": channel }), "best").await;
    client.wait_story(&story).await;
    assert_eq!(platform.library_files().len(), 6);

    // What is new in front of one tab is behind all of another.
    site.list("tab-shorts").prepend(1);
    site.list("tab-videos").prepend(1);
    client.look(&channel, false).await;
    assert_eq!(client.playlist(&channel).await["refreshCounts"]["added"], json!(2));
    assert_eq!(ids(&client.entries(&channel).await), of_tabs());
    let home = client.follow(&site.list_url("home")).await;
    assert_eq!(ids(&client.entries(&home).await), of_tabs(), "of lists that are nothing but addresses");
    site.list("tab-live").prepend(1);
    client.look(&channel, false).await;
    assert_eq!(ids(&client.entries(&channel).await), of_tabs());
    platform.stop().await;
}

fn ids(entries: &[Value]) -> Vec<String> {
    entries.iter().map(|entry| entry["sourceId"].as_str().unwrap().to_owned()).collect()
}

// invariant: P-1, P-11
// Field 06, 16: one such row cost the list, or was dropped without a word.
#[tokio::test(flavor = "multi_thread")]
async fn rows_that_can_not_be_read_are_told_and_nothing_counts_as_removed() {
    let platform = Platform::start().await;
    let (client, site) = (&platform.client, &platform.site);
    let list = site.add_list("odd", ListOptions::new("Odd", 8)).unwrap();
    for (index, oddity) in Oddity::ALL.into_iter().enumerate() {
        list.make_odd(index + 1, oddity).unwrap();
    }
    let id = client.follow(&site.list_url("odd")).await;
    let playlist = client.playlist(&id).await;
    assert_eq!(playlist["refreshOutcome"], json!("PARTIAL"), "not all of it was seen: {playlist}");
    assert_eq!((&playlist["refreshUnreadable"], &playlist["entryCount"]), (&json!(3), &json!(5)));
    let rows = playlist["refreshUnreadableRows"].as_array().unwrap();
    let places: Vec<_> = rows.iter().map(|row| row["index"].as_u64().unwrap()).collect();
    assert_eq!(places, [3, 5, 6], "{rows:?}");
    assert!(rows[0]["reason"].as_str().unwrap().contains("NaN"), "{rows:?}");
    let entries = client.entries(&id).await;
    assert_eq!(ids(&entries), ["odd-1", "odd-2", "1004", "odd-7", "odd-8"]);
    assert!(entries[1]["title"].as_str().unwrap().ends_with('\u{fffd}'), "{entries:?}");

    // Rows can't be read: whoever is not among the others may be one of them.
    list.delete(7).unwrap();
    for _ in 0..3 {
        client.look(&id, true).await;
    }
    assert!(client.entries(&id).await.iter().all(|entry| entry["status"] == json!("PRESENT")));
    platform.stop().await;
}

/// The download of the announced item.
async fn premiere(client: &Client) -> Value {
    const DOCUMENT: &str = "{ jobs(first: 100) { nodes { kind title state failure { class message }
        waitsFor { reason message until } } } }";
    let mut data = client.ask(DOCUMENT, json!({})).await;
    let jobs = data["jobs"]["nodes"].take();
    let is_it = |job: &&Value| job["kind"] == json!("DOWNLOAD") && job["title"] == json!("Quiet orchard 1");
    jobs.as_array().unwrap().iter().find(is_it).cloned().unwrap_or_default()
}

/// Waits until it waits for something that is called so.
async fn waits_for(client: &Client, words: &str) -> Value {
    until(&format!("it waits: {words}"), || async {
        let job = premiere(client).await;
        let told = job["waitsFor"]["message"].as_str().is_some_and(|told| told.contains(words));
        told.then_some(job)
    })
    .await
}

// invariant: J-12, F-11
// Field 14: a premiere failed before its time and was never tried again; a torso was kept for ever.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_announced_waits_and_is_kept_once_it_is_there() {
    let platform = Platform::start().await;
    let (client, site) = (&platform.client, &platform.site);
    let list = site.add_list("shows", ListOptions::new("Shows", 2)).unwrap();
    list.broadcast(0, LiveStatus::Upcoming).unwrap();
    let id = client.follow(&site.list_url("shows")).await;
    assert_eq!(live(client, &id).await, json!("UPCOMING"));
    let story = client.start_download(json!({ "playlistId": id }), "best").await;
    let job = waits_for(client, "Premieres in 2 hours").await;
    assert_eq!((&job["state"], &job["failure"]["class"]), (&json!("QUEUED"), &json!("not_yet")));
    assert_eq!(job["waitsFor"]["reason"], json!("NOT_YET"));
    client.download_job("2", "SUCCEEDED").await;

    // Wanted once more it is asked for at once, however long it would have waited.
    for (status, words) in [(LiveStatus::Live, "being broadcast"), (LiveStatus::PostLive, "recording of it")]
    {
        list.broadcast(0, status).unwrap();
        client.start_download(json!({ "playlistId": id }), "best").await;
        waits_for(client, words).await;
    }
    assert_eq!(platform.library_files().len(), 1, "a torso is nothing to keep");

    // And so it is once a look sees that it is over.
    list.broadcast(0, LiveStatus::WasLive).unwrap();
    assert_eq!(client.look(&id, true).await["state"], json!("SUCCEEDED"));
    assert_eq!(live(client, &id).await, json!("WAS_LIVE"));
    client.wait_story(&story).await;
    assert_eq!(premiere(client).await["state"], json!("SUCCEEDED"));
    assert_eq!(platform.library_files().len(), 2);
    platform.stop().await;
}

/// The state of the broadcast of the first entry.
async fn live(client: &Client, playlist_id: &str) -> Value {
    const DOCUMENT: &str =
        "query($id: ID!) { playlist(id: $id) { entries(first: 1) { nodes { liveStatus } } } }";
    let data = client.ask(DOCUMENT, json!({ "id": playlist_id })).await;
    data["playlist"]["entries"]["nodes"][0]["liveStatus"].clone()
}
