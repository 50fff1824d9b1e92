use mediary_schema::{
    FailureClass,
    item::{IdScope, ItemSource},
    job::Failure,
    playlist::{Availability, LiveStatus, ObservedEntry, ObservedPlaylist, PlaylistKind},
    preview::{Found, FoundKind},
};

use super::effect::Seen;
use crate::{
    workspace::Unable,
    ytdlp::{ListEnd, ListLine},
};

fn list(kind: PlaylistKind, title: &str, count: Option<u32>) -> ListLine {
    let playlist = ObservedPlaylist { title: Some(title.to_owned()), ..ObservedPlaylist::default() };
    ListLine::Playlist { kind, playlist, count }
}

fn row(index: u32) -> ListLine {
    let (source_id, url) = (index.to_string(), format!("http://example.org/{index}"));
    ListLine::Entry(ObservedEntry {
        index,
        source: ItemSource { extractor: "demo".to_owned(), source_id, url },
        id_scope: IdScope::Source,
        title: Some(format!("{index}. {}", "ä".repeat(200))),
        duration_ms: Some(1_000),
        availability: Availability::Available,
        live_status: LiveStatus::NotLive,
        published_at: None,
    })
}

fn failure(message: &str) -> Failure {
    Failure::new(FailureClass::Network, message)
}

fn found(lines: impl IntoIterator<Item = ListLine>, end: ListEnd) -> Result<Found, Unable> {
    let mut seen = Seen::default();
    lines.into_iter().for_each(|line| seen.take(line));
    seen.found(end)
}

#[test]
fn of_a_list_whose_end_was_seen_all_rows_are_counted() {
    let skipped = ListLine::SkippedItem { index: Some(3), failure: failure("private") };
    let lines = [list(PlaylistKind::List, "Nights", Some(9)), row(1), row(2), skipped];
    let found = found(lines, ListEnd::Complete).unwrap();
    assert_eq!((found.kind, found.title.as_deref(), found.count), (FoundKind::List, Some("Nights"), Some(3)));
    assert_eq!(found.first.len(), 2);
    let title = found.first[0].title.as_deref().unwrap();
    assert!(title.starts_with("1. ä") && title.len() <= Found::TITLE_BYTES_MAX, "{title}");
}

#[test]
fn of_a_long_list_the_number_is_what_its_source_says() {
    for end in [ListEnd::Stopped, ListEnd::Complete, ListEnd::Partial(failure("it broke off"))] {
        for said in [Some(2_031), None] {
            let rows = (1..=31).map(row);
            let lines = [list(PlaylistKind::List, "Nights", said)].into_iter().chain(rows);
            let found = found(lines, end.clone()).unwrap();
            assert_eq!(found.count, said.map(u64::from), "{end:?}");
            assert_eq!(found.first.len(), Found::FIRST_MAX);
        }
    }
}

#[test]
fn of_lists_in_a_list_nobody_knows_how_many_entries_they_have() {
    let within = |title: &str, url: &str| ListLine::Within {
        title: Some(title.to_owned()),
        url: format!("http://example.org/{url}"),
    };
    for end in [ListEnd::Stopped, ListEnd::Complete] {
        let rows = (1..=30).map(row);
        let head = [list(PlaylistKind::List, "A channel", Some(3)), ListLine::Nested];
        let tabs = [within(&"é".repeat(400), "videos"), within("Shorts", "shorts")];
        let found = found(head.into_iter().chain(rows).chain(tabs), end).unwrap();
        assert_eq!((found.kind, found.count, found.first.len()), (FoundKind::Nested, None, 5));
        let [videos, shorts] = found.lists.as_slice() else { panic!("{:?}", found.lists) };
        assert!(videos.title.as_ref().unwrap().len() <= Found::TITLE_BYTES_MAX);
        assert_eq!((shorts.title.as_deref(), &*shorts.url), (Some("Shorts"), "http://example.org/shorts"));
    }
}

#[test]
fn a_single_item_is_called_as_the_item_is() {
    let lines = [list(PlaylistKind::Single, "Unlisted", None), row(1)];
    let found = found(lines, ListEnd::Complete).unwrap();
    assert_eq!((found.kind, found.count), (FoundKind::Single, Some(1)));
    assert!(found.title.unwrap().starts_with("1. "));
}

#[test]
fn that_there_is_nothing_is_said_of_nothing_that_was_not_read() {
    let head = || [list(PlaylistKind::List, "Nights", Some(9))];
    let why = |end| match found(head(), end) {
        Err(Unable::Failed(failure)) => failure.message,
        other => panic!("{other:?}"),
    };
    assert_eq!(why(ListEnd::Failed(failure("no address"))), "no address");
    assert_eq!(why(ListEnd::Partial(failure("it broke off"))), "it broke off");
    assert!(matches!(found(head(), ListEnd::Stopped), Err(Unable::Lost)));
    assert_eq!(found(head(), ListEnd::Complete).unwrap().count, Some(0));
}
