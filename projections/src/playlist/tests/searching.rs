use mediary_events::playlist::Playlist;

use super::{
    super::{PlaylistFilter, playlists},
    *,
};
use crate::listing::Order;

/// A list of three rows with these titles.
fn titled(titles: [&str; 3]) -> (Rows<PlaylistView>, PlaylistId) {
    let (mut rows, id) = (Rows::new(), list("talks"));
    rows.feed::<Playlist>(id.uuid(), [follow("talks"), resolved(PlaylistKind::List, "Talks of 2019")]);
    let mut before = None;
    for (name, title) in ["a", "b", "c"].into_iter().zip(titles) {
        let entry = entry_id(id, name);
        let renamed = Event::EntryRenamed { entry_id: entry, title: title.to_owned() };
        rows.feed::<Playlist>(id.uuid(), [added(id, name, before), renamed]);
        before = Some(name);
    }
    (rows, id)
}

fn found(rows: &mut Rows<PlaylistView>, list: PlaylistId, filter: &EntryFilter) -> String {
    let found = rows.pages(2, |rows, request| entries(rows, list, filter, request));
    found.into_iter().map(|entry| entry.source.source_id).collect::<Vec<_>>().join(" ")
}

fn search(text: &str) -> EntryFilter {
    EntryFilter { search: Some(text.to_owned()), ..EntryFilter::default() }
}

// invariant: E-13
#[test]
fn entries_are_found_in_the_order_of_their_list() {
    let (mut rows, id) = titled(["One about cats", "Two about dogs", "Three about cats and dogs"]);
    rows.feed::<Playlist>(id.uuid(), [Event::EntryMoved { entry_id: entry_id(id, "c"), after: None }]);
    assert_eq!(found(&mut rows, id, &search("about")), "c a b");
    assert_eq!(found(&mut rows, id, &search("CATS")), "c a");
    assert_eq!(found(&mut rows, id, &search("dogs thr")), "c");
    assert_eq!(found(&mut rows, id, &search("example.org/watch/b")), "b", "an address is found as a whole");
    let order = Order { field: EntryField::ChangedAt, descending: true };
    assert_eq!(found(&mut rows, id, &EntryFilter { order, ..search("about") }), "c b a");
    let order = Order { field: EntryField::Place, descending: true };
    assert_eq!(found(&mut rows, id, &EntryFilter { order, ..search("about") }), "b a c");
    let removed = EntryFilter { status: Some(EntryStatus::Removed), ..search("about") };
    assert_eq!(found(&mut rows, id, &removed), "");
    assert_eq!(found(&mut rows, list("another"), &search("about")), "");
}

// invariant: E-13
#[test]
fn what_has_another_title_by_now_is_found_by_that() {
    let (mut rows, id) = titled(["One", "Two", "Three"]);
    let title = "Uno".to_owned();
    rows.feed::<Playlist>(id.uuid(), [Event::EntryRenamed { entry_id: entry_id(id, "a"), title }]);
    rows.feed::<Playlist>(id.uuid(), [resolved(PlaylistKind::List, "Charlas")]);
    assert_eq!(found(&mut rows, id, &search("one")), "");
    assert_eq!(found(&mut rows, id, &search("uno")), "a");
    let mut lists = |text: &str| {
        let filter = PlaylistFilter { search: Some(text.to_owned()), ..PlaylistFilter::default() };
        rows.pages(2, |rows, request| playlists(rows, &filter, request)).len()
    };
    assert_eq!(["talks 2019", "charlas", "list talks"].map(&mut lists), [0, 1, 1]);
}

#[test]
fn single_items_are_found_in_unlisted() {
    let mut rows = Rows::<PlaylistView>::new();
    for name in ["1", "2"] {
        let events = [follow(name), resolved(PlaylistKind::Single, name), added(list(name), name, None)];
        rows.feed::<Playlist>(list(name).uuid(), events);
    }
    assert_eq!(found(&mut rows, PlaylistId::UNLISTED, &search("watch")), "1 2");
    assert_eq!(found(&mut rows, PlaylistId::UNLISTED, &search("watch/2")), "2");
    assert_eq!(found(&mut rows, PlaylistId::UNLISTED, &search("!")), "");
}
