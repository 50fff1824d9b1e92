//! The order of entries: the view keeps it by ranks, the decider by a vector.

use proptest::prelude::*;

use super::*;
use crate::page::{Cursor, PageRequest, Rank};

#[test]
fn entries_stand_as_the_last_look_saw_them() {
    let mut followed = Followed::new();
    for names in ["a b c", "x y a b c", "c x y a b", "y b", "a b c y", "d c b a"] {
        followed.look_at(names);
        assert_eq!(followed.order(), names);
    }
}

#[test]
fn a_row_whose_neighbour_is_gone_stands_at_the_end() {
    let mut followed = Followed::new();
    for names in ["a gone b", "a b", "a b"] {
        followed.look_at(names);
    }
    let behind = |neighbour| added(followed.id, &format!("behind-{neighbour}"), Some(neighbour));
    let events = vec![behind("gone"), behind("never"), behind("a")];
    followed.feed(events);
    let known: Vec<_> = followed.state.rows.iter().map(|row| row.source.source_id.clone()).collect();
    assert_eq!(followed.order(), known.join(" "));
    assert_eq!(followed.order(), "a behind-a b behind-gone behind-never");
}

/// Puts 150 entries at one place, one after another; behind one row no rank is free after 21.
fn crowd(after: impl Fn(usize) -> Option<String>) -> String {
    let mut followed = Followed::new();
    followed.look_at("left right");
    for number in 0..150 {
        let after = after(number);
        let event = added(followed.id, &format!("n{number}"), after.as_deref());
        followed.feed(vec![event]);
    }
    let expected: Vec<_> = followed.state.rows.iter().map(|row| row.source.source_id.clone()).collect();
    let order = followed.order();
    assert_eq!(order, expected.join(" "));
    order
}

#[test]
fn a_place_behind_one_row_takes_any_number_of_rows() {
    let order = crowd(|_| Some("left".to_owned()));
    assert!(order.starts_with("left n149 n148 ") && order.ends_with(" n1 n0 right"), "{order}");
}

#[test]
fn a_place_before_one_row_takes_any_number_of_rows() {
    let last = |number: usize| {
        number.checked_sub(1).map_or_else(|| "left".to_owned(), |before| format!("n{before}"))
    };
    let order = crowd(|number| Some(last(number)));
    assert!(order.starts_with("left n0 n1 ") && order.ends_with(" n148 n149 right"), "{order}");
}

#[test]
fn the_front_takes_any_number_of_rows() {
    let order = crowd(|_| None);
    assert!(order.starts_with("n149 n148 ") && order.ends_with(" n0 left right"), "{order}");
}

// Each spreading of ranks writes every row of the list.
#[test]
fn many_new_entries_in_front_move_no_rank() {
    let mut followed = Followed::new();
    followed.look_at("a b c");
    let before = ranks(&mut followed.rows, followed.id);
    let new: Vec<_> = (0..700).map(|number| format!("n{number}")).collect();
    followed.look_at(&(new.join(" ") + " a b c"));
    assert_eq!(ranks(&mut followed.rows, followed.id)[700..], before);
}

fn rank(cursor: &Cursor) -> i64 {
    let Rank::Number(rank) = cursor.rank else { panic!("{cursor} is no place in a list") };
    rank
}

fn ranks(rows: &mut Rows<PlaylistView>, list: PlaylistId) -> Vec<i64> {
    let (mut ranks, mut after) = (Vec::new(), None);
    loop {
        let page = rows.read(|rows| entries(rows, list, &ALL, &PageRequest::front(500).after(after)));
        ranks.extend(page.rows.iter().map(|(cursor, _)| rank(cursor)));
        after = page.rows.last().map(|(cursor, _)| cursor.clone());
        if !page.has_next {
            return ranks;
        }
    }
}

// core A22: the place of a cursor was that of before, so that rows were shown twice, or never.
#[test]
fn a_page_goes_on_behind_its_last_row_though_ranks_were_spread_meanwhile() {
    let mut followed = Followed::new();
    followed.look_at("a b c d e");
    let id = followed.id;
    let page =
        |followed: &mut Followed, request| followed.rows.read(|rows| entries(rows, id, &ALL, &request));
    let front = page(&mut followed, PageRequest::front(3));
    let ranks_before = ranks(&mut followed.rows, id);
    for number in 0..50 {
        followed.feed(vec![added(id, &format!("n{number}"), Some("a"))]);
    }
    assert_ne!(ranks(&mut followed.rows, id)[51..], ranks_before[1..], "they were spread");
    let after = front.rows.last().map(|(cursor, _)| cursor.clone());
    let rest = page(&mut followed, PageRequest::front(500).after(after));
    let names: Vec<_> = rest.rows.iter().map(|(_, row)| row.source.source_id.as_str()).collect();
    assert_eq!(names, ["d", "e"]);
}

#[test]
fn other_lists_are_not_moved_when_ranks_are_spread() {
    let mut rows = Rows::<PlaylistView>::new();
    let other = list("b");
    rows.feed::<Playlist>(other.uuid(), [follow("b"), added(other, "x", None), added(other, "y", Some("x"))]);
    let before = ranks(&mut rows, other);
    let crowded = list("a");
    let crowd = (0..150).map(|number| added(crowded, &format!("n{number}"), (number > 0).then_some("n0")));
    rows.feed::<Playlist>(crowded.uuid(), [follow("a")].into_iter().chain(crowd));
    assert_eq!(ranks(&mut rows, other), before);
}

// core A22: he met rows again, or never.
#[test]
fn who_pages_goes_on_behind_his_row_though_ranks_were_spread() {
    let mut rows = Rows::<PlaylistView>::new();
    let id = list("a");
    let first = [follow("a"), added(id, "x", None), added(id, "y", Some("x")), added(id, "z", Some("y"))];
    rows.feed::<Playlist>(id.uuid(), first);
    let page = rows.read(|rows| entries(rows, id, &ALL, &PageRequest::front(2)));
    let after = page.rows.last().map(|(cursor, _)| cursor.clone());
    let before = ranks(&mut rows, id);
    rows.feed::<Playlist>(id.uuid(), (0..150).map(|number| added(id, &format!("n{number}"), Some("x"))));
    assert_ne!(ranks(&mut rows, id).last(), before.last(), "ranks were spread");
    let page = rows.read(|rows| entries(rows, id, &ALL, &PageRequest::front(500).after(after)));
    let names: Vec<_> = page.rows.iter().map(|(_, row)| row.source.source_id.as_str()).collect();
    assert_eq!(names, ["z"]);
}

fn any_refresh() -> impl Strategy<Value = Vec<ObservedEntry>> {
    prop::collection::vec((0..12_u8, 0..3_u8, prop::bool::ANY), 0..24).prop_map(|rows| {
        let entry = |(item, title, available): (u8, u8, bool)| {
            let mut entry = seen(&item.to_string());
            entry.title = (title > 0).then(|| format!("{item}, cut {title}"));
            entry.availability = if available { Availability::Available } else { Availability::Private };
            entry
        };
        rows.into_iter().map(entry).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    // The view never sees a vector, only neighbours; it must come to the same list as the decider.
    #[test]
    fn the_view_shows_the_list_that_the_decider_knows(looks in prop::collection::vec(any_refresh(), 1..8)) {
        let mut followed = Followed::new();
        for observed in looks {
            followed.look(observed);
            let shown = followed.entries(&EntryFilter::default());
            let known: Vec<_> = followed
                .state
                .rows
                .iter()
                .map(|row| {
                    let status = if row.seen { EntryStatus::Present } else { EntryStatus::NotSeen };
                    (row.entry_id, row.title.clone(), row.availability, status)
                })
                .collect();
            let shown: Vec<_> =
                shown.into_iter().map(|row| (row.id, row.title, row.availability, row.status)).collect();
            prop_assert_eq!(shown, known);
            let gone = followed.state.removed.len();
            let removed = |row: &EntryRow| row.status == EntryStatus::Removed;
            prop_assert_eq!(followed.entries(&ALL).iter().filter(|row| removed(row)).count(), gone);
        }
    }
}
