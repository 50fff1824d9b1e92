//! Going back to a version and forward again, and what a build that can't go on says.

use std::sync::atomic::Ordering;

use mediary_schema::scope::Scope;

use super::seen::{Seen, choose, is_serving, reported, seen, states, trial, version};
use crate::{
    QueryError,
    editions::EditionState,
    tests::{
        bench::Bench,
        story::{follow, halted, look, reach},
    },
};

// invariant: V-7
#[tokio::test]
async fn whoever_goes_back_is_shown_what_was_and_goes_forward_at_once() {
    let bench = Bench::new();
    let stood_at = bench.tell(follow).await;
    let view = bench.view::<Seen<7, 1>>(bench.folder());
    reach(&view, stood_at).await;
    view.stop();
    let view = bench.view::<Seen<7, 2>>(bench.folder());
    let head = bench.tell(look(1, 0..3)).await;
    reach(&view, head).await;

    choose(&view, "1").await;
    assert_eq!(seen(&view).await.unwrap().1, stood_at as i64);
    assert_eq!(view.stale().unwrap().events_behind, head - stood_at);
    let head = bench.tell(look(2, 0..6)).await;
    // The other one is fed meanwhile, and waits.
    let report = reported(&view, |report| version(report, "2").is_some_and(|two| two.position == head)).await;
    assert_eq!(
        states(&report),
        [("2".to_owned(), EditionState::Ready), ("1".to_owned(), EditionState::Serving)]
    );
    view.stop();
    // It is remembered.
    let view = bench.view::<Seen<7, 2>>(bench.folder());
    assert_eq!(seen(&view).await.unwrap().1, stood_at as i64);
    choose(&view, "2").await;
    assert_eq!((seen(&view).await.unwrap().1, view.stale()), (head as i64, None));
    for (wrong, code) in [
        ("7", "VIEW_VERSION_NOT_FOUND"),
        ("newest", "VIEW_VERSION_NOT_FOUND"),
        ("2.1", "VIEW_VERSION_NOT_FOUND"),
    ] {
        assert_eq!(view.use_edition(wrong).await.unwrap_err().code(), code, "{wrong}");
    }
    assert_eq!(view.use_edition("2").await.unwrap().to_string(), "2", "what serves may be asked for");
    view.stop();
}

// invariant: V-7
#[tokio::test]
async fn what_was_built_anew_gives_its_place_back_to_the_one_before() {
    let bench = Bench::new();
    let position = bench.tell(follow).await;
    let view = bench.view::<Seen<8, 1>>(bench.folder());
    reach(&view, position).await;
    view.rebuild().await.unwrap();
    reported(&view, is_serving("1.1")).await;
    for back_and_forth in ["1", "1.1", "1"] {
        let head = bench.tell(look(head_of(&bench), 0..3)).await;
        reach(&view, head).await;
        choose(&view, back_and_forth).await;
        assert_eq!(view.status().edition.to_string(), back_and_forth);
        // It has folded what it missed before it serves: nobody is shown an older state.
        assert_eq!((seen(&view).await.unwrap().1, view.stale()), (head as i64, None));
    }
    view.stop();
}

fn head_of(bench: &Bench) -> u128 {
    1_000 * u128::from(bench.log().head().position)
}

// invariant: V-5
#[tokio::test]
async fn a_build_that_meets_an_event_that_it_can_not_fold_says_where_and_the_one_that_serves_goes_on() {
    let (bench, trial) = (Bench::new(), trial(9));
    bench.tell(follow).await;
    let position = bench.tell(look(1, 0..3)).await;
    let view = bench.view::<Seen<9, 1>>(bench.folder());
    reach(&view, position).await;
    trial.poison.store(3, Ordering::SeqCst);
    view.rebuild().await.unwrap();
    let report = reported(&view, |report| {
        version(report, "1.1").is_some_and(|build| build.state == EditionState::Halted)
    })
    .await;
    let build = version(&report, "1.1").unwrap();
    let fault = build.fault.as_ref().unwrap();
    assert_eq!((fault.position, fault.code, build.position), (3, "VIEW_STOPPED", 2));
    assert!(fault.reason.starts_with("event 3 can't be folded"), "{}", fault.reason);
    let head = bench.tell(look(2, 0..6)).await;
    reach(&view, head).await;
    assert_eq!(seen(&view).await.unwrap().1, head as i64);
    // Who asks again has it begun anew.
    trial.poison.store(0, Ordering::SeqCst);
    assert_eq!(view.rebuild().await.unwrap().to_string(), "1.1");
    reported(&view, is_serving("1.1")).await;
    view.stop();
}

// invariant: V-5
#[tokio::test]
async fn from_a_version_that_has_stopped_one_goes_back_or_builds_anew() {
    let (bench, trial) = (Bench::new(), trial(10));
    let stood_at = bench.tell(follow).await;
    let view = bench.view::<Seen<10, 1>>(bench.folder());
    reach(&view, stood_at).await;
    view.stop();
    let view = bench.view::<Seen<10, 2>>(bench.folder());
    reach(&view, stood_at).await;
    reported(&view, is_serving("2")).await;
    let bad = stood_at + 2;
    trial.poison.store(bad, Ordering::SeqCst);
    let head = bench.tell(look(1, 0..3)).await;
    assert_eq!(halted(&view).await.position, bad);
    let report = view.report().await.unwrap();
    let stopped = version(&report, "2").unwrap();
    assert_eq!((stopped.state, stopped.position), (EditionState::Halted, bad - 1));
    let read = view.read(Scope::of_test(), |_| Ok(())).await;
    assert!(matches!(read, Err(QueryError::Stopped { .. })));

    choose(&view, "1").await;
    assert_eq!(seen(&view).await.unwrap().1, stood_at as i64, "the one before still answers");
    trial.poison.store(0, Ordering::SeqCst);
    assert_eq!(view.rebuild().await.unwrap().to_string(), "2.1");
    reported(&view, |report| version(report, "2.1").is_some_and(|build| build.position == head)).await;
    choose(&view, "2.1").await;
    assert_eq!((seen(&view).await.unwrap().1, view.stale()), (head as i64, None));
    view.stop();
}
