//! A new version takes the place of an old one, and what is built anew that of what was.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    time::Duration,
};

use mediary_schema::scope::Scope;
use rusqlite::Connection;
use tempfile::TempDir;

use super::seen::{Seen, file, is_serving, reported, seen, states, tag, trial, version};
use crate::{
    ChangeError, QueryError, Side,
    edition::Edition,
    editions::EditionState,
    handle::ViewHandle,
    tests::{
        bench::{Bench, rows_of},
        story::{follow, look, reach},
    },
};

/// A log of which an older program has seen the beginning; answers how far.
async fn seen_by_the_first<const TEST: usize>(bench: &Bench) -> u64 {
    bench.tell(follow).await;
    let position = bench.tell(look(1, 0..3)).await;
    let view = bench.view::<Seen<TEST, 1>>(bench.folder());
    reach(&view, position).await;
    view.stop();
    position
}

// PL-40, core A7.
// invariant: V-4, V-7
#[tokio::test]
async fn an_older_version_serves_as_of_its_position_until_the_new_one_is_built() {
    let (bench, trial) = (Bench::new(), trial(0));
    let stood_at = seen_by_the_first::<0>(&bench).await;
    trial.hold_from(1);
    let view = bench.view::<Seen<0, 2>>(bench.folder());
    let head = bench.tell(look(2, 0..6)).await;
    bench.pass(Duration::from_secs(75));
    let status = view.status();
    assert_eq!((status.edition, status.is_fed, status.position), (Edition::first(1), false, stood_at));
    assert_eq!(seen(&view).await.unwrap().1, stood_at as i64);
    let stale = view.stale().unwrap();
    assert_eq!((stale.events_behind, stale.behind), (head - stood_at, Duration::from_secs(75)));
    let error = view.wait_for(head).await.unwrap_err();
    assert!(matches!(error, QueryError::Behind { at, wanted, .. } if (at, wanted) == (stood_at, head)));
    let error = tag(&view).await.unwrap_err();
    assert!(
        matches!(error, QueryError::Unlike { edition: Edition { version: 1, build: 0 }, .. }),
        "{error:?}"
    );
    let report =
        reported(&view, |report| version(report, "2").is_some_and(|two| two.trouble.is_some())).await;
    assert_eq!(
        states(&report),
        [("2".to_owned(), EditionState::Building), ("1".to_owned(), EditionState::Serving)]
    );
    let building = version(&report, "2").unwrap();
    assert_eq!((building.position, building.events_behind), (0, head));

    let generation = view.generation();
    trial.let_go();
    reach(&view, head).await;
    assert_eq!((view.status().edition, view.stale()), (Edition::first(2), None));
    assert_eq!(seen(&view).await.unwrap().1, head as i64);
    tag(&view).await.unwrap();
    assert!(view.generation() > generation, "whoever watches reads anew");
    let report =
        reported(&view, |report| version(report, "1").is_some_and(|one| one.kept_until.is_some())).await;
    assert_eq!(
        states(&report),
        [("2".to_owned(), EditionState::Serving), ("1".to_owned(), EditionState::Kept)]
    );
    // On its way the new one met the position of the old one.
    let comparison = version(&report, "2").unwrap().comparison.clone().unwrap();
    assert_eq!((comparison.old, comparison.position), (Edition::first(1), stood_at));
    assert!(comparison.is_same() && comparison.common_rows > 0, "{comparison:?}");
    assert_eq!(comparison.uncompared, ["seen.tag"]);
    view.stop();
}

// invariant: V-7
#[tokio::test]
async fn a_version_whose_rows_mean_something_else_does_not_serve() {
    let bench = Bench::new();
    let stood_at = seen_by_the_first::<1>(&bench).await;
    trial(1).hold_from(1);
    let view = bench.view::<Seen<1, 3>>(bench.folder());
    let error = view.read_blocking(Scope::of_test(), |_| Ok(())).unwrap_err();
    assert!(matches!(error, QueryError::Behind { at: 0, wanted, .. } if wanted == stood_at), "{error:?}");
    reported(&view, |report| version(report, "3").is_some_and(|three| three.trouble.is_some())).await;
    let error = view.use_edition("1").await.unwrap_err();
    assert!(matches!(error, ChangeError::Busy { .. }), "it is at something that it tries again: {error}");
    trial(1).let_go();
    reach(&view, stood_at).await;
    let error = view.use_edition("1").await.unwrap_err();
    assert_eq!((error.code(), view.status().edition.version), ("VIEW_VERSION_UNREADABLE", 3));
    view.stop();
}

// invariant: V-1
#[tokio::test]
async fn a_build_that_is_killed_in_the_middle_of_a_batch_goes_on_from_its_checkpoint() {
    let (bench, killed) = (Bench::new(), TempDir::new().unwrap());
    let stood_at = seen_by_the_first::<2>(&bench).await;
    let head = bench.tell(look(2, 0..6)).await;
    let trial = trial(2);
    // The last event that the view is told of.
    let last = head;
    *trial.killed.lock().unwrap() = Some((last, bench.folder().to_owned(), killed.path().to_owned()));
    let view = bench.view::<Seen<2, 2>>(bench.folder());
    reach(&view, head).await;
    view.stop();
    assert_eq!(*trial.killed.lock().unwrap(), None, "it was copied while the batch was folded");
    let position = |connection: &Connection| -> i64 {
        connection.query_row("SELECT position FROM checkpoint", [], |row| row.get(0)).unwrap()
    };
    assert_eq!(position(&Connection::open(file(killed.path(), "2")).unwrap()), stood_at as i64);

    trial.oldest.store(u64::MAX, Ordering::SeqCst);
    let view = bench.view::<Seen<2, 2>>(killed.path());
    reach(&view, head).await;
    reported(&view, is_serving("2")).await;
    view.stop();
    assert!(trial.oldest.load(Ordering::SeqCst) > stood_at, "what was committed was not folded again");
    let rows = |folder| rows_of(&Connection::open(file(folder, "2")).unwrap());
    assert_eq!(rows(killed.path()), rows(bench.folder()));
}

// PL-40.
// invariant: V-7
#[tokio::test]
async fn what_is_built_anew_takes_the_place_of_what_is_fed_meanwhile() {
    let (bench, trial) = (Bench::new(), trial(3));
    let position = seen_by_the_first::<3>(&bench).await;
    let view = bench.view::<Seen<3, 1>>(bench.folder());
    reach(&view, position).await;
    trial.hold_from(1);
    assert_eq!(view.rebuild().await.unwrap().to_string(), "1.1");
    let error = view.rebuild().await.unwrap_err();
    assert_eq!((error.code(), error.to_string().contains("1.1")), ("VIEW_BUILDING", true));
    assert_eq!(view.use_edition("1.1").await.unwrap_err().code(), "VIEW_BUILDING");
    let head = bench.tell(look(2, 0..6)).await;
    reach(&view, head).await;
    assert_eq!((view.status().edition, view.stale()), (Edition::first(1), None));
    assert_eq!(seen(&view).await.unwrap().1, head as i64, "it is fed while another one is built");

    trial.let_go();
    let report = reported(&view, is_serving("1.1")).await;
    assert_eq!(version(&report, "1").unwrap().state, EditionState::Kept);
    let comparison = version(&report, "1.1").unwrap().comparison.clone().unwrap();
    assert!(comparison.is_same() && comparison.uncompared.is_empty(), "{comparison:?}");
    assert_eq!(comparison.position, head);
    let head = bench.tell(look(3, 0..9)).await;
    reach(&view, head).await;
    assert_eq!(seen(&view).await.unwrap().1, head as i64);
    view.stop();
    // The next start knows which one served.
    let view = bench.view::<Seen<3, 1>>(bench.folder());
    assert_eq!((view.status().edition.to_string().as_str(), view.status().position), ("1.1", head));
    view.stop();
}

// invariant: V-7
#[tokio::test]
async fn a_build_that_was_stopped_goes_on_with_the_next_start() {
    let (bench, trial) = (Bench::new(), trial(4));
    let position = seen_by_the_first::<4>(&bench).await;
    let view = bench.view::<Seen<4, 1>>(bench.folder());
    reach(&view, position).await;
    trial.hold_from(1);
    view.rebuild().await.unwrap();
    reported(&view, |report| version(report, "1.1").is_some_and(|build| build.trouble.is_some())).await;
    view.stop();
    let view = bench.view::<Seen<4, 1>>(bench.folder());
    assert_eq!((view.status().edition, view.is_whole()), (Edition::first(1), true));
    trial.let_go();
    reported(&view, is_serving("1.1")).await;
    view.stop();
}

// invariant: V-2
#[tokio::test]
async fn a_row_that_somebody_changed_is_found_and_told_as_a_defect() {
    let bench = Bench::new();
    let position = seen_by_the_first::<5>(&bench).await;
    let view = bench.view::<Seen<5, 1>>(bench.folder());
    reach(&view, position).await;
    let by_hand = Connection::open(file(bench.folder(), "1")).unwrap();
    let last: i64 = by_hand.query_row("SELECT max(id) FROM seen", [], |row| row.get(0)).unwrap();
    by_hand.execute("UPDATE seen SET changed_at = 4711 WHERE id = ?1", [last]).unwrap();
    by_hand.execute("DELETE FROM seen WHERE id = (SELECT min(id) FROM seen)", []).unwrap();
    view.rebuild().await.unwrap();
    let report = reported(&view, is_serving("1.1")).await;
    let comparison = version(&report, "1.1").unwrap().comparison.clone().unwrap();
    assert!(comparison.is_defect(), "{comparison:?}");
    assert_eq!((comparison.only_old, comparison.only_new, comparison.different), (0, 1, 1));
    let changed = comparison.samples.iter().find(|sample| sample.side == Side::Both).unwrap();
    assert_eq!((changed.table.as_str(), changed.row.as_str()), ("seen", last.to_string().as_str()));
    let column = &changed.columns[0];
    assert_eq!((column.name.as_str(), column.old.as_deref()), ("changed_at", Some("4711")));
    assert_eq!(column.new, Some(last.to_string()));
    view.stop();
}

// What is far behind again while it is built has all that was there at its start, and no index yet.
// invariant: V-7
#[tokio::test]
async fn what_is_not_built_is_not_asked_though_it_shows_all_of_its_beginning() {
    let (bench, trial) = (Bench::new(), trial(15));
    bench.tell(follow).await;
    let begun = bench.tell(look(1, 0..2_500)).await;
    assert!((2_049..=3_072).contains(&begun), "it is built first and indexed last: {begun}");
    trial.hold_from(1);
    let view = bench.view::<Seen<15, 2>>(bench.folder());
    let head = bench.tell(look(2, 0..6_000)).await;
    // Behind its first two batches.
    trial.hold_from(1_024 + 2_048 + 1);
    let mut status = view.watch();
    let is_stuck = status.wait_for(|status| status.position >= begun && status.trouble.is_some());
    let stuck = tokio::time::timeout(Duration::from_mins(1), is_stuck).await.unwrap().unwrap().clone();
    assert!(!stuck.is_built, "{stuck:?}");
    let error = seen(&view).await.unwrap_err();
    assert!(matches!(error, QueryError::Behind { wanted, .. } if wanted == head), "{error:?}");
    assert!(!view.is_whole());

    trial.let_go();
    reach(&view, head).await;
    assert_eq!(seen(&view).await.unwrap().1, head as i64);
    view.stop();
}

/// Asks again and again until it is told to stop; answers how many events were shown at each last one.
async fn watch(view: ViewHandle, is_over: Arc<AtomicBool>) -> BTreeMap<i64, i64> {
    let (mut shown, mut before) = (BTreeMap::new(), 0);
    while !is_over.load(Ordering::SeqCst) {
        let (count, last) = seen(&view).await.unwrap();
        assert!(last >= before, "nobody is shown an older state than before: {last} after {before}");
        assert_eq!(*shown.entry(last).or_insert(count), count);
        before = last;
    }
    shown
}

// invariant: V-6, V-7
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn readers_see_whole_moments_in_order_while_one_version_takes_the_place_of_another() {
    let (bench, trial) = (Bench::new(), trial(6));
    let position = seen_by_the_first::<6>(&bench).await;
    let view = bench.view::<Seen<6, 1>>(bench.folder());
    reach(&view, position).await;
    let is_over = Arc::new(AtomicBool::new(false));
    let mut readers = tokio::task::JoinSet::new();
    for _ in 0..3 {
        readers.spawn(watch(view.clone(), Arc::clone(&is_over)));
    }
    // One asks for so long that the file is another one at its end.
    let (began, begins) = mpsc::channel();
    let (go_on, ends) = mpsc::channel::<()>();
    let long = view.clone();
    readers.spawn(async move {
        let query = move |rows: &rusqlite::Transaction<'_>| {
            let last = || rows.query_row("SELECT max(id) FROM seen", [], |row| row.get::<_, i64>(0));
            let before = last()?;
            began.send(()).unwrap();
            ends.recv().unwrap();
            assert_eq!(last()?, before);
            Ok(BTreeMap::new())
        };
        long.read(Scope::of_test(), query).await.unwrap()
    });
    tokio::task::spawn_blocking(move || begins.recv().unwrap()).await.unwrap();
    for round in 0..4_u32 {
        trial.hold_from(1);
        let build = view.rebuild().await.unwrap().to_string();
        bench.tell(look(10 + u128::from(round), 0..round * 2)).await;
        trial.let_go();
        let head = bench.tell(look(20 + u128::from(round), 0..round * 3)).await;
        let is_there = |report: &crate::ViewReport| {
            version(report, &build).is_some_and(|version| version.state == EditionState::Serving)
        };
        let report = reported(&view, is_there).await;
        assert!(
            version(&report, &build).unwrap().comparison.as_ref().is_some_and(crate::Comparison::is_same)
        );
        reach(&view, head).await;
    }
    is_over.store(true, Ordering::SeqCst);
    go_on.send(()).unwrap();
    let mut all = BTreeMap::new();
    while let Some(shown) = readers.join_next().await {
        for (last, count) in shown.unwrap() {
            assert_eq!(*all.entry(last).or_insert(count), count, "each state is the same in every version");
        }
    }
    view.stop();
}
