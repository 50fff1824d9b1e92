//! What a client that is cut off again and again has in the end.

#![expect(clippy::unwrap_used, reason = "helpers of a test; the setting for tests does not reach them")]

use std::{cell::Cell, collections::BTreeMap, time::Duration};

use mediary_schema::PlaylistId;
use mediary_tests::{Client, DEADLINE, Platform, Random, Subscriber};
use serde_json::{Value, json};

const CUTS_IN_EVERY_RUN: u64 = 50;
/// Frames before a cut: from none to a page of the log.
const FRAMES_MAX: u64 = 24;
/// The longest time that a client of changes stays.
const CUT_AFTER_MAX_MS: u64 = 400;

const EVENTS: &str = "subscription($after: Position!) { events(after: $after) {
    position event { id position stream version kind commandId storyId causationId payload } } }";

/// What a client of `events` has received, and where it goes on.
#[derive(Debug, Default)]
struct Received {
    after: u64,
    events: Vec<Value>,
}

impl Received {
    /// Takes the next frame as a client does: what it has seen, it has.
    async fn take(&mut self, subscriber: &mut Subscriber) {
        let mut item = subscriber.item().await["events"].take();
        self.after = item["position"].as_u64().unwrap();
        if !item["event"].is_null() {
            self.events.push(item["event"].take());
        }
    }

    async fn open(&self, client: &Client) -> Subscriber {
        Subscriber::open(client, EVENTS, json!({ "after": self.after })).await
    }
}

/// The log as a bundle, reduced to what a subscription tells.
async fn exported(client: &Client, last: u64) -> Vec<Value> {
    let bundle = client.get(&format!("/v1/log/export?from=1&to={last}")).await.text().await.unwrap();
    let lines = bundle.lines().skip(1).map(|line| serde_json::from_str::<Value>(line).unwrap());
    let told = |event: Value| {
        json!({
            "id": event["id"], "position": event["position"], "stream": event["stream"],
            "version": event["version"], "kind": event["kind"], "commandId": event["commandId"],
            "storyId": event["correlationId"], "causationId": event["causationId"], "payload": event["payload"],
        })
    };
    lines.map(told).collect()
}

// Issue 2, must hold 4.
// invariant: E-1, L-9
#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_that_is_cut_fifty_times_has_the_log_in_order_without_gap_or_repeat() {
    let mut random = Random::printed();
    let platform = Platform::start().await;
    let client = &platform.client;
    let id = client.follow(&platform.site.list_url("videos")).await;
    let is_cut_enough = Cell::new(false);

    let appending = async {
        let list = platform.site.list("videos");
        while !is_cut_enough.get() {
            list.prepend(1);
            list.rename(3, format!("Renamed at {}", list.len())).unwrap();
            // A refresh takes a second for a few events; what is cheap fills the time.
            let cheaply = async {
                for limit in (1..=3).cycle().take(30) {
                    client.limit_downloads(limit).await;
                }
            };
            tokio::join!(client.refresh(&id), cheaply);
        }
    };
    let cutting = async {
        let mut received = Received::default();
        for _ in 0..mediary_tools::rounds(CUTS_IN_EVERY_RUN) {
            let mut subscriber = received.open(client).await;
            for _ in 0..random.below(FRAMES_MAX) {
                received.take(&mut subscriber).await;
            }
        }
        is_cut_enough.set(true);
        received
    };
    let ((), mut received) = tokio::join!(appending, cutting);

    let last = platform.server.log().head().position;
    let mut subscriber = received.open(client).await;
    while received.after < last {
        received.take(&mut subscriber).await;
    }
    let expected = exported(client, last).await;
    assert_eq!(expected.len() as u64, last, "the export has every event");
    let positions: Vec<_> = received.events.iter().map(|event| event["position"].as_u64().unwrap()).collect();
    assert_eq!(positions, (1..=last).collect::<Vec<_>>());
    assert_eq!(received.events, expected);
    platform.stop().await;
}

// What is told is written as text, and what is asked for by a resolver for each field: both have to say the same.
#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_is_told_says_what_it_says_when_it_is_asked_for() {
    const FIELDS: &str = r#"{ __type(name: "Event") { fields { name } } }"#;
    let platform = Platform::start().await;
    let client = &platform.client;
    client.follow(&platform.site.list_url("videos")).await;

    let mut fields = client.ask(FIELDS, json!({})).await["__type"]["fields"].take();
    let named = fields.as_array_mut().unwrap().iter().map(|field| match field["name"].as_str().unwrap() {
        "changes" => "changes { field }".to_owned(),
        name => name.to_owned(),
    });
    let all = named.collect::<Vec<_>>().join(" ");
    // Under another name, in fragments, twice, and left out.
    let wanted = format!(
        "__typename {all} place: position ... on Event {{ kind at }} ...Causes stream @include(if: $yes)
         payload @skip(if: $yes)"
    );
    let causes = "fragment Causes on Event { causationId storyId }";
    let asked =
        format!("query($yes: Boolean!) {{ events(first: 100) {{ events {{ {wanted} }} }} }} {causes}");
    let asked = client.ask(&asked, json!({ "yes": false })).await["events"]["events"].take();
    assert!(asked.as_array().unwrap().len() > 10, "{asked}");
    for yes in [false, true] {
        let told = format!(
            "subscription($yes: Boolean!) {{ told: events(after: 0) {{
                 __typename at: position event {{ {wanted} }} event {{ id also: version }} }} }} {causes}"
        );
        let mut subscriber = Subscriber::open(client, &told, json!({ "yes": yes })).await;
        for event in asked.as_array().unwrap() {
            let mut item = subscriber.item().await["told"].take();
            assert_eq!(item["event"].as_object_mut().unwrap().remove("also"), Some(event["version"].clone()));
            let expected = json!({ "__typename": "EventItem", "at": event["position"], "event": event });
            assert_eq!(item, expected);
        }
    }
    platform.stop().await;
}

/// The rows of a client that follows changes, by id.
#[derive(Debug, Default)]
struct Mirror {
    after: u64,
    rows: BTreeMap<String, Value>,
}

impl Mirror {
    /// Takes the next change; `name` is the field of the rows.
    async fn take(&mut self, subscriber: &mut Subscriber, root: &str, name: &str) -> usize {
        let mut change = subscriber.item().await[root].take();
        self.after = change["position"].as_u64().unwrap();
        let rows = change[name].as_array_mut().map(std::mem::take).unwrap();
        let count = rows.len();
        self.rows.extend(rows.into_iter().map(|row| (row["id"].as_str().unwrap().to_owned(), row)));
        count
    }

    /// Follows until the client has everything up to a position.
    async fn catch_up(&mut self, subscriber: &mut Subscriber, root: &str, name: &str, position: u64) {
        while self.after < position {
            self.take(subscriber, root, name).await;
        }
    }
}

async fn rows_by_id(client: &Client, document: &str, root: &str) -> BTreeMap<String, Value> {
    let data = client.ask(document, json!({})).await;
    let rows = data[root]["nodes"].as_array().unwrap().iter();
    rows.map(|row| (row["id"].as_str().unwrap().to_owned(), row.clone())).collect()
}

// PL-51: first what there is, then each change; a break loses nothing.
// invariant: E-11
#[tokio::test(flavor = "multi_thread")]
async fn jobs_are_a_snapshot_and_then_changes_and_a_break_misses_nothing() {
    const CHANGES: &str = "subscription($after: Position!) { jobChanges(after: $after) {
        position jobs { id kind state attempts changedAt } } }";
    const QUERY: &str = "{ jobs(first: 100) { nodes { id kind state attempts changedAt } } }";
    let mut random = Random::printed();
    let platform = Platform::start().await;
    let client = &platform.client;
    let id = client.follow(&platform.site.list_url("videos")).await;

    let mut mirror = Mirror::default();
    let mut subscriber = Subscriber::open(client, CHANGES, json!({ "after": 0 })).await;
    mirror.take(&mut subscriber, "jobChanges", "jobs").await;
    assert_eq!(mirror.rows, rows_by_id(client, QUERY, "jobs").await, "the first item is the snapshot");

    let story = client.start_download(json!({ "playlistId": id }), "720p").await;
    let is_settled = Cell::new(false);
    let settling = async {
        client.wait_story(&story).await;
        is_settled.set(true);
    };
    let cutting = async {
        while !is_settled.get() {
            subscriber = Subscriber::open(client, CHANGES, json!({ "after": mirror.after })).await;
            // Cut at any moment, also while a change is on its way.
            let listening = async {
                loop {
                    mirror.take(&mut subscriber, "jobChanges", "jobs").await;
                }
            };
            let cut_after = Duration::from_millis(random.below(CUT_AFTER_MAX_MS));
            let cut: Result<(), _> = tokio::time::timeout(cut_after, listening).await;
            assert!(cut.is_err(), "it listens until it is cut");
        }
    };
    tokio::join!(settling, cutting);
    let head = platform.server.log().head().position;
    subscriber = Subscriber::open(client, CHANGES, json!({ "after": mirror.after })).await;
    mirror.catch_up(&mut subscriber, "jobChanges", "jobs", head).await;
    assert_eq!(mirror.rows, rows_by_id(client, QUERY, "jobs").await);
    assert_eq!(mirror.rows.len(), 9, "a refresh and eight downloads");
    platform.stop().await;
}

// invariant: E-11
#[tokio::test(flavor = "multi_thread")]
async fn playlists_are_a_snapshot_and_then_changes_and_a_break_misses_nothing() {
    const CHANGES: &str = "subscription($after: Position!) { playlistChanges(after: $after) {
        position playlists { id title entryCount refreshOutcome changedAt } } }";
    const QUERY: &str =
        "{ playlists(first: 100) { nodes { id title entryCount refreshOutcome changedAt } } }";
    let platform = Platform::start().await;
    let client = &platform.client;
    let videos = client.follow(&platform.site.list_url("videos")).await;
    client.follow(&platform.site.feed_url("talks")).await;

    let mut mirror = Mirror::default();
    let mut subscriber = Subscriber::open(client, CHANGES, json!({ "after": 0 })).await;
    assert_eq!(mirror.take(&mut subscriber, "playlistChanges", "playlists").await, 2);
    assert_eq!(mirror.rows, rows_by_id(client, QUERY, "playlists").await, "the first item is the snapshot");

    // While nobody listens one list changes and one is new.
    drop(subscriber);
    platform.site.list("videos").append(3);
    client.refresh(&videos).await;
    let large = client.follow(&platform.site.list_url("large")).await;
    let mut subscriber = Subscriber::open(client, CHANGES, json!({ "after": mirror.after })).await;
    assert_eq!(mirror.take(&mut subscriber, "playlistChanges", "playlists").await, 2, "only what changed");
    assert_eq!(mirror.rows, rows_by_id(client, QUERY, "playlists").await);

    // And while it listens, each change comes by itself.
    platform.site.list("large").rename_list("Renamed while watched");
    client.refresh(&large).await;
    while mirror.rows[&large]["title"] != json!("Renamed while watched") {
        mirror.take(&mut subscriber, "playlistChanges", "playlists").await;
    }
    assert_eq!(mirror.rows, rows_by_id(client, QUERY, "playlists").await);
    platform.stop().await;
}

// LI-02: what "Unlisted" shows is told with the playlist that each item is followed as.
// invariant: E-11
#[tokio::test(flavor = "multi_thread")]
async fn single_items_that_are_new_or_change_are_told_to_whoever_watches_unlisted() {
    const CHANGES: &str = "subscription($list: ID!) { entryChanges(playlistId: $list) {
        position entries { id sourceId } } }";
    let platform = Platform::start().await;
    let client = &platform.client;
    let unlisted = PlaylistId::UNLISTED.to_string();
    client.follow(&platform.site.item_url("videos-2")).await;

    let mut mirror = Mirror::default();
    let mut subscriber = Subscriber::open(client, CHANGES, json!({ "list": unlisted })).await;
    // What was recorded is shown a moment later.
    let told = async |mirror: &mut Mirror, subscriber: &mut Subscriber, count: usize| {
        let all = async {
            while mirror.rows.len() < count {
                mirror.take(subscriber, "entryChanges", "entries").await;
            }
        };
        tokio::time::timeout(DEADLINE, all).await.expect("each item is told");
    };
    told(&mut mirror, &mut subscriber, 1).await;
    client.follow(&platform.site.item_url("videos-3")).await;
    told(&mut mirror, &mut subscriber, 2).await;
    let names: Vec<_> = mirror.rows.into_values().map(|mut row| row["sourceId"].take()).collect();
    assert!(names.contains(&json!("videos-3")), "{names:?}");
    platform.stop().await;
}
