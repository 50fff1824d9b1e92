//! Each fault does what it says, and stops when it is taken away.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::Value;
use tokio::time::Instant;

use super::{
    super::{Etag, Fault, Outcome, Rendition, Target},
    DEADLINE, Harness, arriving,
};

const LARGE: &str = "/media/large-1/720p.mp4";
const SMALL: &str = "/media/videos-1/180p.mp4";

#[tokio::test]
async fn a_drop_ends_the_connection_half_way_so_many_times_and_can_be_resumed() {
    let harness = Harness::start().await;
    let whole = harness.body(LARGE).await;
    harness.site.requests().clear();
    harness.site.faults().drop_after(LARGE, 1_000_000, 2);

    let mut arrived = vec![];
    for attempt in 0..3 {
        let range = format!("bytes={}-", arrived.len());
        let (part, broke) = arriving(harness.get_with(LARGE, &[("range", &range)]).await).await;
        assert_eq!(broke, attempt < 2);
        if broke {
            assert!(!part.is_empty() && part.len() <= 1_000_000, "{}", part.len());
        }
        arrived.extend(part);
    }
    assert!(arrived == whole);

    let outcomes: Vec<_> = harness.site.requests().for_path(LARGE).iter().map(|seen| seen.outcome).collect();
    assert_eq!(outcomes, [Outcome::Dropped, Outcome::Dropped, Outcome::Complete]);
    let first = &harness.site.requests().for_path(LARGE)[0];
    assert_eq!((first.status, first.bytes_sent, first.range.as_deref()), (206, 1_000_000, Some("bytes=0-")));
}

#[tokio::test]
async fn a_head_or_a_short_answer_uses_up_no_drop() {
    let harness = Harness::start().await;
    harness.site.faults().drop_after(LARGE, 1_000, 1);
    harness.client.head(harness.site.url(LARGE)).send().await.unwrap();
    let (part, broke) = arriving(harness.get_with(LARGE, &[("range", "bytes=0-99")]).await).await;
    assert_eq!((part.len(), broke), (100, false));
    assert!(arriving(harness.get(LARGE).await).await.1);
    assert!(!arriving(harness.get(LARGE).await).await.1);
}

#[tokio::test]
async fn a_throttled_body_takes_its_time_and_hurries_when_let() {
    let harness = Harness::start().await;
    let length = harness.body(SMALL).await.len() as u64;
    let rate = u32::try_from(length * 2).unwrap();
    let throttle = harness.site.faults().throttle(SMALL, rate);
    let start = Instant::now();
    assert_eq!(harness.body(SMALL).await.len() as u64, length);
    // Half a second by its rate, less the piece that goes at once.
    assert!(start.elapsed() >= Duration::from_millis(400), "{:?}", start.elapsed());

    harness.site.faults().remove(throttle);
    harness.site.faults().throttle(LARGE, 50_000);
    let mut response = harness.get(LARGE).await;
    assert!(response.chunk().await.unwrap().is_some());
    // Minutes at this rate, were it kept.
    harness.site.faults().clear();
    let (_, broke) = arriving(response).await;
    assert!(!broke);
}

#[tokio::test]
async fn a_stall_holds_until_it_is_taken_away() {
    let harness = Harness::start().await;
    let whole = harness.body(LARGE).await;
    harness.site.requests().clear();
    let stall = harness.site.faults().stall(Target::Media("large-1".to_owned()), 300_000);
    let mut response = harness.get(LARGE).await;
    let mut arrived = vec![];
    while arrived.len() < 300_000 {
        arrived.extend_from_slice(&response.chunk().await.unwrap().unwrap());
    }
    assert!(tokio::time::timeout(Duration::from_millis(200), response.chunk()).await.is_err());
    assert_eq!(harness.site.requests().bytes_served(LARGE), 300_000);
    harness.site.faults().remove(stall);
    let (rest, broke) = arriving(response).await;
    arrived.extend(rest);
    assert!(!broke && arrived == whole);
}

#[tokio::test]
async fn a_refused_range_is_answered_whole() {
    let harness = Harness::start().await;
    let refusal = harness.site.faults().refuse_range("videos-1");
    let answer = harness.get_with(SMALL, &[("range", "bytes=5-9")]).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert!(answer.headers().get("accept-ranges").is_none());
    assert_eq!(harness.get_with("/media/videos-2/180p.mp4", &[("range", "bytes=5-9")]).await.status(), 206);
    harness.site.faults().remove(refusal);
    assert_eq!(harness.get_with(SMALL, &[("range", "bytes=5-9")]).await.status(), 206);
}

#[tokio::test]
async fn a_swapped_file_has_other_bytes_with_the_old_tag_or_a_new_one() {
    let harness = Harness::start().await;
    let tag = |response: &reqwest::Response| response.headers()["etag"].to_str().unwrap().to_owned();
    let before = harness.get(LARGE).await;
    let (old_tag, old) = (tag(&before), before.bytes().await.unwrap());

    let same = harness.site.faults().swap_content("large-1", Etag::Same);
    let resumed =
        harness.get_with(LARGE, &[("range", "bytes=1000000-1000999"), ("if-range", &old_tag)]).await;
    assert_eq!((resumed.status(), tag(&resumed)), (StatusCode::PARTIAL_CONTENT, old_tag.clone()));
    assert_ne!(resumed.bytes().await.unwrap(), old[1_000_000..1_001_000]);

    harness.site.faults().remove(same);
    harness.site.faults().swap_content("large-1", Etag::New);
    let resumed =
        harness.get_with(LARGE, &[("range", "bytes=1000000-1000999"), ("if-range", &old_tag)]).await;
    assert_eq!(resumed.status(), StatusCode::OK);
    assert_ne!(tag(&resumed), old_tag);
}

#[tokio::test]
async fn a_swap_in_the_middle_of_hls_has_all_fragments_that_the_old_playlist_named() {
    let harness = Harness::start().await;
    for id in ["videos-1", "videos-2", "videos-3", "videos-4", "large-1", "large-2"] {
        let index =
            String::from_utf8(harness.body(&format!("/media/{id}/hls/180p/index.m3u8")).await).unwrap();
        harness.site.faults().swap_content(id, Etag::New);
        let fragments: Vec<&str> = index.lines().filter(|line| line.starts_with("seg")).collect();
        assert!(fragments.len() >= 3);
        for fragment in fragments {
            let status = harness.get(&format!("/media/{id}/hls/180p/{fragment}")).await.status();
            assert_eq!(status, StatusCode::OK, "{id} {fragment}");
        }
    }
}

#[tokio::test]
async fn a_truncated_file_looks_whole() {
    let harness = Harness::start().await;
    let whole = harness.body(SMALL).await;
    harness.site.faults().truncate(Target::file("videos-1", Rendition::Video180), 5_000);
    let (part, broke) = arriving(harness.get(SMALL).await).await;
    assert!(!broke && part == whole[..5_000]);
    assert_eq!(harness.get_with(SMALL, &[("range", "bytes=5000-")]).await.status(), 416);
}

#[tokio::test]
async fn a_status_is_answered_so_many_times() {
    let harness = Harness::start().await;
    let faults = harness.site.faults();
    for code in [403, 404, 410, 429, 500, 503] {
        faults.status(SMALL, StatusCode::from_u16(code).unwrap(), Some(2));
        for expected in [code, code, 200] {
            assert_eq!(harness.get(SMALL).await.status().as_u16(), expected);
        }
    }
    faults.too_many_requests(SMALL, Duration::from_secs(7), 1);
    let answer = harness.get(SMALL).await;
    assert_eq!((answer.status().as_u16(), answer.headers()["retry-after"].to_str().unwrap()), (429, "7"));
}

#[tokio::test]
async fn a_page_of_a_list_fails_and_its_neighbours_do_not() {
    let harness = Harness::start().await;
    harness.site.faults().page_failure("long", 3, StatusCode::SERVICE_UNAVAILABLE, None);
    for (query, status) in [("?page=3", 503), ("?page=2", 200), ("?per_page=10&page=3", 503), ("", 200)] {
        assert_eq!(
            harness.get(&format!("/api/lists/long{query}")).await.status().as_u16(),
            status,
            "{query}"
        );
    }
    assert_eq!(harness.get("/api/lists/videos?page=3").await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_fragment_is_missing_in_both_pictures() {
    let harness = Harness::start().await;
    harness.site.faults().missing_fragment("videos-3", 1);
    for variant in ["180p", "720p"] {
        for (fragment, status) in [(0, 200), (1, 404), (2, 200)] {
            let path = format!("/media/videos-3/hls/{variant}/seg{fragment:03}.ts");
            assert_eq!(harness.get(&path).await.status().as_u16(), status, "{path}");
        }
    }
}

#[tokio::test]
async fn a_fault_meets_its_target_and_nothing_else() {
    let harness = Harness::start().await;
    let paths = [
        "/",
        "/control/faults",
        "/api/items/videos-1",
        "/items/videos-1",
        SMALL,
        "/media/videos-10/180p.mp4",
        LARGE,
    ];
    harness.site.list("videos").set_len(10);
    for (target, met) in [
        (Target::Everything, vec![2, 3, 4, 5, 6]),
        (Target::Item("videos-1".to_owned()), vec![2, 3, 4]),
        (Target::Media("videos-1".to_owned()), vec![4]),
        (Target::from("/media/videos-1/*"), vec![4]),
        (Target::from("/media/videos-1*"), vec![4, 5]),
        (Target::from(LARGE), vec![6]),
    ] {
        harness.site.faults().status(target.clone(), StatusCode::IM_A_TEAPOT, None);
        for (place, path) in paths.iter().enumerate() {
            let answered = harness.get(path).await.status() == StatusCode::IM_A_TEAPOT;
            assert_eq!(answered, met.contains(&place), "{target:?} {path}");
        }
        harness.site.faults().clear();
    }
}

#[tokio::test]
async fn hidden_items_refuse_pages_and_files_and_are_in_no_feed() {
    let harness = Harness::start().await;
    let list = harness.site.list("videos");
    list.make_private(0).unwrap();
    list.make_deleted(1).unwrap();
    for (id, status) in [("videos-1", 403), ("videos-2", 410), ("videos-3", 200)] {
        assert_eq!(harness.get(&format!("/items/{id}")).await.status().as_u16(), status);
        assert_eq!(harness.get(&format!("/media/{id}/180p.mp4")).await.status().as_u16(), status);
        let feed = harness.get("/feeds/videos/podcast.xml").await.text().await.unwrap();
        assert_eq!(feed.contains(&format!(">{id}<")), status == 200);
    }
}

#[tokio::test]
async fn faults_come_and_go_by_http() {
    let harness = Harness::start().await;
    for call in [
        format!("status?target={SMALL}&code=429&retry_after_seconds=3&times=1"),
        "page?list=long&page=2&code=503".to_owned(),
        "fragment?item=videos-3&fragment=0".to_owned(),
        "throttle?target=large-1&bytes_per_second=1000".to_owned(),
        "drop?target=large-1&after_bytes=10&times=1".to_owned(),
        "stall?target=large-1&after_bytes=10".to_owned(),
        "refuse-range?target=large-1".to_owned(),
        "swap?target=large-1&etag=same".to_owned(),
        "truncate?target=large-1&bytes=9".to_owned(),
    ] {
        assert_eq!(harness.post(&format!("/control/faults/{call}")).await.status(), StatusCode::OK, "{call}");
    }
    let faults: Value = harness.get("/control/faults").await.json().await.unwrap();
    assert_eq!(faults.as_array().unwrap().len(), 10, "{faults}");
    assert_eq!(faults[0]["fault"]["status"]["retry_after_seconds"], 3);
    assert_eq!(faults[4]["fault"]["throttle"]["bytes_per_second"], 1000);
    assert_eq!(faults[7]["fault"], "refuse_range");
    assert_eq!(faults[8]["fault"]["swap"]["etag"], "same");
    assert_eq!(harness.get(SMALL).await.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(harness.get("/api/lists/long?page=2").await.status(), StatusCode::SERVICE_UNAVAILABLE);
    harness.post("/control/faults/clear").await;
    assert_eq!(harness.get("/api/lists/long?page=2").await.status(), StatusCode::OK);
    let requests: Value = harness.get("/control/requests").await.json().await.unwrap();
    assert!(requests.as_array().unwrap().iter().any(|seen| seen["status"] == 429));
}

#[tokio::test]
async fn waiting_for_what_never_comes_ends_at_the_deadline() {
    let harness = Harness::start().await;
    harness.site.faults().add(Target::Everything, Fault::RefuseRange, Some(1));
    let requests = harness.site.requests();
    assert!(!requests.wait_until(Duration::from_millis(50), |log| !log.all().is_empty()).await);
    let (seen, _) =
        tokio::join!(requests.wait_until(DEADLINE, |log| log.bytes_served(SMALL) > 0), harness.body(SMALL));
    assert!(seen);
}
