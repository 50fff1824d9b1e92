use mediary_events::playlist::Playlist;

use super::{
    super::{
        PlaylistField, PlaylistFilter, PlaylistRow, RefreshOutcome, changed_entries, changed_playlists,
        entries_by_id, entry, playlist, playlists, playlists_by_id,
    },
    *,
};
use crate::{
    listing::{Order, OrderField as _},
    tests::{
        listed::{assert_listed, every},
        support::assert_indexed,
    },
};

/// A view with this many followed lists, of which every third is a single item, each with one entry.
fn lists(number: usize) -> Rows<PlaylistView> {
    let mut rows = Rows::new();
    for number in 0..number {
        let name = number.to_string();
        let kind = if number % 3 == 0 { PlaylistKind::Single } else { PlaylistKind::List };
        let events = [follow(&name), resolved(kind, &name), added(list(&name), &name, None)];
        rows.feed::<Playlist>(list(&name).uuid(), events);
    }
    rows
}

fn titles(rows: Vec<PlaylistRow>) -> Vec<String> {
    rows.into_iter().map(|row| row.title.unwrap()).collect()
}

#[test]
fn pages_of_lists_hold_each_once_oldest_first() {
    let mut rows = lists(20);
    let expected: Vec<_> =
        (0..20).filter(|number| number % 3 != 0).map(|number| number.to_string()).collect();
    for first in [1, 4, 13, 14, 500] {
        assert_eq!(
            titles(rows.pages(first, |rows, request| playlists(rows, &PlaylistFilter::default(), request))),
            expected
        );
    }
}

#[test]
fn a_list_that_is_followed_no_longer_is_not_listed_and_can_be_asked_for() {
    let mut rows = lists(3);
    rows.feed::<Playlist>(list("1").uuid(), [Event::Unfollowed {}]);
    assert_eq!(
        titles(rows.pages(10, |rows, request| playlists(rows, &PlaylistFilter::default(), request))),
        ["2"]
    );
    assert!(rows.read(|rows| playlist(rows, list("1"))).is_some());
    assert_eq!(rows.read(|rows| playlist(rows, list("never"))), None);
}

#[test]
fn pages_of_entries_hold_each_once_in_the_lists_order() {
    let mut followed = Followed::new();
    let names: Vec<_> = (0..57).map(|number| format!("n{number}")).collect();
    followed.look_at(&names.join(" "));
    let id = followed.id;
    for first in [1, 10, 19, 56, 57, 58] {
        let shown = followed.rows.pages(first, |rows, request| entries(rows, id, &ALL, request));
        assert_eq!(shown.into_iter().map(|entry| entry.source.source_id).collect::<Vec<_>>(), names);
    }
}

#[test]
fn entries_that_are_gone_are_shown_on_demand() {
    let mut followed = Followed::new();
    for names in ["a b c", "a c", "a c"] {
        followed.look_at(names);
    }
    let names =
        |entries: Vec<EntryRow>| entries.into_iter().map(|entry| entry.source.source_id).collect::<Vec<_>>();
    assert_eq!(names(followed.entries(&EntryFilter::default())), ["a", "c"]);
    assert_eq!(names(followed.entries(&ALL)), ["a", "b", "c"]);
}

// LI-02.
#[test]
fn unlisted_is_made_of_the_single_items_that_are_followed() {
    let mut rows = lists(20);
    let of_unlisted = |rows: &mut Rows<PlaylistView>| {
        let shown = rows.pages(3, |rows, request| entries(rows, PlaylistId::UNLISTED, &ALL, request));
        shown.into_iter().map(|entry| entry.source.source_id).collect::<Vec<_>>()
    };
    assert_eq!(of_unlisted(&mut rows), ["0", "3", "6", "9", "12", "15", "18"]);
    rows.feed::<Playlist>(list("3").uuid(), [Event::Unfollowed {}]);
    assert_eq!(of_unlisted(&mut rows), ["0", "6", "9", "12", "15", "18"]);
    let row = rows.read(|rows| playlist(rows, PlaylistId::UNLISTED)).unwrap();
    assert_eq!(
        (row.title.as_deref(), row.kind, row.entry_count),
        (Some("Unlisted"), Some(PlaylistKind::List), 6)
    );
}

#[test]
fn entries_are_found_by_their_ids() {
    let mut followed = Followed::new();
    followed.look_at("a b c");
    let ids = ["c", "a", "never"].map(|name| entry_id(followed.id, name));
    let mut found = followed.rows.read(|rows| entries_by_id(rows, &ids));
    found.sort_by_key(|entry| entry.source.source_id.clone());
    assert_eq!(found.iter().map(|entry| entry.id).collect::<Vec<_>>(), [ids[1], ids[0]]);
    assert_eq!(followed.rows.read(|rows| entry(rows, ids[2])), None);
    assert_eq!(followed.rows.read(|rows| entries_by_id(rows, &[])), []);
}

// PL-51: who comes back with a position gets what was touched since.
#[test]
fn what_changed_after_a_position_comes_in_that_order() {
    let mut followed = Followed::new();
    followed.look_at("a b c");
    let before = followed.rows.position();
    followed.look_at("c a x");
    let id = followed.id;
    let changed = followed.rows.read(|rows| changed_entries(rows, id, before, 10));
    let changed: Vec<_> =
        changed.into_iter().map(|entry| (entry.source.source_id, entry.changed_at)).collect();
    let expected = [("c", before + 1), ("x", before + 2), ("b", before + 3)];
    assert_eq!(changed, expected.map(|(name, position)| (name.to_owned(), position)));
    let limited = followed.rows.read(|rows| changed_entries(rows, id, before, 1));
    assert_eq!(limited.len(), 1);
    let lists = followed.rows.read(|rows| changed_playlists(rows, before, 10));
    assert_eq!(lists.into_iter().map(|list| list.id).collect::<Vec<_>>(), [id]);
    let head = followed.rows.position();
    assert_eq!(followed.rows.read(|rows| changed_playlists(rows, head, 10)), []);
}

#[test]
fn a_single_item_that_changed_is_a_change_of_unlisted() {
    let mut rows = lists(4);
    let changed = rows.read(|rows| changed_entries(rows, PlaylistId::UNLISTED, 0, 10));
    assert_eq!(changed.into_iter().map(|entry| entry.source.source_id).collect::<Vec<_>>(), ["0", "3"]);
}

// PL-41.
#[test]
fn no_query_reads_a_table_from_end_to_end() {
    let mut rows = lists(4);
    let mut filters = every::<PlaylistFilter>(&[
        |filter| filter.order = Order { field: PlaylistField::ChangedAt, descending: true },
        |filter| filter.order.descending = false,
        |filter| filter.refresh_outcome = Some(RefreshOutcome::Failed),
    ]);
    let by_title = Order { field: PlaylistField::Title, descending: false };
    filters.extend(filters.clone().into_iter().map(|filter| PlaylistFilter { order: by_title, ..filter }));
    for filter in filters {
        assert_listed(&mut rows, filter.order.field.by(), |rows, request| playlists(rows, &filter, request));
    }
    assert_indexed(&mut rows, |rows| playlist(rows, list("1")));
    assert_indexed(&mut rows, |rows| playlist(rows, PlaylistId::UNLISTED));
    assert_indexed(&mut rows, |rows| changed_playlists(rows, 3, 10));
    let filters = every::<EntryFilter>(&[
        |filter| filter.order = Order { field: EntryField::ChangedAt, descending: true },
        |filter| filter.order.descending = false,
        |filter| filter.removed = true,
        |filter| filter.status = Some(EntryStatus::Present),
        |filter| filter.availability = Some(Availability::Available),
    ]);
    for filter in filters {
        let by = filter.order.field.by();
        assert_listed(&mut rows, by, |rows, request| entries(rows, list("1"), &filter, request));
        // Single items that changed are sorted, there is one for each list, and those that may be seen are counted one by one.
        if filter.order.field == EntryField::Place && filter.availability.is_none() {
            assert_listed(&mut rows, by, |rows, request| {
                entries(rows, PlaylistId::UNLISTED, &filter, request)
            });
        }
    }
    assert_indexed(&mut rows, |rows| changed_entries(rows, list("1"), 3, 10));
    assert_indexed(&mut rows, |rows| {
        entries_by_id(rows, &[entry_id(list("1"), "1"), entry_id(list("2"), "2")])
    });
    assert_indexed(&mut rows, |rows| playlists_by_id(rows, &[list("1"), PlaylistId::UNLISTED]));
    // The lists are read from end to end here, which are few; their entries are not.
    let plans = rows.plans(|rows| changed_entries(rows, PlaylistId::UNLISTED, 3, 10));
    assert!(
        plans.iter().any(|step| step.starts_with("SEARCH main.entry USING INDEX entry_changed")),
        "{plans:#?}"
    );
}

#[test]
fn lists_are_sorted_by_title_in_whichever_case_and_by_what_changed() {
    let mut rows = Rows::<PlaylistView>::new();
    for (name, title) in [("1", "beta"), ("2", "Gamma"), ("3", "Alpha")] {
        rows.feed::<Playlist>(list(name).uuid(), [follow(name), resolved(PlaylistKind::List, title)]);
    }
    rows.feed::<Playlist>(list("2").uuid(), [resolved(PlaylistKind::List, "Gamma")]);
    let mut sorted = |field, descending| {
        let filter = PlaylistFilter { order: Order { field, descending }, ..PlaylistFilter::default() };
        titles(rows.pages(1, |rows, request| playlists(rows, &filter, request)))
    };
    assert_eq!(sorted(PlaylistField::Title, false), ["Alpha", "beta", "Gamma"]);
    assert_eq!(sorted(PlaylistField::Title, true), ["Gamma", "beta", "Alpha"]);
    assert_eq!(sorted(PlaylistField::FollowedAt, true), ["Alpha", "Gamma", "beta"]);
    assert_eq!(sorted(PlaylistField::ChangedAt, true), ["Gamma", "Alpha", "beta"]);
}

#[test]
fn entries_are_picked_by_how_they_are_and_sorted_by_what_changed() {
    let mut followed = Followed::new();
    for names in ["a b c d", "d a c", "d a c"] {
        followed.look_at(names);
    }
    let mut names = |filter: &EntryFilter| {
        let found = followed.entries(filter).into_iter().map(|entry| entry.source.source_id);
        found.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(names(&EntryFilter { status: Some(EntryStatus::Removed), ..EntryFilter::default() }), "b");
    let availability = Some(Availability::Private);
    assert_eq!(names(&EntryFilter { availability, ..EntryFilter::default() }), "");
    let backwards = Order { field: EntryField::Place, descending: true };
    assert_eq!(names(&EntryFilter { order: backwards, ..EntryFilter::default() }), "c a d");
    let changed = Order { field: EntryField::ChangedAt, descending: true };
    assert_eq!(names(&EntryFilter { order: changed, ..ALL }).split(' ').next(), Some("b"));
}
