//! A long list takes little more memory than a short one.

#![expect(clippy::unwrap_used, reason = "helpers of a test; the setting for tests does not reach them")]

use mediary::demo::{ListOptions, MediaLibrary, Site, SiteOptions};
use mediary_tests::{ServerFolder, events_of};
use serde_json::{Value, json};

/// What the server may need for a list of 20,000 beyond what it needs for one of 1,000.
const GROWTH_MAX_BYTES: u64 = 32 << 20;

// Issue 2, must hold 2: bounded memory, and an unchanged list is one event.
// invariant: P-3, P-9
#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_20_000_takes_little_more_than_one_of_1_000() {
    let media = MediaLibrary::open_shared().await.unwrap();
    let site = Site::start(&media, SiteOptions { port: 0 }).await.unwrap();
    site.add_list("short", ListOptions::new("A list of 1,000", 1_000)).unwrap();
    let short = peak_of_refresh(&site, "short", 1_000).await;
    let long = peak_of_refresh(&site, "long", 20_000).await;
    let growth = long.saturating_sub(short);
    println!(
        "peak {} KiB for 1,000 entries, {} KiB for 20,000: {} KiB more",
        short >> 10,
        long >> 10,
        growth >> 10
    );
    assert!(growth <= GROWTH_MAX_BYTES, "{growth} bytes more");
    site.stop().await;
}

/// The log's caches: 1,000 entries fill these, too, so that what a longer list takes is what is said of it.
const CACHE_BYTES: usize = 1 << 20;

/// The most memory that a server has while it lists a list, and lists it again unchanged.
async fn peak_of_refresh(site: &Site, list: &str, entries: usize) -> u64 {
    let folder = ServerFolder::with(|configuration| configuration.log.cache_bytes = CACHE_BYTES);
    let (server, client) = folder.serve().await;
    let id = client.follow(&site.list_url(list)).await;
    println!("{list}: {} KiB after the first refresh", server.memory_peak_bytes() >> 10);
    client.refresh(&id).await;
    let peak = server.memory_peak_bytes();
    println!("{list}: {} KiB after the second refresh", peak >> 10);
    // Only now: a client that reads the whole log fills the caches.
    let events = client.events_after(0).await;
    assert_eq!(events_of(&events, "playlist.entry_added").len(), entries);
    let of_list: Vec<_> = events.iter().filter(|event| event["stream"] == json!(id)).collect();
    let is_end = |event: &&Value| event["kind"] == "playlist.refresh_completed";
    let first_refresh = of_list.iter().position(is_end).unwrap();
    let second_refresh = &of_list[first_refresh + 1..];
    assert_eq!(second_refresh.len(), 1, "{second_refresh:?}");
    assert!(is_end(&second_refresh[0]), "{second_refresh:?}");
    assert_eq!(second_refresh[0]["payload"]["observed"], json!(entries), "{second_refresh:?}");
    server.terminate();
    assert!(server.ended().await.success());
    peak
}
