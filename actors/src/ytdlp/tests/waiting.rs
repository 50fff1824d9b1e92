//! What is not there yet.

use mediary_schema::{FailureClass, job::Failure};
use serde_json::{Value, json};

use super::{
    super::{DownloadRequest, Engine, ListEnd},
    Bench, assignment,
    refreshing::list,
    site::Site,
};
use crate::access::Granted;

async fn refused(bench: &Bench, site: &Site, video: Value) -> Option<Failure> {
    site.content().videos.insert("v1".to_owned(), video);
    let (extractor, source_id) = ("mediarytestvideo".to_owned(), "v1".to_owned());
    let source = mediary_schema::item::ItemSource { extractor, source_id, url: site.url("/watch/v1") };
    let quality = mediary_schema::download::Quality::best();
    let request = DownloadRequest {
        source,
        quality,
        staging: bench.path().join("staging"),
        access: Granted::default(),
    };
    bench.engine.extract(&request, &assignment(None)).await.err()
}

// invariant: F-13
// Field 14: a torso was kept for ever, and a premiere failed before its time.
#[tokio::test]
async fn what_is_not_there_yet_is_waited_for_and_never_fetched() {
    let (bench, site) = (Bench::new().await, Site::start().await);
    let url = site.url("/media/v.mp4");
    let video = |live_status: Value, release_timestamp: Value| json!({"id": "v1", "title": "V", "url": url, "live_status": live_status, "release_timestamp": release_timestamp});
    let soon = 4_102_444_800_u64;
    for (told, expected) in [
        (video(json!("is_upcoming"), json!(soon)), Some("announced for 2100-01-01")),
        (video(json!("is_upcoming"), Value::Null), Some("announced, without a moment")),
        (video(json!("is_live"), Value::Null), Some("being broadcast")),
        (video(json!("post_live"), Value::Null), Some("making a recording")),
        (video(json!("was_live"), json!(1)), None),
        (video(Value::Null, Value::Null), None),
        (json!({"error": "Premieres in 2 hours"}), Some("Premieres in 2 hours")),
        (json!({"error": "This live event will begin in a few moments."}), Some("will begin")),
    ] {
        let failure = refused(&bench, &site, told.clone()).await;
        let Some(words) = expected else {
            assert_eq!(failure, None, "{told}");
            continue;
        };
        let failure = failure.unwrap();
        assert_eq!(failure.class, FailureClass::NotYet, "{told}: {failure:?}");
        assert!(failure.message.contains(words), "{told}: {failure:?}");
    }
    let failure = refused(&bench, &site, video(json!("is_upcoming"), json!(soon))).await.unwrap();
    assert_eq!(failure.retry_after_ms, Some(86_400_000), "once a day, since it may be moved");
    let failure = refused(&bench, &site, json!({"error": "Premieres in 2 hours"})).await.unwrap();
    assert_eq!(failure.retry_after_ms, Some(7_200_000));
}

#[tokio::test]
async fn an_address_that_is_not_there_yet_is_a_look_that_waits() {
    let (bench, site) = (Bench::new().await, Site::start().await);
    let error = json!({"error": "The channel is not currently live"});
    site.content().videos.insert("v1".to_owned(), error);
    let listed = list(&bench, site.url("/watch/v1")).await;
    assert!(matches!(listed.end, ListEnd::Failed(_)));
    assert_eq!(listed.failure().class, FailureClass::NotYet);
}
