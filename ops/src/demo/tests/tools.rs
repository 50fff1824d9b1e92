//! The real yt-dlp on the site, with its own extractors and with the plugin.

use std::{path::Path, process::Output};

use mediary_actors::{
    ffmpeg::{Expectation, Ffmpeg},
    process::{Assignment, Environment, Runner, Tool, Tools},
};
use mediary_schema::{file::MediaFacts, job::Progress};
use reqwest::StatusCode;
use serde_json::Value;
use tokio::sync::watch;
use uuid::Uuid;

use super::{
    super::{PageKind, Rendition, install_plugin},
    Harness,
};

async fn run(folder: &Path, arguments: &[&str]) -> Output {
    let plugins = install_plugin(&folder.join("plugins")).unwrap();
    #[expect(clippy::disallowed_methods, reason = "a test of the site, not of the process runner")]
    let mut command = tokio::process::Command::new(mediary_tools::required("yt-dlp"));
    command.args(["--ignore-config", "--no-cache-dir", "--plugin-dirs"]).arg(plugins);
    command.args(arguments).current_dir(folder).kill_on_drop(true);
    command.output().await.expect("yt-dlp can be started")
}

/// What yt-dlp says of an address, as JSON.
async fn look(folder: &Path, arguments: &[&str]) -> Value {
    let output = run(folder, &[&["-J"], arguments].concat()).await;
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {text}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn ids(list: &Value) -> Vec<&str> {
    list["entries"].as_array().unwrap().iter().map(|entry| entry["id"].as_str().unwrap_or("")).collect()
}

#[tokio::test]
async fn the_plugin_asks_only_for_the_pages_that_are_wanted() {
    let (harness, folder) = (Harness::start().await, tempfile::tempdir().unwrap());
    let url = harness.site.list_url("long");
    let list = look(folder.path(), &["--flat-playlist", "-I", "501:520", &url]).await;
    assert_eq!(
        (list["title"].as_str(), list["playlist_count"].as_u64()),
        (Some("A long list"), Some(20_000))
    );
    assert_eq!(ids(&list).first(), Some(&"long-501"));
    assert_eq!(ids(&list).len(), 20);
    let first = &list["entries"][0];
    assert_eq!((first["ie_key"].as_str(), first["duration"].as_u64()), (Some("MediaryDemoItem"), Some(3)));
    let pages: Vec<_> = harness
        .site
        .requests()
        .for_path("/api/lists/long")
        .into_iter()
        .filter_map(|seen| seen.query)
        .collect();
    assert_eq!(pages, ["page=1&per_page=50", "page=11&per_page=50"]);
}

#[tokio::test]
async fn the_plugin_lists_what_is_hidden_and_says_why_it_cannot_be_had() {
    let (harness, folder) = (Harness::start().await, tempfile::tempdir().unwrap());
    let list = harness.site.list("videos");
    list.make_private(0).unwrap();
    list.make_deleted(1).unwrap();
    let listed = look(folder.path(), &["--flat-playlist", &harness.site.list_url("videos")]).await;
    let rows: Vec<_> = listed["entries"].as_array().unwrap().iter().take(3).collect();
    assert_eq!(
        (rows[0]["title"].as_str(), rows[0]["availability"].as_str()),
        (Some("[Private video]"), Some("private"))
    );
    assert_eq!(
        (rows[1]["title"].as_str(), rows[1]["availability"].as_str()),
        (Some("[Deleted video]"), None)
    );
    assert_eq!(rows[2]["availability"], "public");

    let urls: Vec<String> = ["videos-1", "videos-2"].iter().map(|id| harness.site.item_url(id)).collect();
    let output = run(folder.path(), &["-J", "-i", &urls[0], &urls[1]]).await;
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.contains("Private video. Sign in if you've been granted access"), "{text}");
    assert!(text.contains("Video unavailable. This video has been removed"), "{text}");
}

#[tokio::test]
async fn the_best_and_at_most_180p_are_files_that_play() {
    let (harness, folder) = (Harness::start().await, tempfile::tempdir().unwrap());
    // The third has HLS as well, the fourth has separate tracks.
    let urls: Vec<String> =
        ["videos-1", "videos-3", "videos-4"].iter().map(|id| harness.site.item_url(id)).collect();
    for (name, format, height) in [
        ("best", "bv*+ba/b", 720),
        ("720p", "bv*[height<=720]+ba/b[height<=720]", 720),
        ("small", "b[height<=180]", 180),
    ] {
        let template = format!("{name}-%(id)s.%(ext)s");
        let arguments = ["-f", format, "-o", &template, &urls[0], &urls[1], &urls[2]];
        let output = run(folder.path(), &arguments).await;
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        for (id, milliseconds) in [("videos-1", 3_000), ("videos-3", 5_000), ("videos-4", 6_000)] {
            let file = folder.path().join(format!("{name}-{id}.mp4"));
            let facts = facts(&file).await;
            assert_eq!(facts.height, Some(height), "{name} {id}");
            assert!(facts.video_codec.is_some() && facts.audio_codec.is_some(), "{name} {id}: {facts:?}");
            assert!(facts.duration_ms.abs_diff(milliseconds) < 300, "{name} {id}: {facts:?}");
        }
    }
}

/// What a file is, once it was found whole.
async fn facts(file: &Path) -> MediaFacts {
    let runner = Runner::new(Uuid::nil(), Environment::of(std::env::vars_os()));
    let tools = Tools::default().with(Tool::Ffmpeg, mediary_tools::required("ffmpeg"));
    let assignment = Assignment::default();
    let (progress, _) = watch::channel(Progress::default());
    let verified =
        Ffmpeg::new(runner, tools).verify(file, Expectation::default(), &assignment, &progress).await;
    verified.unwrap().media
}

#[tokio::test]
async fn feeds_are_read_by_the_extractor_that_yt_dlp_has() {
    let (harness, folder) = (Harness::start().await, tempfile::tempdir().unwrap());
    let podcast = look(folder.path(), &["--flat-playlist", &harness.site.feed_url("talks")]).await;
    assert_eq!(podcast["title"], "Sample talks");
    let entries = podcast["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 6);
    assert_eq!(entries[0]["duration"], 3);
    assert!(
        entries[0]["url"]
            .as_str()
            .unwrap()
            .starts_with(&harness.site.media_url("talks-1", Rendition::AudioMp3))
    );
    let media = look(folder.path(), &["--flat-playlist", &harness.site.media_rss_url("talks")]).await;
    assert!(media["entries"][0]["url"].as_str().unwrap().starts_with(&harness.site.item_url("talks-1")));

    let arguments = ["-I", "1", "-o", "%(id)s.%(ext)s", &harness.site.feed_url("talks")];
    assert!(run(folder.path(), &arguments).await.status.success());
    let file = folder.path().join("talks-1.mp3");
    assert!(facts(&file).await.duration_ms.abs_diff(3_000) < 300);
}

#[tokio::test]
async fn pages_are_read_by_the_extractor_that_yt_dlp_has() {
    let (harness, folder) = (Harness::start().await, tempfile::tempdir().unwrap());
    let video = harness.site.media_url("videos-1", Rendition::Video720);
    for kind in [PageKind::OpenGraph, PageKind::VideoElement, PageKind::JsonLd] {
        let found = look(folder.path(), &[&harness.site.page_url(kind, "videos-1")]).await;
        assert!(found.to_string().contains(&video), "{kind:?}: {found}");
    }
    let empty = run(folder.path(), &["-J", &harness.site.empty_page_url()]).await;
    assert_eq!(empty.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&empty.stderr).contains("Unsupported URL"));
}

#[tokio::test]
async fn a_page_that_fails_fails_the_listing() {
    let (harness, folder) = (Harness::start().await, tempfile::tempdir().unwrap());
    harness.site.faults().page_failure("long", 2, StatusCode::SERVICE_UNAVAILABLE, None);
    let output =
        run(folder.path(), &["-J", "--flat-playlist", "-I", "1:100", &harness.site.list_url("long")]).await;
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("HTTP Error 503"));
}

#[tokio::test]
async fn a_dropped_download_is_resumed_by_a_range() {
    let (harness, folder) = (Harness::start().await, tempfile::tempdir().unwrap());
    let path = "/media/large-1/720p.mp4";
    let length = harness.body(path).await.len() as u64;
    harness.site.requests().clear();
    harness.site.faults().drop_after(path, length / 2, 1);
    // A block that isn't read to its end is thrown away, and blocks grow with the speed unless told not to.
    let blocks = ["--buffer-size", "64K", "--no-resize-buffer"];
    let url = harness.site.item_url("large-1");
    let arguments = [&blocks[..], &["--retry-sleep", "0", "-o", "out.mp4", &url]].concat();
    assert!(run(folder.path(), &arguments).await.status.success());
    assert_eq!(std::fs::metadata(folder.path().join("out.mp4")).unwrap().len(), length);
    let requests = harness.site.requests();
    let ranges: Vec<bool> = requests.for_path(path).iter().map(|seen| seen.range.is_some()).collect();
    assert_eq!(ranges, [false, true]);
    let sent_again = requests.bytes_served(path) - length;
    assert!(sent_again <= 512 * 1024, "{sent_again}");
}
