//! What is decided on a list: pages of changes, the end of a refresh, wishes for downloads.

use mediary_schema::{
    EntryId, Ticket,
    download::Quality,
    playlist::{Filter, UnreadableRow},
};

use super::{
    super::{Command, Rejection},
    *,
};

// invariant: P-8
#[test]
fn a_page_repeated_after_a_crash_adds_nothing_twice() {
    let mut state = followed();
    let found = diff(LIST, &state, look("a b c"), RefreshMode::Full);
    apply(&mut state, &found.changes[..2]);
    let again = Playlist::decide(&state, Command::RecordChanges { changes: found.changes.clone() }).unwrap();
    assert_eq!(again, found.changes[2..]);
}

// invariant: P-8
#[test]
fn a_look_killed_while_it_was_recorded_is_counted_whole() {
    let mut state = followed();
    let found = diff(LIST, &state, look("a b c"), RefreshMode::Full);
    apply(&mut state, &found.changes[..2]);
    let rest = diff(LIST, &state, look("a b c"), RefreshMode::Full);
    apply(&mut state, &rest.changes);
    let complete = Command::CompleteRefresh {
        job_id: JOB,
        mode: RefreshMode::Full,
        observed: 3,
        unreadable: 0,
        unreadable_rows: vec![],
        newest_first: None,
    };
    let completed = Playlist::decide(&state, complete).unwrap();
    let counts = RefreshCounts { added: 3, ..NOTHING };
    let mode = RefreshMode::Full;
    assert_eq!(
        completed,
        [Event::RefreshCompleted {
            job_id: JOB,
            mode,
            observed: 3,
            unreadable: 0,
            unreadable_rows: vec![],
            counts,
            newest_first: None
        }]
    );
}

#[test]
fn a_wish_for_downloads_waits_for_the_first_look() {
    let wish = Event::DownloadsRequested {
        quality: Quality::best(),
        entries: None,
        again: true,
        filter: Filter::default(),
        ticket: Ticket::default(),
    };
    let completed = Event::RefreshCompleted {
        job_id: JOB,
        mode: RefreshMode::Full,
        observed: 1,
        unreadable: 0,
        unreadable_rows: vec![],
        counts: NOTHING,
        newest_first: None,
    };
    let follow = Event::FollowRequested { url: "http://example.org/".to_owned() };
    given::<Playlist>([follow, wish.clone()])
        .when(Command::CompleteRefresh {
            job_id: JOB,
            mode: RefreshMode::Full,
            observed: 1,
            unreadable: 0,
            unreadable_rows: vec![],
            newest_first: None,
        })
        .then([completed, wish]);
}

// Core B13: why a refresh looked no further than an incremental one is kept.
#[test]
fn how_many_rows_could_not_be_read_is_kept() {
    let follow = Event::FollowRequested { url: "http://example.org/".to_owned() };
    let (mode, newest_first) = (RefreshMode::Incremental, None);
    let row = |index| UnreadableRow::new(Some(index), "é".repeat(1_000));
    let unreadable_rows: Vec<_> = (1..=30).map(row).collect();
    let first = unreadable_rows[..UnreadableRow::TOLD_MAX].to_vec();
    assert!(first[0].reason.len() <= 500);
    given::<Playlist>([follow])
        .when(Command::CompleteRefresh {
            job_id: JOB,
            mode,
            observed: 1,
            unreadable: 30,
            unreadable_rows,
            newest_first,
        })
        .then([Event::RefreshCompleted {
            job_id: JOB,
            mode,
            observed: 1,
            unreadable: 30,
            unreadable_rows: first,
            counts: NOTHING,
            newest_first,
        }]);
}

// core A29: the second wish took the place of the first.
#[test]
fn two_wishes_wait_for_the_first_look() {
    let wish = |name: &str, again| Event::DownloadsRequested {
        quality: name.parse().unwrap(),
        entries: None,
        again,
        filter: Filter::default(),
        ticket: Ticket::default(),
    };
    let follow = Event::FollowRequested { url: "http://example.org/".to_owned() };
    let mut state = State::default();
    apply(&mut state, &[follow, wish("audio", false), wish("best", false), wish("audio", true)]);
    let complete = Command::CompleteRefresh {
        job_id: JOB,
        mode: RefreshMode::Full,
        observed: 1,
        unreadable: 0,
        unreadable_rows: vec![],
        newest_first: None,
    };
    let told = Playlist::decide(&state, complete).unwrap();
    assert_eq!(told[1..], [wish("audio", true), wish("best", false)]);
    apply(&mut state, &told);
    assert_eq!(state.awaiting_refresh, []);
}

// What can grow with a list is several facts of one story.
#[test]
fn a_wish_for_many_entries_is_several_events() {
    let mut state = followed();
    let names: Vec<String> = (0..20).map(|number| number.to_string()).collect();
    listed(&mut state, look(&names.join(" ")), RefreshMode::Full);
    let entries: Vec<EntryId> = state.rows.iter().map(|row| row.entry_id).collect();
    let command = Command::RequestDownloads {
        quality: Quality::best(),
        entries: Some(entries.clone()),
        again: false,
        ticket: Ticket::default(),
    };
    let told = Playlist::decide(&state, command).unwrap();
    let pages: Vec<Vec<EntryId>> = told
        .into_iter()
        .map(|event| match event {
            Event::DownloadsRequested { entries: Some(entries), .. } => entries,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [8, 8, 4]);
    assert_eq!(pages.concat(), entries);
}

#[test]
fn what_is_not_followed_is_not_listed() {
    given::<Playlist>([]).when(Command::RecordChanges { changes: vec![] }).rejected(&Rejection::NotFollowed);
}
