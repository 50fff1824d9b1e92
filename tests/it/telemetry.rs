//! What was measured: of work that is done, for whoever may see it, and nothing else that depends on it.

use std::fs;

use mediary_tests::{Client, Platform, Subscriber, until};
use serde_json::{Value, json};

use crate::crossing::follow_as_other;

async fn names(client: &Client) -> Vec<String> {
    let series = client.ask("{ telemetrySeries { name } }", json!({})).await["telemetrySeries"].take();
    let name = |one: &Value| one["name"].as_str().map(str::to_owned);
    series.as_array().into_iter().flatten().filter_map(name).collect()
}

/// Waits until something was measured by this name.
async fn measured(client: &Client, name: &str) {
    until(name, || async { names(client).await.iter().any(|known| known == name).then_some(()) }).await;
}

async fn points(client: &Client, arguments: &str) -> Value {
    let document = format!(
        "{{ telemetry({arguments}) {{ series {{ unit }} resolution stepMs points {{ count last p95 }} }} }}"
    );
    client.ask(&document, json!({})).await["telemetry"].take()
}

async fn viewer(client: &Client) -> Client {
    let document = "mutation { tokenCreate(input: { name: \"v\", role: VIEWER }) { secret } }";
    let made = client.ask(document, json!({})).await["tokenCreate"].take();
    client.with_token(made["secret"].as_str().unwrap_or_default())
}

// Issue 8: samples of hosts and of work, apart from the log.
#[tokio::test(flavor = "multi_thread")]
async fn what_work_took_is_told_and_kept_over_a_restart() {
    let platform = Platform::start().await;
    let client = &platform.client;
    let mut socket =
        Subscriber::open(client, "subscription { telemetrySamples { samples { series value } } }", json!({}))
            .await;
    let first = socket.item().await;
    assert_eq!(first["telemetrySamples"]["samples"], json!([]), "nothing was at work yet");
    let playlist = client.follow(&platform.site.list_url("talks")).await;
    client.download(&playlist, "720p").await;
    for name in
        ["attempt.rate/download", "attempt.cpu/download", "job.duration/download", "job.duration/refresh"]
    {
        measured(client, name).await;
    }
    let told = socket.item().await["telemetrySamples"]["samples"][0].take();
    assert!(told["series"].is_string() && told["value"].is_number(), "{told}");

    let day = points(client, "series: \"job.duration/download\", points: 1").await;
    assert_eq!((&day["series"]["unit"], &day["resolution"]), (&json!("s"), &json!("RAW")));
    let of_day = day["points"]
        .as_array()
        .map(|points| points.iter().map(|p| p["count"].as_u64().unwrap_or_default()).sum::<u64>());
    assert_eq!(of_day, Some(6), "{day}");
    let hours = points(client, "series: \"job.duration/download\", since: \"2026-01-01T00:00:00Z\", stepMs: 3600000, until: \"2026-05-01T00:00:00Z\"").await;
    assert_eq!(
        (&hours["resolution"], &hours["stepMs"], &hours["points"]),
        (&json!("HOUR"), &json!(3_600_000), &json!([]))
    );

    // Nothing of it is in the log.
    let before = names(client).await;
    let kinds = client.ask("{ events(first: 100) { events { kind } } }", json!({})).await;
    assert!(!kinds.to_string().contains("telemetry"), "{kinds}");
    let platform = platform.restart().await;
    assert_eq!(names(&platform.client).await, before);
    assert_eq!(
        points(&platform.client, "series: \"job.duration/download\", points: 1").await["points"]
            .as_array()
            .map(Vec::is_empty),
        Some(false)
    );
    platform.stop().await;
}

// invariant: M-2
#[tokio::test(flavor = "multi_thread")]
async fn a_lost_store_changes_nothing_but_what_it_held() {
    let platform = Platform::start().await;
    let client = &platform.client;
    let playlist = client.follow(&platform.site.list_url("talks")).await;
    client.download(&playlist, "720p").await;
    measured(client, "job.duration/download").await;
    client.until_told().await;
    let state = "{ jobs(first: 50) { nodes { id state } } downloads(first: 50) { nodes { id state } } head { position } }";
    let before = client.ask(state, json!({})).await;
    let folder = platform.data().join("telemetry");
    // Beside a server that has it open: that one goes on in what is not in the folder any more.
    fs::rename(&folder, platform.data().join("telemetry.away")).unwrap();
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("samples.sqlite"), "nothing of ours").unwrap();
    let platform = platform.restart().await;
    let client = &platform.client;
    assert_eq!(names(client).await, Vec::<String>::new());
    client.until_told().await;
    let after = client.ask(state, json!({})).await;
    assert_eq!((&after["jobs"], &after["downloads"]), (&before["jobs"], &before["downloads"]));
    client.refresh(&playlist).await;
    measured(client, "job.duration/refresh").await;
    assert!(folder.join("samples.unread-1").exists());
    platform.stop().await;
}

// invariant: M-3
#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_not_see_it_finds_nothing_there() {
    let platform =
        Platform::start_with(Box::new(|configuration| configuration.telemetry.host_every_s = 1)).await;
    let client = &platform.client;
    measured(client, "host.load").await;
    follow_as_other(platform.server.log(), &platform.site.list_url("videos")).await;
    client.follow(&platform.site.list_url("talks")).await;
    measured(client, "job.duration/refresh").await;
    let viewer = viewer(client).await;
    let seen = names(&viewer).await;
    assert!(seen.iter().all(|name| name.starts_with("attempt.") || name.starts_with("job.")), "{seen:?}");
    assert!(seen.contains(&"job.duration/refresh".to_owned()), "{seen:?}");
    assert_eq!(points(&viewer, "series: \"host.load\"").await, Value::Null);
    assert_ne!(points(client, "series: \"host.load\"").await, Value::Null);
    // The refresh of the other project is not among those of one's own.
    let own = points(client, "series: \"job.duration/refresh\", points: 1").await;
    let count: u64 =
        own["points"].as_array().into_iter().flatten().filter_map(|point| point["count"].as_u64()).sum();
    assert_eq!(count, 1, "{own}");
    let mut socket =
        Subscriber::open(&viewer, "subscription { telemetrySamples { samples { series } } }", json!({}))
            .await;
    let told = socket.item().await;
    assert!(!told.to_string().contains("host."), "{told}");
    platform.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_makes_no_answer_is_refused_in_words() {
    let platform =
        Platform::start_with(Box::new(|configuration| configuration.telemetry.host_every_s = 1)).await;
    let client = &platform.client;
    measured(client, "host.load").await;
    for arguments in [
        "stepMs: 0",
        "points: 4001",
        "stepMs: 1000, points: 3",
        "stepMs: 1, since: \"1970-01-01T00:00:00Z\"",
        "since: \"2026-11-28T00:00:00Z\", until: \"2026-11-28T00:00:00Z\"",
    ] {
        let document = format!("{{ telemetry(series: \"host.load\", {arguments}) {{ stepMs }} }}");
        let answer = client.ask_raw(&document, json!({})).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_TELEMETRY", "{arguments}: {answer}");
    }
    platform.stop().await;
}
