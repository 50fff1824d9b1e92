//! Files: only what was read to its end and is what the source serves is kept.

use mediary::demo::{Etag, Rendition, Target};
use mediary_tests::{DEADLINE, Platform, events_of, until};
use serde_json::{Value, json};

/// What a download may fetch twice after a break.
const TWICE_MAX: u64 = 1 << 20;
/// Bytes of a large item (some seven million) after which something happens to it.
const HALF: u64 = 3 << 20;
/// Slow enough to be met half-way.
const PACE: u32 = 2_000_000;

fn large_file(number: u32) -> Target {
    Target::file(&format!("large-{number}"), Rendition::Video720)
}

/// Follows the large items and keeps one of them; answers the story's numbers.
async fn keep_large(platform: &Platform, number: u32) -> Value {
    let list = platform.client.follow(&platform.site.list_url("large")).await;
    let entry = platform.client.entry_of(&list, &format!("large-{number}")).await;
    platform.client.download_entry(&entry, "best").await
}

/// The only file that is kept must be what the source serves.
async fn assert_kept_as_served(platform: &Platform, number: u32) {
    let files = platform.client.files().await;
    let [file] = files.as_slice() else { panic!("one file is kept: {files:?}") };
    let served = platform.served(&format!("large-{number}"), Rendition::Video720).await;
    assert!(platform.bytes_of(file) == served, "the file is not what the source serves");
    assert_eq!(platform.library_files().len(), 1);
}

// yt-dlp skips a missing fragment and exits with 0 unless told otherwise.
// invariant: F-1, F-2
#[tokio::test(flavor = "multi_thread")]
async fn a_stream_with_a_missing_fragment_is_never_kept() {
    let platform = Platform::start().await;
    let client = &platform.client;
    platform.site.faults().missing_fragment("videos-3", 1);
    let target = json!({ "url": platform.site.media_url("videos-3", Rendition::Hls) });
    let story = client.start_download(target, "best").await;
    assert_eq!(client.wait_story(&story).await["givenUpCount"], json!(1));
    let jobs = client.jobs(json!({ "state": "FAILED" })).await;
    let class = jobs[0]["failure"]["class"].as_str().unwrap();
    assert!(["damaged", "network"].contains(&class), "{jobs:?}");
    assert_eq!((client.files().await.len(), platform.library_files().len()), (0, 0));

    platform.site.faults().clear();
    let payload = client.job_verb("jobRetry", jobs[0]["id"].as_str().unwrap()).await;
    let job = client.wait_job(payload["results"][0]["job"]["id"].as_str().unwrap()).await;
    assert_eq!(job["state"], json!("SUCCEEDED"), "{job}");
    assert_eq!(platform.library_files().len(), 1);
    platform.stop().await;
}

/// Holds a download half-way, swaps the content under its name, and lets it go on.
async fn swapped_half_way(etag: Etag) {
    let platform = Platform::start().await;
    let client = &platform.client;
    let throttle = platform.site.faults().throttle(large_file(1), PACE);
    let list = client.follow(&platform.site.list_url("large")).await;
    let entry = client.entry_of(&list, "large-1").await;
    let story = client.start_download(json!({ "entryIds": [entry] }), "best").await;
    let requests = platform.site.requests();
    assert!(requests.wait_until(DEADLINE, |log| log.bytes_served_for("large-1") > HALF).await);
    let jobs = client.jobs(json!({ "state": "RUNNING" })).await;
    let id = jobs[0]["id"].as_str().unwrap();
    client.job_verb("jobPause", id).await;
    until("it is held", || async { (client.job(id).await["state"] == json!("PAUSED")).then_some(()) }).await;
    platform.site.faults().remove(throttle);
    platform.site.faults().swap_content(large_file(1), etag);
    client.job_verb("jobResume", id).await;
    client.wait_story(&story).await;
    let job = client.job(id).await;
    assert_eq!(job["state"], json!("SUCCEEDED"), "{job}");
    assert_kept_as_served(&platform, 1).await;
    platform.stop().await;
}

// DL-05: a part is gone on with only if it is a part of the same bytes.
// invariant: F-1, F-5
#[tokio::test(flavor = "multi_thread")]
async fn content_swapped_under_its_name_gives_no_mixed_file() {
    swapped_half_way(Etag::New).await;
}

// invariant: F-1, F-5
#[tokio::test(flavor = "multi_thread")]
async fn content_swapped_without_a_word_gives_no_mixed_file() {
    swapped_half_way(Etag::Same).await;
}

// invariant: F-1, F-2, F-12
#[tokio::test(flavor = "multi_thread")]
async fn half_a_file_that_looks_whole_is_never_kept() {
    let platform = Platform::start().await;
    let client = &platform.client;
    platform.site.faults().truncate(large_file(1), HALF);
    assert_eq!(keep_large(&platform, 1).await["givenUpCount"], json!(1));
    let jobs = client.jobs(json!({ "state": "FAILED" })).await;
    assert_eq!(jobs[0]["failure"]["class"], json!("damaged"), "{jobs:?}");
    // The same half came twice: a third fetch could bring nothing else.
    assert_eq!(jobs[0]["attempts"], json!(2));
    let message = jobs[0]["failure"]["message"].as_str().unwrap();
    assert!(message.starts_with("the source itself is damaged"), "{message}");
    assert_eq!(platform.library_files().len(), 0);

    platform.site.faults().clear();
    let payload = client.job_verb("jobRetry", jobs[0]["id"].as_str().unwrap()).await;
    client.wait_job(payload["results"][0]["job"]["id"].as_str().unwrap()).await;
    assert_kept_as_served(&platform, 1).await;
    platform.stop().await;
}

// DL-05
#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_drops_is_gone_on_with() {
    let platform = Platform::start().await;
    platform.site.faults().drop_after(large_file(1), 2 << 20, 2);
    assert_eq!(keep_large(&platform, 1).await["succeededCount"], json!(1));
    let served = platform.site.requests().bytes_served("/media/large-1/720p.mp4");
    assert_kept_as_served(&platform, 1).await;
    let size = platform.client.files().await[0]["sizeBytes"].as_u64().unwrap();
    assert!(served <= size + 2 * TWICE_MAX, "{served} bytes were sent for a file of {size}");
    platform.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_refuses_ranges_still_gives_a_whole_file() {
    let platform = Platform::start().await;
    platform.site.faults().refuse_range(large_file(2));
    platform.site.faults().drop_after(large_file(2), HALF, 1);
    assert_eq!(keep_large(&platform, 2).await["succeededCount"], json!(1));
    assert_kept_as_served(&platform, 2).await;
    platform.stop().await;
}

// DL-07
// invariant: F-7
#[tokio::test(flavor = "multi_thread")]
async fn what_an_imported_archive_has_is_not_fetched() {
    const IMPORT: &str = "mutation($text: String!) { downloadArchiveImport(input: { text: $text }) {
        itemCount userErrors { code } } }";
    let platform = Platform::start().await;
    let client = &platform.client;
    let id = client.follow(&platform.site.list_url("talks")).await;
    let data = client
        .ask("query($id: ID!) { playlist(id: $id) { entries { nodes { extractor } } } }", json!({ "id": id }))
        .await;
    let extractor = data["playlist"]["entries"]["nodes"][0]["extractor"].as_str().unwrap().to_owned();
    // blackbox 28: nothing of a file that is no archive is taken over, since nothing can be taken back.
    let before = platform.server.log().head().position;
    let text = format!("{extractor} talks-2\nroot:x:0:0:root:/root:/bin/bash\n");
    let refused = client.ask(IMPORT, json!({ "text": text })).await["downloadArchiveImport"].take();
    assert_eq!(refused, json!({ "itemCount": 0, "userErrors": [{ "code": "DOWNLOAD_NO_ARCHIVE" }] }));
    assert_eq!(platform.server.log().head().position, before);

    let data = client.ask(IMPORT, json!({ "text": format!("{extractor} talks-1\n\n") })).await;
    let expected = json!({ "itemCount": 1, "userErrors": [] });
    assert_eq!(data["downloadArchiveImport"], expected);

    let story = client.download(&id, "720p").await;
    assert_eq!((&story["jobCount"], &story["succeededCount"]), (&json!(5), &json!(5)));
    assert_eq!(platform.site.requests().bytes_served_for("talks-1"), 0);
    let entries = client.entries(&id).await;
    assert_eq!(entries[0]["download"]["state"], json!("ARCHIVED"));
    let archive = client.get("/v1/download/archive").await.text().await.unwrap();
    let mut lines: Vec<_> = archive.lines().map(str::to_owned).collect();
    lines.sort();
    let expected: Vec<_> = (1..=6).map(|number| format!("{extractor} talks-{number}")).collect();
    assert_eq!(lines, expected, "the archive has what was fetched and what was imported");
    platform.stop().await;
}

// invariant: F-7
#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_is_not_fetched_again() {
    let platform = Platform::start().await;
    let client = &platform.client;
    let id = client.follow(&platform.site.list_url("talks")).await;
    assert_eq!(client.download(&id, "720p").await["succeededCount"], json!(6));
    platform.site.requests().clear();
    platform.site.list("talks").prepend(1);
    client.look(&id, true).await;
    let story = client.download(&id, "720p").await;
    assert_eq!(story["jobCount"], json!(1), "only what is new");
    let fetched = platform.site.requests().all().into_iter().filter(|seen| seen.path.starts_with("/media/"));
    let items: Vec<_> = fetched.map(|seen| seen.path).filter(|path| !path.contains("/talks-7/")).collect();
    assert_eq!(items, Vec::<String>::new());
    platform.stop().await;
}

// Blackbox 5: what is lost from the library is fetched again by whoever says so, and by nobody else.
// invariant: F-7
#[tokio::test(flavor = "multi_thread")]
async fn what_is_lost_is_fetched_again_if_that_is_asked_for() {
    const AGAIN: &str = "mutation($input: DownloadStartInput!) { downloadStart(input: $input) {
        storyId position userErrors { code message } } }";
    // Nobody looks meanwhile: what nobody has noticed yet is kept, says the log.
    let platform = Platform::start_with(Box::new(|configuration| configuration.files.look_every_s = 0)).await;
    let client = &platform.client;
    let list = client.follow(&platform.site.list_url("talks")).await;
    let entry = client.entry_of(&list, "talks-1").await;
    assert_eq!(client.download_entry(&entry, "best").await["succeededCount"], json!(1));
    let [kept] = platform.library_files().try_into().unwrap();
    let bytes = std::fs::read(&kept).unwrap();
    std::fs::remove_file(&kept).unwrap();
    assert_eq!(client.download_entry(&entry, "best").await["jobCount"], json!(0), "it is kept, says the log");

    let input = json!({ "target": { "entryIds": [entry] }, "again": true });
    let started = client.ask(AGAIN, json!({ "input": input })).await["downloadStart"].take();
    let story = (started["storyId"].as_str().unwrap().to_owned(), started["position"].as_u64().unwrap());
    let story = client.wait_story(&story).await;
    assert_eq!((&story["jobCount"], &story["succeededCount"]), (&json!(1), &json!(1)));
    assert!(std::fs::read(&kept).unwrap() == bytes, "the file is there again, under its name");
    assert_eq!(client.entries(&list).await[0]["download"]["state"], json!("KEPT"));
    platform.stop().await;
}

// DL-03: nothing in the library is ever written over.
// invariant: F-4
#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_is_taken_gets_a_number() {
    const STRANGER: &[u8] = b"somebody else's";
    let platform = Platform::start().await;
    let client = &platform.client;
    let title = platform.site.list("videos").item(0).unwrap().title;
    let folder = platform.configuration.library_folder().join("Sample videos");
    std::fs::create_dir_all(&folder).unwrap();
    let taken = folder.join(format!("{title} [videos-1].mp4"));
    std::fs::write(&taken, STRANGER).unwrap();
    let id = client.follow(&platform.site.list_url("videos")).await;
    let entry = client.entry_of(&id, "videos-1").await;
    assert_eq!(client.download_entry(&entry, "best").await["succeededCount"], json!(1));
    let files = client.files().await;
    assert_eq!(files[0]["path"], json!(format!("Sample videos/{title} [videos-1] (2).mp4")));
    platform.bytes_of(&files[0]);
    assert_eq!(std::fs::read(&taken).unwrap(), STRANGER);
    platform.stop().await;
}

// DL-01: the qualities by name, from files, separate tracks, and a feed.
#[tokio::test(flavor = "multi_thread")]
async fn qualities_give_the_heights_that_they_name() {
    let platform = Platform::start().await;
    let client = &platform.client;
    let id = client.follow(&platform.site.list_url("videos")).await;
    for (item, quality, height) in [
        ("videos-1", "best", json!(720)),
        ("videos-2", "720p", json!(720)),
        ("videos-3", "720p", json!(720)),
        // Picture and sound are separate tracks there.
        ("videos-4", "best", json!(720)),
        ("videos-8", "audio", Value::Null),
        // It offers no sound of its own: the whole file is kept, though its picture was not asked for.
        ("videos-5", "audio", json!(720)),
    ] {
        let entry = client.entry_of(&id, item).await;
        assert_eq!(
            client.download_entry(&entry, quality).await["succeededCount"],
            json!(1),
            "{item} {quality}"
        );
        let files = client.files().await;
        assert_eq!(files[0]["height"], height, "{item} {quality}: {files:?}");
        platform.bytes_of(&files[0]);
    }
    let input = json!({ "target": { "playlistId": id }, "quality": "8k" });
    let document = "mutation($input: DownloadStartInput!) { downloadStart(input: $input) { storyId userErrors { code message } } }";
    let data = client.ask(document, json!({ "input": input })).await;
    assert_eq!(data["downloadStart"]["userErrors"][0]["code"], json!("UNKNOWN_QUALITY"));
    let message = data["downloadStart"]["userErrors"][0]["message"].as_str().unwrap();
    assert!(message.contains("720p"), "{message}");
    platform.stop().await;
}

// PL-26: a wish that comes again while its job waits joins it.
// invariant: L-8
#[tokio::test(flavor = "multi_thread")]
async fn a_command_sent_twice_is_done_once() {
    let platform = Platform::start().await;
    let client = &platform.client;
    let id = client.follow(&platform.site.list_url("talks")).await;
    platform.site.faults().throttle("/media/*", 200_000);
    let first = client.start_download(json!({ "playlistId": id }), "720p").await;
    let second = client.start_download(json!({ "playlistId": id }), "720p").await;
    let (first, second) = (client.wait_story(&first).await, client.wait_story(&second).await);
    assert_eq!((&first["jobCount"], &second["jobCount"]), (&json!(6), &json!(0)));
    let events = client.events_after(0).await;
    assert_eq!(events_of(&events, "file.recorded").len(), 6);
    platform.stop().await;
}
