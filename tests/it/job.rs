//! What a person can do to work: cancel, hold, go on, do again, limit; and how it is tried again.

#![expect(clippy::unwrap_used, reason = "helpers of a test; the setting for tests does not reach them")]

mod several;

use std::time::Duration;

use mediary::demo::{Outcome, Rendition, Target};
use mediary_tests::{Platform, events_of, files_below, processes_marked, until};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::time::Instant;

/// Slow enough that nothing ends by itself while a test looks.
const CRAWL: u32 = 100_000;
/// How long a cancelled process may live.
const GONE_WITHIN: Duration = Duration::from_secs(2);
/// What a download may fetch twice.
const TWICE_MAX: u64 = 1 << 20;

fn id_of(job: &Value) -> &str {
    job["id"].as_str().unwrap()
}

fn large_path(number: u32) -> String {
    format!("/media/large-{number}/{}", Rendition::Video720.file_name())
}

/// Follows the list of large items and asks for all of it.
async fn begin_large(platform: &Platform) -> (String, (String, u64)) {
    let id = platform.client.follow(&platform.site.list_url("large")).await;
    let story = platform.client.start_download(json!({ "playlistId": id }), "best").await;
    (id, story)
}

/// Waits until the source has sent so much of an item.
async fn until_sent(platform: &Platform, item: &str, bytes: u64) {
    let requests = platform.site.requests();
    let sent = requests.wait_until(mediary_tests::DEADLINE, |log| log.bytes_served_for(item) > bytes).await;
    assert!(sent, "{item} is fetched");
}

// PL-24: a cancel ends the processes, removes what is unfinished, and is final.
// invariant: J-1, A-5, F-6
#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_download_is_gone_within_two_seconds_and_never_comes_back() {
    let platform = Platform::start().await;
    let client = &platform.client;
    let throttle = platform.site.faults().throttle(Target::Media("large-1".to_owned()), CRAWL);
    let list = client.follow(&platform.site.list_url("large")).await;
    let entry = client.entry_of(&list, "large-1").await;
    let story = client.start_download(json!({ "entryIds": [entry] }), "best").await;
    until_sent(&platform, "large-1", 100_000).await;
    let jobs = client.jobs(json!({ "state": "RUNNING" })).await;
    let [job] = jobs.as_slice() else { panic!("one job runs: {jobs:?}") };
    let marks = || processes_marked("MEDIARY_ATTEMPT", job["attemptId"].as_str().unwrap());
    assert!(!marks().is_empty(), "yt-dlp runs and carries the attempt's mark");
    assert!(platform.staging_of(job).exists());
    let other_throttle = platform.site.faults().throttle(Target::Media("large-2".to_owned()), CRAWL);
    let other = client.entry_of(&list, "large-2").await;
    let other_story = client.start_download(json!({ "entryIds": [other] }), "best").await;
    until_sent(&platform, "large-2", 100_000).await;
    let running = client.jobs(json!({ "state": "RUNNING" })).await;
    let beside = running.iter().find(|other| other["id"] != job["id"]).unwrap();
    until("the other one has a part", || async {
        (!files_below(&platform.staging_of(beside)).is_empty()).then_some(())
    })
    .await;

    let asked = Instant::now();
    assert_eq!(client.job_verb("jobCancel", id_of(job)).await["userErrors"], json!([]));
    until("its processes are gone", || async { marks().is_empty().then_some(()) }).await;
    let took = asked.elapsed();
    assert!(took < GONE_WITHIN, "{took:?}");
    assert_eq!(client.wait_job(id_of(job)).await["state"], json!("CANCELLED"));
    until("what was unfinished is removed", || async { (!platform.staging_of(job).exists()).then_some(()) })
        .await;
    assert_eq!((platform.library_files().len(), client.files().await.len()), (0, 0));

    let resumed = client.job_verb("jobResume", id_of(job)).await;
    assert_eq!(resumed["userErrors"][0]["code"], json!("JOB_ENDED"));
    assert!(resumed["userErrors"][0]["advice"].as_str().unwrap().contains("job retry"), "{resumed}");
    let again = client.job_verb("jobCancel", id_of(job)).await;
    assert_eq!(again["userErrors"], json!([]), "cancelled twice is cancelled");
    let settled = client.wait_story(&story).await;
    assert_eq!((&settled["givenUpCount"], &settled["succeededCount"]), (&json!(1), &json!(0)));

    // Other work goes on with what it has, and the cancelled job gets no second attempt.
    assert!(!files_below(&platform.staging_of(beside)).is_empty());
    platform.site.faults().remove(throttle);
    platform.site.faults().remove(other_throttle);
    assert_eq!(client.wait_story(&other_story).await["succeededCount"], json!(1));
    let events = client.events_after(0).await;
    let leases = events_of(&events, "job.leased");
    assert_eq!(leases.iter().filter(|event| event["stream"] == job["id"]).count(), 1);
    platform.stop().await;
}

// invariant: J-1
#[tokio::test(flavor = "multi_thread")]
async fn a_queued_job_is_cancelled_at_once_and_nothing_is_fetched_for_it() {
    let platform = Platform::start().await;
    let client = &platform.client;
    client.limit_downloads(1).await;
    platform.site.faults().throttle("/media/*", CRAWL);
    let (_, story) = begin_large(&platform).await;
    until("one runs", || async {
        (!client.jobs(json!({ "state": "RUNNING" })).await.is_empty()).then_some(())
    })
    .await;
    let queued = client.jobs(json!({ "state": "QUEUED" })).await;
    assert_eq!(queued.len(), 2);
    for job in &queued {
        let payload = client.job_verb("jobCancel", id_of(job)).await;
        assert_eq!(payload["results"][0]["job"]["state"], json!("CANCELLED"), "{payload}");
    }
    platform.site.faults().clear();
    let settled = client.wait_story(&story).await;
    assert_eq!((&settled["succeededCount"], &settled["givenUpCount"]), (&json!(1), &json!(2)));
    assert_eq!(platform.library_files().len(), 1);
    let sent =
        (1..=3).filter(|number| platform.site.requests().bytes_served_for(&format!("large-{number}")) > 0);
    assert_eq!(sent.count(), 1, "only what ran was fetched");
    platform.stop().await;
}

// PL-24, DL-05: held work keeps what it has, and goes on with it.
// invariant: F-8
#[tokio::test(flavor = "multi_thread")]
async fn a_held_download_keeps_its_part_and_goes_on_with_it() {
    let platform = Platform::start().await;
    let client = &platform.client;
    platform.site.faults().throttle(Target::Media("large-2".to_owned()), 2_000_000);
    let list = client.follow(&platform.site.list_url("large")).await;
    let entry = client.entry_of(&list, "large-2").await;
    let story = client.start_download(json!({ "entryIds": [entry] }), "best").await;
    until_sent(&platform, "large-2", 2 << 20).await;
    let jobs = client.jobs(json!({ "state": "RUNNING" })).await;
    let job = &jobs[0];
    let marks = || processes_marked("MEDIARY_ATTEMPT", job["attemptId"].as_str().unwrap());
    assert!(!marks().is_empty(), "yt-dlp runs and carries the attempt's mark");
    let asked = Instant::now();
    assert_eq!(client.job_verb("jobPause", id_of(job)).await["userErrors"], json!([]));
    until("its processes are gone", || async { marks().is_empty().then_some(()) }).await;
    let took = asked.elapsed();
    assert!(took < GONE_WITHIN, "{took:?}");
    until("it is held", || async {
        (client.job(id_of(job)).await["state"] == json!("PAUSED")).then_some(())
    })
    .await;
    let kept: u64 = std::fs::read_dir(platform.staging_of(job))
        .unwrap()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_name().to_string_lossy().ends_with(".part"))
        .map(|entry| entry.metadata().unwrap().len())
        .sum();
    assert!(kept > 1 << 20, "{kept} bytes are kept");

    platform.site.faults().clear();
    assert_eq!(client.job_verb("jobResume", id_of(job)).await["userErrors"], json!([]));
    assert_eq!(client.wait_job(id_of(job)).await["state"], json!("SUCCEEDED"));
    client.wait_story(&story).await;
    let files = client.files().await;
    let size = files[0]["sizeBytes"].as_u64().unwrap();
    let path = large_path(2);
    let served = platform.site.requests().bytes_served(&path);
    assert!(served <= size + TWICE_MAX, "{served} bytes were sent for a file of {size}");
    let ranges = platform.site.requests().for_path(&path).into_iter().filter_map(|request| request.range);
    assert!(ranges.clone().any(|range| range != "bytes=0-"), "{:?}", ranges.collect::<Vec<_>>());
    platform.stop().await;
}

// PL-23, LI-10: what is gone is not tried again; asked for anew it is a new job.
// invariant: J-1, J-8
#[tokio::test(flavor = "multi_thread")]
async fn what_is_gone_fails_at_once_and_a_retry_is_a_new_job() {
    let platform = Platform::start().await;
    let client = &platform.client;
    let list = client.follow(&platform.site.list_url("videos")).await;
    let fault = platform.site.faults().status("/api/items/videos-1", StatusCode::NOT_FOUND, None);
    let entry = client.entry_of(&list, "videos-1").await;
    assert_eq!(client.download_entry(&entry, "best").await["givenUpCount"], json!(1));
    let jobs = client.jobs(json!({ "state": "FAILED" })).await;
    let job = &jobs[0];
    assert_eq!((&job["failure"]["class"], &job["attempts"]), (&json!("not_found"), &json!(1)), "{job}");
    assert!(job["failure"]["advice"].as_str().unwrap().contains("gone at the source"));
    assert!(job["failure"]["output"].to_string().contains("404"), "{job}");

    platform.site.faults().remove(fault);
    let payload = client.job_verb("jobRetry", id_of(job)).await;
    let new = id_of(&payload["results"][0]["job"]).to_owned();
    assert_ne!(new, id_of(job));
    assert_eq!(client.wait_job(&new).await["state"], json!("SUCCEEDED"));
    assert_eq!(client.job(id_of(job)).await["state"], json!("FAILED"), "the ended job stays as it ended");
    let payload = client.job_verb("jobRetry", id_of(job)).await;
    assert_eq!(payload["userErrors"][0]["code"], json!("DOWNLOAD_ALREADY_KEPT"), "{payload}");
    platform.stop().await;
}

// invariant: J-8
#[tokio::test(flavor = "multi_thread")]
async fn a_passing_fault_is_tried_again_and_every_attempt_is_seen() {
    let platform = Platform::start().await;
    let client = &platform.client;
    let list = client.follow(&platform.site.list_url("videos")).await;
    platform.site.faults().status("/api/items/videos-1", StatusCode::SERVICE_UNAVAILABLE, Some(2));
    let entry = client.entry_of(&list, "videos-1").await;
    assert_eq!(client.download_entry(&entry, "best").await["succeededCount"], json!(1));
    let jobs = client.jobs(json!({})).await;
    let job = jobs.iter().find(|job| job["kind"] == json!("DOWNLOAD")).unwrap();
    assert_eq!((&job["state"], &job["attempts"]), (&json!("SUCCEEDED"), &json!(3)));
    let events = client.events_after(0).await;
    let failed = events_of(&events, "job.attempt_failed");
    assert_eq!(failed.len(), 2);
    for event in failed {
        assert_eq!(event["payload"]["failure"]["class"], json!("network"), "{event}");
    }
    platform.stop().await;
}

// invariant: J-8
#[tokio::test(flavor = "multi_thread")]
async fn too_many_requests_is_a_wait_and_no_failed_try() {
    let platform = Platform::start().await;
    let client = &platform.client;
    let list = client.follow(&platform.site.list_url("videos")).await;
    // More often than a transient fault is tried: a source that asks for a pause is not given up for it.
    let times = u64::from(platform.configuration.jobs.tries_max) + 1;
    platform.site.faults().too_many_requests("/api/items/videos-1", Duration::from_secs(1), times);
    let entry = client.entry_of(&list, "videos-1").await;
    assert_eq!(client.download_entry(&entry, "best").await["succeededCount"], json!(1));
    let events = client.events_after(0).await;
    let failed = events_of(&events, "job.attempt_failed");
    assert_eq!(failed.len() as u64, times);
    for event in failed {
        assert_eq!(event["payload"]["failure"]["class"], json!("rate_limit"), "{event}");
    }
    platform.stop().await;
}

// PL-26: one open refresh a list at a time.
// invariant: J-4
#[tokio::test(flavor = "multi_thread")]
async fn a_look_asked_for_twice_joins_the_one_under_way() {
    let platform = Platform::start().await;
    let client = &platform.client;
    let list = client.follow(&platform.site.list_url("videos")).await;
    let stall = platform.site.faults().stall("/api/lists/videos", 10);
    let first = client.ask_refresh(&list, true).await;
    let second = client.ask_refresh(&list, true).await;
    assert_eq!(first["job"]["id"], second["job"]["id"]);
    platform.site.faults().remove(stall);
    assert_eq!(client.wait_job(id_of(&first["job"])).await["state"], json!("SUCCEEDED"));
    let third = client.ask_refresh(&list, true).await;
    assert_ne!(first["job"]["id"], third["job"]["id"], "an ended look is not joined");
    client.wait_job(id_of(&third["job"])).await;
    platform.stop().await;
}

// PL-26, PL-91: limits hold, and a change of them takes effect on what waits.
// invariant: J-10
#[tokio::test(flavor = "multi_thread")]
async fn limits_hold_and_a_change_takes_effect_at_once() {
    let platform = Platform::start().await;
    let client = &platform.client;
    client.limit_downloads(1).await;
    platform.site.faults().throttle("/media/*", CRAWL);
    let (_, story) = begin_large(&platform).await;
    let fetching = || {
        let requests = platform.site.requests().all().into_iter();
        let running =
            requests.filter(|seen| seen.outcome == Outcome::Running && seen.path.starts_with("/media/"));
        running.count()
    };
    until("one is fetched", || async { (fetching() == 1).then_some(()) }).await;
    assert_eq!(client.jobs(json!({ "state": "RUNNING" })).await.len(), 1);
    assert_eq!(client.jobs(json!({ "state": "QUEUED" })).await.len(), 2);

    client.limit_downloads(3).await;
    until("three are fetched", || async { (fetching() == 3).then_some(()) }).await;
    assert_eq!(client.jobs(json!({ "state": "RUNNING" })).await.len(), 3);
    // With less allowed, what runs goes on.
    client.limit_downloads(1).await;
    platform.site.faults().clear();
    assert_eq!(client.wait_story(&story).await["succeededCount"], json!(3));
    platform.stop().await;
}

// PL-22: a job over its quota waits and its row says so; once there is none, it goes on.
// invariant: J-18
#[tokio::test(flavor = "multi_thread")]
async fn what_is_over_a_quota_waits_says_so_and_goes_on() {
    const SET: &str = "mutation($atOnce: Int) { quotaSet(input: {
        of: \"project-686f6d65-0000-8000-8000-000000000000\", atOnce: $atOnce }) {
        quota { atOnce } userErrors { code } } }";
    const USED: &str = "{ quotas { atOnce used { atWorkCount begunCount keptBytes since until } } }";
    const QUEUED: &str = "{ jobs(filter: { state: QUEUED }) { nodes { waitsFor { reason message } } } }";
    let platform = Platform::start().await;
    let client = &platform.client;
    let list = client.follow(&platform.site.list_url("large")).await;
    let set = client.ask(SET, json!({ "atOnce": 1 })).await;
    assert_eq!(set["quotaSet"]["quota"]["atOnce"], json!(1), "{set}");
    client.limit_downloads(3).await;
    platform.site.faults().throttle("/media/*", CRAWL);
    let story = client.start_download(json!({ "playlistId": list }), "best").await;
    until("two are over it", || async {
        let queued = client.ask(QUEUED, json!({})).await;
        let nodes = queued["jobs"]["nodes"].as_array().unwrap();
        let over = nodes.iter().filter(|job| job["waitsFor"]["reason"] == json!("QUOTA"));
        (over.count() == 2).then_some(())
    })
    .await;
    until("one is at work", || async {
        (client.jobs(json!({ "state": "RUNNING" })).await.len() == 1).then_some(())
    })
    .await;
    let used = &client.ask(USED, json!({})).await["quotas"][0]["used"];
    // The look at the list was before the quota, and counts.
    assert_eq!((&used["atWorkCount"], &used["begunCount"]), (&json!(1), &json!(2)), "{used}");
    assert_eq!(used["keptBytes"], json!(0), "{used}");
    assert!(used["since"].as_str() < used["until"].as_str(), "{used}");
    client.ask(SET, json!({})).await;
    until("three run or are done", || async {
        client.jobs(json!({ "state": "QUEUED" })).await.is_empty().then_some(())
    })
    .await;
    platform.site.faults().clear();
    assert_eq!(client.wait_story(&story).await["succeededCount"], json!(3));
    platform.stop().await;
}

// PL-15: why a file is there, back to whoever asked for it.
// invariant: G-2
#[tokio::test(flavor = "multi_thread")]
async fn why_tells_the_way_from_a_file_back_to_its_owner() {
    const DOCUMENT: &str = "query($id: ID!) { why(id: $id) {
        startedByName sentences chain { kind position id causationId } } }";
    let platform = Platform::start().await;
    let client = &platform.client;
    let list = client.follow(&platform.site.list_url("videos")).await;
    let entry = client.entry_of(&list, "videos-1").await;
    client.download_entry(&entry, "720p").await;
    let file = client.files().await.remove(0);
    let data = client.ask(DOCUMENT, json!({ "id": file["id"] })).await;
    let why = &data["why"];
    assert_eq!(why["startedByName"], json!("the owner"));
    let chain = why["chain"].as_array().unwrap();
    let kinds: Vec<_> = chain.iter().map(|event| event["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["file.recorded", "job.leased", "job.queued", "playlist.downloads_requested"]);
    for pair in chain.windows(2) {
        assert_eq!(pair[0]["causationId"], pair[1]["id"], "each is caused by the next");
    }
    let sentences = why["sentences"].as_array().unwrap();
    assert_eq!(sentences.len(), kinds.len(), "one for each event");
    assert!(
        sentences[0].as_str().unwrap().starts_with("You asked for an entry of 'Sample videos' (720p) on "),
        "{why}"
    );
    assert_eq!(
        client.ask(DOCUMENT, json!({ "id": "file-01890a5d-ac96-774b-bcce-b302099a8057" })).await["why"],
        json!(null)
    );
    platform.stop().await;
}
