//! What events make of the row of a playlist.

use mediary_schema::{FailureClass, Timestamp, playlist::UnreadableRow};

use super::{
    super::{PlaylistRow, RefreshOutcome, playlist},
    *,
};
use crate::{
    page::PageRequest,
    tests::support::{at, failure},
};

fn row(rows: &mut Rows<PlaylistView>, id: PlaylistId) -> PlaylistRow {
    rows.read(|rows| playlist(rows, id)).unwrap()
}

fn followed_at_first() -> PlaylistRow {
    PlaylistRow {
        id: list("a"),
        url: url("a"),
        followed: true,
        followed_at: at(1),
        kind: None,
        title: None,
        extractor: None,
        refreshed_at: None,
        refresh_outcome: None,
        refresh_job_id: None,
        refresh_counts: None,
        refresh_failure: None,
        refresh_unreadable: 0,
        refresh_unreadable_rows: vec![],
        entry_count: 0,
        not_seen_count: 0,
        keeping: None,
        cookies: None,
        layout: None,
        transcoding: None,
        changed_at: 1,
    }
}

#[test]
fn a_followed_list_is_known_by_its_address_until_it_was_looked_at() {
    let mut followed = Followed::new();
    assert_eq!(row(&mut followed.rows, followed.id), followed_at_first());
}

#[test]
fn a_look_tells_what_the_list_is_and_what_it_changed() {
    let mut followed = Followed::new();
    followed.feed(vec![resolved(PlaylistKind::List, "Letters"), added(followed.id, "x", None)]);
    let counts = RefreshCounts { added: 1, ..RefreshCounts::default() };
    followed.feed(vec![completed(counts)]);
    let expected = PlaylistRow {
        kind: Some(PlaylistKind::List),
        title: Some("Letters".to_owned()),
        extractor: Some("demo".to_owned()),
        refreshed_at: Some(at(4)),
        refresh_outcome: Some(RefreshOutcome::Changed),
        refresh_job_id: Some(JOB),
        refresh_counts: Some(counts),
        entry_count: 1,
        not_seen_count: 0,
        changed_at: 4,
        ..followed_at_first()
    };
    assert_eq!(row(&mut followed.rows, followed.id), expected);
}

#[test]
fn a_look_that_changes_nothing_says_so() {
    let mut followed = Followed::new();
    followed.look_at("x");
    followed.look_at("x");
    let row = row(&mut followed.rows, followed.id);
    assert_eq!(row.refresh_outcome, Some(RefreshOutcome::Unchanged));
    assert_eq!(row.refreshed_at, Some(at(followed.rows.position())));
}

// invariant: P-2
#[test]
fn a_failed_look_keeps_the_entries_and_says_why() {
    let mut followed = Followed::new();
    followed.look_at("x y");
    let broken = failure(FailureClass::Network, 0);
    followed.feed(vec![Event::RefreshFailed { job_id: JOB, failure: broken.clone() }]);
    let failed = row(&mut followed.rows, followed.id);
    assert_eq!(
        (failed.refresh_outcome, failed.refresh_failure),
        (Some(RefreshOutcome::Failed), Some(broken))
    );
    assert_eq!((failed.refresh_counts, failed.entry_count), (None, 2));
}

#[test]
fn a_look_that_broke_off_is_told_from_one_that_saw_nothing() {
    let mut followed = Followed::new();
    let failure = failure(FailureClass::Network, 150);
    followed.feed(vec![Event::RefreshFailed { job_id: JOB, failure }]);
    assert_eq!(row(&mut followed.rows, followed.id).refresh_outcome, Some(RefreshOutcome::Partial));
}

// Field 05, 06: rows were missing, and the look was a good one.
// invariant: P-11
#[test]
fn a_look_that_could_not_read_a_row_is_not_taken_for_the_whole_list() {
    let mut followed = Followed::new();
    let rows = vec![UnreadableRow::new(Some(3), "no address")];
    let mut incomplete = completed(RefreshCounts { added: 1, ..RefreshCounts::default() });
    if let Event::RefreshCompleted { unreadable, unreadable_rows, .. } = &mut incomplete {
        (*unreadable, *unreadable_rows) = (21, rows.clone());
    }
    followed.feed(vec![incomplete]);
    let first = row(&mut followed.rows, followed.id);
    assert_eq!(first.refresh_outcome, Some(RefreshOutcome::Partial));
    assert_eq!((first.refresh_unreadable, first.refresh_unreadable_rows), (21, rows));
    assert!(first.refresh_counts.is_some_and(|counts| counts.added == 1));
    followed.feed(vec![completed(RefreshCounts::default())]);
    let second = row(&mut followed.rows, followed.id);
    assert_eq!(second.refresh_outcome, Some(RefreshOutcome::Unchanged));
    assert_eq!((second.refresh_unreadable, second.refresh_unreadable_rows), (0, vec![]));
}

#[test]
fn a_look_that_ends_well_takes_the_failure_back() {
    let mut followed = Followed::new();
    let failure = failure(FailureClass::Network, 0);
    followed.feed(vec![Event::RefreshFailed { job_id: JOB, failure }]);
    followed.look_at("x");
    let row = row(&mut followed.rows, followed.id);
    assert_eq!((row.refresh_outcome, row.refresh_failure), (Some(RefreshOutcome::Changed), None));
}

#[test]
fn a_list_followed_again_has_its_entries_and_its_first_day() {
    let mut followed = Followed::new();
    followed.look_at("x y");
    followed.feed(vec![Event::Unfollowed {}]);
    assert!(!row(&mut followed.rows, followed.id).followed);
    followed.feed(vec![follow("a")]);
    let row = row(&mut followed.rows, followed.id);
    assert_eq!((row.followed, row.followed_at, row.entry_count), (true, at(1), 2));
}

#[test]
fn entries_that_are_there_are_counted() {
    let mut followed = Followed::new();
    let mut count = |names: &str| {
        followed.look_at(names);
        row(&mut followed.rows, followed.id).entry_count
    };
    // Absent, absent again (removed), and back; then absent and back at once.
    assert_eq!(["a b c", "a b", "a b", "c a b", "a b", "a b c"].map(&mut count), [3, 2, 2, 3, 2, 3]);
}

// Core A25.
#[test]
fn what_is_there_and_what_was_not_seen_are_as_many_as_are_shown() {
    let mut followed = Followed::new();
    for (names, not_seen) in [("a b c d", 0), ("a b", 2), ("a", 1), ("a", 0), ("d a", 0), ("a", 1)] {
        followed.look_at(names);
        let id = followed.id;
        let row = row(&mut followed.rows, id);
        let request = PageRequest::front(1).counted();
        let shown = followed.rows.read(|rows| entries(rows, id, &EntryFilter::default(), &request));
        assert_eq!(Some(row.entry_count + row.not_seen_count), shown.total, "{names:?}");
        assert_eq!(row.not_seen_count, not_seen, "{names:?}");
    }
}

#[test]
fn an_entry_is_shown_with_all_that_is_known_of_it() {
    let mut followed = Followed::new();
    followed.feed(vec![added(followed.id, "x", None)]);
    let expected = EntryRow {
        id: entry_id(followed.id, "x"),
        playlist_id: followed.id,
        item_id: item_id("x"),
        source: source("x"),
        title: Some("About x".to_owned()),
        duration_ms: Some(61_000),
        availability: Availability::Available,
        live_status: LiveStatus::NotLive,
        published_at: None,
        skipped_by: None,
        status: EntryStatus::Present,
        added_at: at(2),
        changed_at: 2,
    };
    assert_eq!(followed.entries(&ALL), [expected]);
}

#[test]
fn an_entry_follows_its_changes() {
    let mut followed = Followed::new();
    followed.look_at("x y z");
    let mut observed: Vec<_> = ["x", "y"].map(seen).into();
    observed[0].title = Some("Renamed".to_owned());
    (observed[1].title, observed[1].availability) = (None, Availability::Private);
    followed.look(observed);
    let shown: Vec<_> = followed
        .entries(&ALL)
        .into_iter()
        .map(|entry| (entry.title.unwrap(), entry.availability, entry.status))
        .collect();
    let expected = [
        ("Renamed", Availability::Available, EntryStatus::Present),
        ("About y", Availability::Private, EntryStatus::Present),
        ("About z", Availability::Available, EntryStatus::NotSeen),
    ];
    assert_eq!(shown, expected.map(|(title, availability, status)| (title.to_owned(), availability, status)));
}

#[test]
fn events_of_other_concerns_and_erased_ones_are_passed_over() {
    let mut rows = Rows::<PlaylistView>::new();
    rows.feed::<mediary_events::job::Job>(
        JOB.uuid(),
        [mediary_events::job::Event::Cancelled { attempt: None }],
    );
    let mut erased = crate::tests::support::recorded::<Playlist>(2, list("a").uuid(), &follow("a"));
    erased.payload = None;
    rows.apply(&erased).unwrap();
    assert_eq!(rows.read(|rows| playlist(rows, list("a"))), None);
    assert_eq!(Timestamp::default(), row(&mut rows, PlaylistId::UNLISTED).followed_at);
}
