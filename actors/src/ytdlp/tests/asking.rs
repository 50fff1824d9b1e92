//! Which of yt-dlp's extractors is asked for an address.

use mediary_schema::{download::Quality, item::ItemSource};
use serde_json::json;

use super::{
    super::{DownloadRequest, Engine as _},
    Bench, assignment,
    site::{File, Site},
};
use crate::access::Granted;

#[tokio::test]
async fn whoever_listed_an_item_is_asked_first_and_the_others_after_it() {
    let (mut bench, site) = (Bench::new().await, Site::start().await);
    // All of them, as they are asked on a machine of somebody else.
    bench.engine.options.extractors = None;
    site.file("film.mp4", File::new("video/mp4", vec![1; 100]));
    site.content().videos.insert(
        "v1".to_owned(),
        json!({"id": "v1", "title": "Film", "url": site.url("/media/film.mp4"), "ext": "mp4"}),
    );
    // The one that it is, one that takes none of this site's addresses, and one that nobody knows.
    for (number, extractor) in ["mediarytest", "youtubetab", "mediarytestvideo"].into_iter().enumerate() {
        let source = ItemSource {
            extractor: extractor.to_owned(),
            source_id: "v1".to_owned(),
            url: site.url("/watch/v1"),
        };
        let staging = bench.path().join(format!("staging-{number}"));
        let request =
            DownloadRequest { source, quality: Quality::best(), staging, access: Granted::default() };
        let extracted = bench.engine.extract(&request, &assignment(None)).await.unwrap();
        assert_eq!(extracted.title.as_deref(), Some("Film"), "{extractor}");
    }
}
