//! What the site answers when nothing is wrong.

use std::collections::BTreeSet;

use reqwest::{Method, StatusCode};
use serde_json::Value;

use super::{
    super::{Outcome, PageKind, Rendition},
    DEADLINE, Harness,
};

const VIDEO: &str = "/media/videos-1/720p.mp4";

fn header<'a>(response: &'a reqwest::Response, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn a_file_is_served_whole_and_in_parts() {
    let harness = Harness::start().await;
    let whole = harness.get(VIDEO).await;
    assert_eq!(whole.status(), StatusCode::OK);
    assert_eq!(header(&whole, "accept-ranges"), "bytes");
    assert_eq!(header(&whole, "content-type"), "video/mp4");
    assert_eq!(header(&whole, "last-modified"), "Thu, 01 Jan 2026 00:00:00 GMT");
    let length: usize = header(&whole, "content-length").parse().unwrap();
    let whole = whole.bytes().await.unwrap();
    assert_eq!(whole.len(), length);

    // Across the seam between the clip's bytes and the item's own tail as well.
    for (range, from, to) in [
        ("bytes=0-99".to_owned(), 0, 100),
        ("bytes=100000-".to_owned(), 100_000, length),
        ("bytes=-40".to_owned(), length - 40, length),
        (format!("bytes={}-{}", length - 5, length + 5), length - 5, length),
    ] {
        let part = harness.get_with(VIDEO, &[("range", &range)]).await;
        assert_eq!(part.status(), StatusCode::PARTIAL_CONTENT, "{range}");
        assert_eq!(header(&part, "content-range"), format!("bytes {from}-{}/{length}", to - 1));
        assert_eq!(part.bytes().await.unwrap(), whole[from..to], "{range}");
    }
}

#[tokio::test]
async fn a_range_beyond_the_end_is_refused_with_the_length() {
    let harness = Harness::start().await;
    let length = harness.body(VIDEO).await.len();
    let beyond = harness.get_with(VIDEO, &[("range", &format!("bytes={length}-"))]).await;
    assert_eq!(beyond.status(), StatusCode::RANGE_NOT_SATISFIABLE);
    assert_eq!(header(&beyond, "content-range"), format!("bytes */{length}"));
    assert!(beyond.bytes().await.unwrap().is_empty());
}

#[tokio::test]
async fn conditions_are_kept() {
    let harness = Harness::start().await;
    let first = harness.get(VIDEO).await;
    let (etag, modified) = (header(&first, "etag").to_owned(), header(&first, "last-modified").to_owned());
    let status = async |headers: &[(&'static str, &str)]| harness.get_with(VIDEO, headers).await.status();
    let part = ("range", "bytes=5-9");
    assert_eq!(status(&[part, ("if-range", &etag)]).await, StatusCode::PARTIAL_CONTENT);
    assert_eq!(status(&[part, ("if-range", &modified)]).await, StatusCode::PARTIAL_CONTENT);
    assert_eq!(status(&[part, ("if-range", "\"other\"")]).await, StatusCode::OK);
    assert_eq!(status(&[("if-none-match", &etag)]).await, StatusCode::NOT_MODIFIED);
    assert_eq!(status(&[("if-none-match", "\"other\"")]).await, StatusCode::OK);
}

#[tokio::test]
async fn head_gives_the_headers_alone() {
    let harness = Harness::start().await;
    let length = harness.body(VIDEO).await.len();
    let head = harness.client.request(Method::HEAD, harness.site.url(VIDEO)).send().await.unwrap();
    assert_eq!(
        (head.status(), header(&head, "content-length")),
        (StatusCode::OK, length.to_string().as_str())
    );
    assert!(head.bytes().await.unwrap().is_empty());
    let requests = harness.site.requests();
    let seen = requests.for_path(VIDEO).pop().unwrap();
    assert_eq!((seen.method.as_str(), seen.bytes_sent, seen.outcome), ("HEAD", 0, Outcome::Complete));
    assert_eq!(requests.bytes_served(VIDEO), length as u64);
}

#[tokio::test]
async fn no_two_items_have_the_same_bytes_and_one_has_always_the_same() {
    let harness = Harness::start().await;
    for file in ["180p.mp4", "audio.m4a", "audio.mp3"] {
        let mut seen = BTreeSet::new();
        // The fifth item has the clip of the first.
        for serial in 1..=5 {
            seen.insert(harness.body(&format!("/media/videos-{serial}/{file}")).await);
        }
        assert_eq!(seen.len(), 5, "{file}");
        assert!(seen.contains(&harness.body(&format!("/media/videos-1/{file}")).await));
    }
}

#[tokio::test]
async fn the_api_pages_a_long_list() {
    let harness = Harness::start().await;
    let page = async |query: &str| -> Value {
        harness.get(&format!("/api/lists/long{query}")).await.json().await.unwrap()
    };
    let first = page("").await;
    assert_eq!((first["total"].as_u64(), first["entries"].as_array().unwrap().len()), (Some(20_000), 50));
    let last = page("?page=400&per_page=50").await;
    let last = last["entries"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((last["id"].as_str(), last["index"].as_u64()), (Some("long-20000"), Some(20_000)));
    assert_eq!(page("?page=401").await["entries"], Value::Array(vec![]));
    assert_eq!(harness.get("/api/lists/unknown").await.status(), StatusCode::NOT_FOUND);
    assert_eq!(harness.get("/api/items/long-20001").await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_item_promises_the_files_that_it_has() {
    let harness = Harness::start().await;
    let mut kinds = BTreeSet::new();
    for serial in 1..=4 {
        let item: Value = harness.get(&format!("/api/items/videos-{serial}")).await.json().await.unwrap();
        let formats = item["formats"].as_array().unwrap();
        for format in formats {
            let url = format["url"].as_str().unwrap();
            let path = url.strip_prefix(&harness.site.url("")).unwrap();
            assert_eq!(format["filesize"].as_u64(), Some(harness.body(path).await.len() as u64), "{url}");
        }
        kinds.insert((formats.len(), item["hls"].is_string()));
    }
    assert_eq!(kinds, BTreeSet::from([(2, false), (2, true), (3, false)]));
    let master = harness.body("/media/videos-3/hls/master.m3u8").await;
    assert_eq!(String::from_utf8(master).unwrap().matches("index.m3u8").count(), 2);
}

#[tokio::test]
async fn pages_show_their_media_or_none() {
    let harness = Harness::start().await;
    let text = async |url: String| harness.client.get(url).send().await.unwrap().text().await.unwrap();
    let video = harness.site.media_url("videos-1", Rendition::Video720);
    for (kind, mark) in [
        (PageKind::OpenGraph, "og:video"),
        (PageKind::VideoElement, "<source"),
        (PageKind::JsonLd, "VideoObject"),
    ] {
        let page = text(harness.site.page_url(kind, "videos-1")).await;
        assert!(page.contains(mark) && page.contains(&video), "{kind:?}: {page}");
    }
    let empty = text(harness.site.empty_page_url()).await;
    assert!(!empty.contains("/media/"), "{empty}");
}

#[tokio::test]
async fn titles_cannot_break_out_of_pages_and_feeds() {
    let harness = Harness::start().await;
    harness.site.list("videos").rename(0, "</script><b>&\"'").unwrap();
    for path in
        ["/items/videos-1", "/lists/videos", "/feeds/videos/podcast.xml", "/feeds/videos/media.xml", "/"]
    {
        let text = harness.get(path).await.text().await.unwrap();
        assert!(!text.contains("<b>"), "{path}: {text}");
    }
}

#[tokio::test]
async fn a_client_that_leaves_is_seen_to_have_left() {
    let harness = Harness::start().await;
    harness.site.faults().throttle("/media/large-1/*", 200_000);
    let mut response = harness.get("/media/large-1/720p.mp4").await;
    assert!(response.chunk().await.unwrap().is_some());
    drop(response);
    let left =
        |log: &super::super::RequestLog| log.all().iter().any(|seen| seen.outcome == Outcome::Abandoned);
    assert!(harness.site.requests().wait_until(DEADLINE, left).await);
    let served = harness.site.requests().bytes_served_for("large-1");
    assert!(served > 0 && served < 2_000_000, "{served}");
}

#[tokio::test]
async fn a_stopped_site_frees_its_port_and_cuts_what_is_open() {
    let harness = Harness::start().await;
    let port = harness.site.address().port();
    harness.site.faults().stall("/media/large-1/*", 1_000);
    let stalled = harness.get("/media/large-1/720p.mp4").await;
    let Harness { site, .. } = harness;
    let (stopped, (arrived, broke)) =
        tokio::join!(tokio::time::timeout(DEADLINE, site.stop()), super::arriving(stalled));
    stopped.unwrap();
    assert!(broke && arrived.len() <= 1_000);
    let media = super::super::MediaLibrary::open_shared().await.unwrap();
    let again = super::super::SiteOptions { port };
    super::super::Site::start(&media, again.clone()).await.unwrap().stop().await;

    let taken = super::super::Site::start(&media, again).await.unwrap();
    let error = super::super::Site::start(&media, super::super::SiteOptions { port }).await.unwrap_err();
    assert!(error.to_string().contains(&format!("127.0.0.1:{port}")), "{error}");
    drop(taken);
}
