mod deciding;
mod history;
mod keeping;
mod rows;

use mediary_schema::{
    ItemId, JobId, PlaylistId, ProjectId,
    item::{IdScope, ItemSource},
    playlist::{Availability, LiveStatus, ObservedEntry, RefreshCounts, RefreshMode},
};
use proptest::prelude::*;
use uuid::Uuid;

use super::{Comparison, DifferenceKind, Event, Playlist, Row, State, compare};
use crate::{
    Concern,
    testing::{
        given,
        samples::{self, diff},
    },
};

const LIST: PlaylistId = PlaylistId::UNLISTED;
const JOB: JobId = JobId::from_uuid(Uuid::from_u128(3));

fn seen(name: &str) -> ObservedEntry {
    ObservedEntry {
        index: 0,
        source: ItemSource {
            extractor: "demo".to_owned(),
            source_id: name.to_owned(),
            url: format!("http://example.org/{name}"),
        },
        id_scope: IdScope::Source,
        title: Some(name.to_owned()),
        duration_ms: None,
        availability: Availability::Available,
        live_status: LiveStatus::NotLive,
        published_at: None,
    }
}

fn items_of(observed: &[ObservedEntry]) -> Vec<ItemId> {
    observed.iter().map(|entry| samples::identities().item(ProjectId::HOME, &entry.source)).collect()
}

fn look(names: &str) -> Vec<ObservedEntry> {
    names.split_whitespace().map(seen).collect()
}

fn followed() -> State {
    given::<Playlist>([Event::FollowRequested { url: "http://example.org/".to_owned() }]).state().clone()
}

fn apply(state: &mut State, changes: &[Event]) {
    for change in changes {
        Playlist::evolve(state, change);
    }
}

fn listed(state: &mut State, observed: Vec<ObservedEntry>, mode: RefreshMode) -> RefreshCounts {
    let found = diff(LIST, state, observed, mode);
    apply(state, &found.changes);
    let completed = Event::RefreshCompleted {
        job_id: JOB,
        mode,
        observed: 0,
        unreadable: 0,
        unreadable_rows: vec![],
        counts: found.counts,
        newest_first: found.newest_first,
    };
    Playlist::evolve(state, &completed);
    found.counts
}

/// A list that was looked at fully, once for each text.
fn after_refresh(looks: &[&str]) -> (State, RefreshCounts) {
    let mut state = followed();
    let mut counts = RefreshCounts::default();
    for names in looks {
        counts = listed(&mut state, look(names), RefreshMode::Full);
    }
    (state, counts)
}

fn order(state: &State) -> String {
    state
        .rows
        .iter()
        .filter(|row| row.seen)
        .map(|row| row.source.source_id.as_str())
        .collect::<Vec<_>>()
        .join(" ")
}

/// The row at a place of the list, from 0.
#[track_caller]
fn row(state: &State, place: usize) -> &Row {
    state.rows.iter().nth(place).unwrap()
}

#[track_caller]
fn check(looks: &[&str], expected: RefreshCounts) {
    let (state, counts) = after_refresh(looks);
    assert_eq!(counts, expected);
    let last = looks.last().unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(order(&state), last);
}

const NOTHING: RefreshCounts = RefreshCounts {
    added: 0,
    not_seen: 0,
    removed: 0,
    moved: 0,
    renamed: 0,
    described: 0,
    unavailable: 0,
    available: 0,
    returned: 0,
};

// LI-06, lessons 1 and 2.
// invariant: P-4
#[test]
fn three_new_entries_in_front_move_nothing() {
    check(&["a b c", "x y z a b c"], RefreshCounts { added: 3, ..NOTHING });
}

// invariant: P-4
#[test]
fn more_than_a_page_in_front_moves_nothing() {
    let old = (0..60).map(|n| format!("o{n}")).collect::<Vec<_>>().join(" ");
    let new = (0..120).map(|n| format!("n{n}")).collect::<Vec<_>>().join(" ");
    check(&[&old, &format!("{new} {old}")], RefreshCounts { added: 120, ..NOTHING });
}

#[test]
fn appending_adds_at_the_end() {
    check(&["a b", "a b c d"], RefreshCounts { added: 2, ..NOTHING });
}

// invariant: P-4
#[test]
fn the_same_video_twice_is_two_entries() {
    let (state, counts) = after_refresh(&["a b a"]);
    assert_eq!(counts, RefreshCounts { added: 3, ..NOTHING });
    assert_ne!(row(&state, 0).entry_id, row(&state, 2).entry_id);
    check(&["a b a", "a b a"], NOTHING);
    check(&["a b", "a b a"], RefreshCounts { added: 1, ..NOTHING });
    check(&["a b a", "a b"], RefreshCounts { not_seen: 1, ..NOTHING });
}

#[test]
fn one_entry_put_elsewhere_is_one_move() {
    check(&["a b c d", "d a b c"], RefreshCounts { moved: 1, ..NOTHING });
    check(&["a b c d", "b c d a"], RefreshCounts { moved: 1, ..NOTHING });
}

#[test]
fn deleting_two_at_the_head_moves_nothing() {
    check(&["a b c d", "c d"], RefreshCounts { not_seen: 2, ..NOTHING });
}

// LI-05.
// invariant: P-1
#[test]
fn an_absence_is_a_removal_only_the_second_time() {
    check(&["a b c", "a c"], RefreshCounts { not_seen: 1, ..NOTHING });
    check(&["a b c", "a c", "a c"], RefreshCounts { removed: 1, ..NOTHING });
    check(&["a b c", "a c", "a c", "a c"], NOTHING);
}

// LI-05: a refresh that was killed while its absences were recorded goes on; it is no second refresh.
// invariant: P-1
#[test]
fn an_absence_recorded_before_a_crash_is_no_removal_after_it() {
    let (mut state, _) = after_refresh(&["a b c d"]);
    let killed = diff(LIST, &state, look("a"), RefreshMode::Full);
    apply(&mut state, &killed.changes[..2]);
    let rest = listed(&mut state, look("a"), RefreshMode::Full);
    assert_eq!(rest, RefreshCounts { not_seen: 1, ..NOTHING });
    let second = listed(&mut state, look("a"), RefreshMode::Full);
    assert_eq!(second, RefreshCounts { removed: 3, ..NOTHING });
}

#[test]
fn an_entry_returns_after_an_absence_and_after_a_removal() {
    check(&["a b c", "a c", "a b c"], RefreshCounts { returned: 1, ..NOTHING });
    let (before, _) = after_refresh(&["a b c"]);
    let (after, counts) = after_refresh(&["a b c", "a c", "a c", "a b c"]);
    assert_eq!(counts, RefreshCounts { returned: 1, ..NOTHING });
    assert_eq!(row(&before, 1).entry_id, row(&after, 1).entry_id);
}

// LI-04, lesson 6.
// invariant: P-5
#[test]
fn a_known_title_survives_a_private_entry() {
    let (mut state, _) = after_refresh(&["a b"]);
    let mut private = look("a b");
    private[0].title = None;
    private[0].availability = Availability::Private;
    let counts = listed(&mut state, private, RefreshMode::Full);
    assert_eq!(counts, RefreshCounts { unavailable: 1, ..NOTHING });
    assert_eq!(row(&state, 0).title.as_deref(), Some("a"));
    let counts = listed(&mut state, look("a b"), RefreshMode::Full);
    assert_eq!(counts, RefreshCounts { available: 1, ..NOTHING });
    assert!(row(&state, 0).availability.is_available());
}

// Lesson 5.
#[test]
fn a_list_whose_first_entries_are_private_is_listed() {
    let mut observed = look("a b c");
    for entry in &mut observed[..2] {
        (entry.title, entry.availability) = (None, Availability::Private);
    }
    let mut state = followed();
    assert_eq!(listed(&mut state, observed, RefreshMode::Full).added, 3);
    assert_eq!(order(&state), "a b c");
}

// LI-07, lesson 4.
// invariant: P-1
#[test]
fn an_incremental_look_declares_no_absence() {
    let (mut state, _) = after_refresh(&["a b c d e", "x a b c d e"]);
    assert_eq!(state.next_mode(), RefreshMode::Incremental);
    let counts = listed(&mut state, look("y x b"), RefreshMode::Incremental);
    assert_eq!(counts, RefreshCounts { added: 1, ..NOTHING });
    assert_eq!(order(&state), "y x a b c d e");
}

#[test]
fn a_full_look_is_due_after_ten_incremental_ones_and_for_lists_of_unknown_order() {
    let (mut state, _) = after_refresh(&["a b"]);
    assert_eq!(state.next_mode(), RefreshMode::Full, "nothing is known of its order");
    listed(&mut state, look("x a b"), RefreshMode::Full);
    for _ in 0..10 {
        assert_eq!(state.next_mode(), RefreshMode::Incremental);
        listed(&mut state, look("x a"), RefreshMode::Incremental);
    }
    assert_eq!(state.next_mode(), RefreshMode::Full);
    listed(&mut state, look("x a b c"), RefreshMode::Full);
    assert_eq!(state.next_mode(), RefreshMode::Full, "the list grew at its end");
}

// invariant: P-10
// core A5: a premiere stayed upcoming for ever.
#[test]
fn a_known_row_that_is_described_otherwise_says_so() {
    let premiere = ObservedEntry { live_status: LiveStatus::Upcoming, ..seen("a") };
    let mut state = followed();
    listed(&mut state, vec![premiere.clone()], RefreshMode::Full);
    let held = ObservedEntry { live_status: LiveStatus::WasLive, duration_ms: Some(600_000), ..premiere };
    let told = diff(LIST, &state, vec![held.clone()], RefreshMode::Full).changes;
    assert!(matches!(told.as_slice(), [Event::EntryLiveStatusChanged { .. }]), "one fact: {told:?}");
    let counts = listed(&mut state, vec![held.clone()], RefreshMode::Full);
    assert_eq!(counts, RefreshCounts { described: 1, ..NOTHING });
    assert_eq!(
        (row(&state, 0).live_status, row(&state, 0).duration_ms),
        (LiveStatus::WasLive, Some(600_000))
    );
    let untold = ObservedEntry { duration_ms: None, ..held };
    assert_eq!(listed(&mut state, vec![untold], RefreshMode::Full), NOTHING);
}

// invariant: P-1
// core A16: a look that could not read a row is no second look at all of the list.
#[test]
fn a_row_is_removed_by_two_full_looks_and_by_nothing_less() {
    let mut state = followed();
    listed(&mut state, look("a b"), RefreshMode::Full);
    // A full look records what it lacks and is cancelled; one that saw a part comes to its end.
    let found = diff(LIST, &state, look("b"), RefreshMode::Full);
    apply(&mut state, &found.changes);
    listed(&mut state, look("b"), RefreshMode::Incremental);
    assert_eq!(listed(&mut state, look("b"), RefreshMode::Full), NOTHING);
    assert_eq!(listed(&mut state, look("b"), RefreshMode::Full), RefreshCounts { removed: 1, ..NOTHING });
}

fn items() -> impl Strategy<Value = Vec<ObservedEntry>> {
    prop::collection::vec((0..12_u8, 0..3_u8, 0..6_u8), 0..40).prop_map(|rows| {
        rows.into_iter()
            .map(|(item, title, told)| {
                let mut entry = seen(&item.to_string());
                entry.title = (title > 0).then(|| format!("{item}/{title}"));
                entry.availability =
                    if told % 2 == 0 { Availability::Available } else { Availability::Private };
                entry.live_status = if told > 3 { LiveStatus::WasLive } else { LiveStatus::Upcoming };
                entry.duration_ms = (told > 2).then(|| u64::from(told) * 1_000);
                entry.source.url = format!("http://example.org/{item}?token={}", told / 2);
                entry
            })
            .collect()
    })
}

proptest! {
    // The rows that are there are what the last full refresh saw, in its order; and the refresh repeated changes nothing.
    // invariant: G-3
    #[test]
    fn the_list_is_what_the_last_full_look_saw(looks in prop::collection::vec(items(), 1..6)) {
        let mut state = followed();
        for observed in &looks {
            // Each map has a hasher of its own: an order that is one of them only differs the second time.
            let decided = || diff(LIST, &state, observed.clone(), RefreshMode::Full).changes;
            prop_assert_eq!(decided(), decided());
            listed(&mut state, observed.clone(), RefreshMode::Full);
            let rows: Vec<_> = state.rows.iter().filter(|row| row.seen).collect();
            let expected = items_of(observed);
            prop_assert_eq!(rows.iter().map(|row| row.item_id).collect::<Vec<_>>(), expected);
            for (row, entry) in rows.iter().zip(observed) {
                prop_assert_eq!(row.availability, entry.availability);
                prop_assert_eq!(row.live_status, entry.live_status);
                prop_assert_eq!(&row.source.url, &entry.source.url);
                // A length and a title that are no longer told stay known.
                prop_assert!(entry.duration_ms.is_none() || row.duration_ms == entry.duration_ms);
                prop_assert!(entry.title.is_none() || row.title == entry.title);
            }
        }
        let last = looks.last().unwrap().clone();
        // The second refresh in a row still turns absences into removals; the third changes nothing.
        listed(&mut state, last.clone(), RefreshMode::Full);
        let counts = listed(&mut state, last, RefreshMode::Full);
        prop_assert!(counts.is_unchanged(), "{counts:?}");
    }

    // LI-04: two looks differ by what the refresh between them changed, and a list from itself by nothing.
    #[test]
    fn a_comparison_counts_what_the_refresh_in_between_did(looks in prop::collection::vec(items(), 2..5)) {
        let mut state = followed();
        for observed in looks {
            let before = state.clone();
            let counts = listed(&mut state, observed, RefreshMode::Full);
            let compared = compare(&before, &state);
            prop_assert_eq!(compared.counts, counts);
            prop_assert_eq!(compare(&state, &state), Comparison::default());
        }
    }
}

#[test]
fn a_comparison_tells_what_is_left_of_all_that_happened() {
    let (first, _) = after_refresh(&["a b c"]);
    let mut state = first.clone();
    for names in ["a b c d", "x a c d", "a c d", "c a d"] {
        listed(&mut state, look(names), RefreshMode::Full);
    }
    let compared = compare(&first, &state);
    let told: Vec<_> =
        compared.differences.iter().map(|it| (it.kind, it.after.source.source_id.as_str())).collect();
    // x came and went, and is nobody's difference.
    let expected =
        [(DifferenceKind::Moved, "c"), (DifferenceKind::Added, "d"), (DifferenceKind::Removed, "b")];
    assert_eq!(told, expected);
    let counts = RefreshCounts { added: 1, moved: 1, removed: 1, ..NOTHING };
    assert_eq!(compared.counts, counts);
    // The other way round it is what one would see who goes back in time.
    let back = compare(&State::default(), &state).counts;
    assert_eq!(back, RefreshCounts { added: 3, ..NOTHING });
}
