//! Work in a process that has the port of the workspace and nothing else of the platform.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use mediary::demo::Target;
use mediary_tests::{DEADLINE, Elsewhere, Platform, events_of, files_below, until};
use serde_json::json;
use tokio::time::Instant;

/// Slow enough that nothing ends by itself while a test looks.
const CRAWL: u32 = 100_000;
/// How long a cancelled process may live.
const GONE_WITHIN: Duration = Duration::from_secs(2);

// PL-20. Issue 7, 2: an effect knows neither place nor path.
// invariant: J-21
#[tokio::test(flavor = "multi_thread")]
async fn lister_downloader_and_verifier_work_in_a_process_that_has_only_the_port() {
    let plugins = tempfile::tempdir().unwrap();
    let plugins = mediary::demo::install_plugin(plugins.path()).unwrap();
    let mut worker = Elsewhere::start(&plugins).await;
    let platform = Platform::start_by(worker.hands()).await;
    let client = &platform.client;

    let list = client.follow(&platform.site.list_url("talks")).await;
    let entries = client.entries(&list).await;
    assert!(entries.len() > 3, "{entries:?}");
    // What was known before is asked for: a second look changes nothing.
    let before = platform.server.log().head().position;
    client.refresh(&list).await;
    let events = client.events_after(before).await;
    assert!(events_of(&events, "playlist.entry_added").is_empty(), "{events:?}");

    let entry = client.entry_of(&list, "talks-1").await;
    assert_eq!(client.download_entry(&entry, "best").await["succeededCount"], json!(1));
    let kept = platform.library_files();
    assert_eq!(kept.len(), 1, "{kept:?}");

    // Every byte of a kept file goes over the line, and what was read is told.
    let document = "mutation { fileVerify(input: {}) { job { id } userErrors { code } } }";
    let asked = client.ask(document, json!({})).await;
    let job = client.wait_job(asked["fileVerify"]["job"]["id"].as_str().unwrap()).await;
    assert_eq!(job["state"], json!("SUCCEEDED"), "{job}");
    let mut bytes = fs::read(&kept[0]).unwrap();
    bytes[100] ^= 1;
    fs::write(&kept[0], bytes).unwrap();
    let asked = client.ask(document, json!({})).await;
    client.wait_job(asked["fileVerify"]["job"]["id"].as_str().unwrap()).await;
    let events = client.events_after(before).await;
    assert_eq!(events_of(&events, "file.changed").len(), 1, "{events:?}");

    // All of it was done there, by what is there alone: it was never told where anything of the platform is.
    let (heard, places) = (worker.heard(), places(&platform));
    assert!(heard.len() > 10, "{heard:?}");
    let tells = |said: &String| places.iter().any(|place| said.contains(place.to_str().unwrap()));
    let telling: Vec<_> = heard.iter().filter(|said| tells(said)).collect();
    assert!(telling.is_empty(), "{telling:?}");
    assert!(!files_below(&platform.data().join("output")).iter().any(|path| path.is_file()));
    assert!(files_below(worker.folder()).iter().any(|path| path.ends_with("input")));

    // With the worker gone the attempt fails, and says so.
    worker.kill().await;
    let asked = client.ask(document, json!({})).await;
    let job = client.wait_job(asked["fileVerify"]["job"]["id"].as_str().unwrap()).await;
    assert!(job["failure"]["message"].as_str().unwrap().contains("the worker is gone"), "{job}");
    platform.stop().await;
}

/// Where everything of the platform lies.
fn places(platform: &Platform) -> Vec<PathBuf> {
    let data = platform.data().to_owned();
    vec![data.canonicalize().expect("it is there"), data]
}

// PL-24: where it runs makes no difference to a cancel.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_cancelled_ends_in_the_other_process_too() {
    let plugins = tempfile::tempdir().unwrap();
    let plugins = mediary::demo::install_plugin(plugins.path()).unwrap();
    let worker = Elsewhere::start(&plugins).await;
    let platform = Platform::start_by(worker.hands()).await;
    let client = &platform.client;
    platform.site.faults().throttle(Target::Media("large-1".to_owned()), CRAWL);
    let list = client.follow(&platform.site.list_url("large")).await;
    let entry = client.entry_of(&list, "large-1").await;
    client.start_download(json!({ "entryIds": [entry] }), "best").await;
    let requests = platform.site.requests();
    assert!(requests.wait_until(DEADLINE, |log| log.bytes_served_for("large-1") > 100_000).await);
    assert!(!worker.children().is_empty(), "yt-dlp runs there");
    let (open, places) = (worker.open_files(), places(&platform));
    let is_below = |path: &Path, folder: &Path| path.starts_with(folder.canonicalize().unwrap());
    assert!(open.iter().any(|path| is_below(path, worker.folder()) && path.is_file()), "{open:?}");
    let strange: Vec<_> =
        open.iter().filter(|path| places.iter().any(|place| is_below(path, place))).collect();
    assert!(strange.is_empty(), "{strange:?}");
    let jobs = client.jobs(json!({ "state": "RUNNING" })).await;
    let id = jobs[0]["id"].as_str().unwrap();

    let asked = Instant::now();
    assert_eq!(client.job_verb("jobCancel", id).await["userErrors"], json!([]));
    until("its processes are gone", || async { worker.children().is_empty().then_some(()) }).await;
    let took = asked.elapsed();
    assert!(took < GONE_WITHIN, "{took:?}");
    assert_eq!(client.wait_job(id).await["state"], json!("CANCELLED"));
    assert!(platform.library_files().is_empty());
    platform.stop().await;
}
