//! Rows as they are printed.

use super::*;

fn observed(json: &str) -> Result<ObservedEntry, Failure> {
    let printed = PrintedEntry::read(json).unwrap();
    let index = printed.playlist_index.unwrap_or(1);
    printed.observed(index)
}

fn source(json: &str) -> (String, String, String) {
    let source = observed(json).unwrap().source;
    (source.extractor, source.source_id, source.url)
}

fn texts(extractor: &str, source_id: &str, url: &str) -> (String, String, String) {
    (extractor.to_owned(), source_id.to_owned(), url.to_owned())
}

#[test]
fn an_item_of_a_feed_is_known_by_its_guid_and_its_address_is_clean() {
    let json = r#"{"title": "Ep 1", "duration": 5.5, "playlist_index": 3, "_type": "url_transparent",
        "url": "http://a.example/m/a.mp4?ep=1#__youtubedl_smuggle=%7B%22force_videoid%22%3A+%22guid-1%22%7D",
        "extractor_key": "Generic"}"#;
    let entry = observed(json).unwrap();
    assert_eq!((entry.index, entry.duration_ms), (3, Some(5500)));
    assert_eq!(entry.id_scope, IdScope::List, "other feeds count 1, 2, 3, too");
    assert_eq!(source(json), texts("generic", "guid-1", "http://a.example/m/a.mp4?ep=1"));
}

#[test]
fn an_item_without_guid_is_known_by_its_address_in_a_list_and_alone() {
    let expected = texts("generic", "http://a.example/m/a.mp4", "http://a.example/m/a.mp4");
    let in_list = r#"{"playlist_index": 1, "_type": "url", "url": "http://a.example/m/a.mp4", "extractor_key": "Generic"}"#;
    assert_eq!(source(in_list), expected);
    let alone = r#"{"id": "a", "url": "http://a.example/m/a.mp4", "webpage_url": "http://a.example/m/a.mp4", "extractor_key": "Generic"}"#;
    assert_eq!(source(alone), expected);
}

#[test]
fn what_the_download_needs_stays_in_the_address() {
    let url = "http://a.example/v#__youtubedl_smuggle=%7B%22referer%22%3A+%22http%3A%2F%2Fb.example%22%7D";
    let json = format!(
        r#"{{"id": "7", "playlist_index": 1, "_type": "url", "url": "{url}", "extractor_key": "Vimeo"}}"#
    );
    assert_eq!(source(&json), texts("vimeo", "7", url));
}

#[test]
fn a_resolved_item_is_fetched_from_its_page() {
    let json = r#"{"id": "v1", "url": "http://cdn.example/x?signature=1", "webpage_url": "http://a.example/watch/v1", "extractor_key": "LocalVid"}"#;
    assert_eq!(source(json), texts("localvid", "v1", "http://a.example/watch/v1"));
}

#[test]
fn items_embedded_in_the_page_of_the_list_are_fetched_directly() {
    let json = r#"{"id": "html-1", "playlist_index": 1, "url": "http://a.example/m/a.mp4", "webpage_url": "http://a.example/html",
        "extractor_key": "HTML5MediaEmbed", "playlist_webpage_url": "http://a.example/html"}"#;
    assert_eq!(source(json), texts("generic", "http://a.example/m/a.mp4", "http://a.example/m/a.mp4"));
}

// core A15: one row made a list unlistable.
#[test]
fn a_row_that_is_too_long_is_cut_or_left_out_and_the_others_are_read() {
    let row = |title: &str, url: &str| {
        let json = serde_json::json!({
            "id": "1", "title": title, "_type": "url", "url": url, "extractor_key": "X",
        });
        PrintedEntry::read(&json.to_string()).unwrap().observed(1)
    };
    let long = row(&"ü".repeat(300_000), "http://a.example/1").unwrap().title.unwrap();
    assert!(long.len() <= bounded::TITLE_BYTES_MAX && long.starts_with("üü"), "{}", long.len());
    let unread = row("T", &format!("http://a.example/{}", "x".repeat(10_000))).unwrap_err();
    assert_eq!(unread.message, "entry 1 has an address or an id that is too long");
}

#[test]
fn placeholders_are_no_titles() {
    for (title, expected) in [
        ("[Private video]", Availability::Private),
        ("[Deleted video]", Availability::Deleted),
        ("[Unavailable video]", Availability::Unavailable),
    ] {
        let json = format!(
            r#"{{"id": "1", "title": "{title}", "_type": "url", "url": "http://a.example/1", "extractor_key": "X"}}"#
        );
        let entry = observed(&json).unwrap();
        assert_eq!((entry.title, entry.availability), (None, expected));
    }
}

#[test]
fn availability_and_live_status_are_read() {
    for (told, expected) in [
        ("is_upcoming", LiveStatus::Upcoming),
        ("is_live", LiveStatus::Live),
        ("post_live", LiveStatus::PostLive),
        ("was_live", LiveStatus::WasLive),
        ("not_live", LiveStatus::NotLive),
    ] {
        let json = format!(
            r#"{{"id": "1", "title": "T", "availability": "subscriber_only", "live_status": "{told}", "_type": "url",
            "url": "http://a.example/1", "extractor_key": "X"}}"#
        );
        let entry = observed(&json).unwrap();
        assert_eq!((entry.availability, entry.live_status), (Availability::MembersOnly, expected));
    }
}

#[test]
fn an_entry_without_address_is_a_failure_of_its_own() {
    let failure =
        observed(r#"{"id": "1", "title": "T", "_type": "url", "url": "ytsearch:x", "extractor_key": "X"}"#)
            .unwrap_err();
    assert_eq!(failure.class, FailureClass::Unsupported);
    assert_eq!(failure.message, "entry 1 \"T\" has no address of its own");
}

// Field 06: plain yt-dlp does all of these.
#[test]
fn an_odd_field_costs_no_row() {
    let json = r#"{"id": 7, "title": "x\ud83d", "duration": NaN, "playlist_index": 3, "playlist_id": 12, "_type": "url",
        "url": "http://a.example/7", "extractor_key": "X", "availability": ["?"], "live_status": 1}"#;
    let entry = observed(json).unwrap();
    assert_eq!(entry.source.source_id, "7");
    assert_eq!((entry.title.as_deref(), entry.duration_ms), (Some("x\u{fffd}"), None));
    for (duration, expected) in [
        ("5.5", Some(5_500)),
        ("\"7\"", Some(7_000)),
        ("\"5:00\"", None),
        ("-1", None),
        ("1e300", None),
        ("{}", None),
    ] {
        let json = format!(
            r#"{{"duration": {duration}, "playlist_index": "3", "_type": "url", "url": "http://a.example/7"}}"#
        );
        let entry = observed(&json).unwrap();
        assert_eq!((entry.duration_ms, entry.index), (expected, 3), "{duration}");
    }
    for missing in ["{}", r#"{"playlist_index": 1}"#, r#"{"_type": null, "url": null, "title": 5}"#] {
        assert!(observed(missing).is_err(), "{missing}");
    }
}

// Field 16c: the password would be in events that every viewer reads.
#[test]
fn an_address_with_a_password_is_no_row_and_tells_it_to_nobody() {
    for url in ["http://user:s3cret@a.example/1.mp3", "http://s3cret@a.example/1.mp3"] {
        let failure =
            observed(&format!(r#"{{"_type": "url", "url": "{url}", "playlist_index": 2}}"#)).unwrap_err();
        assert!(!failure.message.contains("s3cret"), "{failure:?}");
    }
}

#[test]
fn what_may_be_a_list_is_told_by_its_extractor_and_what_is_missing() {
    let row = |more: &str| {
        let json = format!(r#"{{"_type": "url", "url": "http://a.example/7", "playlist_index": 1, {more}}}"#);
        let row = PrintedEntry::read(&json).unwrap();
        (row.is_named_as_list(), row.may_be_list())
    };
    assert_eq!(row(r#""ie_key": "YoutubeTab""#), (true, true));
    assert_eq!(row(r#""ie_key": "YoutubeSearchURL""#), (true, true));
    assert_eq!(row(r#""ie_key": "SoundcloudSet", "duration": 5"#), (true, false));
    assert_eq!(row(r#""ie_key": "Youtube", "duration": 5"#), (false, false));
    assert_eq!(row(r#""ie_key": "AssetUserland""#), (false, true));
    assert_eq!(row(r#""ie_key": "Generic""#), (false, false));
    assert_eq!(row(r#""id": "1""#), (false, true));
}

#[test]
fn a_reference_to_the_page_of_its_own_list_has_no_address() {
    let json = r#"{"_type": "url", "webpage_url": "http://a.example/l", "playlist_index": 8,
        "extractor_key": "XList", "playlist_webpage_url": "http://a.example/l"}"#;
    assert_eq!(observed(json).unwrap_err().message, "entry 8 \"\" has no address of its own");
}
