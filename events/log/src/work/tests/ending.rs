use std::sync::atomic::{AtomicBool, Ordering};

use super::{super::lose, *};

// invariant: J-5
#[test]
fn the_end_of_a_look_is_one_append_and_frees_its_key() {
    let bench = refreshing();
    let attempt_id = start(&bench, 1);
    let before = bench.head();
    bench.told(|story| finish_refresh(story, attempt_id));
    let appended = "job.succeeded reservation.released playlist.resolved playlist.entry_added playlist.refresh_completed";
    assert_eq!(bench.appends_after(before), [appended]);
    assert_eq!(bench.told(|story| refresh(story, job_id(2))), job_id(2));
}

// invariant: J-5
#[test]
fn the_end_of_a_download_is_one_append_and_frees_its_key() {
    let bench = downloading();
    let attempt_id = start(&bench, 1);
    let before = bench.head();
    bench.told(|story| finish_download(story, attempt_id));
    let appended = "job.succeeded reservation.released file.recorded download.completed";
    assert_eq!(bench.appends_after(before), [appended]);
    assert!(!is_reserved(&bench, &item()));
}

// invariant: J-4
#[test]
fn a_failure_that_is_tried_again_keeps_the_key() {
    let bench = refreshing();
    let attempt_id = start(&bench, 1);
    let before = bench.head();
    bench.told(|story| fail(story, attempt_id, FailureClass::Network));
    assert_eq!(bench.appends_after(before), ["job.attempt_failed"]);
    assert_eq!(bench.told(|story| refresh(story, job_id(2))), job_id(1));
}

// invariant: J-5, P-2
#[test]
fn the_last_failure_of_a_look_tells_its_list_in_the_same_append() {
    let bench = refreshing();
    let attempt_id = start(&bench, 1);
    let before = bench.head();
    bench.told(|story| fail(story, attempt_id, FailureClass::NotFound));
    assert_eq!(bench.appends_after(before), ["job.failed reservation.released playlist.refresh_failed"]);
}

// invariant: J-5
#[test]
fn the_last_failure_of_a_download_tells_it_in_the_same_append() {
    let bench = downloading();
    let attempt_id = start(&bench, 1);
    let before = bench.head();
    bench.told(|story| fail(story, attempt_id, FailureClass::Geo));
    assert_eq!(bench.appends_after(before), ["job.failed reservation.released download.failed"]);
    assert_eq!(bench.told(|story| keep(story, job_id(2), false)), job_id(2));
}

fn unfollow_meanwhile(bench: &Bench) {
    bench.told(|story| story.execute::<Playlist>(samples::playlist_id().uuid(), playlist::Command::Unfollow));
}

#[test]
fn a_list_that_is_followed_no_longer_hears_of_no_failure() {
    let bench = refreshing();
    let attempt_id = start(&bench, 1);
    unfollow_meanwhile(&bench);
    let before = bench.head();
    bench.told(|story| fail(story, attempt_id, FailureClass::NotFound));
    assert_eq!(bench.appends_after(before), ["job.failed reservation.released"]);
}

#[test]
fn a_list_that_is_followed_no_longer_hears_of_no_look() {
    let bench = refreshing();
    let attempt_id = start(&bench, 1);
    unfollow_meanwhile(&bench);
    let before = bench.head();
    bench.told(|story| finish_refresh(story, attempt_id));
    assert_eq!(bench.appends_after(before), ["job.succeeded reservation.released"]);
}

/// Lets attempt 1 lose its worker, and attempt 2 take the job over.
fn take_over(bench: &Bench) -> (AttemptId, AttemptId) {
    let dead = start(bench, 1);
    bench.told(|story| lose(story, job_id(1), dead, false, (NOW, 0)));
    (dead, start(bench, 2))
}

// PL-21.
// invariant: J-2
#[test]
fn a_dead_attempt_records_no_changes() {
    let bench = refreshing();
    let (dead, alive) = take_over(&bench);
    let before = bench.head();
    let record = |attempt_id| {
        bench.tell(crate::testing::platform(), |story| {
            let changes = vec![entry_added()];
            crate::work::playlist::record_changes(
                story,
                samples::playlist_id(),
                job_id(1),
                attempt_id,
                changes,
            )
        })
    };
    assert_stale(record(dead));
    assert_stale(record(attempt_id(9)));
    assert_eq!(bench.head(), before);
    record(alive).unwrap();
    assert_eq!(bench.appends_after(before), ["playlist.entry_added"]);
}

// PL-21.
// invariant: J-2
#[test]
fn a_dead_attempt_ends_no_look() {
    let bench = refreshing();
    let (dead, _) = take_over(&bench);
    let before = bench.head();
    assert_stale(bench.tell(crate::testing::platform(), |story| finish_refresh(story, dead)));
    assert_stale(bench.tell(crate::testing::platform(), |story| fail(story, dead, FailureClass::NotFound)));
    assert_eq!(bench.head(), before);
}

// PL-21.
// invariant: J-2
#[test]
fn a_dead_attempt_ends_no_download() {
    let bench = downloading();
    let (dead, _) = take_over(&bench);
    let before = bench.head();
    assert_stale(bench.tell(crate::testing::platform(), |story| finish_download(story, dead)));
    assert_stale(bench.tell(crate::testing::platform(), |story| stop(story, dead)));
    assert_eq!(bench.head(), before);
}

// PL-21: the lease is lost after the attempt was found alive, and before its page is appended.
// invariant: J-2
#[test]
fn an_attempt_that_dies_while_its_page_is_decided_records_nothing() {
    let bench = refreshing();
    let attempt_id = start(&bench, 1);
    let dies = AtomicBool::new(true);
    let record = |story: &mut Transaction<'_>| {
        let changes = vec![entry_added()];
        crate::work::playlist::record_changes(story, samples::playlist_id(), job_id(1), attempt_id, changes)?;
        if dies.swap(false, Ordering::Relaxed) {
            bench.told(|story| lose(story, job_id(1), attempt_id, true, (NOW, 0)));
        }
        Ok(())
    };
    let before = bench.head();
    assert_stale(bench.tell(crate::testing::platform(), record));
    assert_eq!(bench.appends_after(before), ["job.attempt_lost"]);
}

// invariant: L-12
#[test]
fn an_end_fits_on_a_full_disk() {
    let bench = downloading();
    let attempt_id = start(&bench, 1);
    let bench = bench.reopen(|options| options.reserve_bytes = u64::MAX);
    bench.told(|story| finish_download(story, attempt_id));
    assert!(matches!(phase(&bench), download::Phase::Kept { .. }));
    let refusal = bench.tell(editor(1), |story| keep(story, job_id(2), true)).unwrap_err();
    assert_eq!(refusal.code(), "STORAGE_FULL");
}
