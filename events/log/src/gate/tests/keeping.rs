//! What is kept of folds: none is read from the log twice without need, and none is in the way of another.

use std::sync::{Arc, atomic::Ordering};

use mediary_events::{
    Concern as _,
    playlist::{self, Playlist},
    testing::note::{Note, State},
};

use super::{folding::Counted, id, owner, texts, write};
use crate::{
    gate::{
        Gate, Refusal, Transaction,
        states::{Folded, States},
    },
    log::StreamId,
    testing::{bench::Bench, platform},
};

fn note(number: u128) -> StreamId {
    Note::stream(id(number))
}

fn folded(text: &str) -> Folded {
    Folded::of::<Note>(State { texts: vec![text.to_owned()] })
}

/// A fold that says that it takes so much; the memory is reserved, and never touched.
fn heavy(mib: usize) -> Folded {
    Folded::of::<Note>(State { texts: vec![String::with_capacity(mib << 20)] })
}

fn text(folded: &Folded) -> &str {
    &folded.state::<Note>().texts[0]
}

/// How many events were read for folds on this thread.
fn folding<T>(work: impl FnOnce() -> T) -> (u64, T) {
    let recorder = Counted { name: "mediary_folded_events_total", count: Arc::default() };
    let done = metrics::with_local_recorder(&recorder, work);
    (recorder.count.load(Ordering::Relaxed), done)
}

// core C5: a fold of more than 100,000 events was never kept, and each command read all of them.
#[test]
fn a_fold_is_kept_however_many_events_it_has() {
    let states = States::default();
    states.put(0, note(1), 100_001, folded("long"));
    assert_eq!(states.find(&note(1)).map(|(version, _)| version), Some(100_001));
}

// core C5.
#[test]
fn a_stream_that_grows_is_read_once_by_each_gate_and_then_never() {
    const STORIES: u64 = 20;
    const EVENTS: u64 = 200;
    let bench = Bench::new();
    let grow = |gate: &Gate, number: u64| {
        let story = |story: &mut Transaction<'_>| {
            (0..EVENTS / 2).try_for_each(|run| {
                let follow = playlist::Command::Follow { url: format!("http://example.org/{number}/{run}") };
                story.entail::<Playlist>(id(1), follow)?;
                story.entail::<Playlist>(id(1), playlist::Command::Unfollow)
            })
        };
        folding(|| gate.transact_blocking(&owner(u128::from(number)), &story).unwrap()).0
    };
    let read: Vec<u64> = (0..STORIES).map(|number| grow(&bench.gate, number)).collect();
    assert_eq!(read, vec![0; STORIES as usize]);
    let fresh = bench.fresh_gate();
    let read: Vec<u64> = (0..3).map(|number| grow(&fresh, STORIES + number)).collect();
    assert_eq!(read, [STORIES * EVENTS, 0, 0]);
}

#[test]
fn who_changes_a_kept_fold_changes_his_own() {
    let states = States::default();
    states.put(0, note(1), 3, folded("first"));
    let (_, mine) = states.find(&note(1)).unwrap();
    let (_, mut other) = states.find(&note(1)).unwrap();
    other.state_mut::<Note>().texts[0] = "changed".to_owned();
    let (_, kept) = states.find(&note(1)).unwrap();
    assert_eq!((text(&mine), text(&other), text(&kept)), ("first", "changed", "first"));
}

// A list of 200,000 rows is not copied for each page of it.
#[test]
fn a_fold_that_was_let_go_is_changed_in_place() {
    let states = States::default();
    states.put(0, note(1), 3, folded("first"));
    let (version, mut mine) = states.find(&note(1)).unwrap();
    let place = std::ptr::from_ref(mine.state::<Note>());
    states.release(&note(1), version - 1);
    assert!(states.find(&note(1)).is_some(), "another version is another fold");
    states.release(&note(1), version);
    assert_eq!(std::ptr::from_mut(mine.state_mut::<Note>()).cast_const(), place);
    assert!(states.find(&note(1)).is_none());
}

#[test]
fn an_older_fold_does_not_replace_a_newer_one() {
    let states = States::default();
    states.put(0, note(1), 3, folded("newer"));
    states.put(0, note(1), 2, folded("older"));
    let (version, kept) = states.find(&note(1)).unwrap();
    assert_eq!((version, text(&kept)), (3, "newer"));
}

#[test]
fn folds_that_were_not_asked_for_longest_are_dropped() {
    let states = States::default();
    for number in 0..10_000 {
        states.put(0, note(number), 1, folded("small"));
    }
    assert!(states.find(&note(0)).is_some(), "as many as that are kept");
    states.put(0, note(10_000), 1, folded("small"));
    let kept: Vec<_> = (1..=10_000).filter(|number| states.find(&note(*number)).is_some()).collect();
    assert!((4_000..=5_000).contains(&kept.len()), "{}", kept.len());
    assert_eq!(kept, (10_001 - kept.len() as u128..=10_000).collect::<Vec<_>>());
    assert!(states.find(&note(0)).is_some(), "it was asked for a moment ago");
}

#[test]
fn folds_are_weighed_by_what_they_take() {
    let states = States::default();
    let kept = |numbers: std::ops::Range<u128>| {
        numbers.filter(|number| states.find(&note(*number)).is_some()).collect::<Vec<_>>()
    };
    for number in 0..3 {
        states.put(0, note(number), 1, heavy(40));
        // In place of itself it takes nothing more.
        states.put(0, note(number), 2, heavy(40));
    }
    assert_eq!(kept(0..3), [0, 1, 2]);
    states.put(0, note(3), 1, heavy(40));
    assert_eq!(kept(0..4), [3], "no more than half is left");
    // The one that is in use stays even if it is alone too much: without it each command would read all of it.
    states.put(0, note(4), 1, heavy(200));
    assert_eq!(kept(0..5), [4]);
    states.put(0, note(5), 1, folded("small"));
    assert_eq!(kept(0..6), [5]);
}

// A refresh looks at the list for seconds; whoever tells a story of it meanwhile folded all of it anew.
#[test]
fn a_long_look_at_a_state_is_in_nobody_s_way() {
    let bench = Bench::new();
    bench.tell(owner(1), |story| write(story, 1, "a")).unwrap();
    let gate = bench.gate.clone();
    let look = move |state: &State| {
        let (read, _) = folding(|| {
            let told = |story: &mut Transaction<'_>| write(story, 1, "b");
            gate.transact_blocking(&platform(), &told).unwrap()
        });
        (read, state.texts.clone())
    };
    let seen = Bench::wait(bench.gate.inspect::<Note, _>(id(1), look)).unwrap();
    assert_eq!(seen, (0, vec!["a".to_owned()]), "and it sees what it began with");
    assert_eq!(bench.told(|story| texts(story, 1)), ["a", "b"]);
}

#[test]
fn the_state_at_an_event_is_what_is_kept_if_nothing_came_after_it() {
    let bench = Bench::new();
    bench.tell(owner(1), |story| write(story, 1, "a")).unwrap();
    let first = bench.head();
    bench.tell(owner(2), |story| write(story, 2, "elsewhere")).unwrap();
    let texts_at = |position| {
        let (read, state) = folding(|| bench.gate.state_at::<Note>(id(1), position).unwrap());
        (read, state.texts.clone())
    };
    assert_eq!(texts_at(bench.head()), (0, vec!["a".to_owned()]));
    bench.tell(owner(3), |story| write(story, 1, "b")).unwrap();
    assert_eq!(texts_at(first), (1, vec!["a".to_owned()]));
    assert_eq!(texts_at(first - 1), (0, Vec::new()));
    assert_eq!(texts_at(bench.head()), (0, vec!["a".to_owned(), "b".to_owned()]), "and it is kept on");
}

// What a refused story did to its folds is nobody's.
#[test]
fn a_refused_story_leaves_no_fold_behind() {
    let bench = Bench::new();
    bench.tell(owner(1), |story| write(story, 1, "a")).unwrap();
    let refused = bench.tell(owner(2), |story| {
        write(story, 1, "never")?;
        Err::<(), _>(Refusal::Stopping)
    });
    assert!(refused.is_err());
    assert_eq!(bench.told(|story| texts(story, 1)), ["a"]);
}
