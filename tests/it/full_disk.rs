//! A disk without room: what is acknowledged stays, and work goes on once there is some.

#![expect(clippy::unwrap_used, reason = "helpers of a test; the setting for tests does not reach them")]

use std::{fs, path::Path};

use mediary_log::verify;
use mediary_tests::{Platform, SmallDisk, events_of, until};
use serde_json::json;

use crate::bad_input::ask_follow;

/// Fills a disk to its last byte.
fn fill(path: &Path) {
    use std::io::Write as _;
    let mut file = fs::File::create(path).unwrap();
    for size in [1 << 20, 4 << 10, 1] {
        let bytes = vec![0_u8; size];
        while file.write_all(&bytes).is_ok() {}
    }
}

// A full disk: work waits in a clear state, new work is refused, cancels work, and with room it goes on.
// invariant: L-12
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_loses_nothing_and_work_goes_on_when_there_is_room() {
    let Some(disk) = SmallDisk::mount(64 << 20) else { return };
    let data = disk.path().join("data");
    let platform = Platform::start_with(Box::new(move |configuration| {
        configuration.data = data;
        configuration.log.reserve_bytes = 4 << 20;
        // A job that waits for room asks twelve times; the test needs some seconds.
        (configuration.jobs.retry_wait_ms, configuration.jobs.retry_wait_max_ms) = (1_000, 6_000);
    }))
    .await;
    let client = &platform.client;
    client.limit_downloads(1).await;
    let list = client.follow(&platform.site.list_url("large")).await;
    let throttle = platform.site.faults().throttle("/media/*", 1_000_000);
    let mut stories = Vec::new();
    for number in [1, 2] {
        let entry = client.entry_of(&list, &format!("large-{number}")).await;
        stories.push(client.start_download(json!({ "entryIds": [entry] }), "best").await);
        let requests = platform.site.requests();
        let begun = |log: &mediary::demo::RequestLog| log.bytes_served_for("large-1") > 1 << 20;
        assert!(requests.wait_until(mediary_tests::DEADLINE, begun).await);
    }
    // The reaction to the second wish has its own time.
    let queued = until("the second download waits behind the first", || async {
        let queued = client.jobs(json!({ "state": "QUEUED" })).await;
        (queued.len() == 1).then_some(queued)
    })
    .await;

    let filler = disk.path().join("filler");
    fill(&filler);
    until("the download fails for want of room", || async {
        let events = client.events_after(0).await;
        let failed = events_of(&events, "job.attempt_failed");
        failed.iter().any(|event| event["payload"]["failure"]["class"] == json!("disk_full")).then_some(())
    })
    .await;
    let refused = ask_follow(client, &platform.site.list_url("talks")).await["userErrors"].take();
    assert_eq!(
        (&refused[0]["code"], &refused[0]["retryable"]),
        (&json!("STORAGE_FULL"), &json!(true)),
        "{refused}"
    );
    assert!(refused[0]["advice"].as_str().unwrap().contains("make room on the disk"), "{refused}");
    let cancelled = client.job_verb("jobCancel", queued[0]["id"].as_str().unwrap()).await;
    assert_eq!(cancelled["userErrors"], json!([]), "a cancel fits into the reserve");

    platform.site.faults().remove(throttle);
    fs::remove_file(&filler).unwrap();
    assert_eq!(client.wait_story(&stories[0]).await["succeededCount"], json!(1));
    assert_eq!(client.wait_story(&stories[1]).await["givenUpCount"], json!(1));
    client.follow(&platform.site.list_url("talks")).await;
    platform.bytes_of(&client.files().await[0]);
    let positions: Vec<_> =
        client.events_after(0).await.iter().map(|event| event["position"].as_u64().unwrap()).collect();
    assert_eq!(positions, (1..=platform.server.log().head().position).collect::<Vec<_>>());
    let data = platform.data().to_owned();
    let folder = platform.stop().await;
    assert!(verify(&data, None).is_ok());
    drop(folder);
}
