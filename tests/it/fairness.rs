//! Who waits for whom, on a server that works.

use std::fmt::Write as _;

use mediary::demo::Rendition;
use mediary_tests::{Platform, Publisher, events_of, until};
use serde_json::{Value, json};

/// Items of the list. More than anybody fetches while a test looks.
const LISTED: usize = 3_000;
/// Those of them that are there: the others are asked for long after the test has ended, be its machine as slow as it likes.
const PUBLISHED: usize = 1_200;

// PL-22, PL-29: a list of thousands on one host, a single wish on another.
#[tokio::test(flavor = "multi_thread")]
async fn a_single_item_starts_within_one_lease_beside_a_list_of_three_thousand() {
    let platform = Platform::start().await;
    let client = &platform.client;
    client.limit_downloads(1).await;
    let sound = platform.served("talks-1", Rendition::AudioMp3).await;
    let crowd = Publisher::start().await;
    let mut items = String::new();
    for number in 0..LISTED {
        write!(
            items,
            "<item><title>Ep {number}</title><guid>{number}</guid><enclosure url='/{number}.mp3'/></item>"
        )
        .unwrap();
    }
    for number in 0..PUBLISHED {
        crowd.put(&format!("/{number}.mp3"), "audio/mpeg", sound.clone());
    }
    crowd.put_feed("/feed", "A crowd", &items);
    let alone = Publisher::start_at([127, 0, 0, 2]).await;
    alone.put("/alone.mp3", "audio/mpeg", sound);

    let list = client.follow(&crowd.url("/feed")).await;
    let (_, asked_at) = client.start_download(json!({ "playlistId": list }), "best").await;
    let waiting = async || {
        let answer =
            client.ask("{ jobs(first: 1, filter: { state: QUEUED }) { totalCount } }", json!({})).await;
        answer["jobs"]["totalCount"].as_u64().unwrap()
    };
    let least = (LISTED - PUBLISHED) as u64;
    until("the list waits", || async { (waiting().await > least).then_some(()) }).await;
    let story = client.start_download(json!({ "url": alone.url("/alone.mp3") }), "best").await;
    let told = client.wait_story(&story).await;
    assert_eq!(told["succeededCount"], json!(2), "looked at, and fetched: {told}");

    let events = client.events_after(asked_at).await;
    let is_single = |event: &&Value| {
        let payload = event["payload"].to_string();
        payload.contains("127.0.0.2") && payload.contains("\"download\"")
    };
    let single = events_of(&events, "job.queued").into_iter().find(is_single).unwrap();
    let since = single["position"].as_u64();
    let mut leases =
        events_of(&events, "job.leased").into_iter().filter(|it| it["position"].as_u64() > since);
    let before_it = leases.position(|lease| lease["stream"] == single["stream"]).unwrap();
    assert!(before_it <= 1, "{before_it} jobs of the list were begun before it");
    // The list was not at its end by then.
    assert!(waiting().await > least);
    platform.stop().await;
}
