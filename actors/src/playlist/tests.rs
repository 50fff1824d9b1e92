use mediary_schema::{
    item::{IdScope, ItemSource},
    playlist::{Availability, LiveStatus, ObservedEntry, ObservedPlaylist, PlaylistKind},
};

use super::pages::{Pages, StagedPage};

fn page(indexes: std::ops::Range<u32>) -> StagedPage {
    let entry = |index: u32| ObservedEntry {
        index,
        source: ItemSource {
            extractor: "demo".to_owned(),
            source_id: index.to_string(),
            url: format!("http://example.org/{index}"),
        },
        id_scope: IdScope::Source,
        title: None,
        duration_ms: None,
        availability: Availability::Available,
        live_status: LiveStatus::NotLive,
    };
    let entries = indexes.map(entry).collect();
    StagedPage { kind: PlaylistKind::List, playlist: ObservedPlaylist::default(), entries }
}

// The list ended with a full page, so that an empty one stands behind it. It has no index to go on from:
// going on from the front would see every row twice.
#[test]
fn what_is_gone_on_from_is_the_last_page_with_rows() {
    let folder = tempfile::tempdir().unwrap();
    let mut pages = Pages::open(folder.path()).unwrap();
    for page in [page(1..3), page(3..5), page(5..5)] {
        pages.push(&page).unwrap();
    }
    let mut after_a_kill = Pages::open(folder.path()).unwrap();
    assert_eq!(after_a_kill.pop().unwrap(), Some(page(3..5)));
    assert_eq!(after_a_kill.written(), 1);
    assert_eq!(Pages::open(folder.path()).unwrap().written(), 1);
}

#[test]
fn without_rows_everything_is_looked_at_from_the_front() {
    let folder = tempfile::tempdir().unwrap();
    let mut pages = Pages::open(folder.path()).unwrap();
    assert_eq!(pages.pop().unwrap(), None);
    pages.push(&page(1..1)).unwrap();
    assert_eq!(pages.pop().unwrap(), None);
    assert_eq!(pages.written(), 0);
}

// A24: a rename reaches the disk before the bytes do.
#[test]
fn a_page_that_a_power_cut_left_void_was_never_kept() {
    let folder = tempfile::tempdir().unwrap();
    let mut pages = Pages::open(folder.path()).unwrap();
    for page in [page(1..3), page(3..5), page(5..7)] {
        pages.push(&page).unwrap();
    }
    let void = folder.path().join("pages/000002.json");
    assert!(void.exists());
    std::fs::write(void, b"").unwrap();
    let mut after_a_cut = Pages::open(folder.path()).unwrap();
    assert_eq!(after_a_cut.written(), 1);
    after_a_cut.push(&page(3..4)).unwrap();
    assert_eq!(Pages::open(folder.path()).unwrap().written(), 2, "no page of before stands behind it");
}
