//! Time within an epoch and between two, and what each epoch begins with.

use std::sync::atomic::Ordering;

use mediary_events::{
    codec,
    log::{Event, Logs},
};
use mediary_schema::{Timestamp, log::OpenReason};
use tempfile::TempDir;

use super::{
    forger::{Piece, forge},
    support::{Bench, append, append_one, event, expecting, options, stream},
};
use crate::log::{AppendError, Expected, Log, OpenError, store, verify};

const SECOND: i64 = 1_000_000;

fn note(bench: &Bench, command: u128) {
    bench.log.append_blocking(append_one(command, &stream("job", 1), "a")).unwrap();
}

fn now(bench: &Bench) -> i64 {
    bench.clock.load(Ordering::SeqCst)
}

fn set(bench: &Bench, micros: i64) {
    bench.clock.store(micros, Ordering::SeqCst);
}

fn epochs(bench: &Bench) -> Vec<u64> {
    bench.all().iter().map(|event| event.envelope.epoch).collect()
}

/// What the log says of itself.
fn openings(bench: &Bench) -> Vec<(u64, Event)> {
    let openings = bench.all().into_iter().flat_map(|recorded| {
        let events = codec::events_of::<Logs>(&recorded).unwrap();
        events.into_iter().map(move |event| (recorded.position(), event))
    });
    openings.collect()
}

fn reasons(bench: &Bench) -> Vec<(u64, OpenReason)> {
    let reason = |(position, event)| match event {
        Event::Opened { reason, .. } => Some((position, reason)),
        Event::Erased { .. } | Event::Shredded { .. } => None,
    };
    openings(bench).into_iter().filter_map(reason).collect()
}

fn whole(bench: Bench) -> TempDir {
    let Bench { log, directory, .. } = bench;
    drop(log);
    verify(directory.path(), None).unwrap();
    directory
}

// Audit, "log of log".
// invariant: L-4, L-22
#[test]
fn every_opening_is_an_event_with_program_host_and_reason() {
    let bench = Bench::with(|options| options.host = Some("laptop".to_owned()));
    let host = bench.log.identities().host("laptop");
    note(&bench, 1);
    let bench = bench.reopen();
    note(&bench, 2);
    let program = env!("CARGO_PKG_VERSION").to_owned();
    let opened =
        |host| Event::Opened { program: program.clone(), format: 2, host, reason: OpenReason::Start };
    assert_eq!(openings(&bench), [(1, opened(Some(host))), (3, opened(None))]);
    assert_eq!((epochs(&bench), bench.log.epoch()), (vec![1, 1, 2, 2], 2));
    whole(bench);
}

// Core B2.
// invariant: L-4, L-22
#[test]
fn clock_that_is_set_back_opens_an_epoch_at_once_and_one_that_is_corrected_does_not() {
    let bench = Bench::new();
    note(&bench, 1);
    let noon = now(&bench);
    // A moment back is a correction: time stands still until the clock is there again.
    set(&bench, noon - SECOND);
    note(&bench, 2);
    // A bad battery said that it is years later; now the clock is right again.
    set(&bench, noon + 300_000_000 * SECOND);
    note(&bench, 3);
    set(&bench, noon + 5 * SECOND);
    note(&bench, 4);
    note(&bench, 5);
    let ats: Vec<i64> =
        bench.all().iter().map(|event| (event.envelope.at.as_micros() - noon) / SECOND).collect();
    assert_eq!(ats, [0, 0, 0, 300_000_000, 5, 5, 5]);
    assert_eq!(epochs(&bench), [1, 1, 1, 1, 2, 2, 2]);
    assert_eq!(reasons(&bench), [(1, OpenReason::Start), (5, OpenReason::ClockStep)]);
    let bench = bench.reopen();
    // The next start begins an epoch anyhow, and has the time that the clock says.
    assert_eq!(bench.all().last().unwrap().envelope.at.as_micros(), noon);
    whole(bench);
}

#[test]
fn time_at_which_nothing_was_recorded_is_no_time_of_the_log() {
    let bench = Bench::new();
    note(&bench, 1);
    let noon = now(&bench);
    set(&bench, noon + 3_600 * SECOND);
    let late = expecting(append_one(2, &stream("job", 1), "a"), &stream("job", 1), Expected::NoStream);
    assert!(matches!(bench.log.append_blocking(late), Err(AppendError::Conflict { .. })));
    set(&bench, noon + 5 * SECOND);
    note(&bench, 3);
    assert_eq!(reasons(&bench), [(1, OpenReason::Start)]);
}

// invariant: L-22
#[test]
fn moment_is_looked_for_in_the_newest_epoch_that_reached_it() {
    let bench = Bench::new();
    let noon = now(&bench);
    let at = |bench: &Bench, seconds: i64| {
        bench.log.position_at(Timestamp::from_micros(noon + seconds * SECOND)).unwrap()
    };
    set(&bench, noon + 10 * SECOND);
    note(&bench, 1);
    set(&bench, noon + 1_000 * SECOND);
    note(&bench, 2);
    // Set back: 4 opens, 5 is noted at 20, 6 at 30.
    set(&bench, noon + 20 * SECOND);
    note(&bench, 3);
    set(&bench, noon + 30 * SECOND);
    note(&bench, 4);
    let expected =
        [(-1, 0), (0, 1), (9, 1), (10, 2), (19, 2), (20, 5), (29, 5), (30, 6), (999, 6), (2_000, 6)];
    for (seconds, position) in expected {
        assert_eq!(at(&bench, seconds), position, "{seconds}");
    }
}

// invariant: L-22
#[test]
fn clock_from_before_the_program_is_refused_in_words_and_nothing_is_made() {
    let directory = tempfile::tempdir().unwrap();
    let (mut options, clock) = options(&directory);
    options.not_before = Some(Timestamp::from_micros(clock.load(Ordering::SeqCst) + 1));
    let error = Log::open(options.clone()).unwrap_err();
    assert!(matches!(error, OpenError::ClockBehind { .. }), "{error}");
    assert_eq!(error.code(), "CLOCK_BEHIND");
    assert!(error.advice().contains("--accept-clock"), "{}", error.advice());
    assert!(!store::folder(directory.path()).exists());
    clock.fetch_add(1, Ordering::SeqCst);
    Log::open(options).unwrap();
}

/// What verifying says of a log of two epochs after a forger had it: `opened a | opened b`.
#[track_caller]
fn named(change: impl FnOnce(&mut Vec<Piece>), position: u64, words: &str) {
    let bench = Bench::new();
    note(&bench, 1);
    let bench = bench.reopen();
    note(&bench, 2);
    let directory = whole(bench);
    forge(&directory, change);
    let error = verify(directory.path(), None).unwrap_err();
    let text = error.damage().expect("it is damage").to_string();
    assert!(text.contains(words), "{text}");
    assert_eq!(error.position(), Some(position), "{text}");
}

// invariant: L-22
#[test]
fn forged_epochs_are_named() {
    let later = |events: &mut Vec<Piece>, from: usize| {
        for piece in &mut events[from..] {
            piece.envelope.epoch += 1;
        }
    };
    named(|events| later(events, 2), 3, "nor the next");
    named(|events| later(events, 3), 4, "log.opened");
    named(|events| drop(events.remove(0)), 1, "log.opened");
    named(|events| drop(events.remove(2)), 3, "log.opened");
    let again = |events: &mut Vec<Piece>| {
        let mut piece = events[2].clone();
        piece.envelope.version = 3;
        events.push(piece);
    };
    named(again, 5, "log.opened");
    named(|events| events[3].envelope.epoch = 1, 4, "nor the next");
    let early = |events: &mut Vec<Piece>| events[3].envelope.at = Timestamp::from_micros(7);
    named(early, 4, "its time lies before");
}

// Core A21 (b), (c).
// invariant: L-5
#[test]
fn append_that_is_cut_or_mixed_with_another_is_named() {
    let two = || {
        let bench = Bench::new();
        for command in [1, 2] {
            let pair = (1..=2).map(|n| event(&stream("job", command * 2 + n), "noted", "a")).collect();
            bench.log.append_blocking(append(command, pair)).unwrap();
        }
        whole(bench)
    };
    let cut = two();
    forge(&cut, |events| drop(events.pop()));
    assert_eq!(verify(cut.path(), None).unwrap_err().code(), "LOG_TRUNCATED");
    let mixed = two();
    forge(&mixed, |events| events.swap(2, 4));
    let error = verify(mixed.path(), None).unwrap_err();
    assert_eq!(error.position(), Some(3), "{error}");
}
