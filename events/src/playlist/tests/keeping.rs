use mediary_schema::{
    EntryId,
    download::Quality,
    playlist::{Keeping, KeptEntries},
};

use super::{super::Command, *};

fn keeping(entries: KeptEntries) -> Event {
    Event::KeepingChanged { keeping: Some(Keeping { entries, quality: Quality::best() }) }
}

fn kept(entries: KeptEntries) -> State {
    let mut state = followed();
    Playlist::evolve(&mut state, &keeping(entries));
    state
}

/// Looks at a list of these, and answers which entries its end asks for: none stands for all.
fn asked_by_a_look(state: &mut State, observed: Vec<ObservedEntry>) -> Vec<Option<Vec<EntryId>>> {
    let changes = diff(LIST, state, observed, RefreshMode::Full);
    apply(state, &changes.changes);
    let complete = Command::CompleteRefresh {
        job_id: JOB,
        mode: RefreshMode::Full,
        observed: 0,
        unreadable: 0,
        unreadable_rows: Vec::new(),
        newest_first: None,
    };
    let events = Playlist::decide(state, complete).unwrap();
    apply(state, &events);
    let asked = events.into_iter().filter_map(|event| match event {
        Event::DownloadsRequested { entries, again, ticket, .. } => {
            assert!(!again, "what is kept is not fetched again");
            let few = entries.as_ref().is_some_and(|entries| entries.len() <= Event::FEW);
            assert!(few || ticket.bulk, "what is much takes turns as one");
            Some(entries)
        }
        _ => None,
    });
    asked.collect()
}

fn entry(state: &State, name: &str) -> EntryId {
    state.rows.iter().find(|row| row.title.as_deref() == Some(name)).unwrap().entry_id
}

fn private(name: &str) -> ObservedEntry {
    ObservedEntry { availability: Availability::Private, ..seen(name) }
}

// LI-08.
// invariant: P-12
#[test]
fn what_is_new_is_asked_for_once_and_what_was_there_is_not() {
    let mut state = kept(KeptEntries::New);
    assert_eq!(asked_by_a_look(&mut state, look("a b")), []);
    let found = asked_by_a_look(&mut state, look("c a b"));
    assert_eq!(found, [Some(vec![entry(&state, "c")])]);
    assert_eq!(asked_by_a_look(&mut state, look("c a b")), []);
    // Gone for one look and back, or elsewhere: nothing new.
    assert_eq!(asked_by_a_look(&mut state, look("a b")), []);
    assert_eq!(asked_by_a_look(&mut state, look("a c b")), []);
}

#[test]
fn all_is_what_is_there_and_what_comes() {
    let mut state = kept(KeptEntries::All);
    assert_eq!(asked_by_a_look(&mut state, look("a b")), [None]);
    let found = asked_by_a_look(&mut state, look("a b c d"));
    assert_eq!(found, [Some(vec![entry(&state, "c"), entry(&state, "d")])]);
    assert_eq!(asked_by_a_look(&mut state, look("a b c d")), []);
}

// A premiere, or what was private when it was seen first.
#[test]
fn what_is_new_and_not_to_be_had_is_asked_for_when_it_is() {
    let mut state = kept(KeptEntries::New);
    asked_by_a_look(&mut state, look("a"));
    assert_eq!(asked_by_a_look(&mut state, vec![private("b"), seen("a")]), []);
    assert_eq!(asked_by_a_look(&mut state, vec![private("b"), seen("a")]), []);
    assert_eq!(asked_by_a_look(&mut state, look("b a")), [Some(vec![entry(&state, "b")])]);
    // What was there from the first is nobody's wish, whatever becomes of it.
    asked_by_a_look(&mut state, vec![seen("b"), private("a")]);
    assert_eq!(asked_by_a_look(&mut state, look("b a")), []);
}

// What is not to be had yet, and what a refresh found that was killed while it was recorded.
// invariant: P-12
#[test]
fn another_quality_forgets_nothing_that_waits() {
    let mut state = kept(KeptEntries::New);
    asked_by_a_look(&mut state, look("a"));
    asked_by_a_look(&mut state, vec![private("b"), seen("a")]);
    let killed = diff(LIST, &state, vec![seen("c"), private("b"), seen("a")], RefreshMode::Full);
    apply(&mut state, &killed.changes);
    let less = Keeping { entries: KeptEntries::New, quality: "720p".parse().unwrap() };
    Playlist::evolve(&mut state, &Event::KeepingChanged { keeping: Some(less) });
    let waited = [entry(&state, "b"), entry(&state, "c")];
    assert_eq!(asked_by_a_look(&mut state, look("c b a")), [Some(waited.to_vec())]);
    assert_eq!(asked_by_a_look(&mut state, look("c b a")), []);
}

// What is to be had when that is said, is asked for by whoever says it.
// invariant: P-12
#[test]
fn all_of_a_list_is_also_what_was_not_to_be_had_when_that_was_said() {
    let mut state = followed();
    asked_by_a_look(&mut state, vec![private("a"), seen("b"), seen("c")]);
    asked_by_a_look(&mut state, look("a b"));
    asked_by_a_look(&mut state, vec![private("a"), seen("b")]);
    Playlist::evolve(&mut state, &keeping(KeptEntries::All));
    assert_eq!(asked_by_a_look(&mut state, vec![private("a"), seen("b")]), []);
    assert_eq!(asked_by_a_look(&mut state, look("a b")), [Some(vec![entry(&state, "a")])]);
    assert_eq!(asked_by_a_look(&mut state, look("a b")), []);

    // Said in the middle of the first look.
    let mut state = followed();
    let killed = diff(LIST, &state, vec![private("a"), seen("b")], RefreshMode::Full);
    apply(&mut state, &killed.changes);
    Playlist::evolve(&mut state, &keeping(KeptEntries::All));
    assert_eq!(asked_by_a_look(&mut state, vec![private("a"), seen("b")]), [None]);
    assert_eq!(asked_by_a_look(&mut state, look("a b")), [Some(vec![entry(&state, "a")])]);
}

#[test]
fn nothing_is_asked_for_unless_somebody_said_so() {
    let mut state = followed();
    asked_by_a_look(&mut state, look("a"));
    assert_eq!(asked_by_a_look(&mut state, look("a b")), []);
    Playlist::evolve(&mut state, &keeping(KeptEntries::New));
    assert_eq!(asked_by_a_look(&mut state, look("a b c")), [Some(vec![entry(&state, "c")])]);
    Playlist::evolve(&mut state, &Event::KeepingChanged { keeping: None });
    assert_eq!(asked_by_a_look(&mut state, look("a b c d")), []);
}

#[test]
fn whoever_follows_no_longer_wants_nothing() {
    let mut state = kept(KeptEntries::New);
    Playlist::evolve(&mut state, &Event::Unfollowed {});
    assert_eq!(state.keeping, None);
    let keep = Command::Keep { keeping: state.keeping.clone() };
    assert_eq!(Playlist::decide(&state, keep), Err(super::super::Rejection::NotFollowed));
}

#[test]
fn very_much_that_is_new_is_several_wishes() {
    let mut state = kept(KeptEntries::New);
    asked_by_a_look(&mut state, look("first"));
    let names: Vec<String> = (0..Event::ENTRIES_MAX + 3).map(|number| format!("n{number}")).collect();
    let found = asked_by_a_look(&mut state, look(&names.join(" ")));
    let sizes: Vec<usize> = found.iter().map(|entries| entries.as_ref().unwrap().len()).collect();
    assert_eq!(sizes, [Event::ENTRIES_MAX, 3]);
}
