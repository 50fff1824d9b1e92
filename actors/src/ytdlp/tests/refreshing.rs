//! Refreshes of every kind of source.

use mediary_schema::{
    FailureClass,
    item::ItemSource,
    job::Failure,
    playlist::{Availability, ObservedEntry, ObservedPlaylist, PlaylistKind},
};
use serde_json::json;
use tokio::sync::mpsc;

use super::{
    super::{Engine, ListEnd, ListLine, ListRequest},
    Bench, assignment,
    site::{File, Site},
};
use crate::{access::Granted, process::Assignment};

/// A refresh read to its end.
#[derive(Debug)]
pub(super) struct Listed {
    pub(super) end: ListEnd,
    kind: Option<PlaylistKind>,
    pub(super) playlist: ObservedPlaylist,
    pub(super) entries: Vec<ObservedEntry>,
    /// Place and reason of rows that can't be read.
    pub(super) skipped: Vec<(Option<u32>, String)>,
    pub(super) is_nested: bool,
    /// Lists in it: title and address.
    pub(super) within: Vec<(Option<String>, String)>,
}

impl Listed {
    pub(super) fn ids(&self) -> Vec<&str> {
        self.entries.iter().map(|entry| entry.source.source_id.as_str()).collect()
    }

    pub(super) fn indexes(&self) -> Vec<u32> {
        self.entries.iter().map(|entry| entry.index).collect()
    }

    pub(super) fn failure(&self) -> &Failure {
        match &self.end {
            ListEnd::Partial(failure) | ListEnd::Failed(failure) => failure,
            end => panic!("no failure: {end:?}"),
        }
    }
}

pub(super) async fn list_with(
    bench: &Bench,
    url: String,
    start_index: u32,
    assignment: &Assignment,
) -> Listed {
    listed(bench, url, (start_index, None), assignment).await
}

/// Looks at no more than so many rows of each list.
pub(super) async fn look(bench: &Bench, url: String, rows_max: u32) -> Listed {
    listed(bench, url, (1, Some(rows_max)), &assignment(None)).await
}

async fn listed(
    bench: &Bench,
    url: String,
    (start_index, rows_max): (u32, Option<u32>),
    assignment: &Assignment,
) -> Listed {
    let (sender, mut lines) = mpsc::channel(8);
    let request = ListRequest { url, start_index, rows_max, access: Granted::default() };
    let mut listed = Listed {
        end: ListEnd::Stopped,
        kind: None,
        playlist: ObservedPlaylist::default(),
        entries: Vec::new(),
        skipped: Vec::new(),
        is_nested: false,
        within: Vec::new(),
    };
    let consume = async {
        let (mut entries, mut skipped, mut list, mut is_nested) = (Vec::new(), Vec::new(), None, false);
        let mut within = Vec::new();
        while let Some(line) = lines.recv().await {
            match line {
                ListLine::Playlist { kind, playlist, .. } => list = Some((kind, playlist)),
                ListLine::Entry(entry) => entries.push(entry),
                ListLine::Nested => is_nested = true,
                ListLine::Within { title, url } => within.push((title, url)),
                ListLine::SkippedItem { index, failure } => skipped.push((index, failure.message)),
            }
        }
        (entries, skipped, list, is_nested, within)
    };
    let (end, (entries, skipped, list, is_nested, within)) =
        tokio::join!(bench.engine.list(&request, assignment, sender), consume);
    (listed.end, listed.entries, listed.skipped, listed.is_nested) = (end, entries, skipped, is_nested);
    listed.within = within;
    if let Some((kind, playlist)) = list {
        (listed.kind, listed.playlist) = (Some(kind), playlist);
    }
    listed
}

pub(super) async fn list(bench: &Bench, url: String) -> Listed {
    list_with(bench, url, 1, &assignment(None)).await
}

fn feed(items: &str) -> String {
    format!(
        r#"<?xml version="1.0"?><rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"
        xmlns:media="http://search.yahoo.com/mrss/"><channel><title>My Pod</title>{items}</channel></rss>"#
    )
}

#[tokio::test]
async fn a_podcast_is_a_list_of_what_its_feed_says() {
    let (bench, site) = (Bench::new().await, Site::start().await);
    let item = |number: u32| {
        let url = site.url(&format!("/media/a.mp4?ep={number}"));
        format!(
            r#"<item><title>Ep {number}</title><guid>guid-{number}</guid><itunes:duration>5</itunes:duration>
            <enclosure url="{url}" type="video/mp4"/></item>"#
        )
    };
    // The same item twice is two rows.
    let items = [item(1), item(2), item(1)].concat();
    site.page("/feed", "application/rss+xml", feed(&items));
    let listed = list(&bench, site.url("/feed")).await;

    assert_eq!(listed.end, ListEnd::Complete);
    assert_eq!((listed.kind, listed.playlist.title.as_deref()), (Some(PlaylistKind::List), Some("My Pod")));
    assert_eq!(listed.playlist.extractor.as_deref(), Some("generic"));
    assert_eq!(listed.ids(), ["guid-1", "guid-2", "guid-1"]);
    assert_eq!(listed.indexes(), [1, 2, 3]);
    let first = &listed.entries[0];
    assert_eq!((first.title.as_deref(), first.duration_ms), (Some("Ep 1"), Some(5000)));
    assert_eq!(first.source.url, site.url("/media/a.mp4?ep=1"));
}

#[tokio::test]
async fn a_feed_whose_items_can_not_be_read_is_not_an_empty_list() {
    let (bench, site) = (Bench::new().await, Site::start().await);
    let items =
        format!(r#"<item><title>1</title><media:content url="{}"/></item>"#, site.url("/media/a.mp4"));
    site.page("/feed", "application/rss+xml", feed(&items));
    let listed = list(&bench, site.url("/feed")).await;
    assert!(matches!(listed.end, ListEnd::Failed(_)), "yt-dlp exits with 0: {listed:?}");
    assert_eq!((listed.failure().class, listed.failure().exit_code), (FailureClass::Unsupported, Some(0)));
}

#[tokio::test]
async fn what_an_extractor_calls_empty_is_empty() {
    let (bench, site) = (Bench::new().await, Site::start().await);
    site.list("none", 0);
    let listed = list(&bench, site.url("/list/none")).await;
    assert_eq!((&listed.end, listed.entries.len()), (&ListEnd::Complete, 0));
    assert_eq!(listed.kind, Some(PlaylistKind::List));
}

#[tokio::test]
async fn a_direct_file_is_a_single_item_known_by_its_address() {
    let (bench, site) = (Bench::new().await, Site::start().await);
    site.file("a.mp4", File::new("video/mp4", vec![0; 1000]));
    let url = site.url("/media/a.mp4");
    let listed = list(&bench, url.clone()).await;
    assert_eq!((&listed.end, listed.kind), (&ListEnd::Complete, Some(PlaylistKind::Single)));
    let source = ItemSource { extractor: "generic".to_owned(), source_id: url.clone(), url };
    assert_eq!(listed.entries[0].source, source);
}

#[tokio::test]
async fn private_and_deleted_rows_lose_their_placeholder_and_positions_are_the_sources() {
    let (bench, site) = (Bench::new().await, Site::start().await);
    site.list("mixed", 4);
    {
        let mut content = site.content();
        let rows = content.lists.get_mut("mixed").unwrap();
        rows[0]["title"] = json!("[Private video]");
        rows[1]["title"] = json!("[Deleted video]");
        rows[2] = json!({"id": "v3", "title": "nowhere", "url": "nothing"});
        rows[3]["availability"] = json!("subscriber_only");
    }
    let listed = list(&bench, site.url("/list/mixed")).await;
    assert_eq!(listed.end, ListEnd::Complete);
    assert_eq!((listed.ids(), listed.indexes()), (vec!["v1", "v2", "v4"], vec![1, 2, 4]));
    let facts: Vec<_> =
        listed.entries.iter().map(|entry| (entry.title.as_deref(), entry.availability)).collect();
    let expected = [
        (None, Availability::Private),
        (None, Availability::Deleted),
        (Some("Video 4"), Availability::MembersOnly),
    ];
    assert_eq!(facts, expected);
    assert_eq!(listed.skipped.len(), 1);
    assert_eq!(listed.playlist.extractor.as_deref(), Some("mediarytestlist"));
    assert_eq!(listed.entries[0].source.extractor, "mediarytestvideo");
}

#[tokio::test]
async fn a_failing_page_makes_a_partial_listing_that_goes_on_from_there() {
    let (bench, site) = (Bench::new().await, Site::start().await);
    site.list("long", 220);
    site.content().failing_page = Some(2);
    let listed = list(&bench, site.url("/list/long")).await;
    assert!(matches!(listed.end, ListEnd::Partial(_)), "{:?}", listed.end);
    assert_eq!((listed.failure().class, listed.failure().exit_code), (FailureClass::Network, Some(1)));
    assert!(listed.failure().message.contains("HTTP Error 503"), "{:?}", listed.failure());
    assert_eq!(listed.entries.len(), 100);

    site.content().failing_page = None;
    site.content().requests.clear();
    let listed = list_with(&bench, site.url("/list/long"), 101, &assignment(None)).await;
    assert_eq!(listed.end, ListEnd::Complete);
    assert_eq!(listed.indexes(), (101..=220).collect::<Vec<_>>());
    assert_eq!(site.content().requests, ["page 2", "page 3", "page 4"], "known pages are not asked again");

    let listed = list_with(&bench, site.url("/list/long"), 221, &assignment(None)).await;
    assert_eq!((listed.end, listed.entries.len()), (ListEnd::Complete, 0), "resumed exactly at the end");
}

#[tokio::test]
async fn rows_arrive_while_the_list_is_read_and_a_dropped_receiver_stops_it() {
    let (bench, site) = (Bench::new().await, Site::start().await);
    site.list("endless", 100_000);
    let (sender, mut lines) = mpsc::channel(8);
    let request = ListRequest {
        url: site.url("/list/endless"),
        start_index: 1,
        rows_max: None,
        access: Granted::default(),
    };
    let assignment = assignment(None);
    let consume = async move {
        let first = lines.recv().await;
        assert!(matches!(first, Some(ListLine::Playlist { kind: PlaylistKind::List, .. })), "{first:?}");
        assert!(matches!(lines.recv().await, Some(ListLine::Entry(entry)) if entry.index == 1));
    };
    let (end, ()) = tokio::join!(bench.engine.list(&request, &assignment, sender), consume);
    assert_eq!(end, ListEnd::Stopped);
    assert!(site.content().requests.len() < 1000, "it did not read everything first");
    assert!(assignment.used().cpu_ms > 0 && assignment.used().memory_peak_bytes > 0);
}

#[tokio::test]
async fn a_stopped_assignment_ends_a_listing_that_nobody_reads() {
    let (bench, site) = (Bench::new().await, Site::start().await);
    site.list("endless", 100_000);
    let (sender, mut lines) = mpsc::channel(1);
    let request = ListRequest {
        url: site.url("/list/endless"),
        start_index: 1,
        rows_max: None,
        access: Granted::default(),
    };
    let assignment = assignment(None);
    let stop = async {
        lines.recv().await.expect("it has begun");
        assignment.stop().cancel();
    };
    let (end, ()) = tokio::join!(bench.engine.list(&request, &assignment, sender), stop);
    assert_eq!(end, ListEnd::Stopped);
}

#[tokio::test]
async fn what_is_no_list_fails_with_its_class_and_its_words() {
    let (bench, site) = (Bench::new().await, Site::start().await);
    site.page("/nomedia", "text/html", "<html><title>T</title><a href=x.mp4>x</a></html>");
    let cases = [
        (site.url("/nomedia"), FailureClass::Unsupported, "Unsupported URL"),
        (site.url("/missing"), FailureClass::NotFound, "HTTP Error 404"),
        (site.url("/status/403"), FailureClass::Forbidden, "HTTP Error 403"),
        (site.url("/status/500"), FailureClass::Network, "HTTP Error 500"),
        ("http://127.0.0.1:1/x".to_owned(), FailureClass::Network, "the connection was refused"),
        ("http://nosuchhost.invalid/x".to_owned(), FailureClass::Network, "there is no host of this name"),
        ("http://10.0.0.1/x".to_owned(), FailureClass::PrivateNetwork, "private network"),
        ("--version".to_owned(), FailureClass::Unsupported, "is not a valid URL"),
        // The last: the site is left alone from here on.
        (site.url("/status/429"), FailureClass::RateLimit, "HTTP Error 429"),
    ];
    for (url, class, words) in cases {
        let listed = list(&bench, url.clone()).await;
        assert!(matches!(listed.end, ListEnd::Failed(_)), "{url}: {listed:?}");
        let failure = listed.failure();
        assert_eq!(failure.class, class, "{url}: {failure:?}");
        assert!(failure.message.contains(words), "{url}: {failure:?}");
        let pause = (class == FailureClass::RateLimit).then_some(3_600_000);
        assert_eq!(failure.retry_after_ms, pause, "{url}");
        assert_eq!(failure.exit_code, Some(1));
        assert!(failure.output.iter().any(|line| line.starts_with("ERROR: ")), "{url}: {failure:?}");
    }
}

#[tokio::test]
async fn a_missing_yt_dlp_is_named() {
    let mut bench = Bench::new().await;
    bench.engine.tools = crate::process::Tools::default();
    let listed = list(&bench, "http://127.0.0.1:1/x".to_owned()).await;
    assert_eq!(listed.failure().class, FailureClass::ToolMissing);
    assert_eq!(listed.failure().message, "the program yt-dlp is not installed");
}

#[tokio::test]
async fn the_output_of_a_listing_is_kept_without_its_rows() {
    let (bench, site) = (Bench::new().await, Site::start().await);
    site.list("short", 3);
    let file = bench.path().join("output");
    let listed = list_with(&bench, site.url("/list/short"), 1, &assignment(Some(file.clone()))).await;
    assert_eq!((listed.end, listed.entries.len()), (ListEnd::Complete, 3));
    let kept = std::fs::read_to_string(file).unwrap();
    assert!(kept.starts_with("$ ") && kept.contains("/list/short"), "{kept}");
    assert!(!kept.lines().skip(1).any(|line| line.contains("mediary-entry")), "{kept}");
}
