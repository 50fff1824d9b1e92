use mediary_schema::{
    item::{IdScope, ItemSource},
    playlist::{Availability, LiveStatus, ObservedEntry, ObservedPlaylist, PlaylistKind, UnreadableRow},
};

use super::pages::{Pages, StagedPage, Unreadable};

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
        published_at: None,
    };
    let entries = indexes.map(entry).collect();
    StagedPage {
        kind: PlaylistKind::List,
        playlist: ObservedPlaylist::default(),
        entries,
        unreadable: Unreadable::default(),
        is_nested: false,
    }
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

// Field 05: the end of a list of lists can't be asked for by a place of ours.
#[test]
fn a_list_of_lists_is_looked_at_from_the_front() {
    let folder = tempfile::tempdir().unwrap();
    let mut pages = Pages::open(folder.path()).unwrap();
    pages.push(&page(1..3)).unwrap();
    pages.push(&StagedPage { is_nested: true, ..page(3..5) }).unwrap();
    assert_eq!(pages.pop().unwrap(), None);
    assert_eq!(Pages::open(folder.path()).unwrap().written(), 0);
}

// What an earlier attempt could not read is still not read.
#[test]
fn rows_that_could_not_be_read_are_kept_with_their_pages() {
    let folder = tempfile::tempdir().unwrap();
    let mut pages = Pages::open(folder.path()).unwrap();
    for number in 0..3 {
        let mut page = page(number * 20 + 1..number * 20 + 5);
        for index in 0..15 {
            page.unreadable.take(UnreadableRow::new(Some(number * 20 + index + 5), "no address"));
        }
        pages.push(&page).unwrap();
    }
    let mut after_a_kill = Pages::open(folder.path()).unwrap();
    let all = after_a_kill.unreadable().unwrap();
    assert_eq!((all.count, all.rows.len()), (45, UnreadableRow::TOLD_MAX));
    assert_eq!((all.rows[0].index, all.rows[19].index), (Some(5), Some(29)));
    after_a_kill.pop().unwrap();
    assert_eq!(
        after_a_kill.unreadable().unwrap().count,
        30,
        "those of the page that is looked at again are met again"
    );
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

// A long list is read as often as it is compared, and not once more to be counted.
#[test]
fn pages_that_were_handed_over_are_taken_by_their_number_without_reading_them() {
    let folder = tempfile::tempdir().unwrap();
    let mut pages = Pages::open(folder.path()).unwrap();
    for page in [page(1..3), page(3..5), page(5..7), page(7..9)] {
        pages.push(&page).unwrap();
    }
    let path = |number: u32| folder.path().join(Pages::way(number));
    std::fs::write(path(1), b"whoever reads this can't count on").unwrap();
    let handed_over = Pages::handed_over(folder.path(), 3).unwrap();
    assert_eq!(handed_over.written(), 3);
    assert!(!path(4).exists(), "what another attempt left is none of it");
    assert_eq!(handed_over.read(3).unwrap(), page(5..7));
    std::fs::remove_file(path(2)).unwrap();
    assert_eq!(Pages::handed_over(folder.path(), 3).unwrap().written(), 1, "what is missing is noticed");
}
